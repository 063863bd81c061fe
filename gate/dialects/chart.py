"""Charts of Helm: what `Chart.yaml` says, which charts it brings along, and which files Helm would render of them."""

from __future__ import annotations

import re
from posixpath import join

from gate.dialects.reading import Fields, as_text
from gate.model.errors import InputError
from gate.model.record import Record
from gate.syntax.tree import Mapping, Scalar
from gate.syntax.yaml import KUBERNETES, documents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Mapping as Mapped
    from typing import TypeAlias

    from gate.model.location import Location
    from gate.model.source import Source

    #: Opens a file by its path, None where there is none.
    Opened: TypeAlias = Callable[[str], Source | None]

CHART = "Chart.yaml"

#: Where charts of the first version of the format name what they need.
REQUIREMENTS = "requirements.yaml"

#: Charts within charts; deeper than this nobody nests them.
MAX_NESTED = 8

#: A name that may stand in the path of a file that Helm prints: with a line feed in it, a file could speak for another.
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,249}"


class Dependency(Record):
    """A chart that another needs: the name that it answers to there, where it comes from, and where that is said."""

    name: str
    alias: str
    repository: str
    at: Location


class Chart(Record):
    """One chart: its folder, its name, whether it is a library, and what it needs."""

    folder: str
    name: str
    is_library: bool
    dependencies: tuple[Dependency, ...]
    at: Location


def chart_in(folder: str, opened: Opened) -> Chart | None:
    """Read the chart of a folder, None where there is none; raise InputError for one that cannot be read."""
    source = opened(join(folder, CHART))
    if source is None:
        return None
    fields = _fields(source)
    name = fields.get("name")
    if not isinstance(name, Scalar) or not re.fullmatch(NAME, as_text(name) or ""):
        at = name.at if name is not None else fields.at
        raise InputError("has no name that a chart may have", at=at, remedy="name it with letters, digits, - and .")
    kind = fields.get("type")
    needed = [*_dependencies(fields), *_required(folder, opened)]
    library = isinstance(kind, Scalar) and kind.text == "library"
    return Chart(folder, name.text, library, tuple(needed), name.at)


def root_of(folder: str, opened: Opened) -> str:
    """Return the folder of the outermost chart that brings along the one in a folder."""
    here = folder
    while True:
        above, _, name = here.rpartition("/")[0].rpartition("/")
        if name != "charts" or opened(join(above, CHART)) is None:
            return here
        here = above


def charts_in(root: Chart, files: Mapped[str, Source]) -> dict[str, Chart]:
    """Return the charts that Helm loads, by how it calls them in the paths that it prints."""
    found: dict[str, Chart] = {}
    waiting = [(root, root.name, 0)]
    while waiting:
        chart, called, depth = waiting.pop()
        if called in found:
            cause = f"brings along two charts that Helm calls {called}, and takes now one, now the other"
            raise InputError(cause, at=root.at, remedy="keep one of them, or rename it")
        found[called] = chart
        if depth >= MAX_NESTED:
            cause = f"brings along charts that are nested deeper than {MAX_NESTED}"
            raise InputError(cause, at=root.at, remedy="flatten them")
        for inner in _inner(chart, files):
            names = [one.alias for one in chart.dependencies if one.name == inner.name and one.alias]
            waiting += ((inner, f"{called}/charts/{name}", depth + 1) for name in dict.fromkeys((inner.name, *names)))
    return found


def is_template_of(charts: dict[str, Chart], path: str) -> bool:
    """Say whether a file is one of the templates of charts that are loaded."""
    return any(path.startswith(join(chart.folder, "templates/")) for chart in charts.values())


def is_definition_of(charts: dict[str, Chart], path: str) -> bool:
    """Say whether a file is one of those in `crds/` that Helm installs with the charts that are loaded."""
    return path.lower().endswith((".yaml", ".yml", ".json")) and any(
        path.startswith(join(chart.folder, "crds/")) for chart in charts.values()
    )


def missing(root: Chart, charts: dict[str, Chart]) -> Dependency | None:
    """Return the first chart that the root needs and does not bring along."""
    there = {chart.name for called, chart in charts.items() if called.count("/") == 2}
    return next((one for one in root.dependencies if one.name not in there), None)


def _inner(chart: Chart, files: Mapped[str, Source]) -> Iterator[Chart]:
    """Yield the charts in a chart's own folder for them; those whose names begin like this Helm passes over."""
    below = join(chart.folder, "charts/")
    names = {path[len(below) :].partition("/")[0] for path in files if path.startswith(below)}
    for name in sorted(name for name in names if name[0] not in "._"):
        if f"{below}{name}/{CHART}" in files:
            inner = chart_in(f"{below}{name}", files.get)
            if inner is not None:
                yield inner


def _fields(source: Source) -> Fields:
    roots = []
    for document in documents(source, KUBERNETES):
        if document.error is not None:
            raise document.error
        roots.append(document.root)
    root = next(iter(roots), None)
    if not isinstance(root, Mapping):
        raise InputError("is no mapping", at=source.location(0, 0), remedy="write a chart's fields there")
    return Fields(root, root, [])


def _dependencies(fields: Fields) -> Iterator[Dependency]:
    for one in fields.mappings("dependencies")[0]:
        said = {name: as_text(node) or "" for name in _SAID if isinstance(node := one.get(name), Scalar)}
        yield Dependency(said.get("name", ""), said.get("alias", ""), said.get("repository", ""), one.at)


_SAID = ("name", "alias", "repository")


def _required(folder: str, opened: Opened) -> Iterator[Dependency]:
    source = opened(join(folder, REQUIREMENTS))
    if source is not None:
        yield from _dependencies(_fields(source))
