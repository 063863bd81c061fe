"""The packages that an image started from: those of its lowest layer that has any, before others were added to them."""

from __future__ import annotations

from gate.dialects import dpkg
from gate.dialects.package_database import Database
from gate.model.contents import FirstPackages
from gate.model.evidence import known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gate.dialects.package_database import Listed
    from gate.model.contents import InstalledPackage
    from gate.model.evidence import Items
    from gate.syntax.oci_layers import Change, Layer


def first(layers: Sequence[Layer], installed: Items[InstalledPackage]) -> FirstPackages | None:
    """Return what the lowest layer with packages says of them; None where a layer up to it was not read."""
    for index, layer in enumerate(layers):
        if layer.unread:
            return None
        packages = [
            one for change in layer.changes if isinstance(change.value, Database) for one in change.value.packages
        ]
        if packages:
            built = [one.built for one in packages if one.built is not None]
            filed = [one.installed for one in packages if one.installed is not None]
            return FirstPackages(
                index,
                max((*built, *_changelogs(layer.changes)), default=None),
                max((*filed, *_lists(layer.changes)), default=None),
                _renewed(packages, installed),
            )
    return None


def _changelogs(changes: Iterable[Change]) -> Iterator[int]:
    for change in changes:
        if isinstance(change.value, int) and change.path.startswith(f"{dpkg.DOCS}/"):
            yield change.value


def _lists(changes: Iterable[Change]) -> Iterator[int]:
    for change in changes:
        if change.path.startswith(f"{dpkg.LISTS}/") and change.path.endswith(".list"):
            yield change.second


def _renewed(packages: Iterable[Listed], installed: Items[InstalledPackage]) -> bool | None:
    """Say whether one of the first packages has another version in the end."""
    if not installed.complete:
        return None
    versions: dict[str, set[str]] = {}
    for member in installed.members:
        one = known(member)
        if one is not None:
            versions.setdefault(one.name, set()).add(one.version)
    before: dict[str, set[str]] = {}
    for package in packages:
        before.setdefault(package.name, set()).add(package.version)
    return any(name in versions and versions[name] != those for name, those in before.items())
