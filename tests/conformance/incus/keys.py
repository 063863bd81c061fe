# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the keys that the gate reads of instances and devices with those that the projects themselves describe."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from gate.boundary.facts_delegation import DELEGATING, DELEGATING_FAMILY
from gate.dialects.incus_devices import TYPES
from gate.dialects.incus_instance import RENAMED
from gate.readers.incus import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What the gate reads of an instance, with the type that it takes it for.
READ = {
    "limits.memory": "string",
    "limits.processes": "integer",
    "linux.sysctl.*": "string",
    "raw.apparmor": "blob",
    "raw.idmap": "blob",
    "raw.lxc": "blob",
    "raw.qemu": "blob",
    "raw.seccomp": "blob",
    "security.idmap.base": "integer",
    "security.nesting": "bool",
    "security.privileged": "bool",
    "security.sev": "bool",
    "security.syscalls.allow": "string",
    "security.syscalls.deny": "string",
    "security.syscalls.deny_default": "bool",
}

#: What only Incus has, or only LXD.
OF_ONE = {
    "nvidia.runtime": "bool",
    "oci.uid": "string",
    "security.selinux.domain": "string",
    "security.delegate_bpf": "bool",
}

#: Keys whose names speak of isolation, which decide about something else.
APART = (
    "security.agent.*",  # how a machine is measured
    "security.bpffs.path",  # where what is delegated appears
    "security.csm",  # how a machine starts
    "security.delegate_bpf.*",  # what is delegated, once anything is
    "security.guestapi*",  # what the instance may know of itself
    "security.idmap.*",  # which ids are taken, which are none of the host's
    "security.iommu",  # a device inside of a machine
    "security.protection.*",  # what the server's users may do
    "security.secureboot",
    "security.selinux.*",  # labels of files, and the level
    "security.sev.*",
    "security.syscalls.deny_compat",  # the calls of other architectures besides
    "security.syscalls.intercept.*",  # read, and told apart by the rule
    "security.devlxd.*",
)

#: What the gate reads of devices, by their types.
DEVICES = {
    "disk": ("path", "pool", "propagation", "readonly", "source"),
    "nic": ("network", "parent"),
    "proxy": ("bind", "connect", "listen"),
    "unix-char": ("path", "source"),
    "unix-block": ("path", "source"),
}


def compare(file: Path) -> int:
    """Compare with one file of descriptions; return how many differ."""
    configs = json.loads(file.read_text("utf-8"))["configs"]
    stated, devices = dict(_keys(configs["instance"])), _devices(configs)
    wrong = [*_read_wrongly(stated), *_unread(stated), *_of_devices(devices)]
    print(f"{file}: {len(stated)} keys and {len(devices)} types of devices, {len(wrong)} wrong")
    for line in wrong:
        print(f"  {line}")
    return len(wrong)


def _keys(groups: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for group in groups.values():
        for described in group["keys"]:
            for name, about in described.items():
                yield RENAMED.get(name, name), about.get("type", "")


def _read_wrongly(stated: dict[str, str]) -> Iterator[str]:
    """Yield what the gate reads and the project does not have, or has with another type."""
    for key, kind in READ.items():
        if stated.get(key) != kind:
            yield f"{key} is {stated.get(key, 'no key')}, not {kind}"
    for key, kind in OF_ONE.items():
        if stated.get(key, kind) != kind:
            yield f"{key} is {stated[key]}, not {kind}"


def _unread(stated: dict[str, str]) -> Iterator[str]:
    """Yield what the project has and the gate does not know of."""
    known = {*READ, *OF_ONE, *DELEGATING}
    for key in stated:
        if not key.startswith(KEYS):
            yield f"{key} begins as no key that the gate knows"
        is_apart = any(fnmatchcase(key, pattern) for pattern in APART)
        if key.startswith("security.") and key not in known and not key.startswith(DELEGATING_FAMILY) and not is_apart:
            yield f"{key} may bear on how well an instance is isolated, and is not read"


def _devices(configs: dict[str, Any]) -> dict[str, set[str]]:
    """Return the keys of devices by the types that an instance names them with."""
    found: dict[str, set[str]] = {}
    for group, names in _groups(configs):
        for kind in ("unix-char", "unix-block") if group == "unix-char-block" else (group,):
            found.setdefault(_type(kind), set()).update(names)
    return found


def _groups(configs: dict[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """Yield the groups of either project's file: Incus has them under one heading, LXD each under its own."""
    for group, about in configs.get("devices", {}).items():
        yield group, {name for described in about["keys"] for name in described}
    for heading, groups in configs.items():
        if heading.startswith("device-"):
            keys = (described for about in groups.values() for described in about["keys"])
            yield heading.removeprefix("device-"), {name for described in keys for name in described}


def _type(group: str) -> str:
    """Return the type that a group is about; a network card and a GPU have a group for each of their kinds."""
    kind = group.replace("_", "-")
    return next((one for one in ("nic", "gpu") if kind.startswith(f"{one}-")), "usb" if kind == "unix-usb" else kind)


def _of_devices(devices: dict[str, set[str]]) -> Iterator[str]:
    for kind in devices:
        if kind not in TYPES:
            yield f"{kind} is no type that the gate knows"
    for kind, keys in DEVICES.items():
        for key in keys:
            if key not in devices.get(kind, ()):
                yield f"{key} is no key of a {kind}"
