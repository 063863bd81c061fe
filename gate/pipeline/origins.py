"""Finds where the fault lies that is found in a built image: the line of its recipe, and the manifest that runs it.

A recipe is an image's when the end of the image's history is what the recipe's instructions write there; of two such
recipes neither is. What no layer and no entry of the history tells stays at the image.
"""

from __future__ import annotations

from gate.dialects.image_history import places
from gate.model.errors import InputError
from gate.model.evidence import known
from gate.model.image import Image
from gate.model.record import Record, replace
from gate.pipeline.reading import load
from gate.readers import READERS
from gate.syntax.dockerfile import scan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.location import Location
    from gate.model.report import SubjectReport
    from gate.model.rule import Finding
    from gate.model.source import Source
    from gate.pipeline.linked import Linked
    from gate.pipeline.trees import AnyFiles
    from gate.syntax.dockerfile import Instruction

#: Findings about the base, which the FROM of the recipe chose.
OF_BASES = frozenset({"AGE001", "AGE002", "AGE003"})

#: Recipes of one run that are compared with an image, and manifests that are named.
MAX_RECIPES = 200
MAX_MANIFESTS = 5


class Origin(Record):
    """The lines of one recipe: of the base, of each entry of the history, and of each layer."""

    base: Location
    entries: tuple[Location, ...]
    layers: dict[str, Location]


def traced(
    image: Image, report: SubjectReport, linked: Linked, sources: Iterable[Source], files: AnyFiles
) -> SubjectReport:
    """Return the report of a built image with the origins of what is found."""
    deployed = tuple(linked.deployed(image))[:MAX_MANIFESTS]
    origin = _origin(image, sources, files)
    if not deployed and origin is None:
        return report
    layers = _layers(image)
    placed = []
    for finding in report.findings:
        line = _line(finding, image, origin, layers) if origin is not None else None
        placed.append(_placed(finding, line, deployed))
    return replace(report, findings=tuple(placed))


def _layers(image: Image) -> dict[Location, str]:
    """Return which layer brought each vulnerability, by its place in its report; empty where nobody says it."""
    scans = image.packages.scans if image.packages is not None else ()
    return {one.at: one.layer for scan in scans for one in scan.vulnerabilities}


def _placed(finding: Finding, line: Location | None, deployed: tuple[Location, ...]) -> Finding:
    more = (*((line,) if line is not None else ()), *deployed)
    related = tuple(dict.fromkeys((*finding.related, *more)))
    return replace(finding, related=related, brought_by=line, deployed_by=deployed)


def _line(finding: Finding, image: Image, origin: Origin, layers: dict[Location, str]) -> Location | None:
    """Return the line that brought what is found; None where nothing tells."""
    if finding.rule in OF_BASES:
        return origin.base
    found = [layers[at] for at in (finding.at, *finding.related) if at in layers]
    if found:
        said = {layer for layer in found if layer}
        return origin.layers.get(said.pop()) if len(said) == 1 else None
    for member, line in zip(image.history.members, origin.entries, strict=True):
        entry = known(member)
        if entry is not None and _is_within(finding.at, entry.at):
            return line
    return None


def _is_within(at: Location, other: Location) -> bool:
    return at.path == other.path and other.start <= at.start and at.end <= other.end and other.end > other.start


def _origin(image: Image, sources: Iterable[Source], files: AnyFiles) -> Origin | None:
    """Compare the history with the recipes of the run."""
    entries = [known(member) for member in image.history.members]
    if not entries or not image.history.complete or any(entry is None for entry in entries):
        return None
    said = [entry.created_by for entry in entries if entry is not None]
    found = list(_matching(said, sources, files))
    if len(found) != 1:
        return None
    base, lines = found[0]
    filled = [line for entry, line in zip(entries, lines, strict=True) if entry is not None and not entry.empty_layer]
    layers = image.identity.layers if image.identity is not None else ()
    # A layer that is there twice, such as an empty one, tells nothing.
    brought = {one: line for one, line in zip(layers, filled, strict=False) if layers.count(one) == 1}
    return Origin(base, lines, brought if len(filled) == len(layers) else {})


def _matching(
    said: list[str], sources: Iterable[Source], files: AnyFiles
) -> Iterator[tuple[Location, tuple[Location, ...]]]:
    """Yield the base and the lines of every recipe whose instructions wrote the end of a history."""
    recipes = [one for one in sources if READERS["dockerfile"](one.path.rpartition("/")[2])]
    for source in recipes[:MAX_RECIPES]:
        try:
            subjects = load("dockerfile").read(source, files).subjects
            instructions = scan(source).instructions if subjects else []
        except InputError:
            continue
        for recipe in subjects:
            if isinstance(recipe, Image) and recipe.stages:
                start, shipped = _shipped(recipe, instructions)
                lines = places(said, shipped, start)
                if lines is not None:
                    yield start, lines


def _shipped(recipe: Image, instructions: list[Instruction]) -> tuple[Location, list[Instruction]]:
    """Return the base, and the instructions of the stages whose files are the image's, in the order of the build."""
    stages: list[list[Instruction]] = []
    for one in instructions:
        if one.keyword == "FROM":
            stages.append([])
        elif stages:
            stages[-1].append(one)
    chain: list[int] = []
    index: int | None = recipe.target
    while index is not None and index not in chain and index < len(stages):
        chain.append(index)
        index = recipe.stages[index].base.stage
    start = recipe.stages[chain[-1]].base.at
    return start, [one for stage in reversed(chain) for one in stages[stage]]
