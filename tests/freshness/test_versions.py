from __future__ import annotations

import itertools
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.version import Version

from gate.freshness.versions import MAX_LENGTH, MalformedError, compare
from tests.conformance.versions import pairs

if TYPE_CHECKING:
    from gate.freshness.versions import Scheme

#: Versions from the oldest to the newest.
RISING: list[tuple[Scheme, str]] = [
    ("dpkg", "0~ 0 0+ 1.0~rc1~git2 1.0~rc1 1.0 1.0-0a 1.0-1~deb12u1 1.0-1 1.0-1+b1 1.0a 1.0+dfsg 1.2 1.10 1:0.1 2:0"),
    ("rpm", "1.0~rc1 1.0 1.0^git1 1.0^git2 1.0.a 1.0.0 1.0.1 1.9 1.10 2-0.1 2-1.el9 2-1.el9_2 1:0.1 2:0"),
    (
        "apk",
        "0.9 1.0_alpha 1.0_alpha2 1.0_beta 1.0_pre1 1.0_rc1 1.0 1.0-r1 1.0_git20230717 1.0_p1 1.0_p1-r3 1.0a 1.0.1",
    ),
    ("apk", "1.01 1.02 1.1 1.1-r0 1.1-r9 1.1-r10 1.1~12ab 1.1_cvs 1.1_svn 1.1_git 1.1_hg 1.1_p 1.9 1.10 10"),
    ("pep440", "1.dev1 1.0a1.dev1 1a1 1b2 1rc1 1.0 1.0+abc 1.0+5 1.0.post1.dev2 1-1 1.0.1 1.9 1.10 1!0.1"),
    ("semver", "1.0.0-1 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.10"),
]

ALIKE: list[tuple[Scheme, str, str]] = [
    ("dpkg", "0:1.0", "1.0-0"),
    ("dpkg", "1.00", "1.0"),
    ("rpm", "0:1.0", "1_0"),
    ("rpm", "1.05", "1..5"),
    ("apk", "1.0_p0", "1.0_p00"),
    ("pep440", "1.0.0", "v1"),
    ("pep440", "1.0-alpha.1", "1a1"),
    ("pep440", "1.0+A_b", "1.0+a.b"),
    ("semver", "1.0.0+one", "1.0.0+two"),
]

NOT_ALLOWED: list[tuple[Scheme, str]] = [
    *((scheme, "") for scheme in ("dpkg", "rpm", "apk", "pep440", "semver")),
    *(("dpkg", text) for text in ("a:1", "1 2", "2147483648:1", ":1", "1.0-", "1é")),
    *(("rpm", text) for text in ("a:1", "1:2:3", "-1")),
    *(
        ("apk", text)
        for text in ("a", "1.", "1.0bc", "1_foo", "1_prefix", "1-r", "1-1", "1.0_", "1~", "1~xyz", "1-r1-r2")
    ),
    *(("pep440", text) for text in ("one", "1.0.x", "1.0++a", "٣.1")),
    *(("semver", text) for text in ("1", "1.0", "v1.0.0", "01.0.0", "1.0.0-01", "1.0.0-", "1.0.0+")),
]


def _texts(*choices: str, at_most: int = 8) -> st.SearchStrategy[str]:
    """Make texts of these words; `/` stands for none."""
    words = [word.replace("/", "") for choice in choices for word in choice.split()]
    return st.lists(st.sampled_from(words), min_size=1, max_size=at_most).map("".join)


def _in_turn(*choices: str) -> st.SearchStrategy[str]:
    return st.tuples(*(_texts(choice, at_most=1) for choice in choices)).map("".join)


_PEP440_RELEASES = "0 1 1.0 1.0.0 1.1 1.10 1.9 01.1"
VERSIONS: dict[Scheme, st.SearchStrategy[str]] = {
    "dpkg": _texts("0 0 1 9 . + ~ - : a A z", "rc dfsg ~rc -0 +b deb12u").map(lambda text: "1" + text),
    "rpm": _texts("0 0 1 9 . _ + ~ ^ a A z", "el9 git rc -1").map(lambda text: "1" + text),
    "apk": _in_turn(
        "0 1 1.0 1.01 1.1 1.010 1.9 1.10 1.1.1",
        "/ / a b",
        "/ / _alpha _beta2 _pre _rc1 _cvs _svn _git2023 _hg _p _p1 _p10",
        "/ / / _alpha _pre2 _p2 _git1",
        "/ / ~12 ~a1 ~9",
        "/ / -r0 -r1 -r10",
    ),
    "pep440": _in_turn(
        "/ / 0! 1!",
        _PEP440_RELEASES,
        "/ / a1 b .alpha2 _c2 rc -pre.1 preview",
        "/ / -1 .post post1 -rev2 _r3",
        "/ / .dev dev1 -dev2",
        "/ / +1 +abc +5 +a.5 +A_b +1a",
    ),
    "semver": _in_turn("1.0.0 1.0.1 1.0.10 2.0.0", "/ -0 -1 -10 -a -b -rc -a-1", "/ .0 .2 .11 .a", "/ +one +2"),
}


def _compared(scheme: Scheme, one: str, other: str) -> int:
    try:
        return compare(scheme, one, other)
    except MalformedError:
        assume(condition=False)
        raise


@pytest.mark.parametrize(("scheme", "versions"), RISING)
def test_versions_are_in_their_order(scheme: Scheme, versions: str) -> None:
    listed = versions.split()
    for (place, one), (other_place, other) in itertools.product(enumerate(listed), repeat=2):
        expected = (place > other_place) - (place < other_place)
        assert compare(scheme, one, other) == expected, f"{one} and {other}"


@pytest.mark.parametrize(("scheme", "one", "other"), ALIKE)
def test_what_is_written_otherwise_is_as_old(scheme: Scheme, one: str, other: str) -> None:
    assert compare(scheme, one, other) == 0


@pytest.mark.parametrize(("scheme", "version"), NOT_ALLOWED)
def test_what_is_not_allowed_has_no_place(scheme: Scheme, version: str) -> None:
    with pytest.raises(MalformedError):
        compare(scheme, version, "1.0.0")


@pytest.mark.parametrize("scheme", VERSIONS)
def test_long_versions_are_refused_and_long_numbers_are_not(scheme: Scheme) -> None:
    with pytest.raises(MalformedError, match=str(MAX_LENGTH)):
        compare(scheme, "1" * (MAX_LENGTH + 1), "1.0.0")
    assert compare(scheme, "9" * 900 + ".0.0", "9" * 899 + "8.0.0") == 1


@pytest.mark.parametrize("scheme", VERSIONS)
@given(data=st.data())
def test_the_order_is_total(scheme: Scheme, data: st.DataObject) -> None:
    one, two, three = (data.draw(VERSIONS[scheme]) for _ in range(3))
    forward = _compared(scheme, one, two)
    assert forward == -_compared(scheme, two, one)
    assert compare(scheme, one, one) == 0
    on = _compared(scheme, two, three)
    if forward == on or 0 in {forward, on}:
        assert compare(scheme, one, three) == (forward or on)


@given(VERSIONS["pep440"], VERSIONS["pep440"])
def test_the_order_of_pep_440_is_that_of_packaging(one: str, other: str) -> None:
    first, second = Version(one), Version(other)
    assert compare("pep440", one, other) == (first > second) - (first < second)


@given(VERSIONS["pep440"] | _texts("0 1 9 . ! + - _ v a rc post dev"))
def test_pep_440_allows_what_packaging_allows(text: str) -> None:
    try:
        Version(text)
    except ValueError:
        with pytest.raises(MalformedError):
            compare("pep440", text, "1")
    else:
        assert compare("pep440", text, text) == 0


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("dpkg") is None, reason="needs dpkg")
def test_the_order_is_that_of_dpkg() -> None:
    asked = pairs.pairs("dpkg", 1_000)
    assert [compare("dpkg", one, other) for one, other in asked] == pairs.dpkg(asked)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("rpm") is None, reason="needs rpm (Debian's package `rpm` has it)")
def test_the_order_is_that_of_rpm() -> None:
    asked = pairs.pairs("rpm", 4_000)
    assert [compare("rpm", one, other) for one, other in asked] == pairs.rpm(asked)
