from __future__ import annotations

import pytest

from gate.freshness.hints import archives, kept_lists, lists_alone, shown, snapshots
from gate.freshness.recipe import builders, chain, upgrade, used
from gate.model.days import iso
from tests.scores.images import recipe

DEBIAN = "FROM debian:trixie-slim"


@pytest.mark.parametrize(
    ("steps", "count"),
    [
        (("RUN apt-get update", "RUN apt-get install -y x"), 1),
        (("RUN apt-get update", "RUN echo", "RUN apt-get install -y x"), 1),
        (("RUN apt-get update", "RUN apt-get update && apt-get install -y x"), 0),
        (("RUN apt-get update && apt-get install -y x",), 0),
        (("RUN apt-get update",), 0),
        (("RUN apt-get update && apt-get upgrade -y", "RUN apt-get install -y x"), 0),
        (("RUN apk update", "RUN apk add x"), 0),
    ],
)
def test_lists_in_a_layer_of_their_own(steps: tuple[str, ...], count: int) -> None:
    assert len(lists_alone(recipe(DEBIAN, *steps))) == count


@pytest.mark.parametrize(
    ("step", "count"),
    [
        ("RUN --mount=type=cache,target=/var/lib/apt apt-get install -y x", 1),
        ("RUN --mount=type=cache,target=/var/lib/apt/lists/ apt-get install -y x", 1),
        ("RUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y x", 0),
        ("RUN --mount=type=cache,target=/var/cache/apt apt-get install -y x", 0),
        ("RUN --mount=type=bind,target=/var/lib/apt apt-get install -y x", 0),
    ],
)
def test_lists_that_the_builder_keeps(step: str, count: int) -> None:
    assert len(kept_lists(recipe(DEBIAN, step))) == count


@pytest.mark.parametrize(
    ("host", "count"),
    [
        ("http://archive.debian.org/debian", 1),
        ("s/mirror.centos.org/vault.centos.org/", 1),
        ("https://old-releases.ubuntu.com/ubuntu", 1),
        ("https://my-archive.debian.org.example", 0),
        ("https://deb.debian.org/debian", 0),
        ("https://archive.ubuntu.com/ubuntu", 0),
    ],
)
def test_archives_of_ended_releases(host: str, count: int) -> None:
    assert len(archives(recipe(DEBIAN, f"RUN echo {host} > /etc/apt/sources.list"))) == count


def test_a_snapshot_names_its_day() -> None:
    image = recipe(DEBIAN, "RUN echo https://snapshot.debian.org/archive/debian/20240901T000000Z trixie main > /a")
    ((_at, day),) = snapshots(image)
    assert iso(day) == "2024-09-01"
    assert not snapshots(recipe(DEBIAN, "RUN echo https://snapshot.debian.org/archive/debian/20249901T000000Z > /a"))
    assert not snapshots(recipe(DEBIAN, "RUN echo https://snapshot.debian.org/archive/debian/$STAMP > /a"))


def test_an_upgrade_is_of_the_whole_system() -> None:
    assert upgrade(recipe(DEBIAN, "RUN apt-get update && apt-get -y upgrade")) is not None
    assert upgrade(recipe("FROM fedora:44", "RUN dnf -y upgrade")) is not None
    assert upgrade(recipe("FROM fedora:44", "RUN dnf -y upgrade openssl")) is None
    assert upgrade(recipe(DEBIAN, "RUN pip install --upgrade pip")) is None
    assert upgrade(recipe("FROM debian:12 AS other", "RUN apt-get -y upgrade", DEBIAN)) is None


def test_what_ships_is_a_chain_of_stages() -> None:
    image = recipe("FROM a AS one", "FROM one AS two", "FROM b AS three", "FROM two", "COPY --from=three /x /x")
    assert [stage.name for stage in chain(image)] == ["", "two", "one"]
    assert [stage.name for stage in used(image)] == ["one", "two", "three", ""]
    assert len(builders(image)) >= 1


def test_an_address_is_shown_without_secrets() -> None:
    assert shown("https://user:pass@example.org/a?token=x#y") == "https://example.org/a"
    assert len(shown("https://example.org/" + "a" * 500)) == 100
