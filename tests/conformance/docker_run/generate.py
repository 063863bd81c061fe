"""Makes command lines of `docker create`, in every spelling that flags have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

#: Values of flags that evidence is read from; some are refused.
VALUES: dict[str, tuple[str, ...]] = {
    "annotation": ("io.katacontainers.config.hypervisor.path=/x", "a=b", "run.oci.handler=krun"),
    "cap-add": ("SYS_ADMIN", "cap_net_admin", "ALL", "all", "Net_Raw", "CAP_SYS_PTRACE"),
    "cap-drop": ("ALL", "all", "MKNOD", "CAP_CHOWN"),
    "cgroupns": ("host", "private", "", "bogus"),
    "device": (
        "/dev/sda",
        "/dev/sda:/dev/xvda",
        "/dev/sda:r",
        "/dev/fuse:/dev/fuse:rw",
        "/dev/null:/dev/x:rwm",
        "vendor.com/gpu=0",
        "/dev/a:b:c:d",
        "relative",
        "/dev/snd:rwx",
    ),
    "device-cgroup-rule": ("a *:* rwm", "b 8:0 r", "c 1:3 rw", "nonsense"),
    "gpus": ("all", "2", "device=0", '"device=0,1"', "capabilities=compute", "x=y"),
    "ipc": ("host", "private", "shareable", "none", "container:db"),
    "isolation": ("hyperv", "process", "default"),
    "memory": ("512m", "0", "1g", "4096", "nope"),
    "mount": (
        "type=bind,source=/etc,target=/x",
        "type=bind,src=./data,dst=/x,readonly",
        "type=bind,source=/srv,destination=/x,ro=true,bind-propagation=rshared",
        "type=volume,source=data,target=/x",
        "source=data,target=/x",
        "type=volume,target=/x,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/etc",
        'type=volume,target=/x,"volume-opt=o=bind,ro",volume-opt=device=/srv',
        "type=volume,src=n,target=/x,volume-opt=type=nfs,volume-opt=device=:/export",
        "type=tmpfs,target=/x,tmpfs-size=64m",
        "type=npipe,source=\\\\.\\pipe\\docker_engine,target=\\\\.\\pipe\\docker_engine",
        "type=image,source=alpine,target=/x",
        "TYPE=bind,SOURCE=/etc,target=/x",
        "type=bind,source=/etc,target=/x,readonly=maybe",
        "nonsense",
        "type=bind, source=/etc,target=/x",
    ),
    "network": ("host", "none", "bridge", "mine", "container:db", "name=host", "name=mine,alias=x", "alias=x"),
    "pid": ("host", "container:db", "", "HOST", "private"),
    "pids-limit": ("100", "0", "-1", "many"),
    "platform": ("linux/amd64", "windows/amd64", "linux/arm64"),
    "runtime": ("runsc", "runc", "io.containerd.kata.v2", "kata"),
    "security-opt": (
        "no-new-privileges",
        "no-new-privileges=true",
        "no-new-privileges:true",
        "no-new-privileges=false",
        "seccomp=unconfined",
        "seccomp:unconfined",
        "seccomp=builtin",
        "seccomp=profile.json",
        "seccomp=absent.json",
        "apparmor=unconfined",
        "apparmor=docker-default",
        "apparmor=mine",
        "label=disable",
        "label:disable",
        "label=type:spc_t",
        "label=user:u",
        "label=level:s0",
        "systempaths=unconfined",
        "writable-cgroups=true",
        "writable-cgroups=false",
    ),
    "sysctl": ("net.core.somaxconn=1", "kernel.msgmax=1", "net.ipv4.ip_forward=1", "kernel.core_pattern=|/x"),
    "tmpfs": ("/run", "/cache:size=64m"),
    "user": ("0", "root", "1000:1000", "app", "", "0:5", "+1", "1000"),
    "userns": ("host", "", "private"),
    "uts": ("host", "", "other"),
    "volume": (
        "/etc:/x",
        "/srv/data:/x:ro",
        "/:/host:rw,rslave",
        "./data:/x",
        ".:/x",
        "data:/x",
        "data:/x:ro,nocopy",
        "/x",
        "~/x:/y",
        "/var/run/docker.sock:/var/run/docker.sock",
        "c:\\data:c:\\x",
        "\\\\.\\pipe\\docker_engine:\\\\.\\pipe\\docker_engine",
        "/a:/b:/c",
        "/a:/b:z,ro,shared",
        ":/x",
        "/a:/b:c:d",
        "a/b:/x",
    ),
    "volumes-from": ("db", "db:ro"),
}

#: Values of flags that change nothing here, to tell flags from values and the image by.
OTHERS: dict[str, tuple[str, ...]] = {
    "add-host": ("a:127.0.0.1",),
    "cpu-shares": ("512",),
    "cpus": ("1.5",),
    "entrypoint": ("/bin/sh", "--privileged"),
    "env": ("A=--privileged", "A", "A=b c"),
    "hostname": ("web", "-v"),
    "label": ("a=b",),
    "name": ("web", "db"),
    "publish": ("80:80", "127.0.0.1:8080:80/tcp", "8000-8010:8000-8010"),
    "restart": ("always", "no"),
    "shm-size": ("64m",),
    "ulimit": ("nofile=1024",),
    "workdir": ("/x",),
}

BOOLEANS = ("privileged", "read-only", "interactive", "tty", "init", "publish-all", "no-healthcheck", "use-api-socket")
TRUTHS = ("true", "false", "1", "0", "T", "F", "True", "yes", "")
SHORTS = {
    "cpu-shares": "c",
    "env": "e",
    "hostname": "h",
    "interactive": "i",
    "label": "l",
    "memory": "m",
    "publish": "p",
    "publish-all": "P",
    "tty": "t",
    "user": "u",
    "volume": "v",
    "workdir": "w",
}
ALIASES = {"network": "net"}


def command(chance: Random) -> list[str]:
    """Return the words behind `docker create`."""
    words: list[str] = []
    for _ in range(chance.randint(0, 7)):
        words += _flag(chance)
    if chance.random() < 0.05:
        words.append("--")
    if chance.random() < 0.97:
        words.append(chance.choice(("nginx", "registry.example/web:1.4", "alpine@sha256:" + "0" * 64)))
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        words += chance.choice((["--privileged"], ["sh", "-c", "true"], ["-v", "/:/host"], ["false"]))
    return words


def _flag(chance: Random) -> list[str]:
    kind = chance.random()
    if kind < 0.2:
        return _boolean(chance)
    if kind < 0.3:
        return _bundle(chance)
    if kind < 0.32:
        return chance.choice(
            (["--nonsense"], ["--nonsense=1"], ["-z"], ["--cap"], ["--priv"], ["---x"], ["--=x"], ["-"])
        )
    table = VALUES if kind < 0.85 else OTHERS
    name = chance.choice(list(table))
    return _spelled(chance, name, chance.choice(table[name]))


def _spelled(chance: Random, name: str, value: str) -> list[str]:
    spelling = chance.random()
    if name in SHORTS and spelling < 0.5:
        short = f"-{SHORTS[name]}"
        return chance.choice(([short, value], [short + value], [f"{short}={value}"]))
    name = ALIASES.get(name, name) if chance.random() < 0.3 else name
    return [f"--{name}", value] if spelling < 0.75 else [f"--{name}={value}"]


def _boolean(chance: Random) -> list[str]:
    name = chance.choice(BOOLEANS)
    if chance.random() < 0.6:
        return [f"--{name}"]
    return [f"--{name}={chance.choice(TRUTHS)}"]


def _bundle(chance: Random) -> list[str]:
    letters = "".join(chance.sample("itP", chance.randint(1, 3)))
    ending = chance.random()
    if ending < 0.4:
        return [f"-{letters}"]
    if ending < 0.6:
        return [f"-{letters}={chance.choice(TRUTHS)}"]
    name = chance.choice([name for name in SHORTS if name not in BOOLEANS])
    value = chance.choice(VALUES.get(name, OTHERS.get(name, ("x",))))
    return chance.choice(([f"-{letters}{SHORTS[name]}", value], [f"-{letters}{SHORTS[name]}{value}"]))
