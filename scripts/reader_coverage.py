"""What the examples of the rules' pages prove of each reader, and why there is nothing to prove elsewhere."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from gate.model.source import Source
from gate.pipeline.reading import load as reader
from gate.readers import READERS
from gate.rules.registry import RULES
from tests.rules.pages import examples

ROOT = Path(__file__).resolve().parent.parent

PROVEN = "proven"
UNKNOWN = "unknown"


@cache
def committed() -> dict[str, Any]:
    """Return the reasons, the keys and the number of unknown cells as they are committed."""
    with (ROOT / "scripts" / "reader_coverage.toml").open("rb") as file:
        return tomllib.load(file)


def reasons() -> list[str]:
    """Return every reason why a format cannot express something, in order."""
    return list(dict.fromkeys(entry["reason"] for entry in committed()["inapplicable"]))


@cache
def cells() -> dict[str, dict[str, str]]:
    """Return for every rule and reader that it is proven or unknown, or the reason why it is inapplicable."""
    found: dict[str, dict[str, str]] = {}
    for rule in sorted(RULES):
        through = {name for name, _, finds in _examples() if finds == rule}
        found[rule] = {name: PROVEN if name in through else _why(rule, name) for name in READERS}
    return found


def unknown() -> dict[str, int]:
    """Return how many cells of each reader are unknown."""
    return {name: sum(row[name] == UNKNOWN for row in cells().values()) for name in READERS}


def shown(cell: str) -> str:
    """Return a cell as the page shows it: a reason by its number."""
    return cell if cell in (PROVEN, UNKNOWN) else str(reasons().index(cell) + 1)


def keys() -> dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]]:
    """Return for each reader the keys of the reference that an example proves, with their rules, and the others."""
    found: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]] = {}
    for name, rules in committed()["keys"].items():
        if name in READERS:
            rows = [(rule, key) for rule, spelt in rules.items() for key in spelt]
            proven = [row for row in rows if _proves(name, *row)]
            found[name] = (proven, [row for row in rows if row not in proven])
    return found


def _proves(name: str, rule: str, key: str) -> bool:
    """Say whether an example shows the key: one that the rule finds, or, of a safeguard, one in which it does not."""
    if any(found == name and finds == rule and key in text for found, text, finds in _examples()):
        return True
    facts = RULES[rule].facts
    safeguard = bool(facts) and all(fact.startswith("H.") for fact in facts)
    return safeguard and any(page == rule and found == name and key in text for page, found, text in _passing())


def _why(rule: str, name: str) -> str:
    for entry in committed()["inapplicable"]:
        if any(fnmatchcase(name, one) for one in entry["readers"]) and any(
            fnmatchcase(rule, one) for one in entry["rules"]
        ):
            return str(entry["reason"])
    return UNKNOWN


@cache
def _examples() -> tuple[tuple[str, str, str], ...]:
    """Return what every example proves: the reader, the text of the file that it reads, and the rule that finds it."""
    return tuple(
        (name, example.files[one.path], one.rule)
        for rule, entry in RULES.items()
        for example in examples(ROOT / (entry.module.replace(".", "/") + ".md"))
        for one in example.expected
        if one.rule == rule and (name := reader_of(one.path, example.files[one.path]))
    )


@cache
def _passing() -> tuple[tuple[str, str, str], ...]:
    """Return the files of every rule's page that the rule finds nothing in: the rule, the reader and the text."""
    return tuple(
        (rule, name, text)
        for rule, entry in RULES.items()
        for example in examples(ROOT / (entry.module.replace(".", "/") + ".md"))
        for path, text in example.files.items()
        if not any(one.path == path and one.rule == rule for one in example.expected)
        and (name := reader_of(path, text))
    )


def reader_of(path: str, text: str) -> str:
    """Return the name of the reader that takes a file; empty where none does."""
    source = Source(path, text.encode())
    name = path.rpartition("/")[2]
    return next((one for one, matches in READERS.items() if matches(name) and reader(one).claims(source)), "")
