"""Containers of Terraform's provider for Docker are read as the command that would start them."""

from __future__ import annotations

from typing import Any

import pytest

from gate.model.evidence import Stated, Unknown, known
from gate.model.reader import Reading
from gate.model.source import Source
from gate.model.workload import Container, Workload
from gate.readers.docker_run import READER
from tests.readers.packer import Tree


def read(text: str) -> Reading:
    source = Source("main.tf", text.encode())
    assert READER.claims(source)
    return READER.read(source, Tree({"main.tf": text}))


def only(body: str, rest: str = "") -> Workload:
    """Read the one container of a file, from the lines of its resource."""
    reading = read(f'resource "docker_container" "web" {{\nname = "web"\nimage = "web:1"\n{body}\n}}\n{rest}')
    assert reading.problems == ()
    (found,) = reading.subjects
    assert isinstance(found, Workload)
    return found


def container(body: str, rest: str = "") -> Container:
    (member,) = only(body, rest).containers.members
    assert isinstance(member, Stated)
    return member.value


def shell(flags: str) -> Workload:
    """Read the command line that says the same."""
    source = Source("run.sh", f"docker run --name=web {flags} web:1\n".encode())
    (found,) = READER.read(source, Tree({})).subjects
    assert isinstance(found, Workload)
    return found


def plain(value: Any) -> Any:
    """Return evidence without its places."""
    if isinstance(value, Unknown):
        return "unknown"
    if hasattr(value, "members"):
        return [plain(one) for one in value.members], value.complete
    if hasattr(value, "__slots__") and not isinstance(value, str):
        names = [name for one in type(value).__mro__ for name in getattr(one, "__slots__", ())]
        return type(value).__name__, [
            plain(getattr(value, name)) for name in names if name not in ("at", "via", "id", "reason", "open_because")
        ]
    return [plain(one) for one in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize(
    ("body", "flags"),
    [
        ("", ""),
        ("privileged = true", "--privileged"),
        ('user = "0"\nread_only = true', "--user 0 --read-only"),
        ('capabilities {\nadd = ["CAP_SYS_ADMIN"]\ndrop = ["ALL"]\n}', "--cap-add CAP_SYS_ADMIN --cap-drop ALL"),
        ('pid_mode = "host"\nipc_mode = "host"', "--pid host --ipc host"),
        ('network_mode = "host"', "--network host"),
        ('userns_mode = "host"\ncgroupns_mode = "host"', "--userns host --cgroupns host"),
        ('security_opts = ["seccomp=unconfined"]', "--security-opt seccomp=unconfined"),
        (
            'volumes {\nhost_path = "/var/run/docker.sock"\ncontainer_path = "/s"\nread_only = true\n}',
            "-v /var/run/docker.sock:/s:ro",
        ),
        ('volumes {\nvolume_name = "data"\ncontainer_path = "/d"\n}', "-v data:/d"),
        ('volumes {\nfrom_container = "other"\n}', "--volumes-from other"),
        (
            'mounts {\ntype = "bind"\nsource = "/etc"\ntarget = "/e"\nbind_options {\npropagation = "rshared"\n}\n}',
            "--mount type=bind,source=/etc,target=/e,bind-propagation=rshared",
        ),
        ('devices {\nhost_path = "/dev/sda"\n}', "--device /dev/sda:/dev/sda"),
        ('runtime = "runsc"', "--runtime runsc"),
        ('sysctls = { "kernel.shmmax" = "1" }', "--sysctl kernel.shmmax=1"),
        ('tmpfs = { "/run" = "rw,size=1m" }', "--tmpfs /run:rw,size=1m"),
        ("memory = 256", "--memory 256m"),
        ('ports {\ninternal = 80\nexternal = 8080\nip = "127.0.0.1"\n}', "-p 127.0.0.1:8080:80"),
        ('labels {\nlabel = "gate.sensitivity"\nvalue = "restricted"\n}', "--label gate.sensitivity=restricted"),
        ('networks_advanced {\nname = "back"\n}', "--network back"),
        ('gpus = "all"', "--gpus all"),
        ('ulimit {\nname = "nproc"\nsoft = 10\nhard = 20\n}', "--ulimit nproc=10:20"),
    ],
)
def test_each_argument_is_the_flag_of_the_command_line(body: str, flags: str) -> None:
    found, wanted = only(body), shell(flags)
    for name in ("containers", "namespaces", "sandbox", "statements", "os", "segments", "refused"):
        assert plain(getattr(found, name)) == plain(getattr(wanted, name)), name


def test_settings_have_their_lines() -> None:
    found = container('capabilities {\nadd = ["SYS_ADMIN"]\n}\nprivileged = true').privilege
    assert found.privileged.at.line == 7
    assert found.capabilities_added.members[0].at.line == 5


def test_what_is_not_known_stays_open() -> None:
    assert isinstance(container("privileged = var.p").privilege.privileged, Unknown)
    assert not container("capabilities {\nadd = var.c\n}").privilege.capabilities_added.complete
    assert not container('dynamic "volumes" {\nfor_each = var.v\ncontent {}\n}').exposure.mounts.complete
    mounts = container('volumes {\nhost_path = var.h\ncontainer_path = "/c"\n}').exposure.mounts
    found = [one.value.source if isinstance(one, Stated) else one for one in mounts.members]
    assert not mounts.complete or any(isinstance(one, Unknown) for one in found)


def test_an_image_that_another_resource_pulls_has_its_name() -> None:
    rest = 'resource "docker_image" "i" {\nname = "nginx:1.27"\n}\n'
    text = f'resource "docker_container" "web" {{\nimage = docker_image.i.image_id\n}}\n{rest}'
    (found,) = read(text).subjects
    assert isinstance(found, Workload)
    (member,) = found.containers.members
    assert isinstance(member, Stated)
    assert known(member.value.image) == "nginx:1.27"
    assert found.name == "web"


def test_networks_and_volumes_that_the_module_makes_have_their_names() -> None:
    body = "networks_advanced {\nname = docker_network.back.name\n}\nvolumes {\n"
    body += 'volume_name = docker_volume.data.name\ncontainer_path = "/d"\n}'
    network = 'resource "docker_network" "back" {\nname = "back"\n}\n'
    options = 'driver_opts = { type = "none", o = "bind", device = "/etc" }\n'
    for given, wanted in (("", None), (options, "/etc")):
        volume = f'resource "docker_volume" "data" {{\n{given}}}\n'
        found = only(body, network + volume)
        assert known(found.namespaces.network) not in (None, "host")
        (member,) = container(body, network + volume).exposure.mounts.members
        assert isinstance(member, Stated)
        assert known(member.value.source) == wanted


def test_every_known_instance_is_one_and_none_where_it_is_counted_as_none() -> None:
    for argument, count in (('for_each = toset(["a", "b"])', 2), ("count = 0", 0), ("count = var.c", 1)):
        text = f'resource "docker_container" "c" {{\n{argument}\nimage = "i"\n}}\n'
        assert len(read(text).subjects) == count


@pytest.mark.parametrize("body", ["", "image = var.i", "volumes = 3", "capabilities = []", "image = null"])
def test_half_a_container_is_still_a_subject(body: str) -> None:
    assert len(read(f'resource "docker_container" "c" {{\n{body}\n}}\n').subjects) == 1


@pytest.mark.parametrize("before", ["\ufeff", "/* one\n   two */ ", "/* here */ "])
def test_what_may_stand_before_a_resource(before: str) -> None:
    text = f'{before}resource "docker_container" "web" {{\nimage = "web:1"\nprivileged = true\n}}\n'
    reading = read(text)
    assert reading.problems == ()
    (found,) = reading.subjects
    assert isinstance(found, Workload)
    assert found.at.line == 1 + before.count("\n")


def test_locals_in_locals_are_gone_through_once() -> None:
    chain = "".join(f"a{one} = {{ x = local.a{one + 1}, y = local.a{one + 1} }}\n" for one in range(28))
    found = container("sysctls = local.a0", f'locals {{\n{chain}a28 = "x"\n}}\n')
    assert known(found.image) == "web:1"
