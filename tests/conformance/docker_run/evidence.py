"""What the gate reads of a command line, in the words that are compared."""

from __future__ import annotations

import os.path
from typing import TYPE_CHECKING, Any, NamedTuple

from gate.dialects.docker_container import container, namespaces, sandbox
from gate.dialects.docker_flags import Word, parse
from gate.dialects.docker_grammar import DOCKER
from gate.model.evidence import Deferred, Stated, Unknown
from gate.model.location import whole_file

if TYPE_CHECKING:
    from gate.model.workload import Container, Mount
    from tests.conformance.docker_run.expected import Facts

AT = whole_file("command")


class Evidence(NamedTuple):
    """The facts, and why the command line is refused, where the gate says so."""

    facts: Facts
    refused: list[str]


def evidence(words: list[str], folder: str) -> Evidence:
    """Read the words behind `docker create`, in a folder of the host."""
    flags = parse([Word(word, AT) for word in words], DOCKER, AT)
    if not flags.operands:
        return Evidence({}, ["it names no image"])
    image, *rest = (word.text for word in flags.operands)
    one, own, box = container(flags, "x", Stated(image, AT)), namespaces(flags), sandbox(flags)
    refused = [reason for reason, _ in flags.unknown]
    refused += _unknowns(one.privilege, one.confinement, one.exposure, one.resources, own, box)
    runtime = box.runtime
    found: Facts = {
        "image": [image],
        "words": rest,
        "name": _texts(flags.text("name")),
        "runtime": [runtime.value.name] if isinstance(runtime, Stated) and runtime.value.name else [],
        "isolation": _texts(box.native),
        "annotations": [tweak.value.name for tweak in box.tweaks.members if isinstance(tweak, Stated)],
        "users": _texts(own.user),
    }
    for name in ("pid", "network", "ipc", "uts", "cgroup"):
        mode = getattr(own, name)
        found[name] = [mode.value] if isinstance(mode, Stated) and mode.value != "private" else []
    return Evidence(found | _container(one, folder), refused)


def _unknowns(*facets: Any) -> list[str]:
    """Return every reason why something cannot be known."""
    found: list[str] = []
    for facet in facets:
        for name in facet._fields:
            value = getattr(facet, name)
            members = [*getattr(value, "members", ()), value]
            members += [one.value.source for one in members if isinstance(one, Stated) and hasattr(one.value, "source")]
            members += [
                one.value.read_only for one in members if isinstance(one, Stated) and hasattr(one.value, "read_only")
            ]
            found += [one.reason for one in members if isinstance(one, Unknown)]
    return found


def _texts(setting: Any) -> list[str]:
    value = getattr(setting, "value", "")
    return [value] if value else []


def _container(one: Container, folder: str) -> Facts:
    rights, filters, reach, bounds = one.privilege, one.confinement, one.exposure, one.resources
    named = {"unconfined": "unconfined", "custom": "custom", "runtime-default": "default"}
    labels = getattr(filters.selinux, "value", None)
    return {
        "user": [] if isinstance(rights.user, Deferred) else [rights.user.value.text],  # type: ignore[union-attr]
        "privileged": [str(getattr(rights.privileged, "value", ""))],
        "added": _values(rights.capabilities_added),
        "dropped": _values(rights.capabilities_dropped),
        "no new privileges": [str(rights.no_new_privileges.value)]
        if isinstance(rights.no_new_privileges, Stated)
        else [],
        "seccomp": [named[filters.seccomp.value.kind]] if isinstance(filters.seccomp, Stated) else [],
        "apparmor": [named[filters.apparmor.value.kind]] if isinstance(filters.apparmor, Stated) else [],
        "labels": [
            *(["disable"] if labels and labels.disabled else []),
            *([f"type:{labels.type}"] if labels and labels.type else []),
            *([f"user:{labels.user}"] if labels and labels.user else []),
        ],
        "cgroups": [str(filters.cgroup_writable.value).lower()] if isinstance(filters.cgroup_writable, Stated) else [],
        "masked": [str(getattr(filters.proc_mount, "value", "") == "default")],
        "read only": [str(getattr(bounds.read_only_root, "value", ""))],
        "memory": [str(bool(getattr(bounds.memory_limit, "value", "")))],
        "pids": [str(bool(getattr(bounds.pids_limit, "value", "")))],
        "sysctls": _values(reach.sysctls),
        "volumes from": _values(reach.joined_namespaces),
        "rules": _values(reach.device_rules),
        "devices": [
            f"{os.path.normpath(one.value.path)} {one.value.access}"
            for one in reach.devices.members
            if isinstance(one, Stated)
        ],
        "gpus": sorted(set(_values(reach.gpus))),
        "mounts": [_mount(one.value, folder) for one in reach.mounts.members if isinstance(one, Stated)],
    }


def _values(items: Any) -> list[str]:
    return [str(one.value) for one in items.members if isinstance(one, Stated)]


def _mount(mount: Mount, folder: str) -> str:
    source = getattr(mount.source, "value", "")
    if source.startswith("."):
        source = os.path.normpath(f"{folder}/{source}")
    access = "ro" if getattr(mount.read_only, "value", False) else "rw"
    return f"{mount.kind} {source} at {mount.target} {access} {getattr(mount.propagation, 'value', '')}"
