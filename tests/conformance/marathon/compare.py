# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's evidence of Marathon's apps and pods with what Marathon's schema makes of them."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

from gate.dialects.marathon import COMMAND
from gate.model.evidence import Deferred, Stated, Unknown
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.marathon import READER
from tests.conformance.marathon import expected, generate
from tests.conformance.marathon.schema import PUBLIC, Invalid, Schema
from tests.verbs import NoFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.workload import Container
    from tests.conformance.marathon.expected import Facts
    from tests.conformance.marathon.schema import Type

SHOWN = 15

#: What the gate reads, where it stands and what Marathon's schema has there.
APP_PATHS = (
    ("container",),
    ("container", "type"),
    ("container", "docker"),
    ("container", "docker", "image"),
    ("container", "docker", "network"),
    ("container", "docker", "parameters"),
    ("container", "docker", "parameters", "key"),
    ("container", "docker", "parameters", "value"),
    ("container", "docker", "privileged"),
    ("container", "linuxInfo"),
    ("container", "linuxInfo", "ipcInfo", "mode"),
    ("container", "linuxInfo", "seccomp", "profileName"),
    ("container", "linuxInfo", "seccomp", "unconfined"),
    ("container", "volumes"),
    ("container", "volumes", "containerPath"),
    ("container", "volumes", "hostPath"),
    ("container", "volumes", "mode"),
    ("gpus",),
    ("ipAddress",),
    ("labels",),
    ("mem",),
    ("networks",),
    ("networks", "mode"),
    ("user",),
)
POD_PATHS = (
    ("containers", "image"),
    ("containers", "image", "id"),
    ("containers", "linuxInfo", "seccomp", "unconfined"),
    ("containers", "user"),
    ("containers", "volumeMounts"),
    ("containers", "volumeMounts", "name"),
    ("containers", "volumeMounts", "readOnly"),
    ("linuxInfo", "ipcInfo", "mode"),
    ("networks", "mode"),
    ("volumes", "host"),
    ("volumes", "name"),
)

#: What evidence does not rest on, or not of every engine, so that a damaged one is not asked about.
APART = ("user", "gpus", "mem", "labels", "container.volumes[", "container.docker.parameters")


def main(arguments: list[str]) -> int:
    """Compare all sets; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "5000"))
    schema, chance = Schema(), random.Random(seed)
    app, pod = schema.type("app.raml", "App"), schema.type("pod.raml", "Pod")
    wrong = [f"{'.'.join(path)} is nothing that the schema has" for path in APP_PATHS if not _has(app, path)]
    wrong += [f"{'.'.join(path)} is nothing that the schema has" for path in POD_PATHS if not _has(pod, path)]
    counted: Counter[str] = Counter({"paths of the schema": len(APP_PATHS) + len(POD_PATHS)})
    for kind, given, is_damaged in _documents(chance, count):
        type_ = pod if kind == "pod" else app
        differing = _compare(kind, given, type_, counted, is_damaged=is_damaged)
        wrong += (f"{json.dumps(given)}: {line}" for line in differing)
    found = ", ".join(f"{number} {what}" for what, number in counted.items())
    print(f"seed {seed}: {found}, {len(wrong)} wrong")
    for line in wrong if "all" in options else wrong[:SHOWN]:
        print(f"  {line}")
    return int(bool(wrong))


def _documents(chance: random.Random, count: int) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Yield the project's examples, random apps and pods, and damaged ones, which are marked."""
    for file in sorted((PUBLIC / "examples").glob("*.json")):
        found = json.loads(file.read_text("utf-8"))
        for one in found if isinstance(found, list) else found.get("apps", [found]):
            if isinstance(one, dict) and ("container" in one or "containers" in one) and "id" in one:
                yield "pod" if "containers" in one else "app", one, False
    for _ in range(count):
        app, pod = generate.app(chance), generate.pod(chance)
        yield "app", app, False
        yield "pod", pod, False
        yield "app", generate.damaged(chance, app, chance.choice(APP_PATHS)), True
        yield "pod", generate.damaged(chance, pod, chance.choice(POD_PATHS)), True


def _has(type_: Type, path: tuple[str, ...]) -> bool:
    """Say whether a type has a path of properties."""
    while (inner := type_.items()) is not None:
        type_ = inner
    options = type_.options() or ([] if type_.parent() is None else type_.parent().options())  # type: ignore[union-attr]
    if options:
        return any(_has(option, path) for option in options)
    if not path:
        return True
    found = type_.properties().get(path[0])
    return found is not None and _has(found[1], path[1:])


def _compare(
    kind: str, given: dict[str, Any], type_: Type, counted: Counter[str], *, is_damaged: bool
) -> Iterator[str]:
    """Yield what differs about one document."""
    workload = _read(given)
    try:
        whole = type_.completed(given)
    except Invalid as error:
        counted["refused by the schema"] += 1
        if workload is not None and not _is_open(workload) and not _is_decided(str(error), given, workload):
            yield f"the schema refuses it alone: {error}"
        return
    if workload is None:
        yield "the gate reads no workload"
        return
    members = [member.value for member in workload.containers.members if isinstance(member, Stated)]
    if kind == "app":
        wanted = [expected.of_app(whole)]
    else:
        wanted = [expected.of_member(whole, one) for one in whole["containers"]]
    counted[f"{kind}s"] += 1
    for one, facts in zip(members, wanted, strict=True):
        mine = _facts(one, workload)
        for name, values in facts.items():
            if name in ("command", "ipc") and kind == "pod" and len(members) > 1:
                continue
            counted["facts equal"] += mine[name] == values
            # Of a union the schema takes whatever has what one of its types demands.
            if mine[name] != values and not ("?" in " ".join(mine[name]) and is_damaged):
                yield f"{one.name}: {name} is {values}, not {mine[name]}"


def _is_decided(error: str, given: dict[str, Any], workload: Workload) -> bool:
    """Say whether it decides nothing: another network does, a command has no filter, a volume is none of the host's."""
    if error.startswith(("networks", "ipAddress")):
        return getattr(workload.namespaces.network, "value", "") == "host" or "network" in str(given.get("container"))
    if "linuxInfo" in error:
        return getattr(workload.sandbox.native, "value", "") == COMMAND
    if error.startswith("volumes["):
        return "host" not in given["volumes"][0] or not any("volumeMounts" in one for one in given["containers"])
    if "volumeMounts" in error:
        return not any("host" in one for one in given.get("volumes", ()))
    return error.startswith(APART)


def _read(given: dict[str, Any]) -> Workload | None:
    source = Source("app.json", json.dumps(given).encode())
    if not READER.claims(source):
        return None
    (subject, *more) = READER.read(source, NoFiles()).subjects
    assert isinstance(subject, Workload)
    assert not more
    return subject


def _facts(one: Container, workload: Workload) -> Facts:
    own, box = workload.namespaces, workload.sandbox
    return {
        "command": [str(getattr(box.native, "value", "") == COMMAND)],
        "image": _texts(one.image),
        "privileged": _texts(one.privilege.privileged),
        "network": _texts(own.network),
        "mounts": sorted({_mount(member) for member in one.exposure.mounts.members} - {""}),
        "gpus": [str(bool(one.exposure.gpus.members))],
        "added": sorted({str(getattr(member, "value", "?")) for member in one.privilege.capabilities_added.members}),
        "pid": _texts(own.pid),
        "ipc": ["agents"] if isinstance(own.ipc, Deferred) else _texts(own.ipc),
        "no new privileges": _texts(one.privilege.no_new_privileges),
        "user": [one.privilege.user.value.text] if isinstance(one.privilege.user, Stated) else [],
        "seccomp": [getattr(getattr(one.confinement.seccomp, "value", None), "kind", "")],
    }


def _texts(setting: Any) -> list[str]:
    value = getattr(setting, "value", None)
    return ["?"] if isinstance(setting, Unknown) else [] if value is None else [str(value)]


def _mount(setting: Any) -> str:
    """Return a mount of the host's."""
    if not isinstance(setting, Stated) or setting.value.kind != "bind":
        return "" if isinstance(setting, Stated) else "?"
    mount = setting.value
    source = mount.source.value if isinstance(mount.source, Stated) else "?"
    return f"{source} {mount.target} {'ro' if getattr(mount.read_only, 'value', False) else 'rw'}"


def _is_open(value: Any) -> bool:
    """Say whether anything of a workload is unknown, or named as refused or ignored."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Workload) and (value.refused or value.ignored):
        return True
    if isinstance(value, tuple | list):
        return any(_is_open(one) for one in value)
    if hasattr(value, "members"):
        return not value.complete or _is_open(value.members)
    return hasattr(value, "_fields") and any(_is_open(getattr(value, name)) for name in value._fields)
