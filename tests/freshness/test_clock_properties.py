"""What holds of every clock: evidence that is taken away never makes an image younger, nor does older evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.data.tables import Tables
from gate.freshness.clocks import clocks
from gate.model.contents import Contents, Trace
from gate.model.days import days, iso
from gate.model.evidence import Items, Stated, Unknown, known
from gate.model.record import replace
from gate.scores.image_age import image_age
from tests.freshness.image_scenarios import NOW, scenarios

if TYPE_CHECKING:
    from gate.model.contents import TraceKind
    from gate.model.image import Image

TABLES = Tables()
IMAGES = tuple(one.image for one in scenarios())
KINDS: tuple[TraceKind, ...] = ("package-build", "changelog", "archive-list", "package-install", "package-file")
#: Whether the system is named, and its point release.
SYSTEMS = ((True, True), (True, False), (False, False))
SAID = ("created", "history", "labels", "base_name")


def worst(image: Image, now: str = NOW) -> int:
    found = image_age(image, TABLES, now)
    assert found is not None
    return found.lo


def most(image: Image, now: str = NOW) -> int:
    found = clocks(image, TABLES, now).content.most
    return 10**6 if found is None else found


def inside(image: Image) -> Contents:
    assert image.contents is not None
    return image.contents


def less_said(image: Image, what: str) -> Image:
    """Take one thing out of the metadata."""
    if what in ("created", "base_name"):
        return replace(image, **{what: Unknown("nobody says it", image.at)})
    return replace(image, **{what: Items((), image.at, what == "labels", "nobody says it")})


def less_inside(image: Image, kept: frozenset[int], has_system: bool, has_point: bool) -> Image:
    """Keep some of the packages and traces, and of the system as much as is wanted."""
    found = inside(image)
    names = {member.value.name for member in found.packages.members if isinstance(member, Stated)}
    gone = {name for number, name in enumerate(sorted(names)) if number not in kept}
    traces = tuple(one for number, one in enumerate(found.traces) if number in kept and one.what not in gone)
    packages = tuple(one for one in found.packages.members if (value := known(one)) and value.name not in gone)
    system = found.system
    if not has_system:
        system = Unknown("nobody says it", image.at)
    elif not has_point and isinstance(system, Stated):
        system = replace(system, value=replace(system.value, point="", version=""))
    listed = Items(packages, found.packages.at)
    return replace(image, contents=replace(found, packages=listed, traces=traces, system=system))


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.sampled_from(IMAGES), st.sets(st.sampled_from(SAID)), st.frozensets(st.integers(0, 12)), st.sampled_from(SYSTEMS)
)
def test_less_evidence_is_never_better(
    image: Image, unsaid: set[str], kept: frozenset[int], system: tuple[bool, bool]
) -> None:
    less = less_inside(image, kept, *system)
    for what in sorted(unsaid):
        less = less_said(less, what)
    assert most(less) >= most(image)
    assert worst(less) <= worst(image)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.sampled_from(IMAGES),
    st.sampled_from(KINDS),
    st.sampled_from(["base-files", "nginx", "bash", "wolfi-baselayout", "centos-release"]),
    st.integers(days("2010-01-01"), days("2019-01-01")),
)
def test_older_evidence_is_never_better(image: Image, kind: TraceKind, what: str, day: int) -> None:
    more = replace(inside(image), traces=(*inside(image).traces, Trace(kind, day * 86_400, what, 0, image.at)))
    assert most(replace(image, contents=more)) >= most(image)
    assert worst(replace(image, contents=more)) <= worst(image)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.sampled_from(IMAGES), st.sampled_from(KINDS), st.integers(days("2026-01-01"), days(NOW)))
def test_a_package_that_is_added_is_never_better(image: Image, kind: TraceKind, day: int) -> None:
    more = replace(inside(image), traces=(*inside(image).traces, Trace(kind, day * 86_400, "new", 0, image.at)))
    least = min(most(image), most(replace(image, contents=more)))
    assert least == most(image) or is_covered(image, day)


def is_covered(image: Image, day: int) -> bool:
    """Say whether something else shows that all packages were renewed on a day or later."""
    return any(
        one.bound == "not-before" and one.day + 1 >= day and not one.unused
        for one in clocks(image, TABLES, NOW).content.evidence
    ) or any(claims_upgrade(member) for member in image.history.members)


def claims_upgrade(member: object) -> bool:
    return isinstance(member, Stated) and "upgrade" in member.value.created_by


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.sampled_from(IMAGES), st.integers(0, 2_000), st.integers(0, 900))
def test_no_clock_runs_backwards(image: Image, now: int, later: int) -> None:
    first, second = iso(days(NOW) + now), iso(days(NOW) + now + later)
    assert worst(image, second) <= worst(image, first)
    for before, after in zip(clocks(image, TABLES, first).all, clocks(image, TABLES, second).all, strict=True):
        assert before.least <= after.least
        assert (before.most is None) == (after.most is None)
        assert before.most is None or after.most is None or before.most + later == after.most


@pytest.mark.parametrize("image", IMAGES, ids=lambda one: one.id[-12:])
def test_every_bound_is_in_order_and_has_its_evidence(image: Image) -> None:
    for one in clocks(image, TABLES, NOW).all:
        counted = [evidence for evidence in one.evidence if not evidence.unused]
        assert one.most is None or one.least <= one.most
        assert (one.most is None) == (not any(evidence.bound == "not-before" for evidence in counted))
        assert one.least == 0 or any(evidence.bound == "not-after" for evidence in counted)
