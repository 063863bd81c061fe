"""How old the packages of a built image are, by its own metadata and by what is known of its base.

What the metadata says is a claim: builders zero it, and re-wrapping an old filesystem renews it. So a claim only counts
between what is proven, and where two of them contradict each other the older one does. The packages inside of the
layers bound the age from above, and never make younger what the metadata itself admits.
"""

from __future__ import annotations

from gate.freshness import content, lag
from gate.freshness.age import SLACK, Age
from gate.freshness.instant import day_of, is_plausible
from gate.freshness.support import supports
from gate.model.days import days, iso
from gate.model.evidence import known
from gate.model.record import Record
from gate.model.truth import Because

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables, Window
    from gate.model.location import Location

#: Labels that say when something was built; an image inherits those of its base.
DATED_LABELS = (
    "org.label-schema.build-date",
    "build-date",
    "org.opencontainers.image.created",
    "org.opensuse.base.created",
)
#: Days that two claims may lie apart before one of them is wrong.
APART = 30

_UPGRADES = {
    **dict.fromkeys(("apt", "apt-get", "aptitude"), frozenset({"upgrade", "dist-upgrade", "full-upgrade"})),
    **dict.fromkeys(("dnf", "yum", "microdnf", "tdnf"), frozenset({"update", "upgrade"})),
    "apk": frozenset({"upgrade"}),
    "zypper": frozenset({"up", "update", "patch", "dup"}),
}


class Clock(Record):
    """The age of a built image's packages, and what in its metadata cannot be."""

    age: Age
    contradictions: tuple[Because, ...]


class _Claim(Record):
    """A day that the metadata names; `exact` when a history of several layers backs it."""

    day: int
    at: Location
    text: str
    exact: bool = False


def clock(image: Image, tables: Tables, now: str) -> Clock:
    """Bound the age of the packages, and collect the contradictions."""
    today = days(now)
    wrong = list(_future(image, today))
    claim = _claim(image, today)
    if claim is None:
        age = Age(0, None, "the metadata does not date the packages")
    else:
        passed = max(0, today - claim.day)
        age = Age(passed, passed if claim.exact else None, f"the metadata dates the packages to {iso(claim.day)}")
    if claim is None or not is_upgrade(claim.text):
        age = _proven(image, claim, age, tables, today, wrong)
    age = _inside(image, claim, age, today, wrong)
    age = _missed(image, claim, age, today, wrong)
    if age.most is None and claim is not None:
        age = Age(age.least, _at_most(_released(image, tables, now), age.least), age.text)
    return Clock(age, tuple(wrong))


def _inside(image: Image, claim: _Claim | None, age: Age, today: int, wrong: list[Because]) -> Age:
    """Hold the claim against the newest package: it was installed after it was built, and by whom is not known.

    A claim that is older than the newest package is left as it is, since one package that was added says nothing of
    the others. For the same reason an age that is not known stays so where a later layer changed the packages.
    """
    newest = content.newest(image, today)
    if newest is None or (age.most is None and not content.came_at_once(image)):
        return age
    passed = today - newest.day
    if claim is None:
        return Age(age.least, max(passed, age.least), newest.text)
    if claim.day - newest.day > APART:
        text = f"the metadata dates the packages to {iso(claim.day)}, and {newest.text}"
        wrong.append(Because(newest.at, text))
    most = passed if age.most is None else max(passed, age.most)
    return Age(age.least, max(most, age.least), age.text)


def _missed(image: Image, claim: _Claim | None, age: Age, today: int, wrong: list[Because]) -> Age:
    """Hold the claim against an update that was there and is not installed: the packages are at least as old."""
    missed = lag.missed(image, today) if image.indexed is not None else None
    if missed is None:
        return age
    if claim is not None and claim.day - missed.day > SLACK + APART:
        wrong.append(Because(missed.at, f"the metadata dates the packages to {iso(claim.day)}, and {missed.text}"))
    passed = today - missed.day - SLACK
    return Age(passed, _at_most(age.most, passed), missed.text) if passed > age.least else age


def _at_most(most: int | None, least: int) -> int | None:
    return max(most, least) if most is not None else None


def _claim(image: Image, today: int) -> _Claim | None:
    """Find the day of the packages: of the newest upgrade, else of the first layer, else of the image."""
    layers = list(_layers(image, today))
    upgrades = [layer for layer in layers if is_upgrade(layer.text)]
    if upgrades:
        return max(upgrades, key=lambda layer: layer.day)
    if layers:
        return layers[0]
    return next((claim for claim in _dates(image) if is_plausible(claim.day) and claim.day <= today), None)


def _layers(image: Image, today: int) -> Iterator[_Claim]:
    """Yield the layers that have a day which can be."""
    entries = [known(member) for member in image.history.members]
    several = image.history.complete and sum(entry is not None and not entry.empty_layer for entry in entries) > 1
    for entry in entries:
        day = day_of(known(entry.created) or "") if entry is not None and not entry.empty_layer else None
        if entry is not None and day is not None and is_plausible(day) and day <= today + 1:
            yield _Claim(min(day, today), entry.created.at, entry.created_by, several)


def _dates(image: Image) -> Iterator[_Claim]:
    """Yield when the image says it was created."""
    day = day_of(known(image.created) or "")
    if day is not None:
        yield _Claim(day, image.created.at, "")


def _future(image: Image, today: int) -> Iterator[Because]:
    """Find days that have not come yet, beyond what time zones and clocks explain."""
    named = [("the image", claim) for claim in _dates(image)]
    for member in image.history.members:
        entry = known(member)
        day = day_of(known(entry.created) or "") if entry is not None else None
        if entry is not None and day is not None:
            named.append(("a layer", _Claim(day, entry.created.at, "")))
    for what, claim in named:
        if claim.day > today + 1:
            yield Because(claim.at, f"{what} says that it was made on {iso(claim.day)}, which has not come yet")
    for one in content.future(image, today):
        yield Because(one.at, f"{one.what} is of {iso(one.second // 86_400)}, which has not come yet")


def _proven(
    image: Image, claim: _Claim | None, age: Age, tables: Tables, today: int, wrong: list[Because]
) -> Age:  # fmt: skip
    """Hold the claim against the labels and against what is known of the base; the older one counts.

    The base is a claim too, and alone it bounds nothing: leaving dates away must not make an image younger.
    """
    least, most = age.least, age.most
    label = _oldest_label(image)
    if claim is not None and label is not None and claim.day - label.day > APART:
        text = f"a label says {iso(label.day)} and the first layer {iso(claim.day)}: an old system in a new wrapping"
        wrong.append(Because(label.at, text))
        most = max(most or 0, today - label.day)
    window = _window(image, tables)
    if window is None:
        return Age(least, most, age.text)
    proven = max(0, today - window.gone - SLACK) if window.gone is not None else 0
    if claim is not None and proven > least + APART and window.gone is not None:
        text = f"the first layer says {iso(claim.day)}, and its base was not rebuilt after {iso(window.gone)}"
        wrong.append(Because(claim.at, text))
    first = max(0, today - window.first)
    if claim is not None and (proven > least or most is None):
        most = max(first, most or 0)
    return Age(max(least, proven), _at_most(most, max(least, proven)), age.text)


def _oldest_label(image: Image) -> _Claim | None:
    found = []
    for member in image.labels.members:
        label = known(member)
        day = day_of(known(label.value) or "", label.name) if label is not None and label.name in DATED_LABELS else None
        if label is not None and day is not None and is_plausible(day):
            found.append(_Claim(day, label.at, label.name))
    return min(found, key=lambda claim: claim.day, default=None)


def _window(image: Image, tables: Tables) -> Window | None:
    name = known(image.base_name)
    return tables.window(name.repository, name.tag) if name is not None and name.tag else None


def _released(image: Image, tables: Tables, now: str) -> int | None:
    """Return how long ago the distribution in the image was released: its packages cannot be older."""
    name = known(image.base_name)
    found = (*(supports(name, tables, now) if name is not None else ()), *content.carried(image, tables, now))
    ages = [
        days(now) - one.lifecycle.released for one in found if one.lifecycle.is_distribution and one.lifecycle.released
    ]
    return max(0, *ages) if ages else None


def is_upgrade(command: str) -> bool:
    """Say whether a command brings the whole system up to date."""
    words = command.replace(";", " ; ").replace("&&", " ; ").lower().split()
    for number, word in enumerate(words):
        actions = _UPGRADES.get(word.rpartition("/")[2])
        if actions and next((other for other in words[number + 1 :] if not other.startswith("-")), "") in actions:
            return True
    return False
