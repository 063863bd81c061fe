"""What the ECS reader makes of a task definition as the API takes it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.model.evidence import Deferred, Inapplicable, Stated, Unknown, known
from tests.readers.ecs import NAME, container, first, line, read, task, values


def test_a_bare_task_has_the_defaults_of_the_engine() -> None:
    found = container()
    assert known(found.privilege.privileged) is False
    assert isinstance(found.privilege.user, Deferred)
    assert isinstance(found.privilege.no_new_privileges, Deferred)
    assert values(found.exposure.mounts) == []
    assert getattr(known(found.confinement.seccomp), "kind", "") == "runtime-default"
    assert known(found.resources.read_only_root) is False
    assert known(found.resources.memory_limit) == ""
    assert found.capability_algebra == "docker"


def test_a_task_is_called_by_its_family() -> None:
    found = task()
    assert (found.id, found.name, found.kind, found.platform) == (
        "taskdef.json#TaskDefinition/web",
        "web",
        "TaskDefinition",
        "ecs",
    )


def test_what_a_description_wraps_is_read_too() -> None:
    text = json.dumps({"taskDefinition": {"family": "web", "containerDefinitions": [NAME]}, "tags": []})
    assert [subject.id for subject in read("d.json", {"d.json": text}).subjects] == ["d.json#TaskDefinition/web"]


def test_the_command_line_takes_yaml_too() -> None:
    text = "family: web\ncontainerDefinitions:\n- name: web\n  image: web:1\n  privileged: true\n"
    (found,) = read("taskdef.yaml", {"taskdef.yaml": text}).subjects
    privileged = first(found).privilege.privileged  # type: ignore[arg-type]
    assert (known(privileged), line(privileged)) == (True, 5)


def test_every_key_has_its_line() -> None:
    text = """{
  "family": "web",
  "pidMode": "host",
  "ipcMode": "host",
  "networkMode": "host",
  "containerDefinitions": [
    {
      "name": "web",
      "image": "web:1",
      "user": "1000",
      "privileged": true,
      "readonlyRootFilesystem": true
    }
  ]
}
"""
    (found,) = read("taskdef.json", {"taskdef.json": text}).subjects
    spaces, one = found.namespaces, first(found)  # type: ignore[union-attr, arg-type]
    assert [line(setting) for setting in (spaces.pid, spaces.ipc, spaces.network)] == [3, 4, 5]
    assert [line(one.image), line(one.privilege.user), line(one.privilege.privileged)] == [9, 10, 11]
    assert line(one.resources.read_only_root) == 12
    assert [known(setting) for setting in (spaces.pid, spaces.ipc, spaces.network)] == ["host"] * 3


@pytest.mark.parametrize("mode", ["task", "none", "bridge", "awsvpc", "default"])
def test_every_other_mode_is_of_its_own(mode: str) -> None:
    found = task(pidMode=mode, ipcMode=mode, networkMode=mode).namespaces
    assert {known(found.pid), known(found.ipc), known(found.network)} == {"private"}


def test_what_a_process_may_do() -> None:
    linux = {"capabilities": {"add": ["SYS_ADMIN", "CAP_NET_RAW"], "drop": ["all"]}}
    options = ["no-new-privileges", "apparmor:unconfined", "label:disable"]
    found = container(linuxParameters=linux, dockerSecurityOptions=options, user="app:app", privileged=True)
    assert values(found.privilege.capabilities_added) == ["SYS_ADMIN", "NET_RAW"]
    assert values(found.privilege.capabilities_dropped) == ["ALL"]
    assert known(found.privilege.no_new_privileges) is True
    assert getattr(known(found.confinement.apparmor), "kind", "") == "unconfined"
    assert getattr(known(found.confinement.selinux), "disabled", False)
    assert getattr(known(found.privilege.user), "text", "") == "app:app"


@pytest.mark.parametrize(("text", "root"), [("0", True), ("root", True), ("1000:1000", False), ("app", False)])
def test_users(text: str, root: bool) -> None:
    user = known(container(user=text).privilege.user)
    assert user is not None
    assert user.is_root is root


def test_an_empty_user_is_none() -> None:
    assert isinstance(container(user="").privilege.user, Deferred)


def test_what_is_not_of_its_type_is_unknown() -> None:
    found = container(privileged="true", user=1000, readonlyRootFilesystem=1)
    assert isinstance(found.privilege.privileged, Unknown)
    assert isinstance(found.privilege.user, Unknown)
    assert isinstance(found.resources.read_only_root, Unknown)


def test_devices_sysctls_and_accelerators() -> None:
    devices = [{"hostPath": "/dev/sda"}, {"hostPath": "/dev/fuse", "permissions": ["read", "write"]}, {}]
    found = container(
        linuxParameters={"devices": devices},
        systemControls=[{"namespace": "net.core.somaxconn", "value": "1024"}],
        resourceRequirements=[{"type": "GPU", "value": "1"}, {"type": "InferenceAccelerator", "value": "a"}],
    ).exposure
    assert [getattr(one, "path", "") for one in values(found.devices)] == ["/dev/sda", "/dev/fuse", ""]
    assert [getattr(one, "access", "") for one in values(found.devices)] == ["rwm", "rw", ""]
    assert values(found.sysctls) == ["net.core.somaxconn"]
    assert values(found.gpus) == ["GPU"]


def test_limits() -> None:
    assert known(container(memory=512).resources.memory_limit) == "512"
    assert known(container({"memory": "1GB"}).resources.memory_limit) == "1GB"
    assert known(container(memoryReservation=512).resources.memory_limit) == ""
    assert known(container(ulimits=[{"name": "nproc", "hardLimit": 99, "softLimit": 9}]).resources.pids_limit) == "99"
    assert known(container(ulimits=[{"name": "nofile", "hardLimit": 99}]).resources.pids_limit) == ""


def mounts(*volumes: dict[str, Any], read_only: bool = False) -> list[tuple[str, str | None, bool | None]]:
    """Mount volumes and return what each comes to: the kind, the path of the host, whether it is read-only."""
    points = [
        {"sourceVolume": volume["name"], "containerPath": f"/{volume['name']}", "readOnly": read_only}
        for volume in volumes
    ]
    found = container({"volumes": list(volumes)}, mountPoints=points).exposure.mounts
    return [(mount.kind, known(mount.source), known(mount.read_only)) for mount in values(found) if mount is not None]


def test_a_path_of_the_host() -> None:
    assert mounts({"name": "d", "host": {"sourcePath": "/data"}}) == [("bind", "/data", False)]
    assert mounts({"name": "d", "host": {"sourcePath": "/data"}}, read_only=True) == [("bind", "/data", True)]
    pipe = "\\\\.\\pipe\\docker_engine"
    assert mounts({"name": "d", "host": {"sourcePath": pipe}}) == [("pipe", pipe, False)]
    assert mounts({"name": "d", "host": {"sourcePath": "C:\\data"}}) == [("bind", "C:\\data", False)]


@pytest.mark.parametrize(
    "volume",
    [
        {},
        {"host": {}},
        {"host": {"sourcePath": ""}},
        {"host": {"sourcePath": "named"}},
        {"efsVolumeConfiguration": {"fileSystemId": "fs-1", "rootDirectory": "/"}},
        {"dockerVolumeConfiguration": {"driver": "local", "scope": "shared"}},
        {"dockerVolumeConfiguration": {"driver": "rexray/ebs", "driverOpts": {"o": "bind", "device": "/etc"}}},
        {"dockerVolumeConfiguration": {"driverOpts": {"type": "nfs", "device": ":/x", "o": "addr=1"}}},
        {"dockerVolumeConfiguration": {"driverOpts": {"type": "tmpfs", "device": "tmpfs"}}},
    ],
)
def test_a_volume_that_is_not_of_the_host(volume: dict[str, Any]) -> None:
    assert mounts({"name": "d", **volume}) == [("volume", None, False)]


def test_a_volume_whose_driver_binds_a_path() -> None:
    options = {"type": "none", "o": "bind,ro", "device": "/etc"}
    assert mounts({"name": "d", "dockerVolumeConfiguration": {"driverOpts": options}}) == [("bind", "/etc", True)]


def test_a_block_device_as_a_volume() -> None:
    options = {"type": "ext4", "device": "/dev/sdb"}
    volume = {"name": "d", "dockerVolumeConfiguration": {"driver": "local", "driverOpts": options}}
    assert mounts(volume) == [("bind", "/dev/sdb", False)]


def test_volumes_of_another_container_are_its_own() -> None:
    containers = [
        {**NAME, "volumesFrom": [{"sourceContainer": "log", "readOnly": True}]},
        {"name": "log", "image": "log:1", "mountPoints": [{"sourceVolume": "d", "containerPath": "/d"}]},
    ]
    volumes = [{"name": "d", "host": {"sourcePath": "/data"}}]
    found = first(task(containerDefinitions=containers, volumes=volumes)).exposure.mounts
    assert [(known(one.source), known(one.read_only)) for one in values(found) if one] == [("/data", True)]


def test_containers_that_take_each_others_volumes_come_to_an_end() -> None:
    containers = [
        {**NAME, "volumesFrom": [{"sourceContainer": "b"}]},
        {"name": "b", "image": "b", "volumesFrom": [{"sourceContainer": "web"}, {"sourceContainer": "c"}]},
    ]
    found = first(task(containerDefinitions=containers)).exposure.mounts
    assert [isinstance(member, Unknown) for member in found.members] == [True]


def test_a_tmpfs_is_a_mount_of_nothing() -> None:
    found = container(linuxParameters={"tmpfs": [{"containerPath": "/run", "size": 64}]}).exposure.mounts
    assert [getattr(one, "kind", "") for one in values(found)] == ["tmpfs"]


def test_windows() -> None:
    found = task(
        runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
        containerDefinitions=[{**NAME, "user": "ContainerUser", "readonlyRootFilesystem": True}],
    )
    assert known(found.os) == "windows"
    assert isinstance(first(found).privilege.user, Deferred)
    assert [one.key for one in found.ignored] == ["readonlyRootFilesystem", "user"]
    assert known(task(runtimePlatform={"operatingSystemFamily": "LINUX"}).os) == "linux"


def test_what_tags_and_labels_state() -> None:
    found = task(
        tags=[{"key": "boundary-gate.io/class", "value": "restricted"}, {"key": "team", "value": "x"}],
        containerDefinitions=[{**NAME, "dockerLabels": {"gate.exposure": "internet", "other": "y"}}],
    )
    assert [(one.axis, one.value) for one in found.statements] == [("class", "restricted"), ("exposure", "internet")]


def test_a_key_in_the_wrong_place_protects_nothing() -> None:
    found = task(
        readonlyRootFilesystem=True,
        containerDefinitions=[{**NAME, "pidMode": "task", "readonlyRootFileSystem": True, "capabilities": {}}],
    )
    assert [one.key for one in found.ignored] == [
        "readonlyRootFilesystem",
        "pidMode",
        "readonlyRootFileSystem",
        "capabilities",
    ]


def test_a_key_that_stands_twice_is_in_doubt() -> None:
    text = '{"containerDefinitions": [{"name": "a", "image": "a", "privileged": true, "privileged": false}]}'
    (found,) = read("a.json", {"a.json": text}).subjects
    assert known(first(found).privilege.privileged) is False  # type: ignore[arg-type]
    assert {doubt.at.line for doubt in getattr(found, "doubts", ())} == {1}


def test_images_are_named() -> None:
    assert [(one.kind, one.name) for one in task().references] == [("image", "web:1")]


@pytest.mark.parametrize("containers", ["[]", "null"])
def test_without_containers_there_is_nothing_to_start(containers: str) -> None:
    reading = read("a.json", {"a.json": f'{{"family": "web", "containerDefinitions": {containers}}}'})
    assert reading.subjects == ()
    assert ["has no containers" in problem.cause for problem in reading.problems] == [True]


def test_more_containers_than_there_can_be_are_not_known() -> None:
    found = task(containerDefinitions=[{**NAME, "name": f"c{number}"} for number in range(150)])
    assert len(found.containers.members) == 101
    last = found.containers.members[-1]
    assert isinstance(last, Stated)
    assert isinstance(last.value.privilege.privileged, Unknown)


def test_elastic_beanstalk_starts_on_ec2() -> None:
    text = json.dumps({"AWSEBDockerrunVersion": 2, "containerDefinitions": [NAME]})
    (found,) = read("Dockerrun.aws.json", {"Dockerrun.aws.json": text}).subjects
    native = found.sandbox.native  # type: ignore[union-attr]
    assert known(native) == "host"
    assert not isinstance(native, Inapplicable)
