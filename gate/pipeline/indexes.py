"""Reads the indexes of packages that are named, and finds the images that each is of.

An index counts for the images of its release alone. One that is of no image's is an error: what somebody wanted
compared was not.
"""

from __future__ import annotations

from gate.data.codenames import DEBIAN, UBUNTU
from gate.dialects import apk_index, rpm_index
from gate.freshness.lag import dated, installed
from gate.model.coverage import NotUnderstood
from gate.model.days import days
from gate.model.errors import InputError
from gate.model.evidence import known
from gate.model.image import Image
from gate.model.package_index import Indexed
from gate.model.record import replace
from gate.pipeline.index_files import IndexFiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.contents import InstalledPackage, PackageManager
    from gate.model.package_index import PackageIndex
    from gate.pipeline.files import Files
    from gate.pipeline.options import Options
    from gate.pipeline.reading import Ledger
    from gate.pipeline.scans import Scans

#: What an index of each manager is called, and what says its release.
KINDS: dict[PackageManager, tuple[str, str]] = {
    "apk": ("Alpine", "name the APKINDEX.tar.gz of a branch, with the DESCRIPTION in it"),
    "dpkg": ("dpkg's archives", "name an index of a release, of its updates or of its security archive"),
    "rpm": ("rpm's repositories", "name a repository whose packages carry the release in theirs (`%{?dist}`)"),
}

REMEDY = "name the index of the release that the image is of, and the image with --image or a report of it"


class Indexes:
    """The indexes of one run, and the images that they are of."""

    __slots__ = ("_now", "_of")

    def __init__(self, files: Files, options: Options, ledger: Ledger, scans: Scans | None) -> None:
        """Read everything; what cannot be read, or is of no image, is a gap of the ledger."""
        self._now = options.now
        self._of: dict[str, Indexed] = {}
        reading = IndexFiles(files, ledger)
        found: list[PackageIndex] = []
        for kind, path in dict.fromkeys(options.indexes):
            try:
                found.append(reading.read(kind, path))
            except InputError as error:
                ledger.not_understood.append(NotUnderstood(error.at, error.cause, error.remedy))
        built = [one for one in ledger.subjects if isinstance(one, Image) and not one.stages]
        images = [scans.scanned(one) for one in built] if scans is not None else built
        used = {index.at for image in images for index in self._matched(image, found)}
        for index in found:
            if index.at not in used:
                ledger.not_understood.append(_unused(index))

    def given(self, image: Image) -> Image:
        """Return an image with the indexes of its release, and its vulnerabilities with what those date."""
        indexed = self._of.get(image.id)
        if indexed is None:
            return image
        if image.packages is not None:
            today = days(self._now)
            scans = (
                replace(scan, vulnerabilities=tuple(dated(one, indexed.indexes, today) for one in scan.vulnerabilities))
                for scan in image.packages.scans
            )
            image = replace(image, packages=replace(image.packages, scans=tuple(scans)))
        return replace(image, indexed=indexed)

    def _matched(self, image: Image, found: list[PackageIndex]) -> tuple[PackageIndex, ...]:
        """Find the indexes of an image's release, and note why none of its manager's is."""
        packages = list(installed(image))
        managers = {one.manager for one in packages}
        own = [index for index in found if index.manager in managers]
        releases = {manager: _release(manager, image, packages) for manager in managers}
        matching = tuple(index for index in own if index.release and index.release == releases[index.manager])
        if own:
            self._of[image.id] = Indexed(matching, "" if matching else _refused(own, releases), image.at)
        return matching


def _release(manager: PackageManager, image: Image, packages: list[InstalledPackage]) -> str:
    """Return the release of an image in the words of its manager's indexes, empty where it is not known."""
    if manager == "rpm":
        return rpm_index.dist(one.version for one in packages if one.manager == "rpm")
    said = known(image.contents.system) if image.contents is not None else None
    if said is not None:
        system, version, codename = said.id, said.version_id, said.codename
    else:
        scans = image.packages.scans if image.packages is not None else ()
        found = next((scan.system for scan in scans if scan.system is not None), None)
        system, version, codename = (found.family.lower(), found.release, "") if found is not None else ("", "", "")
    if manager == "apk":
        return apk_index.branch(version) if system == "alpine" else ""
    names = {number: name for name, number in (UBUNTU if system == "ubuntu" else DEBIAN).items()}
    return codename or names.get(version, names.get(version.partition(".")[0], ""))


def _refused(own: list[PackageIndex], releases: dict[PackageManager, str]) -> str:
    """Say why no index of an image's manager counts for it."""
    of = ", ".join(sorted({index.release or "no release" for index in own}))
    image = ", ".join(sorted({releases[index.manager] or "a release that is not known" for index in own}))
    return f"what was given to compare its packages with is of {of}, and the image of {image}"


def _unused(index: PackageIndex) -> NotUnderstood:
    kind, remedy = KINDS[index.manager]
    if not index.release:
        return NotUnderstood(index.at, f"is an index of {kind} that counts for no release", remedy)
    return NotUnderstood(index.at, f"is an index of {index.release}, and no image with packages is", REMEDY)
