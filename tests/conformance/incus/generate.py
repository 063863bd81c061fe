"""Makes instances: profiles in their order, keys in every spelling, devices of every type.

Their disks are what the server has for itself alone: it mounts a file system of its own at `/mnt`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

_FLAGS = ("true", "false", "1", "0", "yes", "no", "on", "off", "True", "YES", "Off", "")
_NO_FLAGS = ("maybe", "2", "t", "y", "enabled", " true", "none")

#: Keys that are true or false: those that evidence rests on, and others.
FLAGS = (
    "security.nesting",
    "security.privileged",
    "security.syscalls.deny_default",
    "security.syscalls.intercept.mknod",
    "security.syscalls.intercept.mount",
    "security.syscalls.intercept.setxattr",
)
OTHERS = ("security.devlxd", "security.idmap.isolated", "security.syscalls.deny_compat")

TEXTS = {
    "limits.memory": ("512MB", "1GiB", "10%", "1000000", "", "0", "-1", "1XB", "a lot"),
    "limits.processes": ("100", "", "0", "-1", "ten"),
    "linux.sysctl.net.core.somaxconn": ("1",),
    "linux.sysctl.kernel.shmmax": ("1",),
    "raw.apparmor": ("deny /x r,", "/x r,"),
    "raw.idmap": (
        "both 1000 1000",
        "uid 0 0",
        "both 0 0",
        "gid 0 0",
        "both 1000-1005 1000-1005",
        "uid 1000 0\ngid 1000 0",
        "both 1000",
        "user 1 1",
        "both 1000-1001 1000",
        "both a b",
        "",
    ),
    "raw.lxc": (
        "lxc.cap.drop =",
        "lxc.cap.drop = mknod",
        "lxc.cap.keep = chown",
        "lxc.cap.drop = all",
        "lxc.apparmor.profile = unconfined",
        "lxc.seccomp.profile =",
        "lxc.mount.auto = proc:rw",
        "lxc.mount.auto =\nlxc.mount.auto = cgroup-full:rw",
        "lxc.mount.entry = /etc mnt/etc none bind,ro 0 0",
        "lxc.mount.entry = /dev/sda dev/sda none bind,create=file 0 0",
        "lxc.cgroup.devices.allow = a",
        "lxc.cgroup2.devices.allow = b 8:0 rwm",
        "lxc.cgroup.devices.deny =\nlxc.cgroup2.devices.deny =",
        "lxc.no_new_privs = 1",
        "lxc.no_new_privs = 2",
        "lxc.namespace.keep = pid",
        "lxc.namespace.share.ipc = 1",
        "lxc.net.5.type = none",
        "lxc.sysctl.kernel.msgmax = 1",
        "LXC.NO_NEW_PRIVS = 1",
        "lxc.idmap =",
        "lxc.init.uid = 1000",
        "lxc.nothing = 1",
        "no key",
        "# a comment\nlxc.no_new_privs = 1",
        "lxc.prlimit.nproc = 5",
        "",
    ),
    "raw.seccomp": ("2\ndenylist\nreboot errno 38\n", "2\nallowlist\nread\nwrite\n", ""),
    "security.idmap.base": ("0", "200000", "", "-1", "x"),
    "security.idmap.size": ("65536", "100000"),
    "security.syscalls.allow": ("read\nwrite", ""),
    "security.syscalls.deny": ("reboot", "reboot\nkexec_load errno 1", ""),
    "security.syscalls.blacklist": ("reboot",),
    "security.syscalls.whitelist": ("read",),
    "user.anything": ("x",),
    "boot.autostart": ("true",),
    "limits.cpu": ("2",),
    "security.syscalls.deny_default": ("false",),
    "unknown.key": ("1",),
    "security.unknown": ("true",),
    "security.secureboot": ("false",),
}
_RARE = ("unknown.key", "security.unknown", "security.secureboot", "raw.idmap", "security.idmap.base")

#: What proxies lead to, which are processes that LXD starts beside a running container.
PROXIED = "/run/docker.sock"

_ROOT = {"type": "disk", "path": "/", "pool": "pool"}

DEVICES: tuple[dict[str, str], ...] = (
    {"type": "disk", "source": "/mnt/data", "path": "/srv"},
    {"type": "disk", "source": "/mnt/data/inner", "path": "srv/inner", "readonly": "true"},
    {"type": "disk", "source": "/mnt", "path": "/host", "readonly": "1", "propagation": "rshared"},
    {"type": "disk", "source": "/mnt/data", "path": "/srv", "readonly": "No", "recursive": "true"},
    {"type": "disk", "source": "/mnt/data", "path": "/srv", "readonly": "maybe"},
    {"type": "disk", "path": "/srv"},
    {"type": "disk", "source": "tmpfs:", "path": "/scratch"},
    {"type": "disk", "source": "/mnt/data", "path": "/srv", "propagation": "sideways"},
    {"type": "unix-char", "source": "/dev/zero", "path": "/dev/nought"},
    {"type": "unix-char", "path": "/dev/zero"},
    {"type": "unix-char", "source": "/dev/kmsg"},
    {"type": "unix-char", "path": "/dev/kmsg"},
    {"type": "unix-block", "path": "/dev/disk", "major": "8", "minor": "0"},
    {"type": "unix-char"},
    {"type": "unix-hotplug", "vendorid": "1d6b", "productid": "0001"},
    {"type": "usb", "vendorid": "1d6b"},
    {"type": "nic", "nictype": "p2p", "name": "eth0"},
    {"type": "nic", "nictype": "physical", "parent": "card0", "name": "eth1"},
    {"type": "nic", "nictype": "macvlan", "parent": "card0", "name": "eth2"},
    {"type": "nic", "nictype": "sideways", "parent": "card0"},
    {"type": "nic"},
    {"type": "gpu"},
    {"type": "proxy", "listen": "tcp:127.0.0.1:80", "connect": "tcp:127.0.0.1:80"},
    {"type": "proxy", "listen": "unix:/s", "connect": f"unix:{PROXIED}", "bind": "container"},
    {"type": "proxy", "listen": "unix:/s", "connect": f"unix:{PROXIED}", "bind": "guest"},
    {"type": "proxy", "listen": "unix:/s", "connect": f"unix:{PROXIED}", "bind": "inside"},
    {"type": "proxy", "listen": "tcp:127.0.0.1:80"},
    {"type": "none"},
    {"type": "unheard-of"},
    {},
)
_NAMES = ("a", "b", "c", "d")


def instance(chance: Random) -> dict[str, Any]:
    """Return the profiles by their names, in their order, and the keys and devices of the instance itself."""
    profiles = {f"p{index}": _layer(chance, 3) for index in range(chance.choice((0, 0, 1, 1, 2, 3)))}
    own = _layer(chance, 4)
    root = chance.choice([own, *profiles.values()])
    root["devices"]["root"] = _ROOT
    return {"profiles": profiles, **own}


def _layer(chance: Random, most: int) -> dict[str, Any]:
    config = dict(_key(chance) for _ in range(chance.randint(0, most)))
    devices = {chance.choice(_NAMES): dict(_device(chance)) for _ in range(chance.choice((0, 0, 1, 2)))}
    return {"config": config, "devices": devices}


def _key(chance: Random) -> tuple[str, str]:
    if chance.random() < 0.5:
        return chance.choice(FLAGS), chance.choice(_NO_FLAGS if chance.random() < 0.04 else _FLAGS)
    if chance.random() < 0.2:
        return chance.choice(OTHERS), chance.choice(_FLAGS)
    name = chance.choice([*TEXTS, "raw.lxc", "raw.lxc"])
    if name in _RARE and chance.random() < 0.8:
        return "user.other", "x"
    return name, chance.choice(TEXTS[name])


def _device(chance: Random) -> dict[str, str]:
    weights = [1 if len(device) < 3 else 4 for device in DEVICES]
    (found,) = chance.choices(DEVICES, weights)
    return found
