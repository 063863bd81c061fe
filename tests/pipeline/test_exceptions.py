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


MOUNTS = """\
apiVersion: v1
kind: Pod
metadata: {name: agent}
spec:
  containers:
  - name: agent
    image: registry.example/agent:1
    volumeMounts:
    - {name: one, mountPath: /one}
    - {name: two, mountPath: /two}
    - {name: three, mountPath: /three}
  volumes:
  - {name: one, hostPath: {path: /srv/one}}
  - {name: two, hostPath: {path: /srv/two}}
  - {name: three, hostPath: {path: /srv/three}}
"""


def marked(capsys: pytest.CaptureFixture[str], folder: Path, pod: str, *paths: str) -> Any:
    """Judge a pod with an exception for the first finding about each of some mounts."""
    write(folder, agent__yaml=pod, __gate__yaml=declared())
    found = check(capsys, folder).subject("agent")["findings"]
    marks = [
        next(one["fingerprint"] for one in found if one["rule"] == "ISO011" and f"{path} " in one["message"])
        for path in paths
    ]
    grants = "".join(f"{granted('ISO011')}  fingerprint: '{mark}'\n" for mark in marks)
    write(folder, __gate__yaml=declared(grants))
    return check(capsys, folder)


@pytest.mark.parametrize(
    "permitted", [(), ("/srv/two",), ("/srv/one", "/srv/three"), ("/srv/three", "/srv/two", "/srv/one")]
)
def test_a_fingerprint_takes_one_mount_out_of_the_level(
    permitted: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = marked(capsys, tmp_path, MOUNTS, *permitted)
    subject = answer.subject("agent")
    findings = [one for one in subject["findings"] if one["rule"] == "ISO011"]
    assert sum(one["outcome"] == "excepted" for one in findings) == len(permitted)
    assert [one["blocks"] for one in findings if one["outcome"] == "failed"] == [True] * (3 - len(permitted))
    assert subject["verdict"] == ("pass" if len(permitted) == 3 else "fail")
    assert subject["boundary"]["level"] == "L1"
    assert answer.report["findings"] == []


def test_a_fingerprint_permits_the_first_of_two_that_say_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = MOUNTS.replace("/srv/two", "/srv/one").replace("/srv/three", "/srv/one")
    subject = marked(capsys, tmp_path, twice, "/srv/one").subject("agent")
    findings = [one for one in subject["findings"] if one["rule"] == "ISO011"]
    assert len({one["fingerprint"] for one in findings}) == 1
    assert sorted((one["location"]["line"], one["outcome"]) for one in findings) == [
        (13, "excepted"),
        (14, "failed"),
        (15, "failed"),
    ]


def test_a_demand_beside_the_level_is_excepted_by_its_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hardened = (
        "services:\n  agent:\n    image: x\n    user: '1000'\n    cap_drop: [ALL]\n    read_only: true\n"
        "    security_opt: ['no-new-privileges:true', 'seccomp=profile.json']\n"
    )
    write(
        tmp_path, compose__yaml=hardened, profile__json="{}", __gate__yaml=declared(availability="high", tenancy="soft")
    )
    before = check(capsys, tmp_path).subject("agent")
    assert any("a memory limit" in reason["text"] for reason in before["reasons"])
    write(tmp_path, __gate__yaml=declared(granted("ISO042"), availability="high", tenancy="soft"))
    after = check(capsys, tmp_path).subject("agent")
    assert [one["text"] for one in after["reasons"]] == [
        one["text"] for one in before["reasons"] if "a memory limit" not in one["text"]
    ]


@pytest.mark.parametrize(("image", "verdict"), [(DIGEST, "pass"), (":latest", "fail")])
def test_a_weak_boundary_that_is_excepted_keeps_its_conditions(
    image: str, verdict: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What permits a node agent its level asks for an image by digest, whichever way the level is excepted."""
    declaration = declared(granted("ISO048"), role="node-agent")
    assert judged(tmp_path, capsys, declaration, image).subject("agent")["verdict"] == verdict


@pytest.mark.parametrize(("count", "found"), [(20, []), (21, ["DCL010"])])
def test_a_name_of_many_is_in_force_and_named(
    count: int, found: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    services = "".join(f"  agent{number}: {{image: x, pid: host}}\n" for number in range(count))
    workload = "- {name: agent, paths: [compose.yaml], sensitivity: internal}\n"
    declaration = f"version: 1\nworkloads:\n{workload}exceptions:\n{granted()}"
    write(tmp_path, compose__yaml=f"services:\n{services}", __gate__yaml=declaration)
    answer = check(capsys, tmp_path)
    assert {subject["verdict"] for subject in answer.report["subjects"]} == {"pass"}
    assert [finding["rule"] for finding in answer.report["findings"]] == found
