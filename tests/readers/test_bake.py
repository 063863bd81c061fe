"""The targets of Bake files: what they come to, and which of them are images and builds of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gate.dialects.bake import Bake, Target
from gate.model.source import Source
from gate.syntax.hcl import parse
from gate.syntax.hcl_scalars import as_string
from gate.syntax.json import parse as parse_json
from gate.syntax.tree import Mapping, Node, Opaque, Sequence
from tests.verbs import Answer, check, rules, write_all

if TYPE_CHECKING:
    from pathlib import Path

RECIPE = "ARG BASE=debian:13\nFROM $BASE\nUSER 10001\n"


def targets(text: str) -> dict[str, Target]:
    return {one.name: one for one in Bake([parse(Source("docker-bake.hcl", text.encode()))]).targets()}


def plain(node: Node | None) -> Any:
    """A value without its places; what is not known is None."""
    if isinstance(node, Mapping):
        return {key: plain(one) for key, one in node.items()}
    if isinstance(node, Sequence):
        return [plain(one) for one in node.items]
    return None if node is None else as_string(node)


def argument(expression: str, more: str = "") -> str | None:
    target = targets(f'{more}\ntarget "a" {{\n  args = {{ X = {expression} }}\n}}\n')["a"]
    found: str | None = plain(target.entries["args"])["X"]
    return found


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('"a"', "a"),
        ("TAG", "13"),
        ('"debian:${TAG}"', "debian:13"),
        ("NAMED", "v13"),
        ("NUMBER", "7"),
        ("UNSET", None),
        ("GONE", None),
        ('TAG == "13" ? "new" : "old"', "new"),
        ('notequal("", TAG) ? "tagged" : "latest"', "tagged"),
        ('equal(TAG, "13") ? "a" : "b"', "a"),
        ('and(true, not(false)) ? "a" : "b"', "a"),
        ('upper("${TAG}x")', "13X"),
        ('sanitize("a.b/c")', "a_b_c"),
        ('join("-", ["a", TAG])', "a-13"),
        ('coalesce("", "a")', ""),
        ('coalesce(null, "a")', "a"),
        ("timestamp()", None),
        ('regex_replace("a", "b", "c")', None),
        ('reverse("ab")', None),
        ("own(TAG)", None),
        ("target.b.args.X", None),
        ("LOOP", None),
        ('[for x in ["a"]: x][0]', None),
    ],
)
def test_values(expression: str, value: str | None) -> None:
    more = """variable "TAG" { default = "13" }
variable "UNSET" {}
NAMED = "v${TAG}"
NUMBER = 7
LOOP = "${LOOP}x"
function "own" {
  params = [x]
  result = x
}
"""
    assert argument(expression, more) == value


def test_a_target_is_laid_over_those_that_it_inherits_from() -> None:
    found = targets("""target "_a" {
  args         = { ONE = "a", TWO = "a" }
  dockerfile   = "a.Dockerfile"
  entitlements = ["network.host"]
}
target "_b" {
  args = { TWO = "b", THREE = null }
  target = "dev"
}
target "c" {
  inherits     = ["_a", "_b"]
  args         = { FOUR = "c" }
  entitlements = ["security.insecure"]
}
""")
    assert set(found) == {"c"}
    assert plain(found["c"].entries["args"]) == {"ONE": "a", "TWO": "b", "FOUR": "c"}
    assert plain(found["c"].entries["entitlements"]) == ["network.host", "security.insecure"]
    assert (found["c"].text("dockerfile"), found["c"].text("target")) == ("a.Dockerfile", "dev")


def test_what_is_inherited_and_built_too_is_a_target() -> None:
    text = 'group "default" { targets = ["a", "b"] }\ntarget "a" {}\ntarget "b" { inherits = ["a"] }\n'
    assert set(targets(text)) == {"a", "b"}


@pytest.mark.parametrize("inherits", ['["gone"]', "WHO", '["${WHO}"]'])
def test_what_cannot_be_inherited_leaves_a_target_open(inherits: str) -> None:
    assert targets(f'variable "WHO" {{}}\ntarget "a" {{\n  inherits = {inherits}\n}}\n')["a"].open_because


def test_targets_that_inherit_in_a_circle_add_nothing() -> None:
    text = 'group "g" { targets = ["a", "b"] }\ntarget "a" { inherits = ["b"] }\ntarget "b" { inherits = ["a"] }\n'
    assert set(targets(text)) == {"a", "b"}


def test_a_matrix_makes_a_target_of_each_combination() -> None:
    found = targets("""target "app" {
  name   = "app-${v}-${replace(os, ".", "-")}"
  matrix = {
    v  = ["1", "2"]
    os = ["alpine", "deb.13"]
  }
  args = { BASE = "${os}:${v}" }
}
""")
    assert set(found) == {"app-1-alpine", "app-2-alpine", "app-1-deb-13", "app-2-deb-13"}
    assert plain(found["app-2-alpine"].entries["args"]) == {"BASE": "alpine:2"}


def test_a_matrix_that_is_not_known_leaves_its_target_open() -> None:
    assert targets('variable "M" {}\ntarget "a" {\n  matrix = { v = M }\n}\n')["a"].open_because


def judged(capsys: pytest.CaptureFixture[str], folder: Path, files: dict[str, str]) -> Answer:
    return check(capsys, write_all(folder, {"Dockerfile": RECIPE, **files}))


def ids(answer: Answer) -> list[str]:
    return [one["id"] for one in answer.report["subjects"]]


@pytest.mark.parametrize(
    ("body", "subjects"),
    [
        ("", []),
        ('args = { BASE = "debian:13" }', []),
        ('args = { OTHER = "x" }', []),
        ('args = { BASE = "debian:10" }', ["Target/a"]),
        ('dockerfile = "gone"', []),
        ('context = "https://example.com/a.git"', []),
        ('contexts = { "debian:13" = "docker-image://debian:10" }', ["Target/a"]),
        ('contexts = { "docker.io/library/debian:13" = "target:b" }', ["Target/a"]),
        ('contexts = { other = "docker-image://debian:10" }', []),
        ('entitlements = ["security.insecure"]', ["Build/a"]),
        ('entitlements = ["fs.read=/etc"]', []),
        ("entitlements = GONE", ["Build/a"]),
        ('network = "host"', ["Build/a"]),
        ('network = "none"', []),
        ('dockerfile-inline = "FROM debian:10\\nUSER 1"', ["Target/a"]),
    ],
)
def test_what_a_target_is(body: str, subjects: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = judged(capsys, tmp_path, {"docker-bake.hcl": f'target "a" {{\n  {body}\n}}\n'})
    assert [one for one in ids(answer) if one != "Dockerfile"] == [f"docker-bake.hcl#{one}" for one in subjects]
    if not any(one.startswith("Target") for one in subjects):
        assert any(one["location"]["path"] == "docker-bake.hcl" for one in answer.report["coverage"]["skipped"])


def test_arguments_decide_what_a_recipe_starts_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = 'variable "V" { default = "10" }\ntarget "a" {\n  args = { BASE = "debian:${V}" }\n}\n'
    answer = judged(capsys, tmp_path, {"docker-bake.hcl": text})
    assert "AGE001" not in rules(answer.subject("Dockerfile"))
    assert "AGE001" in rules(answer.subject("#Target/a"))


def test_an_argument_that_is_not_known_leaves_the_base_undecided(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = 'variable "V" {}\ntarget "a" {\n  args = { BASE = "debian:${V}" }\n}\n'
    answer = judged(capsys, tmp_path, {"docker-bake.hcl": text})
    assert "AGE004" in rules(answer.subject("#Target/a"), "undecided")
    open_ = 'target "a" {\n  inherits = ["gone"]\n}\n'
    answer = judged(capsys, tmp_path, {"docker-bake.hcl": open_})
    assert "AGE004" in rules(answer.subject("#Target/a"), "undecided")


def test_an_argument_of_a_stage_is_passed_without_one_before_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = "FROM debian:13 AS tools\nARG FROM_IMAGE=debian:12\nFROM tools\nUSER 1\nCOPY --from=debian:12 /a /a\n"
    text = 'target "a" {\n  args = { FROM_IMAGE = "debian:10" }\n}\n'
    assert ids(judged(capsys, tmp_path, {"Dockerfile": recipe, "docker-bake.hcl": text})) == ["Dockerfile"]


def test_a_stage_that_is_not_there_is_not_understood(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = judged(capsys, tmp_path, {"docker-bake.hcl": 'target "a" {\n  target = "gone"\n}\n'})
    assert answer.status == 3
    assert "has no stage" in answer.report["coverage"]["not_understood"][0]["reason"]


def test_files_of_one_project_are_merged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "docker-bake.json": '{"variable": {"V": {"default": "13"}}, "target": {"a": {"args": {"BASE": "x"}}}}',
        "docker-bake.hcl": 'target "a" {\n  args = { BASE = "debian:${V}" }\n}\n',
        "docker-bake.override.hcl": 'V = "10"\ntarget "b" {\n  args = { BASE = "debian:9" }\n}\n',
    }
    answer = judged(capsys, tmp_path, files)
    assert sorted(ids(answer)) == ["Dockerfile", "docker-bake.json#Target/a", "docker-bake.override.hcl#Target/b"]
    assert "AGE001" in rules(answer.subject("#Target/a"))


@pytest.mark.parametrize(
    ("value", "undecided"), [("debian:${V}", False), ("${W}:10", True), ("debian:${upper(V)}", True)]
)
def test_strings_of_json_are_templates(
    value: str, undecided: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps({"variable": {"V": {"default": "10"}}, "target": {"a": {"args": {"BASE": value}}}})
    subject = judged(capsys, tmp_path, {"docker-bake.json": text}).subject("#Target/a")
    assert ("AGE001" in rules(subject)) is not undecided


def test_recipes_lie_beside_the_file_or_below_the_root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = 'target "a" {\n  context = "app"\n  args = { BASE = "debian:10" }\n}\n'
    files = {"build/docker-bake.hcl": text, "app/Dockerfile": RECIPE}
    assert "build/docker-bake.hcl#Target/a" in ids(judged(capsys, tmp_path, files))


def test_a_recipe_of_another_project_is_not_taken_for_a_broken_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"vendor_of/other/docker-bake.hcl": 'target "a" {\n  target = "gone"\n}\n'}
    answer = judged(capsys, tmp_path, files)
    assert (answer.status, ids(answer)) == (0, ["Dockerfile"])


HALVES = ['target "a" {\n', 'target "a" {\n  args = {\n}\n', 'target "a" {\n  x = 1\n  x = 2\n}\n']


@pytest.mark.parametrize("text", HALVES)
def test_half_a_file_is_not_understood(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = judged(capsys, tmp_path, {"docker-bake.hcl": text})
    assert answer.status == 3
    assert answer.report["coverage"]["not_understood"][0]["location"]["path"] == "docker-bake.hcl"


@pytest.mark.parametrize("text", ['job "a" {\n}\n', "locals {\n  target = 1\n}\n"])
def test_other_hcl_is_not_claimed(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ids(judged(capsys, tmp_path, {"nomad.hcl": text})) == ["Dockerfile"]


def test_variables_of_json_lead_to_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    variables = {"V": {"default": "${W}0"}, "W": {"default": "1"}, "X": {"default": "${X}"}}
    bases = {"a": "debian:${V}", "b": "debian:${X}"}
    text = json.dumps(
        {"variable": variables, "target": {name: {"args": {"BASE": base}} for name, base in bases.items()}}
    )
    answer = judged(capsys, tmp_path, {"docker-bake.json": text})
    assert "AGE001" in rules(answer.subject("#Target/a"))
    assert "AGE004" in rules(answer.subject("#Target/b"), "undecided")


@pytest.mark.parametrize("is_json", [False, True])
def test_a_chain_without_end_is_not_known(is_json: bool) -> None:
    chain = {f"V{n}": f"${{V{n + 1}}}" for n in range(3000)}
    if is_json:
        tree = {"variable": {name: {"default": value} for name, value in chain.items()}}
        text = json.dumps({**tree, "target": {"a": {"args": {"X": "${V0}"}}}})
        root = parse_json(Source("docker-bake.json", text.encode())).root
        assert isinstance(root, Mapping)
        (found,) = Bake([root]).targets()
    else:
        lines = "".join(f'{name} = "{value}"\n' for name, value in chain.items())
        found = targets(f'{lines}target "a" {{\n  args = {{ X = V0 }}\n}}\n')["a"]
    assert plain(found.entries["args"])["X"] is None


def test_a_long_line_of_parents_is_followed() -> None:
    lines = "".join(f'target "t{n}" {{ inherits = ["t{n + 1}"] }}\n' for n in range(480))
    assert set(targets(f'{lines}target "t480" {{ target = "x" }}\n')) == {"t0"}


def test_what_grows_without_end_is_not_known() -> None:
    doubled = "".join(f'V{n} = "${{V{n - 1}}}${{V{n - 1}}}"\n' for n in range(1, 60))
    found = targets(f'V0 = "xxxxxxxx"\n{doubled}target "a" {{\n  args = {{ X = V59 }}\n}}\n')["a"]
    node = found.entries["args"]
    assert isinstance(node, Mapping)
    assert isinstance(node.entries["X"], Opaque)
