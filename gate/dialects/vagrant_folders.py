"""The folders that Vagrant shares between the host and a machine, by all that is said of each."""

from __future__ import annotations

import re

from gate.dialects.machine import share
from gate.model.evidence import Defaulted, Stated, Unknown
from gate.model.record import Record
from gate.syntax.ruby import literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.workload import Mount

#: Kinds of synced folders that copy, and share nothing afterwards.
_COPIED = ("rsync", "winrm")


class Folder(Record):
    """One `synced_folder`: the machine it is of (empty for all), source, target and options as written."""

    machine: str
    source: str | None
    target: str | None
    options: str
    is_certain: bool
    of_provider: bool
    at: Location


def shared(said: list[Folder], at: Location, unseen: Location | None) -> Iterator[Setting[Mount]]:
    """Yield the folders, each by the last that is said of its place, the project's own where nothing else is said."""
    found: dict[str, list[Folder]] = {"/vagrant": []}
    for one in said:
        found.setdefault(one.target.rstrip("/") if one.target is not None else f"?{one.at.start}", []).append(one)
    for target, folders in found.items():
        settled = [index for index, one in enumerate(folders) if one.is_certain]
        last = settled[-1] if settled else -1
        sure, doubted = folders[: last + 1], folders[last + 1 :]
        if doubted and not (sure and all(_alike(sure, one, target) for one in doubted)):
            yield Unknown(f"a condition decides how {target.lstrip('?')} is shared", folders[-1].at)
        elif last < 0:
            yield from _by_default(said, at, unseen)
        else:
            yield from _shared(sure, target)


def _alike(sure: list[Folder], doubted: Folder, target: str) -> bool:
    """Say whether a folder is shared in the same way with what may be said of it as without: other options decide."""
    return _told(_shared(sure, target)) == _told(_shared([*sure, doubted], target))


def _told(mounts: Iterator[Setting[Mount]]) -> list[object]:
    """Return what is shared and whether it may only be read; what is not known is like nothing else."""
    found: list[object] = []
    for one in mounts:
        told: object = object()
        if isinstance(one, Stated):
            source, read_only = one.value.source, one.value.read_only
            if isinstance(source, Stated) and isinstance(read_only, Stated | Defaulted):
                told = (source.value, read_only.value)
        found.append(told)
    return found


def _by_default(said: list[Folder], at: Location, unseen: Location | None) -> Iterator[Setting[Mount]]:
    """Yield the project's folder, which is shared where it is not shared anywhere else."""
    if any(one.source == "." and one.is_certain for one in said):
        return
    if any(one.source in (".", None) for one in said):
        yield Unknown("a condition or a variable decides whether the project's folder is shared here", at)
    elif unseen is not None:
        yield Unknown("what is not read here may keep the project's folder from being shared", unseen)
    else:
        yield Stated(share(Stated(".", at), "/vagrant", Defaulted(False, at), at), at)


def _shared(folders: list[Folder], target: str) -> Iterator[Setting[Mount]]:
    """Yield a folder by all that is said of it: an option that is not said anew stays, but for `disabled`."""
    folder = folders[-1]
    disabled = re.search(r"\bdisabled\b\s*(?::|=>)\s*([^,]+)", folder.options)
    answer = disabled[1].strip() if disabled is not None else "false"
    options = ", ".join(one.options for one in reversed(folders))
    kind = re.search(r"\btype\b\s*(?::|=>)\s*([^,\s]+)", options)
    written = literal(kind[1]) if kind is not None else ""
    if answer == "true" or written in _COPIED:
        return
    if written is None or answer not in ("false", "nil"):
        yield Unknown(f"how {target} is shared cannot be known", folder.at)
        return
    path: Setting[str] = Unknown("the folder cannot be known", folder.at)
    if folder.source is not None:
        path = Stated(folder.source, folder.at)
    read_only: Setting[bool] = Defaulted(False, folder.at)
    mounted = re.search(r"\bmount_options\b[^\[]*\[([^\]]*)\]", options)
    if mounted is not None and re.search(r"['\"](?:[^'\"]*,)?ro(?:,[^'\"]*)?['\"]", mounted[1]):
        read_only = Stated(True, folder.at)
    yield Stated(share(path, target, read_only, folder.at), folder.at)
