"""What Dependabot moves on: `.github/dependabot.yml`.

Source: GitHub documentation, Dependabot options reference: `package-ecosystem`, `directory`, `directories`,
`schedule`, `ignore`, `allow`, `open-pull-requests-limit`, `exclude-paths`. The ecosystem `docker` reads Dockerfiles and
manifests of Kubernetes and Helm in the folder that is named and not below it, `docker-compose` Compose files.
"""

from __future__ import annotations

from gate.dialects.cadence_tree import at_path, entries_of, members_of, root_of, text_of, texts_of
from gate.model.cadence import Keeper
from gate.syntax.cron import longest
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.source import Source
    from gate.syntax.tree import Node

TOOL = "Dependabot"

#: Which ecosystem takes which kind of file.
ECOSYSTEMS = {"dockerfile": "docker", "kubernetes": "docker", "compose": "docker-compose"}

_INTERVALS = {"daily": 3, "weekly": 7, "monthly": 31, "quarterly": 92, "semiannually": 184, "yearly": 366}


def keepers(source: Source, path: str, kind: str, image: str) -> Iterator[Keeper]:
    """Yield the entries that take a file of a kind and the image that it names; `image` is without tag and digest."""
    root = root_of(source)
    if root is None or text_of(root.get("version")) != "2":
        doubt = f"{source.path} cannot be read as a configuration of version 2"
        yield Keeper(TOOL, "bump", source.location(0, 0), doubt=doubt)
        return
    for entry in members_of(root.get("updates")):
        ecosystem = at_path(entry, "package-ecosystem")
        if not isinstance(entry, Mapping) or ecosystem is None or text_of(ecosystem) != ECOSYSTEMS.get(kind):
            continue
        within = _within(entry, path)
        if within == "no" or text_of(entry.get("open-pull-requests-limit")) == "0":
            continue
        doubt = _ignored(entry, image) if within == "yes" else within
        if doubt != "ignored":
            yield Keeper(TOOL, "bump", ecosystem.at, _every(entry), doubt)


def _every(entry: Mapping) -> int | None:
    """Return the days between two runs: `daily` means on working days."""
    interval = text_of(at_path(entry, "schedule", "interval"))
    if interval == "cron":
        return longest(text_of(at_path(entry, "schedule", "cronjob")))
    return _INTERVALS.get(interval)


def _within(entry: Mapping, path: str) -> str:
    """Say whether an entry looks into the folder of a file: `yes`, `no`, or why nobody knows."""
    folder = path.rpartition("/")[0]
    written = [*texts_of(entry.get("directory")), *texts_of(entry.get("directories"))]
    if not any(matches(one.strip("/"), folder) for one in written):
        return "no"
    for name, nodes in entries_of(entry):
        if name == "exclude-paths" and texts_of(nodes):
            return "it leaves some paths out" if any("*" in one for one in texts_of(nodes)) else _left_out(nodes, path)
    return "yes"


def _left_out(nodes: Node, path: str) -> str:
    return (
        "no"
        if any(path == one.strip("/") or path.startswith(f"{one.strip('/')}/") for one in texts_of(nodes))
        else "yes"
    )


def matches(glob: str, folder: str) -> bool:
    """Match a folder, segment by segment; `**` stands for any number of them."""
    return _match(glob.split("/") if glob else [], folder.split("/") if folder else [])


def _match(globs: list[str], segments: list[str]) -> bool:
    reached = {0}
    for glob in globs:
        if glob == "**":
            reached = set(range(min(reached, default=len(segments) + 1), len(segments) + 1))
        elif glob != ".":
            reached = {here + 1 for here in reached if here < len(segments) and _fits(glob, segments[here])}
    return len(segments) in reached


def _fits(glob: str, segment: str) -> bool:
    """Match one segment, in which `*` stands for anything: the pieces between them in order."""
    first, *rest = glob.split("*")
    if not rest:
        return glob == segment
    if not segment.startswith(first) or not segment[len(first) :].endswith(rest[-1]):
        return False
    here, stop = len(first), len(segment) - len(rest[-1])
    for piece in rest[:-1]:
        found = segment.find(piece, here, stop)
        if found < 0:
            return False
        here = found + len(piece)
    return here <= stop


def _ignored(entry: Mapping, image: str) -> str:
    """Say whether an image is `ignored` as a whole, why it may be, or nothing where it is not."""
    for rule in members_of(entry.get("ignore")):
        name = text_of(at_path(rule, "dependency-name"))
        if not _fits(name, image):
            continue
        limits = [key for key, _ in entries_of(rule) if key != "dependency-name"]
        if not limits:
            return "ignored"
        if limits != ["update-types"] or len(texts_of(at_path(rule, "update-types"))) > 1:
            return f"it ignores some versions of {image}"
    allowed = [text_of(at_path(rule, "dependency-name")) for rule in members_of(entry.get("allow"))]
    named = [name for name in allowed if name]
    return "ignored" if named and len(named) == len(allowed) and not any(_fits(one, image) for one in named) else ""
