"""Windows has none of the filters of Linux: nothing asks for them, nothing counts as hardened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.verbs import check, rules, write

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

#: Rules that ask for what only Linux has.
LINUX = {"ISO025", "ISO028", "ISO029", "ISO031", "ISO041"}

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  os: {name: windows}
  securityContext: {runAsNonRoot: true, windowsOptions: {runAsUserName: ContainerUser}}
  containers: [{name: web, image: "registry.example/web:1.4.2"}]
"""

DECLARED = """\
version: 1
workloads:
- {name: web, match: {kind: Pod}, sensitivity: internal, exposure: internet}
"""


def test_what_only_linux_has_is_not_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, pod__yaml=POD)
    found = check(capsys, tmp_path).subject("Pod/web")
    assert found["boundary"]["level"] == "L2"
    assert not (rules(found) | rules(found, "undecided")) & LINUX


def test_what_reaches_the_hardened_level_is_a_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The API server refuses capabilities and profiles in a pod for Windows."""
    write(tmp_path, pod__yaml=POD, **{".gate.yaml": DECLARED})
    found = check(capsys, tmp_path).subject("Pod/web")
    assert (found["required"]["level"], found["verdict"]) == ("L5", "fail")
    assert [one["reaches"] for one in found["suggestions"]] == ["L5"]


def test_an_ephemeral_container_needs_no_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The API gives it no resources of its own."""
    write(
        tmp_path,
        pod__yaml="""\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [{name: web, image: web, resources: {limits: {memory: 1Gi}}}]
  ephemeralContainers: [{name: shell, image: shell}]
""",
    )
    assert "ISO042" not in rules(check(capsys, tmp_path).subject("Pod/web"))
