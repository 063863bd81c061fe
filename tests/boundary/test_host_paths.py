"""Which paths of the host are worth the whole host, which reach a socket, and which are the project's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gate.boundary.host_paths import is_root, normalise, reaches_socket
from tests.verbs import check, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("path", "clean"),
    [
        ("/", "/"),
        ("//etc//passwd/", "/etc/passwd"),
        ("/a/../../etc/.", "/etc"),
        ("/var/run/docker.sock", "/run/docker.sock"),
        ("/var/runs", "/var/runs"),
        (".", "."),
        ("./", "."),
        ("./a/../b", "b"),
        ("..", ".."),
        ("../../x", "../../x"),
        ("a/../../x", "../x"),
        ("C:\\Windows\\", "c:/windows"),
        ("C:\\", "c:/"),
        ("\\\\.\\pipe\\docker_engine", "//./pipe/docker_engine".replace("//./", "/")),
    ],
)
def test_normalising(path: str, clean: str) -> None:
    assert normalise(path) == clean


@pytest.mark.parametrize(
    "path", ["/", "/run", "/var/run", "/run/docker.sock", "/run/containerd", "/var/lib", "/run/user/1000"]
)
def test_what_leads_to_a_socket(path: str) -> None:
    assert reaches_socket(normalise(path))


@pytest.mark.parametrize("path", [".", "./", "data", "..", "../..", "/srv", "/runner", "/etc/nginx", "./run"])
def test_what_leads_to_none(path: str) -> None:
    assert not reaches_socket(normalise(path))


@pytest.mark.parametrize(
    "path",
    ["/", "/etc", "/etc/shadow", "/root/.ssh", "/proc", "/dev", "/var/lib/kubelet", "/home", "C:\\", "C:\\Windows"],
)
def test_what_is_the_host_even_to_read(path: str) -> None:
    assert is_root(normalise(path), read_only=True)


@pytest.mark.parametrize(
    "path", ["/run/docker.sock", "/run/containerd/containerd.sock", "/run/user/1000/podman/podman.sock"]
)
def test_a_socket_is_no_folder_of_the_host(path: str) -> None:
    assert reaches_socket(normalise(path))
    assert not is_root(normalise(path), read_only=False)


@pytest.mark.parametrize("path", ["/usr", "/usr/bin", "/lib/modules", "/var/log", "/opt/cni", "/sys/fs/cgroup"])
def test_what_is_the_host_to_write(path: str) -> None:
    assert is_root(normalise(path), read_only=False)
    assert not is_root(normalise(path), read_only=True)


@pytest.mark.parametrize("path", [".", "..", "src", "/srv/data", "/data", "/mnt/disk"])
def test_what_is_neither(path: str) -> None:
    assert not is_root(normalise(path), read_only=False)


@pytest.mark.parametrize("path", ["/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo"])
def test_what_everybody_may_read(path: str) -> None:
    assert not is_root(normalise(path), read_only=True)


@pytest.mark.parametrize(
    ("source", "worst", "best"),
    [
        ("..", "L0", "L1"),
        ("../../..", "L0", "L1"),
        ("./../../etc", "L0", "L1"),
        ("../data", "L1", "L1"),
        ("./data", "L1", "L1"),
        ("~", "L0", "L0"),
        ("~/data", "L1", "L1"),
    ],
)
def test_a_path_that_climbs_out_of_the_project_may_be_the_host(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, worst: str, best: str
) -> None:
    """It is a path of the host for certain; a home is somebody's secrets, wherever it lies."""
    write(tmp_path, compose__yaml=f"services: {{web: {{image: web, volumes: ['{source}:/x']}}}}\n")
    boundary = check(capsys, tmp_path).subject("services/web")["boundary"]
    assert (boundary["worst"], boundary["best"]) == (worst, best)
