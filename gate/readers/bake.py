"""The files of `docker buildx bake`, in HCL and in JSON: which images they build from which recipes, and how.

A target is an image of its own where its arguments decide what the recipe starts from; everywhere else the recipe is
judged where it stands. A target that asks for rights beyond those of every build is a workload, as a command is.
"""

from __future__ import annotations

import re

from gate.dialects.hcl_jobs import is_job
from gate.model.coverage import Skipped
from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.model.reader import Reader, Reading
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.reader import Subject
    from gate.model.source import Source, Sources
    from gate.syntax.hcl import Document

_TARGET = re.compile(rb"(?m)^[ \t]*target[ \t]+\"?[\w.-]+\"?[ \t]*\{")

#: The files that are read together where none is named, in their order; what is written last counts.
PROJECT = ("docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl")


def claims(source: Source) -> bool:
    """Claim HCL with blocks of targets, and JSON with a table of them."""
    if _is_json(source):
        from gate.dialects.bake import OF_TARGETS
        from gate.syntax.json import parse

        root = parse(source).root
        targets = root.get("target") if isinstance(root, Mapping) else None
        members = list(targets.entries.values()) if isinstance(targets, Mapping) else []
        return any(isinstance(one, Mapping) and any(one.get(key) is not None for key in OF_TARGETS) for one in members)
    # A job of Nomad has targets too, of what it spreads over.
    return _TARGET.search(source.data) is not None and not is_job(source.data)


def _is_json(source: Source) -> bool:
    return source.path.lower().endswith(".json") or source.text.lstrip().startswith("{")


def read(source: Source, sources: Sources) -> Reading:
    """Read the targets that a file is the first to define, in the light of those that are read with it."""
    from gate.dialects.bake import Bake
    from gate.dialects.bake_builds import image, rights

    files: list[Document | Mapping] = []
    for one in _project(source, sources):
        parsed = _parsed(one)
        if isinstance(parsed, InputError):
            return Reading(problems=(parsed,))
        files.append(parsed)
    subjects: list[Subject] = []
    skipped: list[Skipped] = []
    problems: list[InputError] = []
    for target in Bake(files).targets():
        if target.at.path != source.path:
            continue
        workload = rights(target, source.path)
        if workload is not None:
            subjects.append(workload)
        found = image(target, source.path, sources)
        if isinstance(found, Skipped):
            skipped.append(found)
        elif isinstance(found, InputError):
            problems.append(found)
        else:
            subjects.append(found)
    return Reading(tuple(subjects), problems=tuple(problems), skipped=tuple(skipped))


def _project(source: Source, sources: Sources) -> list[Source]:
    """Return the files that are read together."""
    folder, slash, name = source.path.rpartition("/")
    if name not in PROJECT:
        return [source]
    found: list[Source] = []
    for one in PROJECT:
        opened = source if one == name else _opened(f"{folder}{slash}{one}", sources)
        if opened is not None and claims(opened):
            found.append(opened)
    return found


def _opened(path: str, sources: Sources) -> Source | None:
    try:
        return sources.open(path)
    except InputError:
        return None


def _parsed(source: Source) -> Document | Mapping | InputError:
    remedy = "correct it; `docker buildx bake --print` says more"
    if _is_json(source):
        from gate.syntax.json import parse as parse_json

        document = parse_json(source)
        if isinstance(document.root, Mapping):
            return document.root
        return document.error or InputError("is no table", at=whole_file(source.path), remedy=remedy)
    from gate.syntax.hcl import parse

    found = parse(source)
    if found.error:
        return InputError(found.error, at=found.at or whole_file(source.path), remedy=remedy)
    return found


READER = Reader("bake", ("docker",), claims, read)
