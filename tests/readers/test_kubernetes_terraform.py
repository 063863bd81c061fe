"""Objects of Kubernetes in Terraform are read as the manifests are that the provider sends."""

from __future__ import annotations

import json

import pytest

from gate.model.errors import UnrenderedError
from gate.model.evidence import Stated, Unknown, known
from gate.model.reader import Reading
from gate.model.source import Source
from gate.model.workload import Container, Workload
from gate.readers.kubernetes import READER
from tests.readers.packer import Tree

NAMED = 'metadata {\n  name = "web"\n}\n'


def read(text: str, path: str = "main.tf", **files: str) -> Reading:
    """Read one file of a module; `__` in another's name is a dot."""
    tree = {path: text, **{name.replace("__", "."): one for name, one in files.items()}}
    source = Source(path, text.encode())
    assert READER.claims(source)
    return READER.read(source, Tree(tree))


def only(text: str, path: str = "main.tf", **files: str) -> Workload:
    """Read the one workload of a file that has nothing wrong in it."""
    reading = read(text, path, **files)
    assert reading.problems == ()
    (found,) = reading.subjects
    assert isinstance(found, Workload)
    return found


def pod(spec: str, rest: str = "", metadata: str = NAMED) -> Workload:
    """Read a pod from the lines of its `spec`."""
    return only(f'resource "kubernetes_pod_v1" "p" {{\n{metadata}spec {{\n{spec}\n}}\n}}\n{rest}')


def container(body: str, beside: str = "") -> Container:
    """Read the one container of a pod."""
    found = pod(f'container {{\nname = "web"\nimage = "i"\n{body}\n}}\n{beside}')
    (member,) = found.containers.members
    assert isinstance(member, Stated)
    return member.value


TEMPLATE = 'template {\nmetadata {}\nspec {\nhost_pid = true\ncontainer {\nname = "a"\nimage = "i"\n}\n}\n}'


@pytest.mark.parametrize(
    ("resource", "spec", "kind"),
    [
        ("kubernetes_deployment", TEMPLATE, "Deployment"),
        ("kubernetes_deployment_v1", TEMPLATE, "Deployment"),
        ("kubernetes_daemonset", TEMPLATE, "DaemonSet"),
        ("kubernetes_daemon_set_v1", TEMPLATE, "DaemonSet"),
        ("kubernetes_stateful_set", TEMPLATE, "StatefulSet"),
        ("kubernetes_job", TEMPLATE, "Job"),
        ("kubernetes_cron_job_v1", f"job_template {{\nmetadata {{}}\nspec {{\n{TEMPLATE}\n}}\n}}", "CronJob"),
        ("kubernetes_replication_controller", TEMPLATE.replace("spec {\n", "", 1)[:-2], "ReplicationController"),
    ],
)
def test_every_kind_that_starts_pods(resource: str, spec: str, kind: str) -> None:
    found = only(f'resource "{resource}" "r" {{\n{NAMED}spec {{\n{spec}\n}}\n}}\n')
    assert (found.kind, found.name, found.namespace) == (kind, "web", "default")
    assert known(found.namespaces.pid) == "host"
    assert found.id == f"main.tf#default/{kind}/web"


def test_settings_have_their_lines_and_the_types_of_the_api() -> None:
    body = 'security_context {\nprivileged = "true"\nrun_as_user = "1000"\ncapabilities {\nadd = ["SYS_ADMIN"]\n}\n}'
    found = container(body).privilege
    assert (known(found.privileged), found.privileged.at.line) == (True, 10)
    user = known(found.user)
    assert user is not None
    assert user.uid == 1000
    assert [known(one) for one in found.capabilities_added.members] == ["SYS_ADMIN"]


def test_volumes_and_mounts_are_lists_of_blocks() -> None:
    volume = 'volume {\nname = "e"\nhost_path {\npath = "/etc"\n}\n}\nvolume {\nname = "t"\nempty_dir {}\n}'
    mounts = 'volume_mount {\nname = "e"\nmount_path = "/e"\n}\nvolume_mount {\nname = "t"\nmount_path = "/t"\n}'
    found = [one.value for one in container(mounts, volume).exposure.mounts.members if isinstance(one, Stated)]
    assert [known(one.source) for one in found if one.kind == "bind"] == ["/etc"]


def test_a_seccomp_profile_without_a_type_is_none() -> None:
    for body, kind in (("", "unconfined"), ('\ntype = "RuntimeDefault"\n', "runtime-default")):
        found = known(container(f"security_context {{\nseccomp_profile {{{body}}}\n}}").confinement.seccomp)
        assert found is not None
        assert found.kind == kind


def test_the_provider_asks_for_a_token_where_nothing_is_written() -> None:
    spec = 'container {\nname = "a"\nimage = "i"\n}'
    silent, quiet = pod(spec), pod(f"automount_service_account_token = false\n{spec}")
    assert known(silent.credentials.service_account_token) is True
    assert known(quiet.credentials.service_account_token) is False


def test_names_of_other_resources_are_theirs() -> None:
    rest = 'resource "kubernetes_namespace" "n" {\nmetadata {\nname = "shop"\n}\n}\n'
    metadata = 'metadata {\nname = "web"\nnamespace = kubernetes_namespace.n.metadata[0].name\n}\n'
    assert pod('container {\nname = "a"\nimage = "i"\n}', rest, metadata).namespace == "shop"


def test_dynamic_blocks_and_unknown_values_stay_what_they_are() -> None:
    found = pod('dynamic "container" {\nfor_each = ["a", "b"]\ncontent {\nname = container.value\nimage = "i"\n}\n}')
    assert len(found.containers.members) == 2
    assert not pod('dynamic "container" {\nfor_each = var.c\ncontent {}\n}').containers.complete
    assert isinstance(container("security_context {\nprivileged = var.p\n}").privilege.privileged, Unknown)


def test_every_known_instance_is_one_of_its_own_and_none_where_it_is_counted_as_none() -> None:
    body = 'metadata {\nname = each.key\n}\nspec {\ncontainer {\nname = "a"\nimage = "i"\n}\n}'
    for argument, count in (('for_each = toset(["a", "b"])', 2), ("count = 0", 0), ("count = var.c", 1)):
        assert len(read(f'resource "kubernetes_pod" "p" {{\n{argument}\n{body}\n}}\n').subjects) == count


def test_a_manifest_is_taken_as_it_is() -> None:
    manifest = (
        'manifest = {\napiVersion = "v1"\nkind = "Pod"\nmetadata = { name = "p" }\nspec = {\nhostPID = true\n'
        'containers = [{ name = "a", image = "i" }]\n}\n}'
    )
    found = only(f'resource "kubernetes_manifest" "m" {{\n{manifest}\n}}\n')
    assert (found.id, known(found.namespaces.pid), found.namespaces.pid.at.line) == ("main.tf#Pod/p", "host", 7)


def test_a_manifest_that_is_not_known_is_unrendered() -> None:
    text = 'resource "kubernetes_manifest" "m" {\nmanifest = yamldecode(file("x.yaml"))\n}\n'
    (problem,) = read(text).problems
    assert isinstance(problem, UnrenderedError)
    assert problem.at.line == 2


@pytest.mark.parametrize("resource", ["helm_release", "kubectl_manifest", "docker_service"])
def test_what_is_not_judged_is_named_at_its_place(resource: str) -> None:
    (skipped,) = read(f'\nresource "{resource}" "x" {{\nprivileged = true\n}}\n').skipped
    assert skipped.at.line == 2


def test_json_and_overrides_count_here_too() -> None:
    spec = {"container": [{"name": "a", "image": "i"}], "host_network": True}
    whole = {"resource": {"kubernetes_pod": {"p": {"metadata": {"name": "web"}, "spec": spec}}}}
    over = 'resource "kubernetes_pod" "p" {\nspec {\nhost_pid = true\ncontainer {\nname = "a"\nimage = "i"\n}\n}\n}\n'
    assert known(only(json.dumps(whole), "main.tf.json").namespaces.network) == "host"
    found = only(json.dumps(whole), "main.tf.json", override__tf=over).namespaces
    assert (known(found.network), known(found.pid)) == ("private", "host")


def test_objects_beside_pods_are_definitions() -> None:
    text = (
        'resource "kubernetes_service_account_v1" "s" {\n' + NAMED + "automount_service_account_token = false\n}\n"
        'resource "kubernetes_runtime_class_v1" "k" {\nmetadata {\nname = "kata"\n}\nhandler = "kata-qemu"\n}\n'
        'resource "kubernetes_network_policy" "d" {\n'
        + NAMED
        + 'spec {\npod_selector {}\npolicy_types = ["Ingress"]\n}\n}\n'
        'resource "kubernetes_persistent_volume" "v" {\n' + NAMED + "spec {\npersistent_volume_source {\n"
        'host_path {\npath = "/etc"\n}\n}\n}\n}\n'
    )
    reading = read(text)
    assert reading.problems == ()
    assert {"service-account", "runtime-class"} <= {one.kind for one in reading.definitions}
    assert len(reading.definitions) >= 4


@pytest.mark.parametrize(
    "body", ["", "metadata {}", "spec {}", "metadata = 1\nspec = []", "spec {\ncontainer = 3\n}", "spec = var.x"]
)
def test_half_a_pod_is_no_pass(body: str) -> None:
    reading = read(f'resource "kubernetes_pod" "p" {{\n{body}\n}}\n')
    assert reading.problems or not reading.subjects[0].containers.complete  # type: ignore[union-attr]


def test_locals_in_locals_are_gone_through_once() -> None:
    chain = "".join(f"a{one} = {{ x = local.a{one + 1}, y = local.a{one + 1} }}\n" for one in range(28))
    spec = 'container {\nname = "web"\nimage = "i"\nsecurity_context = local.a0\n}'
    assert pod(spec, f'locals {{\n{chain}a28 = "x"\n}}\n').name == "web"
