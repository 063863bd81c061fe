"""What the packages and files in the layers of a built image prove of its age.

Packages cannot be installed before they are built, so the image is no older than the newest of them, whatever its
configuration claims. That bounds the day on which it was assembled. When its packages were last brought up to date is
another question, since one package that was added says nothing of the others, and in a squashed image nobody can see
which one that was. It is bounded by what is carried by the whole set: the package that has the release of the system,
which nothing else pulls in, and every package that was built before that one was installed; the packages of a base
that was laid down at once; those that an upgrade left; all, where the builder dated the image by the newest of them.

Source of the order of evidence: the build times inside of packages and the archive's own signed dates are strong; the
times of installation and of files, which builders set as they like, count where the release of the system bears them
out.
"""

from __future__ import annotations

from gate.freshness import claims
from gate.freshness.instant import is_plausible, second_of
from gate.freshness.system import bears_out
from gate.model.clock import Evidence
from gate.model.days import iso
from gate.model.evidence import known
from gate.model.record import Record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.freshness.claims import Claim
    from gate.model.clock import ClockName, Strength
    from gate.model.contents import InstalledPackage, Trace
    from gate.model.image import Image
    from gate.model.lifecycle import Tables

#: The packages that carry the release of a system, which every image of it has and nothing else upgrades.
RELEASES = frozenset(
    [
        "almalinux-release",
        "alpine-base",
        "alpine-baselayout",
        "alpine-baselayout-data",
        "alpine-release",
        "azurelinux-release",
        "base-files",
        "centos-linux-release",
        "centos-release",
        "centos-stream-release",
        "chainguard-baselayout",
        "fedora-release-common",
        "mariner-release",
        "openSUSE-release",
        "oraclelinux-release",
        "photon-release",
        "redhat-release",
        "redhat-release-server",
        "rocky-release",
        "sles-release",
        "system-release",
        "wolfi-baselayout",
    ]
)

#: What each trace says, strong ones first.
STRONG = {
    "package-build": "its package {what} was built on {day}",
    "changelog": "its package {what} was changed on {day}",
    "archive-list": "its list of packages, {what}, is of {day}",
}
MEDIUM = {
    "package-install": "its package {what} was installed on {day}",
    "package-file": "its package {what} was installed on {day}",
    "package-log": "its log of packages ends on {day}",
    "layer-file": "its file {what} was changed on {day}",
}
TEXTS = {**STRONG, **MEDIUM}

#: The kinds of evidence, as docs/image-age.md lists them; the packages of apk and rpm share a trace.
IDS = {
    "package-build": "E8",
    "changelog": "E9",
    "archive-list": "E11",
    "package-install": "E8",
    "package-file": "E10",
    "package-log": "E10",
    "layer-file": "E6",
    "provenance": "E15",
}

#: Days before a base is laid down in which its newest package was made, unless it is an old system in a new wrapping.
APART = 30

_DAY = 86_400
_ADDED = "a package that was added says nothing of the others"
_ALONE = "the release of its system does not bear it out"


class Dated(Record):
    """A trace on a day that can be."""

    day: int
    trace: Trace
    is_apk: bool

    @property
    def is_strong(self) -> bool:
        """Say whether it is a date that builders do not set."""
        return self.trace.kind in STRONG

    @property
    def text(self) -> str:
        """Say it in a clause."""
        return TEXTS[self.trace.kind].format(what=self.trace.what, day=iso(self.day))

    def evidence(self, clock: ClockName, *, unused: str = "") -> Evidence:
        """Return what it says of a clock."""
        strength: Strength = "strong" if self.is_strong else "medium"
        kind = "E7" if self.is_apk and self.trace.kind == "package-build" else IDS[self.trace.kind]
        return Evidence(kind, clock, "not-before", self.day, strength, self.text, self.trace.at, unused)


def dated(image: Image, today: int) -> tuple[Dated, ...]:
    """Return every trace that says not before which day it was made, the newest first."""
    traces = image.contents.traces if image.contents is not None else ()
    is_apk = any(one.manager == "apk" for one in packages(image))
    found = []
    for one in traces:
        day = one.second // _DAY
        if one.kind in TEXTS and is_plausible(day) and day <= today + 1:
            found.append(Dated(min(day, today), one, is_apk))
    return tuple(sorted(found, key=lambda one: (-one.day, one.trace.kind, one.trace.what)))


def packages(image: Image) -> Iterator[InstalledPackage]:
    """Yield the packages of the system."""
    for member in image.contents.packages.members if image.contents is not None else ():
        one = known(member)
        if one is not None:
            yield one


def assembled(found: tuple[Dated, ...]) -> Iterator[Evidence]:
    """Yield what says not before which day the image was put together: the newest trace of every kind."""
    kinds: set[str] = set()
    for one in found:
        if one.trace.kind not in kinds:
            kinds.add(one.trace.kind)
            yield one.evidence("build")


def finished(image: Image, today: int) -> Iterator[Evidence]:
    """Yield what says not after which day: builders attest when a build ended."""
    for one in image.contents.traces if image.contents is not None else ():
        day = one.second // _DAY
        if one.kind == "provenance" and is_plausible(day) and day <= today + 1:
            text = f"its provenance says that the build ended on {iso(min(day, today))}"
            for clock in ("build", "content"):
                yield Evidence("E15", clock, "not-after", min(day, today), "medium", text, one.at)


def renewed(image: Image, found: tuple[Dated, ...], tables: Tables, today: int) -> Iterator[Evidence]:
    """Yield what says not before which day the packages were brought up to date, and the newest that does not."""
    if image.contents is None or known(image.contents.system) is None:
        if found:
            yield found[0].evidence("content", unused="its layers do not name the system")
        return
    used = [*_released(image, found, tables), *_based(image, tables, today)]
    for until, reason, is_any in _moments(image, found, tables, today):
        one = next((one for one in found if one.day <= until and one.is_strong), None)
        if one is None and is_any:
            one = next((one for one in found if one.day <= until and one.trace.kind != "layer-file"), None)
        if one is not None and all(one.text != other.text for other in used):
            used.append(replace(one.evidence("content"), text=f"{one.text}, {reason}"))
    yield from used
    newest = next((one for one in found if one.is_strong), None)
    if newest is not None and all(one.unused or one.day < newest.day for one in used):
        yield newest.evidence("content", unused=_ADDED)


def patched(image: Image, found: tuple[Dated, ...], releases: Iterable[Evidence]) -> Iterator[Evidence]:
    """Yield what the releases of the system bound, unless single packages may have been renewed after the next one.

    That is certain to be otherwise where packages were only added to those of a lower layer.
    """
    first = image.contents.first_packages if image.contents is not None else None
    newest = next((one for one in found if one.is_strong), None)
    owner = image.contents.owner_of_packages if image.contents is not None else None
    were_added = first is not None and first.renewed is False and owner is not None and owner > first.layer
    for one in releases:
        if one.bound == "not-after" and newest is not None and newest.day > one.day and not were_added:
            yield replace(one, unused=f"single packages may have been renewed later: {newest.text}")
        else:
            yield one


def _released(image: Image, found: tuple[Dated, ...], tables: Tables) -> Iterator[Evidence]:
    """Yield when the package that has the release was made, and when it was installed."""
    own = [one for one in found if one.trace.what in RELEASES]
    built = next((one for one in own if one.is_strong), None)
    if built is not None:
        yield built.evidence("content")
    filed = _installed(own)
    if filed is not None:
        yield filed.evidence("content", unused="" if bears_out(image, tables, filed.day) else _ALONE)


def _installed(own: Iterable[Dated]) -> Dated | None:
    return next((one for one in own if one.trace.kind in ("package-install", "package-file")), None)


def _based(image: Image, tables: Tables, today: int) -> Iterator[Evidence]:
    """Yield the newest package of a base that the history shows to have been laid down at once, soon after."""
    first = image.contents.first_packages if image.contents is not None else None
    if first is None or not claims.has_several(image):
        return
    laid = next((one for one in claims.layers(image, today) if one.layer == first.layer), None)
    strength: Strength = "strong" if first.built is not None else "medium"
    second = first.built if first.built is not None else first.filed
    day = second // _DAY if second is not None else None
    if laid is None or day is None or not laid.is_root or not is_plausible(day):
        return
    if laid.day - APART <= day <= laid.day + 1 and bears_out(image, tables, day):
        text = f"the newest package of its base is of {iso(day)}, and its base was laid down on {iso(laid.day)}"
        kind = "E9" if strength == "strong" else "E10"
        for clock in ("base", "content"):
            yield Evidence(kind, clock, "not-before", day, strength, text, laid.at)


def _moments(image: Image, found: tuple[Dated, ...], tables: Tables, today: int) -> Iterator[tuple[int, str, bool]]:
    """Yield days up to which what dates packages dates all of them, how that is known, and whether any trace counts."""
    filed = _installed([one for one in found if one.trace.what in RELEASES])
    if filed is not None and bears_out(image, tables, filed.day):
        yield filed.day + 1, f"before {filed.trace.what} was installed", False
    for one in _upgrades(image, today):
        if bears_out(image, tables, one.day):
            yield one.day + 1, f"before the upgrade of {iso(one.day)}", True
    if is_dated_by_packages(image):
        yield today + 1, "to the second the day of the image, as apko dates it", False


def is_dated_by_packages(image: Image) -> bool:
    """Say whether the image has the time of its newest package, to the second, as apko dates what it made at once."""
    built = [one.built for one in packages(image) if one.manager == "apk" and one.built is not None]
    return bool(built) and second_of(known(image.created) or "") == max(built)


def _upgrades(image: Image, today: int) -> Iterator[Claim]:
    """Yield the upgrades that the history names and that changed the packages."""
    owner = image.contents.owner_of_packages if image.contents is not None else None
    for one in claims.layers(image, today) if claims.has_several(image) else ():
        if one.is_upgrade and owner is not None and one.layer is not None and one.layer <= owner:
            yield one


def future(image: Image, today: int) -> Iterator[Trace]:
    """Yield the newest trace of each kind that has not come yet, beyond what time zones and clocks explain."""
    worst: dict[str, Trace] = {}
    for one in image.contents.traces if image.contents is not None else ():
        held = worst.get(one.kind)
        if one.second // _DAY > today + 1 and (held is None or one.second > held.second):
            worst[one.kind] = one
    yield from worst.values()
