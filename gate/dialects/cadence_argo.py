"""What Argo CD Image Updater moves on: the annotations of an Application, or of the template of an ApplicationSet.

Source: documentation of Argo CD Image Updater 0.x, `image-list`, `update-strategy`, limitations: it works on what
Kustomize or Helm builds. No file says that it runs, that it still reads annotations (from 1.0 on it asks objects of its
own), or which repository a checkout is of, so that it never counts without a doubt.
"""

from __future__ import annotations

from gate.dialects.cadence_tree import at_path, entries_of, members_of, objects, text_of
from gate.dialects.image_name import parse
from gate.model.cadence import Keeper
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.source import Source
    from gate.syntax.tree import Node

_PREFIX = "argocd-image-updater.argoproj.io/"

#: Strategies that move on what has no version too; the others go by versions.
_ANY_TAG = frozenset({"digest", "latest", "newest-build", "name", "alphabetical"})

_UNSEEN = "no file shows that it runs, nor that the Application takes its files from this repository"
_ELSEWHERE = "its Application names another folder, which may or may not build on this one"


def keepers(source: Source, path: str, repository: str) -> Iterator[Keeper]:
    """Yield the Applications of a file that list an image which a manifest names."""
    for found in objects(source):
        kind = text_of(found.get("kind"))
        one = at_path(found, "spec", "template") if kind == "ApplicationSet" else found
        said = dict(entries_of(at_path(one, "metadata", "annotations")))
        listed = said.get(f"{_PREFIX}image-list")
        if kind not in ("Application", "ApplicationSet") or listed is None:
            continue
        for alias in _aliases(text_of(listed), repository):
            doubt = _UNSEEN if any(_covers(folder, path) for folder in _folders(one)) else _ELSEWHERE
            pins = _strategy(said, alias) in _ANY_TAG
            yield Keeper("Argo CD Image Updater", "bump", listed.at, doubt=doubt, pins=pins)


def _aliases(text: str, repository: str) -> Iterator[str]:
    """Yield the aliases of an image in a list of `[alias=]image[:constraint]`; empty for one without."""
    for entry in text.split(","):
        alias, mark, image = entry.strip().partition("=")
        if not mark or "/" in alias or ":" in alias:
            alias, image = "", entry.strip()
        folder, slash, last = image.rpartition("/")
        name = parse(f"{folder}{slash}{last.partition(':')[0]}")
        if name is not None and name.repository == repository:
            yield alias


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
