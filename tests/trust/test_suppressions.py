"""Marks that tell other tools to look away: they change nothing, and each is listed without what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from gate.model.source import Archive, Source
from gate.pipeline.suppressions import MARKS, MOST, suppressions
from tests.verbs import NOW, check, gate, write_all

if TYPE_CHECKING:
    from pathlib import Path

#: What a mark may say beside itself; no report repeats it.
SAID = "because-of-ticket-4711"

DOCKERFILE = "MARK\nFROM debian:12\nRUN apt-get update\nUSER root\n"
LATER = "FROM debian:12\nMARK\nRUN apt-get update\nUSER root\n"
COMPOSE = "services:\n  agent:\n    image: agent:1\n    privileged: true MARK\n"
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: agent
  annotations:
    MARK
spec:
  hostNetwork: true
  containers:
  - name: agent
    image: agent:1
    securityContext: {privileged: true}
"""
PACKER = 'source "qemu" "a" {\n  MARK\n  iso_url = "http://example.org/a.iso"\n}\n'

MARKED = [
    ("hadolint", "Dockerfile", LATER, f"# hadolint ignore=DL3002 # {SAID}"),
    ("hadolint", "Dockerfile", LATER, "#hadolint\tignore = DL3002,DL3009"),
    ("hadolint", "Dockerfile", DOCKERFILE, "# hadolint global ignore=DL3002"),
    ("BuildKit checks", "Dockerfile", DOCKERFILE, "# check=skip=all"),
    ("BuildKit checks", "Dockerfile", DOCKERFILE, "#  Check = error=true;skip=StageNameCasing"),
    ("Checkov", "Dockerfile", LATER, f"# checkov:skip=CKV_DOCKER_3:{SAID}"),
    ("Checkov", "Dockerfile", LATER, "#bridgecrew:skip=CKV_DOCKER_3"),
    ("Checkov", "compose.yaml", COMPOSE, "# checkov:skip=CKV_X"),
    ("Checkov", "pod.yaml", POD, f"checkov.io/skip1: CKV_K8S_16={SAID}"),
    ("Checkov", "pod.yaml", POD, '"bridgecrew.io/skip2": CKV_K8S_20'),
    ("Checkov", "pod.yaml", POD, f"x: y\n  checkov:\n    skip:\n    - id: {SAID}"),
    ("Checkov", "pod.json", '{"apiVersion": "v1", "kind": "Pod", MARK}', '"metadata": {"checkov": {"skip": [{}]}}'),
    ("Trivy", "Dockerfile", LATER, "#trivy:ignore:AVD-DS-0002"),
    ("Trivy", "pod.yaml", POD, f"x: y # trivy:exp:2030-01-01:ignore:KSV017 {SAID}"),
    ("tfsec", "a.pkr.hcl", PACKER, "# tfsec:ignore:*"),
    ("KICS", "Dockerfile", LATER, "# kics-scan ignore-line"),
    ("KICS", "compose.yaml", COMPOSE, "# KICS-scan ignore-block"),
    ("KICS", "pod.yaml", "# kics-scan ignore\n" + POD.replace("MARK", "a: b"), ""),
    ("KICS", "Dockerfile", DOCKERFILE, "# kics-scan disable=b03a748a-542d-44f4-bb86-9199ab4fd2d5"),
    ("KICS", "Dockerfile", DOCKERFILE, "# kics-scan enable=b03a748a-542d-44f4-bb86-9199ab4fd2d5"),
    ("Semgrep", "compose.yaml", COMPOSE, f"# nosemgrep: {SAID}"),
    ("Semgrep", "compose.yaml", COMPOSE, "# NOSEM"),
    ("Bandit or gosec", "compose.yaml", COMPOSE, "# nosec"),
    ("Bandit or gosec", "a.pkr.hcl", PACKER, "//gosec:disable G101"),
    ("KubeLinter", "pod.yaml", POD, f"ignore-check.kube-linter.io/host-network: {SAID}"),
    ("KubeLinter", "pod.yaml", POD, f"kube-linter.io/ignore-all: {SAID}"),
    ("kube-score", "pod.yaml", POD, "kube-score/ignore: container-security-context"),
    ("kube-score", "pod.yaml", POD, "kube-score/skip: 'true'"),
    ("kubeaudit", "pod.yaml", POD, f"container.kubeaudit.io/agent.allow-privileged: {SAID}"),
    ("kubeaudit", "pod.yaml", POD, f"audit.kubernetes.io/pod.allow-namespace-host-network: {SAID}"),
    ("Polaris", "pod.yaml", POD, "polaris.fairwinds.com/exempt: 'true'"),
    ("Polaris", "pod.yaml", POD, "polaris.fairwinds.com/hostNetworkSet-exempt: 'true'"),
    ("Terrascan", "pod.yaml", POD, 'runterrascan.io/skip: "[]"'),
    ("Terrascan", "Dockerfile", LATER, f"#ts:skip=AC_DOCKER_0002 {SAID}"),
    ("Datree", "pod.yaml", POD, f"datree.skip/CONTAINERS_INCORRECT_PRIVILEGED_VALUE_TRUE: {SAID}"),
    ("Snyk", "compose.yaml", COMPOSE, f"# snyk:ignore {SAID}"),
    ("Snyk", "compose.yaml", COMPOSE, f"# file deepcode ignore NoHardcodedSecret: {SAID}"),
    ("SonarQube", "Dockerfile", LATER, "# NOSONAR"),
]  # fmt: skip


def listed(report: Any) -> list[str]:
    """The tools whose marks a report lists."""
    return [one["tool"] for one in report["coverage"]["suppressions"]]


def neutral(text: str) -> str:
    """The same text with nothing in it that a tool reads, every character in its place."""
    for mark in MARKS:
        pattern = re.compile(mark.pattern, re.IGNORECASE | re.MULTILINE | re.ASCII)
        text = pattern.sub(lambda found: re.sub(r"[a-zA-Z]", "x", found[0]), text)
    return text


@pytest.mark.parametrize(("tool", "name", "around", "mark"), MARKED)
def test_a_mark_changes_nothing_and_is_listed(
    tool: str, name: str, around: str, mark: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = around.replace("MARK", mark)
    marked = check(capsys, write_all(tmp_path / "marked", {name: text}))
    plain = check(capsys, write_all(tmp_path / "plain", {name: neutral(text)}))
    assert listed(marked.report) == [tool]
    assert listed(plain.report) == []
    assert marked.status == plain.status
    reports = marked.report, plain.report
    for report in reports:
        del report["inputs"], report["coverage"]["suppressions"]
    assert reports[0] == reports[1]
    assert SAID not in marked.out


def test_every_tool_is_tried() -> None:
    assert {tool for tool, *_ in MARKED} == {mark.tool for mark in MARKS}


@pytest.mark.parametrize(
    "line",
    [
        "# hadolint shell=/bin/bash",
        "# check=error=true",
        "# checkov found nothing",
        "# trivy: ignore this",
        "# kics-scanner ignore",
        "# nosemgrep-config",
        "nosecret: 1",
        "polaris.fairwinds.com/x-exemptionReason: y",
        "app: kube-score",
        "events:skip=1",
    ],
)
def test_what_only_looks_like_a_mark_is_none(line: str) -> None:
    assert list(suppressions([Source("a.yaml", line.encode())])) == []


def test_a_mark_has_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"Dockerfile": "# ä\nFROM debian:12\nRUN x # ö nosemgrep\nUSER 1000\n"})
    (found,) = check(capsys, tmp_path).report["coverage"]["suppressions"]
    assert found["location"] == {"path": "Dockerfile", "line": 3, "column": 11, "end_line": 3, "end_column": 20}


def test_marks_are_counted_in_the_text_and_listed_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"Dockerfile": DOCKERFILE.replace("MARK", "# check=skip=all") + "# NOSONAR\n# nosec\n"})
    said = gate(capsys, "check", "--now", NOW, tmp_path).out
    assert "3 comments of other tools change nothing here (--verbose)" in said
    assert "SonarQube" not in said
    said = gate(capsys, "check", "--now", NOW, "--verbose", tmp_path).out
    assert "Dockerfile:5:3  a comment of SonarQube" in said
    assert "Dockerfile:1:1  a comment of BuildKit checks" in said


def test_a_single_mark_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"Dockerfile": DOCKERFILE.replace("MARK", "# NOSONAR")})
    assert "1 comment of another tool changes nothing here" in gate(capsys, "check", "--now", NOW, tmp_path).out


def test_marks_of_declarations_are_listed_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declaration = "version: 1\nworkloads: []  # nosec\n"
    write_all(tmp_path, {"compose.yaml": COMPOSE, ".gate.yaml": declaration})
    assert listed(check(capsys, tmp_path).report) == ["Bandit or gosec"]


def test_a_file_full_of_marks_is_listed_up_to_a_limit() -> None:
    found = list(suppressions([Source("a.yaml", b"#nosec nosonar\n" * 5_000), Source("b.yaml", b"# NOSONAR\n")]))
    assert [one.at.path for one in found] == ["a.yaml"] * MOST + ["b.yaml"]
    assert [one.at.line for one in found[:3]] == [1, 1, 2]


def test_an_archive_is_not_searched() -> None:
    assert list(suppressions([Archive("a.tar", b"# nosec", lambda: "")])) == []


def test_bytes_that_are_no_text_do_not_matter() -> None:
    (found,) = suppressions([Source("a.yaml", b"\xff\xfe # nosec \xff")])
    assert (found.at.line, found.at.column) == (1, 4)


def test_patterns_repeat_nothing_without_bound() -> None:
    """What is bounded everywhere takes time in proportion to the text, whatever the text is."""
    for mark in MARKS:
        assert not re.search(r"(?<!\\)[*+]|\{\d*,\}", mark.pattern), mark.tool
        assert all(word == word.lower() for word in mark.words)
