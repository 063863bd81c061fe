"""What is compared: the settings of a workload without their places, and what is not known as `OPEN`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gate.model.evidence import Items, Stated, known
from gate.model.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.workload import Workload

#: What stands for a value that is not known.
OPEN = "(open)"


def facts(workload: Workload) -> dict[str, Any]:
    """Return the settings of a workload."""
    return {
        "name": workload.name,
        "os": _setting(workload.os),
        "native": _setting(workload.sandbox.native),
        "runtime": isinstance(workload.sandbox.runtime, Stated),
        "pid": _setting(workload.namespaces.pid),
        "network": _setting(workload.namespaces.network),
        "ipc": _setting(workload.namespaces.ipc),
        "containers": [_container(getattr(member, "value", None)) for member in workload.containers.members],
    }


def _container(container: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"name": container.name, "image": _setting(container.image)}
    for facet in (container.privilege, container.confinement, container.exposure, container.resources):
        for name in facet._fields:
            value = getattr(facet, name)
            found[name] = _items(value) if isinstance(value, Items) else _setting(value)
    return found


def _items(items: Items[Any]) -> dict[str, Any]:
    return {"members": [_setting(member) for member in items.members], "complete": items.complete}


def _setting(setting: Any) -> Any:
    if type(setting).__name__ == "Unknown":
        return OPEN
    return _plain(known(setting))


def _plain(value: Any) -> Any:
    if type(value).__name__ in ("Stated", "Defaulted", "Unknown", "Inapplicable", "Deferred"):
        return _setting(value)
    if isinstance(value, Record):
        return {name: _plain(getattr(value, name)) for name in value._fields if name != "at"}
    return value


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Yield where ours claims to know what theirs does not bear out; what ours leaves open contradicts nothing."""
    if ours == OPEN or (isinstance(ours, dict) and ours.get("source") == OPEN):
        return
    if isinstance(ours, dict) and "members" in ours:
        yield from _members(ours, theirs, path)
    elif isinstance(ours, dict) and isinstance(theirs, dict):
        for name in ours:
            # What a thing is called, and where it is mounted, is shown and never judged.
            if name not in ("name", "target"):
                yield from differences(ours[name], theirs.get(name), f"{path}.{name}")
    elif isinstance(ours, list) and isinstance(theirs, list):
        yield from _containers(ours, theirs, path)
    elif ours != theirs:
        yield f"{path}: {ours!r:.150} and not {theirs!r:.150}"


def _members(ours: dict[str, Any], theirs: dict[str, Any], path: str) -> Iterator[str]:
    members = [member for member in ours["members"] if not _is_open(member)]
    if ours["complete"] and len(members) == len(ours["members"]):
        if len(members) != len(theirs["members"]):
            yield f"{path}: {members!r:.150} and not {theirs['members']!r:.150}"
        for one, other in zip(members, theirs["members"], strict=False):
            yield from differences(one, other, path)
    else:
        for one in members:
            if all(list(differences(one, other)) for other in theirs["members"]):
                yield f"{path}: {one!r:.150} is not there"


def _containers(ours: list[Any], theirs: list[Any], path: str) -> Iterator[str]:
    """Compare containers in order; of those that are not known at all there may be any number."""
    if any(one["image"] == OPEN and one["privileged"] == OPEN for one in ours):
        for one in ours:
            if not (one["image"] == OPEN and one["privileged"] == OPEN):
                found = [list(differences(one, other, path)) for other in theirs]
                if [] not in found:
                    yield f"{path}: {one['name']} is not there"
    elif len(ours) != len(theirs):
        yield f"{path}: {len(ours)} containers and not {len(theirs)}"
    else:
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")


def _is_open(value: Any) -> bool:
    return value == OPEN or (isinstance(value, dict) and any(_is_open(inner) for inner in value.values()))


def gaps(value: Any) -> int:
    """Count what is left open."""
    if isinstance(value, dict):
        return sum(map(gaps, value.values()))
    return sum(map(gaps, value)) if isinstance(value, list) else int(value == OPEN)
