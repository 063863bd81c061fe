"""Nomad: jobs in both languages, and what the drivers of engines make of their configuration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.evidence import Stated, Unknown, known
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers import READERS, bake
from gate.readers.nomad import MAX_TASKS, READER
from tests.readers.commands import container
from tests.readers.nomad_jobs import IMAGE, api, docker, job, mounts, reading, workloads
from tests.verbs import NoFiles

if TYPE_CHECKING:
    pass


def test_a_task_is_a_workload() -> None:
    workload = docker(task='user = "1000"')
    assert (workload.id, workload.name) == ("web.nomad.hcl#Task/shop/web/front", "shop/web/front")
    assert (workload.kind, workload.platform) == ("Task", "nomad")
    one = container(workload)
    assert (one.name, known(one.image), one.role) == ("front", "web:1", "main")
    assert known(one.resources.memory_limit) == "300"


def test_both_languages_say_the_same() -> None:
    written = docker('volumes = ["/srv:/srv:ro"]', "privileged = true", task='user = "7"\nresources {\nmemory = 64\n}')
    sent = api(
        {"image": "web:1", "volumes": ["/srv:/srv:ro"], "privileged": True}, User="7", Resources={"MemoryMB": 64}
    )
    for ask in (
        mounts,
        lambda one: known(container(one).privilege.privileged),
        lambda one: known(container(one).privilege.user),
        lambda one: known(container(one).resources.memory_limit),
        lambda one: one.name,
    ):
        assert ask(written) == ask(sent)


def test_the_json_of_hcl() -> None:
    task = {"front": {"driver": "docker", "config": {"image": "web:1", "privileged": "true"}}}
    (workload,) = workloads(json.dumps({"job": {"shop": {"group": {"web": [{"task": task}]}}}}), "shop.nomad.json")
    assert workload.name == "shop/web/front"
    assert known(container(workload).privilege.privileged) is True


def test_names_of_the_api_count_in_any_case() -> None:
    text = '{"id": "shop", "taskgroups": [{"name": "w", "tasks": [{"name": "f", "driver": "raw_exec", "config": {}}]}]}'
    (workload,) = workloads(text, "a.json")
    assert known(workload.sandbox.native) == "command"


@pytest.mark.parametrize(
    ("group", "mode", "network"),
    [
        ("", "", "private"),
        ('network {\nmode = "host"\n}', "", "private"),
        ('network {\nmode = "bridge"\n}', "", "private"),
        ('network {\nmode = "cni/mine"\n}', "", "private"),
        ('network {\nmode = "odd"\n}', "", None),
        ("network {}\nnetwork {}", "", None),
        ("", 'network_mode = "host"', "host"),
        ('network {\nmode = "bridge"\n}', 'network_mode = "host"', "host"),
        ("", 'network_mode = "container:db"', "container:db"),
        ("", 'network_mode = "${meta.mode}"', None),
    ],
)
def test_the_network_of_a_container_is_the_drivers_first(group: str, mode: str, network: str | None) -> None:
    assert known(docker(mode, group=group).namespaces.network) == network


def test_the_network_of_podman_is_the_groups_first() -> None:
    bridged = 'network {\nmode = "bridge"\n}'
    workload = docker('network_mode = "host"', driver="podman", group=bridged)
    assert known(workload.namespaces.network) == "private"
    assert [one.key for one in workload.ignored] == ["network_mode"]
    assert known(docker('network_mode = "host"', driver="podman").namespaces.network) == "host"
    assert known(docker('network_mode = "task:db"', driver="podman").namespaces.network) == "private"


@pytest.mark.parametrize(
    ("group", "network"),
    [("", "host"), ('network {\nmode = "host"\n}', "host"), ('network {\nmode = "none"\n}', "private")],
)
def test_a_process_is_on_the_network_of_its_client(group: str, network: str) -> None:
    assert known(job('command = "x"', driver="exec", group=group).namespaces.network) == network


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ("/srv:/srv", ("bind", "/srv", False)),
        ("/srv:/srv:ro,z", ("bind", "/srv", True)),
        ("local/a:/a", ("volume", None, False)),
        ("../alloc/a:/a", ("volume", None, False)),
        ("..${NOMAD_ALLOC_DIR}/a:/a", ("volume", None, False)),
        ("a:/a", ("volume", None, False)),
        ("${NOMAD_TASK_DIR}/a:/a", ("bind", "/local/a", False)),
        ("../../a:/a", ("bind", None, False)),
        ("/opt/${NOMAD_JOB_NAME}:/a", ("bind", None, False)),
        ("/srv:/srv:${meta.mode}", ("bind", "/srv", None)),
    ],
)
def test_a_relative_path_is_one_of_the_allocation(volume: str, expected: object) -> None:
    assert mounts(docker(f'volumes = ["{volume}"]')) == [expected]


def test_a_volume_of_windows() -> None:
    volume = 'volumes = ["C:\\\\data:C:\\\\app:ro"]'
    assert mounts(docker(volume)) == [("bind", "C:\\data", True)]


def test_a_volume_needs_a_target() -> None:
    (one,) = mounts(docker('volumes = ["/srv"]'))
    assert isinstance(one, Unknown)


def test_a_driver_of_volumes_makes_names_of_them() -> None:
    assert mounts(docker('volumes = ["data:/data"]', 'volume_driver = "pxd"')) == [("volume", None, False)]
    assert mounts(docker('volumes = ["/srv:/srv"]', 'volume_driver = "pxd"')) == [("bind", "/srv", False)]


def test_blocks_of_mounts() -> None:
    bind = 'mount {\ntype = "bind"\nsource = "/etc"\ntarget = "/e"\nreadonly = true\n}'
    listed = 'mounts = [{ type = "tmpfs", target = "/t" }, { target = "/v", source = "v" }]'
    assert mounts(docker(bind, listed)) == [("bind", "/etc", True), ("tmpfs", None, False), ("volume", None, False)]
    odd = docker('mount {\ntype = "image"\ntarget = "/e"\n}')
    assert isinstance(mounts(odd)[0], Unknown)


def test_a_volume_may_be_a_path_after_all() -> None:
    options = 'options {\ntype = "none"\no = "bind"\ndevice = "/etc"\n}'
    text = f'mount {{\ntarget = "/e"\nsource = "e"\nvolume_options {{\ndriver_config {{\n{options}\n}}\n}}\n}}'
    assert mounts(docker(text)) == [("bind", "/etc", False)]


def test_volumes_of_the_group() -> None:
    group = (
        'volume "certs" {\ntype = "host"\nsource = "ca"\nread_only = true\n}\n'
        'volume "data" {\ntype = "csi"\nsource = "x"\n}'
    )
    task = (
        'volume_mount {\nvolume = "certs"\ndestination = "/c"\n}\n'
        'volume_mount {\nvolume = "data"\ndestination = "/d"\npropagation_mode = "bidirectional"\n}\n'
        'volume_mount {\nvolume = "gone"\ndestination = "/g"\n}'
    )
    certs, data, gone = mounts(docker(group=group, task=task))
    assert certs == ("bind", "nomad.host_volumes.ca", True)
    assert data == ("volume", None, False)
    assert isinstance(gone, Unknown)


def test_a_plug_in_for_storage_is_given_a_folder_that_passes_on_what_it_mounts() -> None:
    workload = docker(task='csi_plugin {\nid = "x"\ntype = "node"\nmount_dir = "/csi"\n}')
    (member,) = container(workload).exposure.mounts.members
    assert isinstance(member, Stated)
    assert known(member.value.propagation) == "rshared"


def test_lists_and_mappings_are_flags() -> None:
    workload = docker(
        'cap_add = ["SYS_ADMIN", "cap_net_admin"]',
        'cap_drop = ["all"]',
        'security_opt = ["no-new-privileges", "apparmor=unconfined"]',
        'sysctl = { "net.core.somaxconn" = "1" }',
        'labels = { "gate.class" = "internal" }',
        'devices = [{ host_path = "/dev/sda", cgroup_permissions = "r" }]',
    )
    one = container(workload)
    assert [known(member) for member in one.privilege.capabilities_added.members] == ["SYS_ADMIN", "NET_ADMIN"]
    assert [known(member) for member in one.privilege.capabilities_dropped.members] == ["ALL", "NET_RAW"]
    assert known(one.privilege.no_new_privileges) is True
    assert [known(member) for member in one.exposure.sysctls.members] == ["net.core.somaxconn"]
    (device,) = (known(member) for member in one.exposure.devices.members)
    assert device is not None
    assert (device.path, device.access) == ("/dev/sda", "r")
    assert [(each.axis, each.value) for each in workload.statements] == [("class", "internal")]


@pytest.mark.parametrize(
    "line",
    ["privilged = true", "cap_add = var.gone", 'cap_add = "SYS_ADMIN"', 'image = ["x"]', "privileged = []"],
)
def test_what_a_driver_does_not_take_is_open(line: str) -> None:
    text = docker(line) if not line.startswith("image") else job(line)
    one = container(text)
    settings_ = (one.image, one.privilege.privileged)
    assert any(isinstance(setting, Unknown) for setting in settings_) or not one.privilege.capabilities_added.complete


@pytest.mark.parametrize(
    ("above", "value", "privileged"),
    [
        ('variable "p" {\ndefault = true\n}', "var.p", True),
        ('variables {\np = "true"\n}', "var.p", True),
        ("locals {\np = !false\n}", "local.p", True),
        ("locals {\np = local.q\nq = local.p\n}", "local.p", None),
        ('variable "p" {\ntype = bool\n}', "var.p", None),
        ("", "var.gone", None),
        ("", "meta.privileged", None),
        ("", '"${NOMAD_META_p}"', None),
        ("", '"1"', True),
        ("", '"yes"', None),
        ("", 'upper("true")', None),
        ("", 'lower("TRUE")', True),
        ("", 'file("x")', None),
    ],
)
def test_values(above: str, value: str, privileged: bool | None) -> None:
    assert known(container(docker(f"privileged = {value}", above=above)).privilege.privileged) is privileged


def test_a_dynamic_block_is_not_known() -> None:
    dynamic = 'dynamic "mount" {\nfor_each = ["a"]\ncontent {\ntype = "bind"\nsource = "/"\ntarget = "/h"\n}\n}'
    assert isinstance(mounts(docker(dynamic))[0], Unknown)
    found = reading(
        'job "shop" {\ngroup "web" {\ndynamic "task" {\nfor_each = ["a"]\ncontent {\ndriver = "docker"\n}\n}\n}\n}'
    )
    (one,) = found.subjects
    assert isinstance(one, Workload)
    assert isinstance(one.sandbox.native, Unknown)


@pytest.mark.parametrize(
    ("resources", "limit"),
    [
        ("", "300"),
        ("resources {\nmemory = 64\n}", "64"),
        ("resources {\nmemory = 64\nmemory_max = 128\n}", "128"),
        ("resources {\nmemory_max = -1\n}", ""),
        ("resources {\nmemory = var.gone\n}", None),
    ],
)
def test_memory(resources: str, limit: str | None) -> None:
    assert known(container(docker(task=resources)).resources.memory_limit) == limit


def test_roles() -> None:
    assert container(docker(task='lifecycle {\nhook = "prestart"\n}')).role == "init"
    assert container(docker(task='lifecycle {\nhook = "prestart"\nsidecar = true\n}')).role == "sidecar"
    assert container(docker(task='lifecycle {\nhook = "poststop"\n}')).role == "hook"


def test_a_sidecar_that_a_job_configures() -> None:
    def with_sidecar(inner: str) -> list[Workload]:
        service = f'service {{\nname = "api"\nconnect {{\nsidecar_service {{}}\nsidecar_task {{\n{inner}\n}}\n}}\n}}'
        task = f'task "t" {{\ndriver = "docker"\nconfig {{\n{IMAGE}\n}}\n}}'
        return workloads(f'job "shop" {{\ngroup "web" {{\n{service}\n{task}\n}}\n}}')

    found = with_sidecar('config {\nimage = "envoy:1"\nprivileged = true\n}')
    assert [one.name for one in found] == ["shop/web/t", "shop/web/connect-proxy-api"]
    assert known(container(found[1]).privilege.privileged) is True
    assert len(with_sidecar("resources {\ncpu = 5\n}")) == 1


@pytest.mark.parametrize(
    "text",
    [
        'job "[[ .name ]]" {\n  [[ range .groups ]]\n  group "web" {}\n  [[ end ]]\n}',
        'job "[[ var "name" . ]]_node" {\n  group "web" {}\n}',
        'job "x" {\n  group "web" {\n    {% if x %}\n    count = 1\n    {% endif %}\n  }\n}',
    ],
)
def test_a_template_that_nobody_rendered(text: str) -> None:
    (problem,) = reading(text, "web.nomad.tpl").problems
    assert problem.cause == "is a template that nobody has rendered"


@pytest.mark.parametrize("image", ["[[ .image ]]", "web:{{ version }}"])
def test_a_text_that_a_template_fills_in(image: str) -> None:
    assert isinstance(container(job(f'image = "{image}"')).image, Unknown)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('job "a" {\ngroup "g" {}\n}\njob "b" {\ngroup "g" {}\n}', "holds several jobs"),
        ('job "a" {\ngroup "g" {\n}', "is not valid HCL"),
        ('job "a" {\ngroup "g" {}\n}', "is a job without tasks"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, cause: str) -> None:
    (problem,) = reading(text).problems
    assert problem.cause.startswith(cause)
    assert problem.at is not None


def test_too_many_tasks() -> None:
    one = 'task "t" {\ndriver = "docker"\nconfig {\nimage = "x"\n}\n}\n'
    found = reading(f'job "a" {{\ngroup "g" {{\n{one * (MAX_TASKS + 1)}}}\n}}')
    assert len(found.subjects) == MAX_TASKS
    assert found.problems[0].cause == f"holds more than {MAX_TASKS} tasks"


def test_a_job_is_no_bake_file() -> None:
    text = (
        'job "a" {\nspread {\ntarget "us" {\npercent = 50\n}\n}\ngroup "g" {\ntask "t" {\ndriver = "raw_exec"\n'
        'config {\ncommand = "x"\n}\n}\n}\n}'
    )
    source = Source("a.hcl", text.encode())
    assert READER.claims(source)
    assert not bake.READER.claims(source)


@pytest.mark.parametrize(
    ("name", "is_asked"),
    [
        ("a.nomad", True),
        ("a.nomad.tpl", True),
        ("a.hcl", True),
        ("a.hcl.j2", True),
        ("a.pkr.hcl", False),
        ("a.tf", False),
    ],
)
def test_names(name: str, is_asked: bool) -> None:
    assert READERS["nomad"](name) is is_asked


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='jobgrupt "{}=\n[]$#<.1,', max_size=120))
def test_no_text_is_too_odd(text: str) -> None:
    for start in ('job "a" {\ngroup "g" {\n', '{"job": ', 'client {\nhost_volume "x" {\n'):
        source = Source("a.hcl", (start + text).encode())
        if READER.claims(source):
            READER.read(source, NoFiles())


@pytest.mark.parametrize("before", ["\ufeff", "/* one\n   two */ ", "/* here */ "])
def test_what_may_stand_before_a_job(before: str) -> None:
    text = f'{before}job "a" {{\n  group "b" {{\n    task "c" {{\n      driver = "raw_exec"\n    }}\n  }}\n}}\n'
    (found,) = workloads(text)
    assert READER.claims(Source("web.nomad.hcl", text.encode()))
    assert found.name == "a/b/c"


@pytest.mark.parametrize("driver", ["docker", "podman"])
def test_a_key_that_no_driver_knows_names_no_runtime(driver: str) -> None:
    """What it does is open, but a sandbox has a key of its own: what is privileged does not become undecided by it."""
    workload = docker("privileged = true", 'mystery = "x"', driver=driver)
    assert known(container(workload).privilege.privileged) is True
    assert not isinstance(workload.sandbox.native, Unknown)
    assert not isinstance(workload.namespaces.user, Unknown)
    assert not container(workload).exposure.mounts.complete
