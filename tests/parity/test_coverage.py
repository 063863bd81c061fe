"""What nobody has shown of a reader may only become less, and no reason stands where an example proves otherwise."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from reader_coverage import PROVEN, UNKNOWN, cells, committed, keys, unknown

from gate.readers import READERS
from gate.rules.registry import RULES


@pytest.mark.parametrize("reader", READERS)
def test_no_more_is_unknown_than_was(reader: str) -> None:
    open_rules = sorted(rule for rule, row in cells().items() if row[reader] == UNKNOWN)
    remedy = f"show these by an example, or say in scripts/reader_coverage.toml why {reader} cannot express them"
    assert len(open_rules) <= committed()["unknown"].get(reader, 0), f"{remedy}: {open_rules}"


@pytest.mark.parametrize("reader", READERS)
def test_the_number_is_lowered_with_what_is_shown(reader: str) -> None:
    assert unknown()[reader] >= committed()["unknown"].get(reader, 0)


def test_no_reason_contradicts_an_example() -> None:
    contradicted = [
        (rule, reader, entry["reason"])
        for entry in committed()["inapplicable"]
        for rule, row in cells().items()
        for reader, cell in row.items()
        if cell == PROVEN and reader in entry["readers"] and any(fnmatchcase(rule, one) for one in entry["rules"])
    ]
    assert contradicted == []


@pytest.mark.parametrize("reader", keys())
def test_no_more_keys_are_unproven_than_were(reader: str) -> None:
    proven, missing = keys()[reader]
    assert {rule for rule, _ in (*proven, *missing)} <= set(RULES)
    assert len(missing) == committed()["unproven_keys"].get(reader, 0), f"lower the number, or show these: {missing}"
