from __future__ import annotations

import pytest

from gate.data.tables import Tables
from gate.scores.package_freshness import package_freshness
from tests.scores.images import built, recipe

TABLES = Tables()
NOW = "2026-11-23"
LAYERS = ("2026-11-01T10:00:00Z", "ADD rootfs.tar.xz /"), ("2026-11-20T10:00:00Z", "COPY app /")


@pytest.mark.parametrize("base", ["debian:trixie-slim", "registry.example/base:1", "scratch", "ubuntu:20.04"])
def test_a_recipe_says_nothing_of_packages_that_still_get_fixes(base: str) -> None:
    assert package_freshness(recipe(f"FROM {base}"), TABLES, NOW) is None


def test_a_recipe_on_an_ended_base_is_short_of_fixes() -> None:
    found = package_freshness(recipe("FROM debian:buster"), TABLES, NOW)
    assert found is not None
    assert (found.lo, found.hi) == (0, 20)


def test_a_built_image_without_a_report_is_open() -> None:
    found = package_freshness(built(*LAYERS, base="debian:trixie-slim"), TABLES, NOW)
    assert found is not None
    assert (found.lo, found.hi) == (30, 100)


def test_a_contract_that_nobody_knows_of_leaves_it_open() -> None:
    found = package_freshness(built(*LAYERS, base="ubuntu:20.04"), TABLES, NOW)
    assert found is not None
    assert (found.lo, found.hi) == (0, 100)
