"""What holds of every age: older is never better, and not to know is never better than to know."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gate.data.tables import Tables
from gate.freshness.support import support
from gate.model.days import days, iso
from gate.model.evidence import Unknown
from gate.model.lifecycle import Lifecycle
from gate.model.record import replace
from gate.scores.image_age import AGE, PRODUCT_ENDED, SYSTEM_ENDED, image_age
from gate.scores.package_freshness import WITHOUT_VENDOR, package_freshness
from gate.scores.ramp import ramp
from tests.scores.images import AT, built, recipe

TABLES = Tables()
BASES = st.sampled_from(
    (
        "debian:trixie-slim debian:bookworm-slim debian:12.5 debian:buster debian ubuntu:20.04 ubuntu:24.04"
        " alpine:3.22.1 alpine python:3.9-slim-bullseye python:3.12-slim python:3.14.6-alpine python:latest node:20"
        " node:lts golang:1.25 rust:1.98 rockylinux:9 postgres:11 redis:7 busybox nats:2"
        " registry.access.redhat.com/ubi8/ubi:8.9"
        " mcr.microsoft.com/dotnet/sdk:8.0 registry.example/base:1 archlinux amazonlinux:2 centos:7 photon:3.0"
    ).split()
)
STEPS = st.sampled_from(
    [
        (),
        ("RUN apt-get update && apt-get -y upgrade",),
        ("RUN apt-get update", "RUN apt-get install -y nginx"),
        ("RUN sed -i s/deb.debian.org/archive.debian.org/ /etc/apt/sources.list && apt-get update",),
        ("RUN --mount=type=cache,target=/var/lib/apt apt-get install -y nginx",),
        ("COPY --from=golang:1.18 /usr/local/go /go",),
    ]
)
NOWS = st.integers(days("2026-08-21"), days("2034-01-01"))


@settings(derandomize=True, max_examples=120, deadline=None)
@given(BASES, STEPS, NOWS, st.integers(0, 900))
def test_a_recipe_never_gets_better_with_time(base: str, steps: tuple[str, ...], now: int, later: int) -> None:
    image = recipe(f"FROM {base}", *steps)
    for score in (image_age, package_freshness):
        before, after = score(image, TABLES, iso(now)), score(image, TABLES, iso(now + later))
        if before is None:
            continue
        assert after is not None
        assert after.lo <= before.lo
        assert after.hi <= before.hi


@settings(derandomize=True, max_examples=120, deadline=None)
@given(BASES, st.integers(days("2013-03-01"), days("2026-08-21")), NOWS, st.integers(0, 900), st.booleans())
def test_a_built_image_never_gets_better_with_time(base: str, made: int, now: int, later: int, whole: bool) -> None:
    layers = (iso(made) + "T00:00:00Z", "ADD rootfs.tar.xz /"), ("2026-08-21T00:00:00Z", "COPY app /")
    image = built(*layers[: 1 + whole], base=base)
    for score in (image_age, package_freshness):
        before, after = score(image, TABLES, iso(now)), score(image, TABLES, iso(now + later))
        assert before is not None
        assert after is not None
        assert after.lo <= before.lo
        assert after.hi <= before.hi


@settings(derandomize=True, max_examples=120, deadline=None)
@given(BASES, NOWS, st.integers(days("2013-03-01"), days("2026-08-21")), st.booleans(), st.booleans())
def test_not_to_know_is_never_better(base: str, now: int, made: int, no_base: bool, no_dates: bool) -> None:
    layers = (iso(made) + "T00:00:00Z", "ADD rootfs.tar.xz /"), ("2026-08-21T00:00:00Z", "COPY app /")
    known = built(*layers, base=base)
    hidden = built(*(() if no_dates else layers), base="" if no_base else base)
    for score in (image_age, package_freshness):
        more, less = score(known, TABLES, iso(now)), score(hidden, TABLES, iso(now))
        assert more is not None
        assert less is not None
        assert less.lo <= more.lo


@settings(derandomize=True, max_examples=80, deadline=None)
@given(BASES, STEPS, NOWS)
def test_an_unreadable_base_is_never_better(base: str, steps: tuple[str, ...], now: int) -> None:
    image = recipe(f"FROM {base}", *steps)
    stage = image.stages[0]
    hidden = replace(
        image, stages=(replace(stage, base=replace(stage.base, image=Unknown("nobody knows", AT))), *image.stages[1:])
    )
    more, less = image_age(image, TABLES, iso(now)), image_age(hidden, TABLES, iso(now))
    assert less is None or more is None or less.lo <= more.lo


@settings(derandomize=True, max_examples=60, deadline=None)
@given(BASES, STEPS, NOWS)
def test_a_digest_never_costs_points(base: str, steps: tuple[str, ...], now: int) -> None:
    free, pinned = (
        image_age(recipe(f"FROM {base}{digest}", *steps), TABLES, iso(now)) for digest in ("", "@sha256:" + "0a" * 32)
    )
    assert pinned is None or (free is not None and pinned.lo >= free.lo and pinned.hi >= free.hi)


@given(st.integers(-10, 3000), st.integers(0, 1000))
def test_points_only_grow(day: int, more: int) -> None:
    for knees in (AGE, SYSTEM_ENDED, PRODUCT_ENDED, WITHOUT_VENDOR):
        assert ramp(day, knees) <= ramp(day + more, knees)


@given(
    st.one_of(st.none(), st.integers(19_000, 22_000)),
    st.one_of(st.none(), st.integers(0, 2_000)),
    st.booleans(),
    st.integers(18_000, 25_000),
    st.integers(0, 2_000),
)
def test_support_only_runs_out(security: int | None, more: int | None, free: bool, now: int, later: int) -> None:
    extended = security + more if security is not None and more is not None else None
    lifecycle = Lifecycle("p", "1", "P 1", 18_000, security, extended, ended=False, free=free, is_distribution=True)
    before, after = support(lifecycle, iso(now), "2026-08-21"), support(lifecycle, iso(now + later), "2026-08-21")
    order = ("supported", "unknown", "extended", "contract", "ended")
    assert order.index(before.state) <= order.index(after.state)
    assert before.state != "ended" or after.state == "ended"
    assert before.least <= after.least
    assert before.most <= after.most
