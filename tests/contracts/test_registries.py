"""What is in the folder is in the table, and the other way round."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from gate.cli.check import FORMATS
from gate.model.profile import PLATFORMS
from gate.pipeline.reading import load
from gate.readers import READERS
from tests.contracts.code import PACKAGE

#: Modules of `gate.reporters` that are no format: what several share, and a part of one.
SHARED = {"against", "alike", "clocks", "lag", "doubts", "escape", "fetched", "tables", "witnesses"}

FAMILIES = sorted(path.parent.name for path in (PACKAGE / "rules").glob("*/__init__.py"))


def names(folder: str, suffix: str = ".py") -> set[str]:
    """Return the names of a folder's files, but for the package's own."""
    return {path.stem for path in (PACKAGE / folder).glob(f"*{suffix}")} - {"__init__"}


def test_readers() -> None:
    assert names("readers") == set(READERS)


def test_the_platforms_of_readers_are_those_that_policies_may_name() -> None:
    assert {platform for name in READERS for platform in load(name).platforms} == set(PLATFORMS)


def test_a_reader_claims_and_reads() -> None:
    for name in READERS:
        module = import_module(f"gate.readers.{name}")
        assert callable(module.claims), name
        assert callable(module.read), name


def test_reporters() -> None:
    assert {name.replace("_", "-") for name in names("reporters") - SHARED} == set(FORMATS)


def test_every_family_is_here() -> None:
    assert {path.name for path in (PACKAGE / "rules").iterdir() if any(path.glob("*.py"))} == set(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
def test_rules(family: str) -> None:
    table = import_module(f"gate.rules.{family}").RULES
    modules = [entry.module.rpartition(".") for entry in table.values()]
    assert {parent for parent, _, _ in modules} == {f"gate.rules.{family}"}
    assert sorted(name for _, _, name in modules) == sorted(names(f"rules/{family}"))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_rule_has_a_page(family: str) -> None:
    assert names(f"rules/{family}", ".md") == names(f"rules/{family}")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_rule_is_what_its_line_says(family: str) -> None:
    for identifier, entry in import_module(f"gate.rules.{family}").RULES.items():
        rule = import_module(entry.module).RULE
        assert (rule.id, rule.name) == (identifier, entry.module.rpartition(".")[2].replace("_", "-"))
        assert set(rule.facts) <= set(entry.facts)


def test_an_id_is_given_once() -> None:
    found = [identifier for family in FAMILIES for identifier in import_module(f"gate.rules.{family}").RULES]
    assert len(found) == len(set(found))
    assert all(re.fullmatch("[A-Z]{2,3}[0-9]{3}", identifier) for identifier in found)
