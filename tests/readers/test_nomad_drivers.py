"""Nomad: processes, machines and drivers that nobody knows, and what clients decide."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gate.linking.nomad import Clients
from gate.model.evidence import Defaulted, Inapplicable, Stated, Unknown, known
from gate.model.profile import Named, PlatformProfile
from tests.readers.commands import container
from tests.readers.nomad_jobs import docker, job, mounts, reading, settings_of
from tests.verbs import check, rules, write_all

if TYPE_CHECKING:
    from pathlib import Path


def test_a_process_in_a_folder_of_its_own() -> None:
    workload = job('command = "x"', driver="exec")
    one, own = container(workload), workload.namespaces
    assert [known(each) for each in (own.pid, own.ipc, own.uts, own.cgroup)] == ["private", "private", "host", "host"]
    user = known(one.privilege.user)
    assert user is not None
    assert (user.text, user.is_root) == ("nobody", False)
    profile = known(one.confinement.seccomp)
    assert profile is not None
    assert profile.kind == "unconfined"
    assert isinstance(one.image, Inapplicable)


def test_root_keeps_every_capability_of_a_process() -> None:
    workload = job('command = "x"', 'cap_drop = ["all"]', driver="java", task='user = "root"')
    names = [known(one) for one in container(workload).privilege.capabilities_added.members]
    assert {"SYS_ADMIN", "SYS_MODULE", "NET_RAW"} <= set(names)
    assert [one.key for one in workload.ignored] == ["cap_drop"]
    asked = job('command = "x"', driver="exec", task='user = "${meta.user}"')
    assert isinstance(container(asked).privilege.capabilities_added.members[0], Unknown)


@pytest.mark.parametrize(("line", "mode"), [('pid_mode = "host"', "host"), ('pid_mode = "odd"', None), ("", "private")])
def test_modes_of_a_process(line: str, mode: str | None) -> None:
    assert known(job('command = "x"', line, driver="exec").namespaces.pid) == mode


def test_a_command_on_the_client() -> None:
    workload = job('command = "x"', driver="raw_exec")
    assert known(workload.sandbox.native) == "command"
    assert isinstance(workload.namespaces.pid, Inapplicable)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("", "emulated-vm"),
        ('accelerator = "tcg"', "emulated-vm"),
        ('accelerator = "kvm"', "vm"),
        ('accelerator = "odd"', None),
        ('accelerator = "${meta.kind}"', None),
        ("acelerator = true", None),
    ],
)
def test_a_machine(line: str, kind: str | None) -> None:
    workload = job('image_path = "local/a.img"', line, driver="qemu")
    assert workload.machine is not None
    assert known(workload.sandbox.native) == kind


def test_arguments_of_a_machine() -> None:
    args = (
        'args = ["-virtfs", "local,path=/srv,mount_tag=x,readonly=on", "-drive", "file=/dev/sdb,format=raw", '
        '"-device", "vfio-pci,host=01:00.0", "-qmp", "tcp:0.0.0.0:4444,server"]'
    )
    workload = job('image_path = "local/a.img"', args, driver="qemu")
    assert mounts(workload) == [("share", "/srv", True)]
    devices = [known(one) for one in container(workload).exposure.devices.members]
    assert [one.path for one in devices if one is not None] == [
        "/dev/sdb",
        "a device of the host (vfio-pci,host=01:00.0)",
    ]
    assert workload.machine is not None
    assert len(workload.machine.monitors.members) == 1
    unknown = job('image_path = "local/a.img"', "args = var.args", driver="qemu")
    assert not container(unknown).exposure.mounts.complete


@pytest.mark.parametrize("driver", ["pledge", "containerd-driver", "exec2", "", "${meta.driver}"])
def test_a_driver_that_is_not_known_keeps_nothing_apart_for_sure(driver: str) -> None:
    workload = job('command = "x"', driver=driver)
    assert isinstance(workload.sandbox.native, Unknown)
    assert isinstance(workload.namespaces.network, Unknown)
    assert not container(workload).exposure.mounts.complete


def test_windows_is_isolated_by_hyperv_where_a_job_says_so() -> None:
    where = 'constraint {\nattribute = "${attr.kernel.name}"\nvalue = "windows"\n}'
    workload = docker(group=where)
    assert known(workload.os) == "windows"
    assert isinstance(workload.sandbox.native, Unknown)
    assert known(docker('isolation = "process"').sandbox.native) == "process"
    assert known(docker(group=where.replace('value = "windows"', 'operator = "!="\nvalue = "windows"')).os) == "linux"


CLIENT = (
    'client {\n  options = {\n    "a.b" = "c"\n  }\n  host_volume "ca" {\n    path = "/etc/ssl"\n  }\n}\n'
    'plugin "docker" {\n  config {\n    allow_caps = ["ALL"]\n  }\n}\n'
    'plugin "exec" {\n  config {\n    default_pid_mode = "host"\n  }\n}\n'
)


def test_a_client_says_what_its_volumes_are() -> None:
    found = {one.name: known(one.value) for one in settings_of(CLIENT)}
    assert found == {"host_volume.ca": "/etc/ssl", "docker.allow_caps": "ALL", "exec.default_pid_mode": "host"}


def test_a_client_that_cannot_be_read_is_named() -> None:
    found = reading('client {\n  host_volume "ca" {\n', "client.hcl")
    assert [one.reason.split(",")[0] for one in found.skipped] == ["is the configuration of a client of Nomad"]


def test_what_clients_do_is_linked() -> None:
    group = 'volume "c" {\ntype = "host"\nsource = "ca"\n}'
    task = 'volume_mount {\nvolume = "c"\ndestination = "/c"\n}'
    seen = Clients(settings_of(CLIENT), PlatformProfile()).settled(docker(group=group, task=task))
    assert mounts(seen) == [("bind", "/etc/ssl", False)]
    assert container(seen).privilege.capabilities_dropped.members == ()
    alone = Clients((), PlatformProfile()).settled(docker(group=group, task=task))
    (mount,) = container(alone).exposure.mounts.members
    assert isinstance(mount, Stated)
    assert "platform: {nomad: {host_volumes: {ca:" in getattr(mount.value.source, "reason", "")
    at = alone.at
    declared = PlatformProfile(nomad_host_volumes=(Named("ca", "/srv", at),))
    assert mounts(Clients(settings_of(CLIENT), declared).settled(docker(group=group, task=task))) == [
        ("bind", "/srv", False)
    ]


def test_a_client_may_share_its_processes() -> None:
    clients = Clients(settings_of(CLIENT), PlatformProfile())
    assert known(clients.settled(job('command = "x"', driver="exec")).namespaces.pid) == "host"
    assert (
        known(clients.settled(job('command = "x"', 'pid_mode = "private"', driver="exec")).namespaces.pid) == "private"
    )
    assert isinstance(clients.settled(docker()).namespaces.pid, Defaulted)
    assert known(clients.settled(docker()).namespaces.pid) == "private"


def test_a_client_of_another_folder_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        'job "a" {\ngroup "g" {\nvolume "c" {\ntype = "host"\nsource = "ca"\n}\ntask "t" {\ndriver = "docker"\n'
        'config {\nimage = "x"\n}\nvolume_mount {\nvolume = "c"\ndestination = "/c"\n}\n}\n}\n}\n'
    )
    write_all(tmp_path, {"jobs/a.nomad": text, "ansible/client.hcl": CLIENT})
    assert "ISO010" in rules(check(capsys, tmp_path).report["subjects"][0])


def test_a_job_is_told_what_its_clients_have_to_allow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared = (
        "version: 1\nplatform: {placement: shared}\n"
        "workloads:\n- {name: w, paths: ['**'], sensitivity: internal, code_trust: untrusted}\n"
    )
    text = 'job "a" {\ngroup "g" {\ntask "t" {\ndriver = "docker"\nuser = "7"\nconfig {\nimage = "x"\n}\n}\n}\n}\n'
    write_all(tmp_path, {"a.nomad": text, ".gate.yaml": declared})
    (subject,) = check(capsys, tmp_path).report["subjects"]
    said = json.dumps(subject["suggestions"])
    assert "allow_runtimes" in said
    assert "io.containerd.runsc.v1" in said
