"""How far packages are behind what indexes offer, and since when what they offer fixes something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from gate.data.tables import Tables
from gate.freshness.clocks import clocks
from gate.freshness.fixes import found as joined_fixes
from gate.freshness.lag import dated, lags, missed
from gate.model.contents import Contents, InstalledPackage
from gate.model.days import days, iso
from gate.model.evidence import Items, Stated, Unknown
from gate.model.package_index import Indexed, Offer, PackageIndex
from gate.model.packages import FixDate
from gate.model.record import replace
from gate.scores.package_lag import deductions
from tests.packages.reports import packages, scan, vulnerability
from tests.scores import images
from tests.scores.images import AT
from tests.verbs import NOW

if TYPE_CHECKING:
    from gate.model.contents import PackageManager
    from gate.model.image import Image
    from gate.model.packages import Vulnerability

TABLES = Tables()
TODAY = days(NOW)


def second(day: str) -> int | None:
    return days(day) * 86_400 if day else None


def package(name: str, version: str, built: str = "", manager: PackageManager = "apk") -> InstalledPackage:
    return InstalledPackage(manager, name, version, "x86_64", "", "", second(built), None, AT)


def offer(version: str, built: str = "", available: str = "", architecture: str = "x86_64") -> Offer:
    return Offer(version, architecture, second(built), second(available))


def index(written: str = NOW, manager: PackageManager = "apk", **offers: Offer) -> PackageIndex:
    return PackageIndex(manager, "3.22", second(written), None, {name: (one,) for name, one in offers.items()}, AT)


def image(*own: InstalledPackage, indexes: tuple[PackageIndex, ...] = (), whole: bool = True) -> Image:
    """Return an image with packages and the indexes that count for it."""
    members = Items(tuple(Stated(one, AT) for one in own), AT, whole, "" if whole else "a layer was not read")
    contents = Contents(Unknown("the test does not say", AT), members, (), ("",), 0)
    return replace(images.built(), contents=contents, indexed=Indexed(indexes, "", AT))


def points(one: Image) -> tuple[int, int]:
    """Return what its lag takes off, in hundredths of a point."""
    found = lags(one)
    assert found is not None
    taken = list(deductions(one, found, NOW))
    return sum(deduction.best for deduction in taken), sum(deduction.worst for deduction in taken)


def test_what_is_behind() -> None:
    offers = index(a=offer("1.1-r0", "2026-03-02"), b=offer("1.0-r0", "2026-01-01"), c=offer("1.0-r1", "2026-01-01"))
    own = package("a", "1.0-r0", "2026-01-01"), package("b", "1.0-r0", "2026-01-01"), package("c", "1.0-r2")
    one = lags(image(*own, package("mine", "7"), indexes=(offers,)))
    assert one is not None
    assert (one.compared, [lag.package for lag in one.behind]) == (3, ["a"])
    assert one.share == (250, 333)
    assert one.days(5) == (60, 60)
    assert one.libyears == "0.1"


def test_the_newest_version_of_any_index_counts() -> None:
    two = index(a=offer("1.1-r0", "2026-03-01")), index(a=offer("1.2-r0", "2026-04-01"))
    for indexes in (two, two[::-1]):
        one = lags(image(package("a", "1.0-r0", "2026-01-01"), indexes=indexes))
        assert one is not None
        assert [lag.offered for lag in one.behind] == ["1.2-r0"]


def test_another_architecture_is_another_package() -> None:
    other = index(a=offer("1.1-r0", architecture="aarch64"))
    one = lags(image(package("a", "1.0-r0"), indexes=(other,)))
    assert one is not None
    assert one.compared == 0
    one = lags(image(package("a", "1.0-r0"), indexes=(index(a=offer("1.1-r0", architecture="noarch")),)))
    assert one is not None
    assert one.compared == 1


def test_of_kernels_the_newest_counts() -> None:
    own = package("kernel", "5-1.el9", manager="rpm"), package("kernel", "6-1.el9", manager="rpm")
    one = lags(image(*own, indexes=(index(manager="rpm", kernel=offer("6-1.el9")),)))
    assert one is not None
    assert (one.compared, one.behind) == (1, ())


def test_a_version_without_an_order_may_be_behind() -> None:
    one = lags(image(package("a", "one"), package("b", "1-r0"), indexes=(index(a=offer("1-r0"), b=offer("x")),)))
    assert one is not None
    assert (one.behind, one.doubtful, one.share) == ((), 2, (0, 1_000))


def test_without_times_the_lag_is_an_interval() -> None:
    debian = index(NOW, "dpkg", a=offer("2"))
    assert points(image(package("a", "1", manager="dpkg"), indexes=(debian,))) == (2_000, 4_000)
    one = lags(image(package("a", "1", "2026-10-24", manager="dpkg"), indexes=(debian,)))
    assert one is not None
    assert one.days(5) == (0, 30)


def test_what_is_not_known_of_the_image_is_open() -> None:
    offers = index(a=offer("1.0-r0"))
    assert points(image(package("a", "1.0-r0"), indexes=(offers,))) == (0, 0)
    assert points(image(package("a", "1.0-r0"), indexes=(offers,), whole=False)) == (0, 4_000)
    assert points(image(package("b", "1.0-r0"), indexes=(offers,))) == (0, 4_000)


def test_an_index_of_updates_alone_leaves_the_rest_open() -> None:
    own = [package(f"a{number}", "1-r0", "2026-01-01") for number in range(40)]
    updates = index(a0=offer("2-r0", "2026-01-02"), a1=offer("1-r0"), a2=offer("1-r0"))
    one = lags(image(*own, indexes=(updates,)))
    assert one is not None
    assert (one.share, one.open) == ((25, 1_000), "the indexes list 3 of its 40 packages")


def test_of_another_architecture_only_what_is_the_same_on_all_is_compared() -> None:
    own = [package(f"a{number}", "1-r0") for number in range(4)]
    offers = {f"a{number}": (offer("1-r0", architecture="aarch64" if number else "noarch"),) for number in range(4)}
    one = lags(image(*own, indexes=(replace(index(), offers=offers),)))
    assert one is not None
    assert (one.compared, one.share) == (1, (0, 1_000))


def test_one_in_twenty_may_be_behind() -> None:
    own = [package(f"a{number}", "1-r0", "2020-01-01") for number in range(40)]
    offers = {f"a{number}": (offer("2-r0" if number < 2 else "1-r0", "2026-01-01"),) for number in range(40)}
    assert points(image(*own, indexes=(replace(index(), offers=offers),))) == (0, 0)


# ---------------------------------------------------------------------------------------------------- the content


def test_an_update_that_was_missed() -> None:
    offers = index(a=offer("2-r0", "2026-03-01", "2026-03-01"), b=offer("2-r0", "2026-05-01", "2026-05-01"))
    one = missed(image(package("a", "1-r0"), package("b", "1-r0"), indexes=(offers,)), TODAY)
    assert one is not None
    assert one.day == days("2026-03-01")
    assert missed(image(package("a", "2-r0"), indexes=(offers,)), TODAY) is None
    one = missed(image(package("b", "1", manager="dpkg"), indexes=(index("2026-07-11", "dpkg", b=offer("2")),)), TODAY)
    assert one is not None
    assert one.day == days("2026-07-11")


def test_when_a_package_was_built_says_nothing_of_when_it_could_be_installed() -> None:
    offers = index("2026-11-20", "rpm", a=offer("2-1.el9", "2025-01-01"))
    one = missed(image(package("a", "1-1.el9", manager="rpm"), indexes=(offers,)), TODAY)
    assert one is not None
    assert one.day == days("2026-11-20")


def test_what_was_missed_is_never_younger_than_what_is_claimed() -> None:
    offers = index(a=offer("2-r0", "2026-03-01", "2026-03-01"))
    layers = ("2026-10-01T00:00:00Z", "ADD rootfs /"), ("2026-10-02T00:00:00Z", "RUN apk upgrade")
    one = image(package("a", "1-r0"), indexes=(offers,))
    claimed = replace(one, history=images.built(*layers).history)
    found_clocks = clocks(claimed, TABLES, NOW)
    assert found_clocks.content.least == TODAY - days("2026-03-01") - 14
    assert "a 2-r0 was there on 2026-03-01" in "".join(why.text for why in found_clocks.contradictions)
    old = replace(one, history=images.built(("2025-01-01T00:00:00.5Z", "ADD rootfs /")).history)
    assert clocks(old, TABLES, NOW).content.least == TODAY - days("2025-01-01")


# ------------------------------------------------------------------------------------------------------ fix dates


def since(one: Vulnerability, *indexes: PackageIndex) -> tuple[str, str]:
    (joined,) = joined_fixes(packages(scan(dated(one, indexes, TODAY))), TABLES, NOW)
    assert joined.since is not None
    start, end = joined.since
    return "" if start is None else iso(start), iso(end)


HOLE = vulnerability("CVE-2025-1", origin="apk:openssl", fixed=("3.5.1-r0",))
RPM = vulnerability("CVE-2025-1", origin="rpm:openssl", fixed=("3.5.1-1.el9",))


def test_the_fixed_version_says_since_when_it_is_there() -> None:
    assert since(HOLE) == ("2025-01-01", NOW)
    assert since(HOLE, index(openssl=offer("3.5.1-r0", "2026-02-01", "2026-02-01"))) == ("2026-02-01", "2026-02-01")


def test_a_newer_version_says_by_when_the_fix_was_there() -> None:
    assert since(HOLE, index(openssl=offer("3.5.2-r0", "2026-02-01", "2026-02-01"))) == ("2025-01-01", "2026-02-01")
    debian = replace(HOLE, origin="deb:openssl", fixed=("3.5.1-1",))
    assert since(debian, index("2026-07-11", "dpkg", openssl=offer("3.5.1-1"))) == ("2025-01-01", "2026-07-11")


def test_an_older_version_says_nothing() -> None:
    assert since(HOLE, index(openssl=offer("3.5.0-r0", "2026-02-01", "2026-02-01"))) == ("2025-01-01", NOW)
    assert since(HOLE, index(openssl=offer("odd", "2026-02-01", "2026-02-01"))) == ("2025-01-01", NOW)


def test_a_build_of_rpm_bounds_its_release_and_an_advisory_tells_it() -> None:
    at = "2026-06-01"
    assert since(RPM, index(at, "rpm", openssl=offer("3.5.1-1.el9", "2026-01-01"))) == ("2026-01-01", at)
    advised = index(at, "rpm", openssl=offer("3.5.1-1.el9", "2026-01-01", "2026-03-01"))
    assert since(RPM, advised) == ("2026-03-01", "2026-03-01")


def test_what_is_no_package_of_the_system_is_not_dated() -> None:
    offers = index(openssl=offer("3.5.1-r0", "2026-02-01", "2026-02-01"))
    own = replace(HOLE, is_system=False, origin="pkg:npm/openssl")
    assert dated(own, (offers,), TODAY) == own
    assert dated(replace(HOLE, origin="deb:openssl"), (offers,), TODAY).fix_dates == ()


def test_what_an_index_adds_never_makes_a_fix_younger() -> None:
    told = replace(HOLE, fix_dates=(FixDate("2026-01-05", "available"),))
    assert since(told, index(openssl=offer("3.5.1-r0", "2026-02-01", "2026-02-01"))) == ("2026-01-05", "2026-01-05")
    seen = replace(HOLE, fix_dates=(FixDate("2026-01-05", "observed"),))
    assert since(seen, index(openssl=offer("3.5.2-r0", "2026-02-01", "2026-02-01"))) == ("2025-01-01", "2026-01-05")
    late = replace(HOLE, fix_dates=(FixDate("2026-03-05", "observed"),))
    assert since(late, index(openssl=offer("3.5.2-r0", "2026-02-01", "2026-02-01"))) == ("2025-01-01", "2026-02-01")


def test_a_day_that_has_not_come_dates_nothing() -> None:
    assert since(HOLE, index(openssl=offer("3.5.1-r0", "2027-02-01", "2027-02-01"))) == ("2025-01-01", NOW)
    own = image(package("openssl", "3.5.0-r0"), indexes=(index(openssl=offer("3.5.1-r0", "2027-02-01", "2027-02-01")),))
    assert missed(own, TODAY) is None


# ------------------------------------------------------------------------------------------------------ properties

VERSIONS = st.sampled_from(("1.0-r0", "1.0-r1", "1.1-r0", "2.0-r0", "odd"))
DAYS = st.one_of(st.just(""), st.integers(days("2020-01-01"), TODAY).map(iso))
PACKAGES = st.dictionaries(
    st.sampled_from("abcdefgh"), st.tuples(VERSIONS, DAYS, VERSIONS, DAYS), min_size=1, max_size=8
)


def compared(rows: dict[str, tuple[str, str, str, str]]) -> Image:
    own = [package(name, version, day) for name, (version, day, _offered, _built) in rows.items()]
    offers = {name: (offer(version, day, day),) for name, (_installed, _day, version, day) in rows.items()}
    return image(*own, indexes=(replace(index(), offers=offers),))


def never_better(worse: Image, than: Image) -> None:
    (best, worst), (now_best, now_worst) = points(than), points(worse)
    assert best <= worst
    assert now_best >= best
    assert now_worst >= worst


@settings(max_examples=150)
@given(PACKAGES, st.sampled_from("abcdefgh"), DAYS)
def test_one_package_more_behind_never_helps(
    rows: dict[str, tuple[str, str, str, str]], name: str, day: str
) -> None:  # fmt: skip
    if name in rows:
        version, made, offered, _built = rows[name]
        newer = {**rows, name: (version, made, "9.0-r0", max(day, rows[name][3]))}
        if version != "odd" and offered != "odd" and made and newer[name][3]:
            never_better(compared(newer), compared({**rows, name: (version, made, version, rows[name][3])}))


@settings(max_examples=150)
@given(PACKAGES, st.sampled_from("abcdefgh"))
def test_not_to_know_when_a_package_was_built_is_never_better(
    rows: dict[str, tuple[str, str, str, str]], name: str
) -> None:
    if name in rows:
        version, _made, offered, day = rows[name]
        assert points(compared({**rows, name: (version, "", offered, day)}))[1] >= points(compared(rows))[1]


@settings(max_examples=100)
@given(PACKAGES)
def test_to_refuse_an_index_is_never_better(rows: dict[str, tuple[str, str, str, str]]) -> None:
    one = compared(rows)
    refused = replace(one, indexed=Indexed((), "it is of another release", AT))
    assert points(refused)[1] >= points(one)[1]


@settings(max_examples=150)
@given(PACKAGES)
def test_an_image_is_never_younger_for_what_it_is_compared_with(rows: dict[str, tuple[str, str, str, str]]) -> None:
    one = compared(rows)
    with_, without = (clocks(image_, TABLES, NOW).content for image_ in (one, replace(one, indexed=None)))
    assert with_.least >= without.least
    assert (without.most is None and with_.most is None) or (with_.most or 0) >= (without.most or 0)
