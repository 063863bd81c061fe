"""The facts that the gate's reader gives evidence of, in the words of the comparison."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gate.model.evidence import Defaulted, Deferred, Inapplicable, Stated, Unknown
from gate.model.workload import Workload
from tests.conformance.compose.facts import Fact, Facts, certain, host_path, mount, size

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.model.evidence import Items
    from gate.model.reader import Reading
    from gate.model.workload import Confinement, Container, Mount, Profile


def containers(reading: Reading, root: str) -> dict[str, Facts]:
    """Return the facts of every container, by workload and, for a hook, its moment."""
    found: dict[str, Facts] = {}
    for workload in reading.subjects:
        if not isinstance(workload, Workload):
            continue
        counts: dict[str, int] = {}
        for member in workload.containers.members:
            assert isinstance(member, Stated)
            container = member.value
            if container.role == "main":
                found[workload.name] = _container(workload, container, root)
                continue
            moment = container.name.rpartition(" ")[2]
            if container.role == "hook" and _text(container.privilege.privileged).words == ["False"]:
                continue
            index = counts[moment] = counts.get(moment, -1) + 1
            if container.role == "init":
                found[f"{workload.name} {moment} {index}"] = _container(workload, container, root, is_main=False)
            else:
                found[f"{workload.name} {moment} {index}"] = {"privileged": _text(container.privilege.privileged)}
    return found


def _container(workload: Workload, container: Container, root: str, *, is_main: bool = True) -> Facts:
    privilege, exposure, spaces = container.privilege, container.exposure, workload.namespaces
    facts = {
        "privileged": _text(privilege.privileged),
        "cap_add": _list(privilege.capabilities_added),
        "cap_drop": _list(privilege.capabilities_dropped),
        "security": _security(privilege.no_new_privileges, container.confinement),
        "user": _text(privilege.user, lambda user: user.text),
        "devices": _list(exposure.devices, lambda device: f"{device.path} {device.access}"),
        "device_rules": _list(exposure.device_rules),
        "gpus": _presence(exposure.gpus),
        "mounts": _mounts(exposure.mounts, root),
        "volumes_from": _list(exposure.joined_namespaces),
        "sysctls": _list(exposure.sysctls),
        "read_only": _text(container.resources.read_only_root),
        "pids": _text(container.resources.pids_limit, lambda text: text or "0"),
        "memory": _text(container.resources.memory_limit, lambda text: str(size(text))),
        "image": _text(container.image),
    }
    if not is_main:
        return facts
    return facts | {
        "pid": _text(spaces.pid),
        "ipc": _text(spaces.ipc),
        "uts": _text(spaces.uts),
        "cgroup": _text(spaces.cgroup),
        "network": _text(spaces.network),
        "userns": _text(spaces.user) if not isinstance(spaces.user, Deferred) else certain("default"),
        "runtime": _text(workload.sandbox.runtime, lambda runtime: runtime.name),
        "isolation": _text(workload.sandbox.native),
        "platform": _text(workload.os),
        "build privileged": _text(workload.build.privileged),
        "build entitlements": _list(workload.build.entitlements),
        "build network": _text(workload.build.host_network),
        "build recipe": _recipes(workload, root),
    }


def _text(setting: Any, show: Callable[[Any], str] = str) -> Fact:
    """Return one setting; what is left to others or does not apply is empty."""
    if isinstance(setting, Unknown):
        return Fact([], [setting.reason])
    return certain(show(setting.value) if isinstance(setting, Stated | Defaulted) else "")


def _list(items: Items[Any], show: Callable[[Any], str] = str) -> Fact:
    words, doubts = [], [] if items.complete else [items.open_because]
    for member in items.members:
        fact = _text(member, show)
        words += fact.words
        doubts += fact.doubts
    return Fact(words, doubts)


def _presence(items: Items[Any]) -> Fact:
    fact = _list(items)
    return certain(True) if fact.words else Fact([] if fact.doubts else ["False"], fact.doubts)


def _security(no_new_privileges: Any, confinement: Confinement) -> Fact:
    said: dict[str, Fact] = {
        "no-new-privileges": _text(no_new_privileges),
        "seccomp": _text(confinement.seccomp, _profile),
        "apparmor": _text(confinement.apparmor, _profile),
        "label user": _text(confinement.selinux, lambda label: label.user),
        "label role": _text(confinement.selinux, lambda label: label.role),
        "label type": _text(confinement.selinux, lambda label: label.type),
        "label disabled": _text(confinement.selinux, lambda label: "True" if label.disabled else ""),
        "proc": _text(confinement.proc_mount, lambda kind: "" if kind == "default" else kind),
        "writable-cgroups": _text(confinement.cgroup_writable, lambda value: "True" if value else ""),
    }
    words = [f"{key} {word}" for key, fact in said.items() for word in fact.words if word]
    return Fact(words, [doubt for fact in said.values() for doubt in fact.doubts])


def _profile(profile: Profile) -> str:
    return {"runtime-default": "", "custom": profile.name}.get(profile.kind, profile.kind)


def _mounts(items: Items[Mount], root: str) -> Fact:
    words, doubts = [], [] if items.complete else [items.open_because]
    for member in items.members:
        if isinstance(member, Unknown):
            doubts.append(member.reason)
            continue
        assert isinstance(member, Stated)
        one = member.value
        unsure = [part.reason for part in (one.source, one.read_only, one.propagation) if isinstance(part, Unknown)]
        doubts += unsure
        if not unsure:
            words.append(_mount(one, root))
    return Fact(words, doubts)


def _mount(one: Mount, root: str) -> str:
    if one.kind == "engine-api":
        return "engine-api"
    source = "" if isinstance(one.source, Inapplicable) else _text(one.source).words[0]
    if one.kind == "bind":
        source = host_path(root, source)
    read_only = _text(one.read_only).words == ["True"]
    return mount(one.kind, source, one.target, read_only, _text(one.propagation).words[0])


def _recipes(workload: Workload, root: str) -> Fact:
    words = []
    for reference in workload.references:
        if reference.kind == "build":
            inline = reference.name.endswith("/build") and "#" in reference.name
            recipe = "inline" if inline else os.path.normpath(Path(root, reference.name))
            words.append(f"{recipe} {reference.part}")
    return certain(*words)
