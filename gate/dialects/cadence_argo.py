"""What Argo CD Image Updater moves on: the annotations of an Application, or of the template of an ApplicationSet.

Source: documentation of Argo CD Image Updater 0.x, `image-list`, `update-strategy`, limitations: it works on what
Kustomize or Helm builds. No file says that it runs, that it still reads annotations (from 1.0 on it asks objects of its
own), or which repository a checkout is of, so that it never counts without a doubt.
"""

from __future__ import annotations

from gate.dialects.cadence_tree import at_path, entries_of, members_of, objects, text_of
from gate.dialects.image_name import parse
from gate.model.cadence import Keeper
from gate.model.record import Record
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.location import Location
    from gate.model.source import Source
    from gate.syntax.tree import Node

_PREFIX = "argocd-image-updater.argoproj.io/"

#: Strategies that move on what has no version too; the others go by versions.
_ANY_TAG = frozenset({"digest", "latest", "newest-build", "name", "alphabetical"})

_UNSEEN = "no file shows that it runs, nor that the Application takes its files from this repository"
_ELSEWHERE = "its Application names another folder, which may or may not build on this one"


class Listed(Record):
    """An image on a list: where that stands, whether it moves on any tag, and which folders the Application is of."""

    at: Location
    pins: bool
    folders: tuple[str, ...]


def listed(sources: Iterable[Source]) -> dict[str, list[Listed]]:
    """Return what the Applications of some files list, by repository."""
    lists: dict[str, list[Listed]] = {}
    for found in (one for source in sources for one in objects(source)):
        kind = text_of(found.get("kind"))
        one = at_path(found, "spec", "template") if kind == "ApplicationSet" else found
        said = dict(entries_of(at_path(one, "metadata", "annotations")))
        images = said.get(f"{_PREFIX}image-list")
        if kind in ("Application", "ApplicationSet") and images is not None:
            folders = tuple(_folders(one))
            for alias, repository in _members(text_of(images)):
                pins = _strategy(said, alias) in _ANY_TAG
                lists.setdefault(repository, []).append(Listed(images.at, pins, folders))
    return lists


def keepers(lists: dict[str, list[Listed]], path: str, repository: str) -> Iterator[Keeper]:
    """Yield the Applications that list an image which a manifest names, the first of each kind of doubt."""
    seen = set()
    for one in lists.get(repository, ()):
        doubt = _UNSEEN if any(_covers(folder, path) for folder in one.folders) else _ELSEWHERE
        if (doubt, one.pins) not in seen:
            seen.add((doubt, one.pins))
            yield Keeper("Argo CD Image Updater", "bump", one.at, doubt=doubt, pins=one.pins)


def _members(text: str) -> Iterator[tuple[str, str]]:
    """Yield alias and repository of a list of `[alias=]image[:constraint]`; the alias is empty where there is none."""
    for entry in text.split(","):
        alias, mark, image = entry.strip().partition("=")
        if not mark or "/" in alias or ":" in alias:
            alias, image = "", entry.strip()
        folder, slash, last = image.rpartition("/")
        name = parse(f"{folder}{slash}{last.partition(':')[0]}")
        if name is not None:
            yield alias, name.repository


def _strategy(said: dict[str, Node], alias: str) -> str:
    own = text_of(said.get(f"{_PREFIX}{alias}.update-strategy")) if alias else ""
    return own or text_of(said.get(f"{_PREFIX}update-strategy")) or "semver"


def _folders(application: Node | None) -> Iterator[str]:
    """Yield the folders that an Application takes its files from; a chart of a registry is none."""
    for one in (at_path(application, "spec", "source"), *members_of(at_path(application, "spec", "sources"))):
        if isinstance(one, Mapping) and one.get("chart") is None:
            yield text_of(one.get("path")).removeprefix("./").strip("/")


def _covers(folder: str, path: str) -> bool:
    return folder in ("", ".") or path.startswith(f"{folder}/")
