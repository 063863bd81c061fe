"""Which declaration speaks for a file, and that a nearer one takes nothing away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verbs import check, write_all

COMPOSE = "services:\n  pay: {image: 'registry.example/pay:1'}\n"


def declared(cls: str, *, policy: str = "") -> str:
    """Return a declaration of everything called `pay`."""
    named = f"policy: {policy}\n" if policy else ""
    return f"version: 1\n{named}workloads:\n- {{name: pay, match: {{name: pay}}, sensitivity: {cls}}}\n"


@pytest.mark.parametrize(("outer", "inner"), [("restricted", "public"), ("public", "restricted")])
def test_the_stricter_of_all_that_is_said_counts(
    outer: str, inner: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {".gate.yaml": declared(outer), "shop/.gate.yaml": declared(inner), "shop/compose.yaml": COMPOSE}
    write_all(tmp_path, files)
    (tmp_path / ".git").mkdir()
    for named in ("", "shop", "shop/compose.yaml"):
        assert check(capsys, tmp_path / named).subject("services/pay")["sensitivity"]["class"] == "restricted"


@pytest.mark.parametrize(("outer", "inner"), [("strict", "standard"), ("standard", "strict")])
def test_the_stricter_of_all_policies_judges(
    outer: str, inner: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        ".gate.yaml": declared("internal", policy=outer),
        "shop/.gate.yaml": declared("internal", policy=inner),
        "shop/compose.yaml": "services:\n  pay: {image: 'registry.example/pay:1', pid: host}\n",
    }
    answer = check(capsys, write_all(tmp_path, files))
    assert answer.report["policy"]["name"] == "standard+strict"


def test_the_platform_is_the_nearest_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, image: x}]\n"
    filtered = "version: 1\nplatform:\n  kubernetes: {seccomp_default: true}\n"
    files = {".gate.yaml": "version: 1\n", "a/.gate.yaml": filtered, "a/pod.yaml": pod, "b/pod.yaml": pod}
    answer = check(capsys, write_all(tmp_path, files))
    assert answer.subject("a/pod.yaml#Pod/web")["boundary"]["modifiers"] == []
    assert answer.subject("b/pod.yaml#Pod/web")["boundary"]["modifiers"] == ["seccomp_unconfirmed"]


@pytest.mark.parametrize("user", ["", "          securityContext: {runAsUser: 10001}\n"])
def test_a_recipe_inherits_what_its_workload_is(user: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    container = f"        - name: pay\n          image: r.example/pay:1\n{user}"
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: pay}}\nspec:\n  containers:\n{container}"
    images = "platform:\n  images: {r.example/pay: Dockerfile}\n"
    files = {".gate.yaml": declared("restricted") + images, "pod.yaml": pod, "Dockerfile": "FROM scratch\nUSER 10001\n"}
    write_all(tmp_path, files)
    assert check(capsys, tmp_path).subject("Dockerfile")["sensitivity"]["class"] == "restricted"


@pytest.mark.parametrize("declaration", ["", "version: 1\n", 'version: 1\nplatform: {kubernetes: {version: "1.30"}}\n'])
def test_the_command_lines_version_wins(declaration: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: x}]}\n"
    }
    write_all(tmp_path, files | ({".gate.yaml": declaration} if declaration else {}))
    web = check(capsys, tmp_path, "--kubernetes-version", "1.20").subject("Pod/web")
    assert web["standards"]["pod_security"]["version"] == "1.20"


def test_one_that_is_named_speaks_for_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {".gate.yaml": declared("public"), "compose.yaml": COMPOSE, "other.yaml": declared("confidential")}
    write_all(tmp_path, files)
    answer = check(capsys, tmp_path / "compose.yaml", "--declaration", tmp_path / "other.yaml")
    assert answer.subject("services/pay")["sensitivity"]["class"] == "confidential"


def test_an_entry_that_matches_nothing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {".gate.yaml": declared("restricted").replace("name: pay}", "name: payments}"), "compose.yaml": COMPOSE}
    write_all(tmp_path, files)
    assert [one["rule"] for one in check(capsys, tmp_path).report["findings"]] == ["DCL006"]
    assert check(capsys, tmp_path / "compose.yaml").report["findings"] == []
