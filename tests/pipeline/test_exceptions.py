"""Exceptions permit what they name, for as long as they last, and nothing is silent about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.verbs import check, rules, write

AGENT = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: agent}}
spec:
  selector: {{matchLabels: {{app: agent}}}}
  template:
    metadata: {{labels: {{app: agent}}}}
    spec:
      hostPID: true
      containers:
      - {{name: agent, image: "registry.example/agent{image}"}}
"""

GRANT = """\
- rule: {rule}
  workload: agent
  reason: reads host metrics
  owner: platform team
  created: {created}
  expires: {expires}
"""

DIGEST = "@sha256:" + "0" * 64


def declared(grants: str = "", **axes: str) -> str:
    """A declaration of the agent."""
    stated = "".join(f"  {axis}: {value}\n" for axis, value in axes.items())
    exceptions = f"exceptions:\n{grants}" if grants else ""
    workload = f"- name: agent\n  match: {{name: agent}}\n  sensitivity: internal\n{stated}"
    return f"version: 1\nworkloads:\n{workload}{exceptions}"


def granted(rule: str = "ISO004", created: str = "2026-11-01", expires: str = "2026-12-31") -> str:
    """One exception of the agent."""
    return GRANT.format(rule=rule, created=created, expires=expires)


def judged(tmp_path: Path, capsys: pytest.CaptureFixture[str], declaration: str, image: str = DIGEST) -> Any:
    """Judge the agent under a declaration."""
    write(tmp_path, agent__yaml=AGENT.format(image=image), __gate__yaml=declaration)
    return check(capsys, tmp_path)


def test_without_one_it_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = judged(tmp_path, capsys, declared())
    assert answer.subject("agent")["verdict"] == "fail"
    assert answer.status == 1


def test_one_in_force_permits_and_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = judged(tmp_path, capsys, declared(granted()))
    subject = answer.subject("agent")
    assert subject["verdict"] == "pass"
    assert subject["boundary"]["level"] == "L1"
    assert rules(subject, "excepted") == {"ISO004"}
    (line,) = answer.report["exceptions"]
    assert (line["state"], line["owner"]) == ("used", "platform team")


@pytest.mark.parametrize("expires", ["2026-11-23", "2026-11-24"])
def test_the_last_day_counts(expires: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(tmp_path, capsys, declared(granted(expires=expires))).subject("agent")["verdict"] == "pass"


@pytest.mark.parametrize(
    ("created", "expires", "state", "rule"),
    [
        ("2026-01-01", "2026-11-22", "expired", "DCL002"),
        ("2026-11-24", "2026-12-01", "not-yet", "DCL003"),
        ("2026-01-01", "2028-01-01", "refused", "DCL004"),
    ],
)
def test_one_out_of_force_permits_nothing(
    created: str, expires: str, state: str, rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = judged(tmp_path, capsys, declared(granted(created=created, expires=expires)))
    assert answer.subject("agent")["verdict"] == "fail"
    assert [line["state"] for line in answer.report["exceptions"]] == [state]
    assert [finding["rule"] for finding in answer.report["findings"]] == [rule]


def test_one_for_another_rule_permits_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = judged(tmp_path, capsys, declared(granted(rule="ISO001")))
    assert answer.subject("agent")["verdict"] == "fail"
    assert [finding["rule"] for finding in answer.report["findings"]] == ["DCL005"]


def test_one_for_another_workload_is_nobodys_business_here(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grant = granted().replace("workload: agent", "workload: elsewhere")
    answer = judged(tmp_path, capsys, declared(grant))
    assert answer.subject("agent")["verdict"] == "fail"
    assert answer.report["findings"] == []


@pytest.mark.parametrize(
    ("image", "axes", "verdict"),
    [
        (DIGEST, {}, "pass"),
        (":latest", {"code_trust": "first-party"}, "pass"),
        (":latest", {"code_trust": "third-party"}, "fail"),
    ],
)
def test_a_node_agent_is_first_party_or_pinned(
    image: str, axes: dict[str, str], verdict: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declaration = declared(granted(), role="node-agent", **axes)
    assert judged(tmp_path, capsys, declaration, image).subject("agent")["verdict"] == verdict


def test_each_exception_is_used_for_its_own_workload(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    services = "services:\n  agent: {image: x, pid: host}\n  quiet: {image: x}\n"
    write(tmp_path, compose__yaml=services, __gate__yaml=declared(granted() + granted().replace("agent", "quiet")))
    report = check(capsys, tmp_path).report
    assert [(line["workload"], line["state"]) for line in report["exceptions"]] == [
        ("agent", "used"),
        ("quiet", "unused"),
    ]
    assert report["exceptions"][0]["subjects"] == ["compose.yaml#services/agent"]
    assert [finding["rule"] for finding in report["findings"]] == ["DCL005"]


def test_a_role_alone_permits_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(tmp_path, capsys, declared(role="node-agent")).subject("agent")["verdict"] == "fail"
