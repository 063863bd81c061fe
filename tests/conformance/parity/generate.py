"""Makes `docker run` commands of flags that every converter knows, spelt as all of them read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

#: What a command may hold once; an empty value is a flag alone.
ONCE: dict[str, tuple[str, ...]] = {
    "privileged": ("",),
    "read-only": ("",),
    "user": ("0", "root", "1000:1000", "10001", "app"),
    "pid": ("host",),
    "network": ("host", "none", "mine"),
    "ipc": ("host", "private", "shareable"),
    "uts": ("host",),
    "userns": ("host",),
    "runtime": ("runc", "runsc", "io.containerd.runsc.v1", "io.containerd.kata.v2"),
    "memory": ("256m",),
    "pids-limit": ("100",),
    "gpus": ("all",),
}

#: What it may hold several times.
MANY: dict[str, tuple[str, ...]] = {
    "cap-add": ("SYS_ADMIN", "NET_ADMIN", "ALL", "NET_BIND_SERVICE", "SYS_PTRACE"),
    "cap-drop": ("ALL", "MKNOD"),
    "security-opt": ("no-new-privileges", "seccomp=unconfined", "apparmor=unconfined", "label=disable"),
    "device": ("/dev/sda", "/dev/fuse", "/dev/null:/dev/x:rwm"),
    "volume": ("/etc:/x:ro", "/:/host", "/var/run/docker.sock:/s", "data:/data", "/srv/data:/srv"),
    "sysctl": ("net.core.somaxconn=1", "kernel.msgmax=1"),
}

HARDENED = ("--user=10001", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--read-only", "--memory=256m")


def command(chance: Random) -> list[str]:
    """Return the words of a command: few flags, in half of the cases beside what hardens."""
    flags = list(HARDENED) if chance.random() < 0.5 else []
    taken = {flag.partition("=")[0] for flag in flags}
    for name in chance.sample([*ONCE, *MANY], chance.choice((0, 1, 1, 2, 3))):
        values = ONCE.get(name) or MANY[name]
        if f"--{name}" in taken and name in ONCE:
            continue
        for value in chance.sample(values, 1 if name in ONCE else chance.choice((1, 1, 2))):
            flag = f"--{name}={value}" if value else f"--{name}"
            flags += [] if flag in flags else [flag]
    return ["docker", "run", "--name=web", *flags, "registry.example/web:1"]
