"""Which subjects an entry of the declaration speaks of."""

from __future__ import annotations

import pytest

from gate.model.policy import Selector
from gate.model.source import Source
from gate.policy.declaration import load_declaration
from gate.policy.selection import below, entries_for, matches, path_matches, word_matches


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("deploy/pay.yaml", "deploy/pay.yaml", True),
        ("deploy/*.yaml", "deploy/pay.yaml", True),
        ("deploy/*.yaml", "deploy/eu/pay.yaml", False),
        ("deploy/**", "deploy/eu/pay.yaml", True),
        ("**/pay.yaml", "pay.yaml", True),
        ("**/pay.yaml", "deploy/eu/pay.yaml", True),
        ("**/eu/**", "deploy/eu/pay.yaml", True),
        ("**", "a", True),
        ("deploy/pay?.yaml", "deploy/pay1.yaml", True),
        ("deploy/pay?.yaml", "deploy/pay.yaml", False),
        ("deploy/pay.yaml", "other/deploy/pay.yaml", False),
        ("deploy", "deploy/pay.yaml", False),
        ("a.b", "axb", False),
        ("[ab]", "a", False),
        ("de**y/x", "deploy/x", True),
    ],
)
def test_globs(glob: str, path: str, expected: bool) -> None:
    assert path_matches(glob, path) is expected


@pytest.mark.parametrize(
    ("glob", "word", "expected"),
    [
        ("*", "", True),
        ("**", "a", True),
        ("a*b*c", "axxbxxbc", True),
        ("a*b*c", "axxbxx", False),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_words(glob: str, word: str, expected: bool) -> None:
    assert word_matches(glob, word) is expected


def test_no_pattern_is_expensive() -> None:
    """Backtracking would take longer than the universe lasts."""
    assert not word_matches("*a" * 200 + "b", "a" * 2000)
    assert not path_matches("/".join(["**", "x"] * 50), "/".join(["x"] * 49 + ["y"]))


def test_every_part_that_is_given_has_to_match() -> None:
    selector = Selector(("deploy/*",), "kubernetes", "Deployment", "pay-*", "shop")
    assert matches(selector, "deploy/a.yaml", "kubernetes", "Deployment", "pay-eu", "shop")
    for wrong in (
        ("other/a.yaml", "kubernetes", "Deployment", "pay-eu", "shop"),
        ("deploy/a.yaml", "compose", "Deployment", "pay-eu", "shop"),
        ("deploy/a.yaml", "kubernetes", "Pod", "pay-eu", "shop"),
        ("deploy/a.yaml", "kubernetes", "Deployment", "web", "shop"),
        ("deploy/a.yaml", "kubernetes", "Deployment", "pay-eu", ""),
    ):
        assert not matches(selector, *wrong)


def test_a_declaration_speaks_for_its_own_folder_only() -> None:
    assert below("", "a/b") == "a/b"
    assert below("shop", "shop/a") == "a"
    assert below("shop", "shopping/a") is None
    text = b"version: 1\nworkloads:\n- {name: all, paths: ['**'], sensitivity: public}\n"
    declaration = load_declaration(Source("shop/.gate.yaml", text))
    subject = {"platform": "compose", "kind": "service", "name": "web", "namespace": ""}
    assert [entry.name for entry in entries_for(declaration, path="shop/compose.yaml", **subject)] == ["all"]
    assert entries_for(declaration, path="compose.yaml", **subject) == ()
