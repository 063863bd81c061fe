"""A label only demands: nothing that is judged with it is milder than without it, whatever the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.location import whole_file
from gate.model.policy import DeclaredWorkload, Selector
from gate.model.sensitivity import AXES, CLASSES, REGIMES, Statement
from gate.pipeline.exceptions import bounding
from gate.policy.statements import sensitivity
from gate.requirement import requirement
from gate.verdict import blocks_when_undecided, thresholds
from tests.histories import committed
from tests.policy.generated import PLATFORMS, policies
from tests.verbs import check, write_all

if TYPE_CHECKING:
    from pathlib import Path

    from gate.model.policy import Policy
    from gate.model.sensitivity import Sensitivity

AT = whole_file("compose.yaml")
LEVELS = "{id: X, when: {exposure: internal}, level: L4, text: Ours., source: us}"
PACK = "version: 1\nname: ours\nextends: standard\n"

STATEMENTS = st.lists(
    st.sampled_from([(axis, value) for axis, words in {"class": CLASSES, **AXES}.items() for value in words])
    | st.sampled_from([("regulated", regime) for regime in REGIMES]),
    max_size=4,
).map(lambda said: tuple(Statement(axis, value, AT) for axis, value in said))


def entry(cls: str, said: tuple[Statement, ...] = (), role: str = "") -> DeclaredWorkload:
    statements = (Statement("class", cls, AT), *said)
    return DeclaredWorkload("pay", (Selector(("**",), "", "", "", ""),), statements, "", role, AT)


def milder(policy: Policy, one: Sensitivity, other: Sensitivity, os: str, platform: str) -> list[str]:
    """Say in what the one is asked for less than the other."""
    after, before = (requirement(policy, said, os=os, platform=platform) for said in (one, other))
    found = [name for name, less in (("lo", after.lo < before.lo), ("hi", after.hi < before.hi)) if less]
    if after.allows is not None and (before.allows is None or after.allows < before.allows):
        found.append("allows")
    if not {*before.needs} <= {*after.needs}:
        found.append("needs")
    held, was = thresholds(policy, one), thresholds(policy, other)
    for dimension, least in was.items():
        if held[dimension].minimum < least.minimum or (held[dimension].undecided, least.undecided) == ("warn", "fail"):
            found.append(dimension)
    if blocks_when_undecided(other, policy) and not blocks_when_undecided(one, policy):
        found.append("undecided")
    return found


@settings(max_examples=40, derandomize=True, deadline=None)
@given(
    policies(),
    st.lists(
        st.builds(entry, st.sampled_from(CLASSES), STATEMENTS, st.sampled_from(("", "node-agent", "ci-builder"))),
        max_size=1,
    ),
    STATEMENTS,
    STATEMENTS,
    st.sampled_from(("linux", "windows", "")),
    st.sampled_from(PLATFORMS),
)
def test_under_no_policy_does_a_label_take_anything_off(
    policy: Policy,
    entries: list[DeclaredWorkload],
    former: tuple[Statement, ...],
    labels: tuple[Statement, ...],
    os: str,
    platform: str,
) -> None:
    without = sensitivity(entries, (), "")
    labelled = sensitivity(entries, former, "")
    changed = sensitivity(entries, labels, "", former)
    assert milder(policy, labelled, without, os, platform) == []
    assert milder(policy, changed, without, os, platform) == []
    assert milder(policy, changed, labelled, os, platform) == []
    classes = (bounding(tuple(entries), said) for said in (without, labelled, changed))
    bounds = [policy.longest_exception[name] for name in classes]
    assert bounds == sorted(bounds, reverse=True)


def judged(
    capsys: pytest.CaptureFixture[str], folder: Path, service: str, declaration: str, pack: str, *arguments: str
) -> Any:
    files = {
        "compose.yaml": f"services:\n  pay: {{image: 'registry.example/pay:1', mem_limit: 1g{service}}}\n",
        ".gate.yaml": f"version: 1\npolicy: ours.yaml\n{declaration}",
        "ours.yaml": pack,
    }
    return check(capsys, write_all(folder, files), *arguments)


AGENT = "workloads:\n- {name: pay, match: {name: pay}, sensitivity: internal, role: node-agent}\n"
WAIVER = "exceptions:\n- {rule: ISO004, workload: pay, reason: metrics, owner: us, created: 2026-11-01, expires: "

NOT_PINNED = "pay needs the code is first-party, or every image is named by digest"


def test_a_class_in_a_manifest_is_no_way_to_lower_thresholds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raised = "{isolation_fitness: {minimum: 100, undecided: warn}}"
    standard = f"{PACK}thresholds: {{internal: {raised}, confidential: {raised}, restricted: {raised}}}\n"
    without = judged(capsys, tmp_path, "", "", standard)
    labelled = judged(capsys, tmp_path, ", x-gate: {sensitivity: public}", "", standard)
    assert (without.report["verdict"], labelled.report["verdict"]) == ("warn", "fail")
    assert labelled.subject("pay")["scores"]["isolation_fitness"]["threshold"] == 100


def test_an_axis_in_a_manifest_takes_no_demand_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared = "workloads:\n- {name: pay, match: {name: pay}, sensitivity: internal, exposure: internal}\n"
    pack = f"{PACK}requirements: [{LEVELS}]\n"
    for service in ("", ", x-gate: {exposure: internet}"):
        assert judged(capsys, tmp_path, service, declared, pack).subject("pay")["required"]["level"] == "L4"


def test_a_manifest_does_not_vouch_for_its_own_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared = f"{AGENT}{WAIVER}2027-01-15}}\n"
    first_party = ", pid: host, x-gate: {code_trust: first-party}"
    for service in (", pid: host", first_party):
        reasons = judged(capsys, tmp_path, service, declared, PACK).subject("pay")["reasons"]
        assert [reason["text"] for reason in reasons if NOT_PINNED in reason["text"]]
    vouched = declared.replace("role: node-agent", "role: node-agent, code_trust: first-party")
    reasons = judged(capsys, tmp_path, first_party, vouched, PACK).subject("pay")["reasons"]
    assert not [reason for reason in reasons if NOT_PINNED in reason["text"]]


def test_a_label_that_a_change_replaces_still_demands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The new one would turn a demand off that the old one turned on."""
    pack = f"{PACK}requirements: [{LEVELS}]\n"
    assert judged(capsys, tmp_path, ", x-gate: {exposure: internal}", "", pack).status == 1
    committed(tmp_path)
    changed = judged(capsys, tmp_path, ", x-gate: {exposure: internet}", "", pack, "--trusted-ref", "HEAD")
    assert changed.subject("pay")["required"]["level"] == "L4"


def test_a_label_does_not_decide_where_what_a_policy_requires_is_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A network policy of another file, which only pods of some sensitivity are worth looking for."""
    files = {
        ".gate.yaml": "version: 1\npolicy: ours.yaml\n",
        "ours.yaml": f"{PACK}require: [ISO071]\n",
        "network.yaml": "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: all}\n"
        "spec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n",
    }
    outcomes = []
    for label in ("", ", annotations: {boundary-gate.io/sensitivity: internal}"):
        pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: pay{label}}}\n"
        files["pod.yaml"] = f"{pod}spec: {{containers: [{{name: a, image: 'registry.example/pay:1'}}]}}\n"
        answer = check(capsys, write_all(tmp_path, files) / "pod.yaml")
        outcomes.append([one["outcome"] for one in answer.subject("pay")["findings"] if one["rule"] == "ISO071"])
    assert outcomes[0] == outcomes[1]


def test_what_holds_without_labels_is_kept_only_where_there_are_labels() -> None:
    declared = sensitivity([entry("internal")], (), "")
    assert declared.unlabelled == ()
    said = sensitivity([entry("internal")], (Statement("class", "public", AT),), "")
    assert (said.cls, said.unlabelled) == ("internal", (declared,))
