from __future__ import annotations

import pytest

from gate.data.tables import Tables
from gate.model.score import Score
from gate.scores.image_age import image_age
from tests.scores.images import built, recipe

TABLES = Tables()
NOW = "2026-11-23"


def scored(*lines: str) -> Score:
    """Score a Dockerfile that has a score."""
    found = image_age(recipe(*lines), TABLES, NOW)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("base", "days", "interval"),
    [
        # The figures of knowledge that was worked out by hand from the same sources.
        ("python:3.9-slim-bullseye", (454, 1925), (0, 0)),
        ("alpine:3.22.1", (397, 496), (10, 14)),
        ("ruby:3.3.5", (734, 810), (0, 0)),
        ("openjdk:8-jdk-alpine", (2726, 3756), (0, 0)),
        ("postgres:11", (1606, 3099), (0, 0)),
        ("node:20", (193, 1313), (0, 0)),
        ("golang:1.25", (82, 467), (0, 37)),
    ],
)
def test_a_frozen_tag_is_as_old_as_its_last_rebuild(
    base: str, days: tuple[int, int], interval: tuple[int, int]
) -> None:
    found = scored(f"FROM {base}")
    assert found.days == days
    assert (found.lo, found.hi) == interval


def test_a_tag_that_is_rebuilt_is_fresh() -> None:
    found = scored("FROM debian:trixie-slim")
    assert (found.lo, found.hi) == (100, 100)


def test_long_term_support_costs_little() -> None:
    found = scored("FROM debian:bookworm-slim")
    assert (found.lo, found.hi) == (85, 85)


def test_a_rebuilt_tag_of_an_ended_release_is_no_good() -> None:
    found = scored("FROM python:3.10-alpine")
    assert found.hi < 75


def test_support_that_has_to_be_bought_leaves_the_score_open() -> None:
    found = scored("FROM ubuntu:20.04")
    system = next(one for one in found.deductions if one.id == "A2")
    assert (system.best, system.worst) == (1_500, 7_000)


@pytest.mark.parametrize(
    "lines",
    [
        ("FROM scratch", "COPY app /"),
        ("FROM registry.example/base:1.4",),
        ("ARG BASE", "FROM ${BASE}"),
        ("FROM registry.access.redhat.com/ubi9/ubi:9.4",),
        ("FROM registry.example/base:1.4", "RUN apt-get update", "RUN apt-get install -y nginx"),
    ],
)
def test_a_recipe_that_proves_nothing_has_no_score(lines: tuple[str, ...]) -> None:
    assert image_age(recipe(*lines), TABLES, NOW) is None


def test_an_ended_base_of_unknown_age_is_scored() -> None:
    found = scored(
        "FROM registry.access.redhat.com/ubi8/ubi:8.9", "RUN sed -i s/x/vault.centos.org/ /etc/yum.repos.d/a"
    )
    assert found.lo == 0
    assert found.hi == 80
    assert found.days == (0, None)


def test_a_builder_counts_half() -> None:
    shipped = scored("FROM golang:1.18")
    copied = scored("FROM golang:1.18 AS build", "FROM scratch", "COPY --from=build /app /app")
    whole = next(one for one in shipped.deductions if one.id == "A3")
    (half,) = copied.deductions
    assert (half.id, half.worst) == ("A6", whole.worst // 2)


def test_the_stages_below_count_and_others_do_not() -> None:
    below = scored("FROM python:3.8 AS base", "FROM base AS app", "FROM base")
    beside = scored("FROM python:3.8 AS unused", "FROM debian:trixie-slim")
    assert below.hi == 0
    assert beside.lo == 100


def test_an_upgrade_makes_up_for_a_frozen_tag() -> None:
    frozen = scored("FROM debian:12.5")
    upgraded = scored("FROM debian:12.5", "RUN apt-get update && apt-get upgrade -y")
    assert frozen.days is not None
    assert upgraded.days is not None
    assert frozen.days[0] > 800
    assert upgraded.days == (0, frozen.days[1])
    assert upgraded.hi > frozen.hi


def test_an_upgrade_cannot_reach_beyond_the_end_of_support() -> None:
    found = scored("FROM debian:buster", "RUN apt-get update && apt-get dist-upgrade -y")
    assert found.days is not None
    assert found.days[0] == 876


def test_a_snapshot_dates_the_packages() -> None:
    mirror = "http://snapshot.debian.org/archive/debian/20260301T000000Z"
    found = scored(
        "FROM debian:trixie-slim", f"RUN sed -i s,http://deb.debian.org/debian,{mirror}, /etc/apt/sources.list"
    )
    assert found.days == (267, 267)


def test_a_digest_costs_no_points() -> None:
    digest = "@sha256:" + "ab" * 32
    assert scored("FROM debian:trixie-slim" + digest).lo == scored("FROM debian:trixie-slim").lo


@pytest.mark.parametrize("now", ["2026-08-21", "2026-11-23", "2027-06-01", "2040-01-01"])
def test_tables_grow_old_and_then_prove_less(now: str) -> None:
    found = image_age(recipe("FROM debian:trixie-slim"), TABLES, now)
    assert found is not None
    assert found.days is not None
    assert (found.days[1] or 0) <= (17 if now < "2026-12-19" else 10_000)
    assert now < "2027" or found.lo < 60


# ------------------------------------------------------------------------------------------------------ built images


def age_of(*history: tuple[str, str], created: str = "", base: str = "", **labels: str) -> Score:
    """Score a built image."""
    names = {key.replace("__", ".").replace("_", "-"): value for key, value in labels.items()}
    found = image_age(built(*history, created=created, base=base, labels=names), TABLES, NOW)
    assert found is not None
    return found


BASE = ("2026-11-01T10:00:00Z", "ADD rootfs.tar.xz / # buildkit")
APP = ("2026-11-20T10:00:00Z", "COPY app /")


def test_a_fresh_layer_on_a_fresh_base_is_fresh() -> None:
    found = age_of(BASE, APP, base="debian:trixie-slim")
    assert found.days == (22, 22)
    assert (found.lo, found.hi) == (100, 100)


def test_a_rebuild_on_an_old_base_is_as_old_as_the_base() -> None:
    found = age_of(("2024-11-01T10:00:00Z", "ADD rootfs.tar.xz /"), APP, base="debian:trixie-slim")
    assert found.days == (752, 752)


def test_an_upgrade_makes_an_old_base_young() -> None:
    upgrade = ("2026-11-10T10:00:00Z", "RUN /bin/sh -c apt-get update && apt-get -y upgrade # buildkit")
    assert age_of(("2024-11-01T10:00:00Z", "ADD rootfs.tar.xz /"), upgrade, APP).days == (13, 13)


@pytest.mark.parametrize(
    "zeroed", ["1970-01-01T00:00:00Z", "1980-01-01T00:00:01Z", "0001-01-01T00:00:00Z", "yesterday"]
)
def test_a_zeroed_date_claims_nothing(zeroed: str) -> None:
    found = age_of((zeroed, "bazel build"), (zeroed, "bazel build"), created=zeroed)
    assert found.days == (0, None)
    assert found.lo == 0
    assert found.hi == 100


def test_the_creation_date_alone_is_a_lower_bound() -> None:
    found = age_of(created="2026-11-01T00:00:00Z")
    assert found.days == (22, None)
    bounded = age_of(created="2026-11-01T00:00:00Z", base="registry.example/x:1")
    assert bounded.days == (22, None)


def test_a_known_base_bounds_what_the_dates_leave_open() -> None:
    found = age_of(created="2026-11-01T00:00:00Z", base="debian:trixie-slim")
    assert found.days is not None
    assert found.days[0] == 22
    assert found.days[1] is not None


def test_an_old_system_in_a_new_wrapping_is_old() -> None:
    first = ("2026-09-15T18:20:05Z", "ADD file:b3ebbe8bd304723d4 in /")
    found = age_of(first, APP, org__label_schema__build_date="20181006")
    assert found.days is not None
    assert found.days[1] == 2970
    assert any(one.id == "A5" for one in found.deductions)


def test_a_layer_cannot_be_younger_than_the_last_rebuild_of_its_base() -> None:
    found = age_of(BASE, APP, base="debian:buster-slim")
    assert found.days is not None
    assert found.days[0] > 850
    assert any(one.id == "A5" for one in found.deductions)


def test_a_date_that_has_not_come_yet_claims_nothing() -> None:
    found = age_of(("2031-01-01T00:00:00Z", "ADD rootfs.tar.xz /"), ("2031-01-01T00:00:00Z", "COPY app /"))
    assert found.days == (0, None)
    assert any(one.id == "A5" for one in found.deductions)


def test_an_unknown_base_leaves_its_support_open() -> None:
    found = age_of(BASE, APP)
    assert found.hi == 100
    assert found.lo == 0


@pytest.mark.parametrize(
    "repository", ["debian", "ubuntu", "alpine", "centos", "fedora", "python", "node", "amazonlinux"]
)
@pytest.mark.parametrize("now", ["2026-08-25", "2026-09-15", "2026-11-23", "2027-06-01", "2031-01-01"])
def test_the_least_is_never_more_than_the_most(repository: str, now: str) -> None:
    """A distribution may end while its tag is rebuilt: then there is nothing newer to put into it."""
    for tag, _window in TABLES.current(f"docker.io/library/{repository}"):
        for lines in (
            (f"FROM {repository}:{tag}",),
            (f"FROM {repository}:{tag}", "RUN apt-get update && apt-get -y upgrade"),
        ):
            found = image_age(recipe(*lines), TABLES, now)
            assert found is not None
            assert found.lo <= found.hi, lines
            assert found.days is None or found.days[1] is None or found.days[0] <= found.days[1], lines
