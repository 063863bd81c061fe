# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's evidence of quadlets with that of the commands that Podman's own generator makes of them."""

from __future__ import annotations

import os.path
import random
from typing import TYPE_CHECKING, Any

from gate.dialects.compose_open import opened
from gate.dialects.docker_container import container as made
from gate.dialects.docker_container import namespaces, sandbox
from gate.dialects.docker_flags import Word, parse
from gate.dialects.docker_grammar import PODMAN, PODMAN_GLOBAL
from gate.dialects.docker_workload import image_of, rooted
from gate.model.evidence import Items, Stated, Unknown, known
from gate.model.location import whole_file
from gate.model.record import replace
from gate.model.source import Source
from gate.readers.quadlet import READER
from tests.conformance.quadlet import generate
from tests.conformance.quadlet.oracle import ask, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.workload import Container, Namespaces, Sandbox, Workload

SHOWN = 15
AT = whole_file("command")


class Folder:
    """Units at hand, as `gate.model.source.Sources`."""

    def __init__(self, texts: dict[str, str]) -> None:
        """Take the texts by their names."""
        self._sources = {name: Source(name, text.encode()) for name, text in texts.items()}

    def open(self, path: str) -> Source | None:
        """Return a unit."""
        return self._sources.get(path)

    def stream(self, path: str) -> None:
        """Find nothing."""

    def list(self, folder: str) -> tuple[str, ...]:
        """Return the names of the folder itself."""
        return tuple(sorted(self._sources)) if not folder else ()


def main(arguments: list[str]) -> int:
    """Compare generated units; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "5000"))
    print(f"against {modules()}, seed {seed}")
    chance = random.Random(seed)
    folders = [generate.folder(chance) for _ in range(count)]
    equal, refused, wrong = 0, 0, []
    for texts, answers in zip(folders, ask(folders), strict=True):
        ours, theirs = _read(texts), answers["web.container"]
        if theirs.get("error"):
            refused += 1
            if not _is_open(ours):
                wrong.append(f"{texts['web.container']!r} is refused by the generator alone: {theirs['error']}")
            continue
        expected = _expected(theirs["words"], ours)
        differing = [f"{name} is {expected[name]}, not {mine}" for name, mine in _facts(ours) if mine != expected[name]]
        equal += len(expected) - len(differing)
        wrong += [f"{texts['web.container']!r}: {line}" for line in differing]
    print(f"{count} units, {refused} refused by the generator; {equal} facts equal, {len(wrong)} wrong")
    for line in wrong if "all" in options else wrong[:SHOWN]:
        print(f"  {line}")
    return int(bool(wrong))


def _read(texts: dict[str, str]) -> Workload:
    sources = Folder(texts)
    source = sources.open("web.container")
    assert source is not None
    (workload,) = READER.read(source, sources).subjects
    return workload  # type: ignore[return-value]


def _is_open(workload: Workload) -> bool:
    (member,) = workload.containers.members
    assert isinstance(member, Stated)
    image = member.value.image
    mounts = member.value.exposure.mounts
    unknown = any(isinstance(one, Stated) and isinstance(one.value.source, Unknown) for one in mounts.members)
    return not mounts.complete or isinstance(image, Unknown) or unknown


def _facts(workload: Workload) -> Iterator[tuple[str, object]]:
    (member,) = workload.containers.members
    assert isinstance(member, Stated)
    return _all(member.value, workload.namespaces, workload.sandbox)


def _expected(words: list[str], ours: Workload) -> dict[str, object]:
    """Read the generator's command with the same core: what stands before `run`, and what behind."""
    verb = words.index("run")
    before = parse([Word(word, AT) for word in words[1:verb]], PODMAN_GLOBAL, AT)
    flags = parse([Word(word, AT) for word in words[verb + 1 :]], PODMAN, AT)
    for name, given in before.given.items():
        flags.given.setdefault(name, [])[:0] = given
    if "module" in flags.given:
        flags.open("a module", AT)
    image = image_of(flags) if flags.operands else Unknown("no image", AT)
    one = rooted(made(flags, "web", image), flags)
    members = Items((Stated(one, AT),), AT)
    theirs = replace(ours, containers=members, namespaces=namespaces(flags), sandbox=sandbox(flags))
    return dict(_facts(opened(theirs, "open") if flags.open_because else theirs))


def _all(one: Container, own: Namespaces, box: Sandbox) -> Iterator[tuple[str, object]]:
    yield "image", str(known(one.image))
    for facet in (one.privilege, one.confinement, one.resources, own):
        for name in facet._fields:
            yield f"{type(facet).__name__} {name}", _shown(getattr(facet, name))
    for name in ("mounts", "devices", "device_rules", "gpus", "sysctls", "joined_namespaces"):
        yield name, _shown(getattr(one.exposure, name))
    yield "runtime", box.runtime.value.name if isinstance(box.runtime, Stated) else ""
    yield "tweaks", _shown(box.tweaks)


def _shown(setting: Any) -> object:
    if hasattr(setting, "members"):
        return sorted(map(_member, setting.members)) + ([] if setting.complete else ["?"])
    return _member(setting)


def _member(setting: Any) -> str:
    value: Any = getattr(setting, "value", None)
    if hasattr(value, "target"):
        source = getattr(value.source, "value", "")
        source = os.path.normpath(f"/FOLDER/{source}") if source[:1] == "." else source
        access = getattr(value.read_only, "value", "?"), getattr(value.propagation, "value", "?")
        return f"{value.kind} {source} {value.target} {access}"
    if hasattr(value, "access"):
        return f"{value.path} {value.access}"
    for name in ("kind", "text", "type", "name"):
        if hasattr(value, name):
            return str(getattr(value, name))
    if value is None:
        return getattr(setting, "to", "?")
    return str(value)
