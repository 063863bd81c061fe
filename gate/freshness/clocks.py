"""How old a built image is, by three clocks: when it was assembled, its base was, and its packages were renewed.

Every clock is an interval between the last day before which it cannot have been, and the first after which it
cannot. What the metadata says is a claim: builders zero it, and re-wrapping an old filesystem renews it. So it only
counts where the layers bear it out, or where nobody has read them. Of evidence that contradicts itself the stronger
counts, and of two that are equally strong the one that says older.
"""

from __future__ import annotations

from gate.freshness import claims, content, lag, system
from gate.freshness.age import SLACK, Age
from gate.freshness.claimed import admitted, claim, claimed
from gate.freshness.instant import is_plausible
from gate.freshness.support import supports
from gate.model.clock import CLOCKS, STRENGTHS, Clock, Evidence
from gate.model.days import days, iso
from gate.model.evidence import known
from gate.model.record import Record, replace
from gate.model.truth import Because

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.freshness.content import Dated
    from gate.model.clock import ClockName, Confidence
    from gate.model.image import Image
    from gate.model.lifecycle import Tables

#: Days of an interval that is known well.
NARROW = 30

#: Days that a claim may lie from what is proven before it is wrong, and that proofs may lie from each other.
APART, AGREED = 30, 2

_NOTHING = "nothing dates its packages"


class Clocks(Record):
    """The clocks of a built image, and what in its metadata and its layers cannot be."""

    build: Clock
    base: Clock
    content: Clock
    contradictions: tuple[Because, ...]

    @property
    def all(self) -> tuple[Clock, ...]:
        """The three of them."""
        return self.build, self.base, self.content


def clocks(image: Image, tables: Tables, now: str) -> Clocks:
    """Bound all three, and collect the contradictions."""
    today = days(now)
    found = content.dated(image, today)
    wrong = [*claims.future(image, today), *_future(image, today), *claims.disorder(image, today)]
    wrong += _untrue(image, found)
    evidence = [*content.assembled(found), *content.finished(image, today), *_missed(image, today)]
    evidence += content.patched(image, found, system.evidence(image, tables, today))
    evidence += content.renewed(image, found, tables, today)
    if image.contents is not None and not wrong:
        evidence += admitted(image, today)
    wrong += [*_rewrapped(image, found, today), *_misnamed(image, tables, now)]
    from_metadata = claimed(image, tables, now)
    evidence += from_metadata.evidence
    wrong += from_metadata.contradictions
    build, base, packages = (_resolved(name, evidence, today, wrong) for name in CLOCKS)
    wrong += _outside(image, packages, today) if image.contents is not None else ()
    return Clocks(build, base, packages, tuple(dict.fromkeys(wrong)))


def age(clock: Clock) -> Age:
    """Return an interval with the clauses that say what it rests on."""
    first = _first(clock.evidence) if clock.least else None
    texts = dict.fromkeys(one.text for one in (_last(clock.evidence), first) if one is not None)
    return Age(clock.least, clock.most, ", and ".join(texts) or _NOTHING)


def _resolved(name: ClockName, evidence: Iterable[Evidence], today: int, wrong: list[Because]) -> Clock:
    """Take the tightest bounds that do not contradict each other."""
    own = sorted((one for one in evidence if one.clock == name), key=lambda one: (one.id, one.bound, one.day, one.text))
    while True:
        last, first = _last(own), _first(own)
        if last is None or first is None or last.day <= first.day:
            break
        dropped, kept = (first, last) if _rank(last) < _rank(first) else (last, first)
        own[own.index(dropped)] = replace(dropped, unused=f"it contradicts that {kept.text}")
        if last.day - first.day > (APART if "weak" in (last.strength, first.strength) else AGREED):
            wrong.append(Because(dropped.at, f"{dropped.text}, and {kept.text}"))
    least = 0 if first is None else max(0, today - first.day)
    most = None if last is None else max(least, today - last.day)
    return Clock(name, least, most, _estimate(own, least, most, today), _confidence(own, least, most), tuple(own))


def _last(own: Iterable[Evidence]) -> Evidence | None:
    """Return the latest day before which it cannot have been."""
    counted = (one for one in own if one.bound == "not-before" and not one.unused)
    return max(counted, key=lambda one: (one.day, -_rank(one), one.id), default=None)


def _first(own: Iterable[Evidence]) -> Evidence | None:
    """Return the earliest day after which it cannot have been."""
    counted = (one for one in own if one.bound == "not-after" and not one.unused)
    return min(counted, key=lambda one: (one.day, _rank(one), one.id), default=None)


def _rank(one: Evidence) -> int:
    return STRENGTHS.index(one.strength)


def _estimate(own: Iterable[Evidence], least: int, most: int | None, today: int) -> int | None:
    """Return the newest claim within the bounds, else the oldest that is possible."""
    claimed_days = [one.day for one in own if not one.unused and (one.bound == "claim" or one.strength == "weak")]
    if not claimed_days:
        return most
    passed = max(least, today - max(claimed_days))
    return passed if most is None else min(passed, most)


def _confidence(own: Iterable[Evidence], least: int, most: int | None) -> Confidence:
    last = _last(own)
    if last is not None and last.strength == "strong" and most is not None and most - least <= NARROW:
        return "high"
    counted = [one for one in own if not one.unused]
    return "medium" if any(one.strength == "strong" for one in counted) else "low" if counted else "none"


def _future(image: Image, today: int) -> Iterator[Because]:
    for one in content.future(image, today):
        yield Because(one.at, f"{one.what} is of {iso(one.second // 86_400)}, which has not come yet")


def _missed(image: Image, today: int) -> Iterator[Evidence]:
    """Yield the update that was there and is not installed: the packages were not brought up to date after it."""
    found = lag.missed(image, today) if image.indexed is not None else None
    if found is not None:
        yield Evidence("E17", "content", "not-after", found.day + SLACK, "strong", found.text, found.at)


def _untrue(image: Image, found: tuple[Dated, ...]) -> Iterator[Because]:
    """Hold the day of the image against its newest package, which was there when it was made."""
    whole = claims.created(image)
    newest = next((one for one in found if one.is_strong), None)
    if whole is not None and newest is not None and is_plausible(whole.day) and whole.day + 1 < newest.day:
        yield Because(whole.at, f"the image says that it was made on {iso(whole.day)}, and {newest.text}")


def _rewrapped(image: Image, found: tuple[Dated, ...], today: int) -> Iterator[Because]:
    """Hold the day that the metadata has for the packages against the newest thing that dates them."""
    said = claim(image, today)
    newest = next((one for one in found if one.trace.kind != "layer-file"), None)
    if said is not None and newest is not None and said.day - newest.day > APART and not said.is_upgrade:
        text = f"the metadata dates the packages to {iso(said.day)}, and nothing of them is newer: {newest.text}"
        yield Because(newest.trace.at, text)


def _outside(image: Image, clock: Clock, today: int) -> Iterator[Because]:
    """Hold the day that the metadata has for the packages against the day after which nothing renewed them."""
    said, first = claim(image, today), _first(clock.evidence)
    if said is not None and first is not None and said.day - first.day > APART:
        yield Because(first.at, f"the metadata dates the packages to {iso(said.day)}, and {first.text}")


def _misnamed(image: Image, tables: Tables, now: str) -> Iterator[Because]:
    """Hold the name of the base against the system that the layers name."""
    name = known(image.base_name)
    named = supports(name, tables, now) if name is not None else ()
    distributions = [one.lifecycle for one in named if one.lifecycle.is_distribution]
    for one in system.carried(image, tables, now):
        if name is not None and distributions and one.lifecycle not in distributions:
            text = f"its base is named {name.shown}, and its layers carry {one.lifecycle.title}"
            yield Because(image.base_name.at, text)
