"""What the layers of an image prove of its age, against what its configuration claims."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from gate.data.tables import Tables
from gate.freshness.built import Clock, clock
from gate.freshness.content import carried, newest
from gate.model.days import days
from gate.rules.age.end_of_life_base import check
from tests.readers.layouts import Layout, config, image
from tests.readers.rootfs import OS_RELEASE, STATUS, Entry, changelog, layer
from tests.verbs import NOW

if TYPE_CHECKING:
    from gate.model.image import Image

TODAY = days(NOW)
ZERO = "1970-01-01T00:00:00Z"


def second(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def apk(*built: str) -> Entry:
    """Return the database of apk with a package built on each day."""
    stanzas = (f"P:p{number}\nV:1-r0\nA:x86_64\nt:{second(day)}\n" for number, day in enumerate(built))
    return Entry("lib/apk/db/installed", "\n".join(stanzas).encode() + b"\n")


def made(*layers: bytes, created: str, history: tuple[str, ...] = ()) -> Image:
    """Return an image whose configuration claims these times, for each layer the same where only one is named."""
    more: dict[str, Any] = {"created": created}
    times = history or (created,) * len(layers)
    more["history"] = [{"created": one, "created_by": f"step {number}"} for number, one in enumerate(times)]
    layout = Layout()
    layout.add(layout.manifest(config(layers, **more), layers), "web:1")
    return image(layout.files())


def judged(*layers: bytes, created: str, history: tuple[str, ...] = ()) -> Clock:
    return clock(made(*layers, created=created, history=history), Tables(), NOW)


@pytest.mark.parametrize("created", [ZERO, "1980-01-01T00:00:01Z", "0001-01-01T00:00:00Z"])
def test_a_zeroed_image_is_as_old_as_its_newest_package_at_most(created: str) -> None:
    age = judged(layer(apk("2026-01-10", "2026-09-14")), created=created).age
    assert (age.least, age.most) == (0, TODAY - days("2026-09-14"))
    assert "p1, was built on 2026-09-14" in age.text


def test_a_zeroed_image_without_packages_stays_unknown() -> None:
    found = judged(layer(Entry("ko-app/web", b"\x7fELF", second=0)), created=ZERO)
    assert (found.age.least, found.age.most) == (0, None)


def test_an_old_system_in_a_new_wrapping() -> None:
    found = judged(layer(apk("2018-10-06")), created="2026-11-01T00:00:00Z")
    assert found.age.most == TODAY - days("2018-10-06")
    (wrong,) = found.contradictions
    assert "2026-11-01" in wrong.text
    assert "2018-10-06" in wrong.text


def test_one_package_that_was_added_makes_nothing_younger() -> None:
    old, new = layer(apk("2023-01-02")), layer(apk("2023-01-02", "2026-11-20"))
    history = ("2023-01-05T00:00:00Z", "2026-11-21T00:00:00Z")
    age = judged(old, new, created=history[1], history=history).age
    assert (age.least, age.most) == (TODAY - days("2023-01-05"),) * 2


def test_one_package_that_was_added_to_a_zeroed_image_dates_nothing() -> None:
    found = judged(layer(apk("2020-01-02")), layer(apk("2020-01-02", "2026-11-20")), created=ZERO)
    assert (found.age.least, found.age.most) == (0, None)


def test_a_claim_close_to_the_packages_is_no_contradiction() -> None:
    found = judged(layer(apk("2026-10-20")), created="2026-11-01T00:00:00Z")
    assert (found.age.least, found.age.most) == (TODAY - days("2026-11-01"), TODAY - days("2026-10-20"))
    assert found.contradictions == ()


def test_build_times_count_before_times_of_files() -> None:
    debian = layer(
        Entry("var/lib/dpkg/status", STATUS),
        Entry("var/lib/dpkg/info/bash.list", second=second("2026-11-20")),
        Entry("usr/share/doc/bash/changelog.Debian.gz", changelog("Sat, 03 Oct 2026 12:00:00 +0000")),
    )
    found = newest(made(debian, created=ZERO), TODAY)
    assert found is not None
    assert found.day == days("2026-10-03")


def test_times_of_files_count_where_nothing_else_does() -> None:
    slim = layer(
        Entry("var/lib/dpkg/status", STATUS), Entry("var/lib/dpkg/info/bash.list", second=second("2026-09-01"))
    )
    assert judged(slim, created=ZERO).age.most == TODAY - days("2026-09-01")


@pytest.mark.parametrize("day", ["1970-01-01", "1980-01-01", "2012-12-31"])
def test_zeroed_times_bound_nothing(day: str) -> None:
    slim = layer(Entry("var/lib/dpkg/status", STATUS), Entry("var/lib/dpkg/info/bash.list", second=second(day)))
    assert newest(made(slim, created=ZERO), TODAY) is None


def test_what_has_not_come_yet_is_said_and_bounds_nothing() -> None:
    found = judged(layer(apk("2027-03-01")), created=ZERO)
    assert found.age.most is None
    assert [one.text for one in found.contradictions] == ["p0 is of 2027-03-01, which has not come yet"]


def test_an_age_grows_with_the_days() -> None:
    built = made(layer(apk("2026-09-14")), created=ZERO)
    ages = [clock(built, Tables(), now).age.most or 0 for now in ("2026-10-01", NOW, "2027-01-01")]
    assert ages == sorted(ages)
    assert len(set(ages)) == len(ages)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (OS_RELEASE.replace(b"12", b"9").replace(b"bookworm", b"stretch"), "ended"),
        (b"ID=alpine\nVERSION_ID=3.10.2\n", "ended"),
        (b'ID="amzn"\nVERSION_ID="2023"\n', "supported"),
        (b"ID=nobody\nVERSION_ID=1\n", ""),
    ],
)
def test_the_system_in_the_layers(said: bytes, state: str) -> None:
    built = made(layer(Entry("etc/os-release", said)), created=ZERO)
    assert [one.state for one in carried(built, Tables(), NOW)] == ([state] if state else [])
    truths = [one.answer for one in check(built, Tables(), NOW)]
    assert truths == (["yes"] if state == "ended" else [])
