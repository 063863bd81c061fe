"""Asks a server of LXD, which runs in namespaces of its own and is kept from starting anything.

The server makes an instance of no image, says what its profiles and its own keys come to, and writes the configuration
of LXC that it would start the instance with.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

#: What stands for the server's folder in what it writes, and for that of an instance's devices.
LXD = "/LXD"
DEVICES = "/DEVICES"

_PROGRAMS = ("lxd", "unshare", "ip", "nsenter", "nft", "dnsmasq")

#: Seconds that the server is given to answer for the first time.
_PATIENCE = 60

#: Instances that are asked about at a time.
_TOGETHER = 8

#: What LXD calls itself by when it starts a container; everything else is LXD's own.
_WRAPPER = '#!/bin/sh\n[ "$1" = forkstart ] && exit 1\nexec lxd "$@"\n'
_START = """
ip link set lo up
ip link add card0 type dummy
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /mnt
mkdir -p /mnt/data/inner
exec lxd --logfile {log}
"""


class Answer(NamedTuple):
    """What LXD makes of one instance: why it refuses it, or what it comes to.

    `lxc` is the configuration that it would start the instance with, empty where the machine lacks something for it,
    which `unstarted` says, and `policy` the one for system calls.
    """

    refused: str
    config: Mapping[str, str] = MappingProxyType({})
    devices: Mapping[str, dict[str, str]] = MappingProxyType({})
    lxc: str = ""
    policy: str = ""
    unstarted: str = ""


class Server:
    """A server with an empty pool."""

    def __init__(self) -> None:
        """Choose a folder."""
        self._folder = Path(tempfile.mkdtemp(prefix="lxd-"))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it, and wait until it answers."""
        if os.geteuid() or any(shutil.which(program) is None for program in _PROGRAMS):
            raise SystemExit(f"{', '.join(_PROGRAMS)} are needed, and root to start them")
        wrapper = self._folder / "wrapper"
        wrapper.write_text(_WRAPPER)
        wrapper.chmod(0o755)
        (self._folder / "lxd").mkdir()
        script = _START.format(log=self._folder / "log")
        command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script]
        environment = {**os.environ, "LXD_DIR": str(self._folder / "lxd"), "LXD_EXEC_PATH": str(wrapper)}
        with (self._folder / "output").open("wb") as output:
            self._process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        self._wait()
        self.ask("POST", "/1.0/storage-pools", {"name": "pool", "driver": "dir"})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it; what it mounted goes with its namespaces."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            time.sleep(1)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        for _ in range(_PATIENCE * 5):
            time.sleep(0.2)
            try:
                if self.ask("GET", "/1.0")["metadata"]["auth"] == "trusted":
                    return
            except (OSError, KeyError):
                continue
        raise SystemExit(f"LXD does not start: {(self._folder / 'output').read_text('utf-8', 'replace')[-2000:]}")

    def version(self) -> str:
        """Return its version."""
        return str(self.ask("GET", "/1.0")["metadata"]["environment"]["server_version"])

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask, and wait for what goes on behind; the key `error` says why it refuses."""
        answer = self._once(method, path, body)
        if answer.get("type") == "async":
            answer = self._once("GET", f"{answer['operation']}/wait?timeout=60", None)
            found = answer.get("metadata") or {}
            return {**answer, "error": found.get("err") or answer.get("error")}
        return answer

    def chain(self, name: str) -> str:
        """Return a chain that it has written for the firewall, of its own network namespace."""
        assert self._process is not None
        inside = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text("ascii").split()[0]
        command = ["nsenter", "--target", inside, "--net", "nft", "list", "chain", "inet", "lxd", name]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def _once(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        connection = http.client.HTTPConnection("lxd")
        connection.sock = socket.socket(socket.AF_UNIX)
        try:
            connection.sock.connect(str(self._folder / "lxd" / "unix.socket"))
            connection.request(method, path, json.dumps(body) if body is not None else None)
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
            return answer
        finally:
            connection.close()

    def all(self, instances: Iterable[dict[str, Any]]) -> list[Answer]:
        """Return what LXD makes of each: profiles in their order, then the instance's own keys and devices."""
        with ThreadPoolExecutor(_TOGETHER) as pool:
            return list(pool.map(self._about, enumerate(instances)))

    def _about(self, numbered: tuple[int, dict[str, Any]]) -> Answer:
        number, instance = numbered
        name, made = f"c{number}", []
        try:
            for profile, given in instance["profiles"].items():
                full = f"{name}-{profile}"
                answer = self.ask("POST", "/1.0/profiles", {"name": full, **given})
                if answer.get("error"):
                    return Answer(str(answer["error"]))
                made.append(full)
            return self._instance(name, made, instance)
        finally:
            self.ask("DELETE", f"/1.0/instances/{name}")
            for full in made:
                self.ask("DELETE", f"/1.0/profiles/{full}")

    def _instance(self, name: str, profiles: list[str], instance: dict[str, Any]) -> Answer:
        own = {"config": instance["config"], "devices": instance["devices"], "profiles": profiles}
        answer = self.ask("POST", "/1.0/instances", {"name": name, "source": {"type": "none"}, **own})
        if answer.get("error"):
            return Answer(str(answer["error"]))
        found = self.ask("GET", f"/1.0/instances/{name}")["metadata"]
        config, devices = found["expanded_config"], found["expanded_devices"]
        folder = self._folder / "lxd"
        (folder / "storage-pools" / "pool" / "containers" / name / "rootfs").mkdir()
        started = self.ask("PUT", f"/1.0/instances/{name}/state", {"action": "start", "timeout": 5})
        written, policy = folder / "logs" / name / "lxc.conf", folder / "security" / "seccomp" / name
        if not written.exists():
            return Answer("", config, devices, unstarted=str(started.get("error")))
        text = written.read_text("utf-8").replace(f"{folder}/devices/{name}", DEVICES).replace(str(folder), LXD)
        filters = policy.read_text("utf-8") if policy.exists() else ""
        return Answer("", config, devices, text, filters)
