"""The commands beside `check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gate.rules.registry import RULES
from tests.verbs import gate, write


@pytest.mark.parametrize("arguments", [("--help",), ("check", "--help"), ("help",), ()])
def test_help(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    answer = gate(capsys, *arguments)
    assert answer.status == 0
    assert answer.out.startswith("usage: gate")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert gate(capsys, "--version").out.startswith("boundary-gate ")


def test_a_command_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    unknown = gate(capsys, "chek")
    assert unknown.status == 2
    assert "one of: check, except, explain" in unknown.err


@pytest.mark.parametrize(
    ("arguments", "cause", "remedy"),
    [
        ("except ISO001 web --reason x", "`gate except` needs --owner", "`gate except --help` says what it takes"),
        ("except ISO001 web --owner x --reason y --foo", "`gate except` takes no --foo", "`gate except --help`"),
        ("explain ISO001 ISO002", "`gate explain` takes no ISO002", "`gate explain --help`"),
        ("data shw", "`gate data` takes no such value: argument ACTION: 'shw'", "one of: show, verify, export, update"),
        ("policy", "`gate policy` needs action", "`gate policy --help`"),
        ("schema reprt", "`gate schema` takes no such value: argument name: 'reprt'", "one of: policy, policy-tests"),
        ("check --online", "--online has nothing to ask registries for", "name an image with --image"),
    ],
)
def test_a_usage_error_names_a_remedy(
    arguments: str, cause: str, remedy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = gate(capsys, *arguments.split())
    first, second = answer.err.splitlines()
    assert (answer.status, answer.out, first) == (2, "", f"gate: {cause}")
    assert second.strip().startswith(remedy)


@pytest.mark.parametrize("name", ["ISO004", "iso004", "host-pid-namespace"])
def test_a_rule_is_explained_by_id_and_name(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert gate(capsys, "explain", name).out.startswith("# ISO004 host-pid-namespace\n")


def test_all_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert [line.split()[0] for line in gate(capsys, "explain").out.splitlines()] == list(RULES)


def test_a_rule_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    answer = gate(capsys, "explain", "host-pid-namespce")
    assert answer.status == 2
    assert "did you mean host-pid-namespace or " in answer.err


def test_the_data_is_shown_and_verified(capsys: pytest.CaptureFixture[str]) -> None:
    assert "debian" in gate(capsys, "data", "show").out
    assert gate(capsys, "data", "verify").status == 0


@pytest.mark.parametrize("name", ["standard", "strict"])
def test_a_pack_is_shown_with_its_sources(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = gate(capsys, "policy", "show", name).out
    assert out.startswith(name)
    assert "Source: " in out


def test_a_policy_of_ones_own_is_shown_and_linted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shipped = (Path(__file__).parents[2] / "policies" / "standard.yaml").read_text()
    folder = write(
        tmp_path, good__yaml=shipped.replace("name: standard", "name: own"), bad__yaml="version: 1\nnme: x\n"
    )
    assert gate(capsys, "policy", "show", folder / "good.yaml").out.startswith("own")
    assert gate(capsys, "policy", "lint", folder / "good.yaml").status == 0
    bad = gate(capsys, "policy", "lint", folder / "bad.yaml")
    assert bad.status == 2
    assert "bad.yaml:2: error: there is no key `nme`" in bad.out


@pytest.mark.parametrize("name", ["policy", "declaration", "report"])
def test_a_schema_is_printed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(gate(capsys, "schema", name).out)["$id"] == f"urn:boundary-gate:schema:{name}:1"
