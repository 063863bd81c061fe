"""The ids of other people's benchmarks: each of the right shape, none invented, none too many for GitHub."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gate.pipeline.pages import explained
from gate.rules.registry import RULES, load

POLICIES = {
    line
    for line in (Path(__file__).parent / "stackrox_policies.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
}
NUMBERED = r"[1-9]\d?(\.[1-9]\d?){1,3}"

#: The shape of an id, and the editions that are cited, by benchmark.
SHAPES = {
    "CIS Docker": (NUMBERED, {"1.6.0"}),
    "CIS Kubernetes": (NUMBERED, {"1.12"}),
    "CIS GKE": (NUMBERED, {"1.9.0"}),
    "CIS Google Kubernetes Engine": (NUMBERED, {"1.9.0"}),
    "Pod Security Standards": (r"[a-z][A-Za-z]+(_baseline|_restricted)?", {"baseline", "restricted"}),
    "NSA/CISA Kubernetes Hardening Guide": (
        "Kubernetes Pod security|Network separation and hardening",
        {"1.2"},
    ),
    "MITRE ATT&CK": (r"T1\d{3}(\.\d{3})?", {"Containers", "Enterprise"}),
    "StackRox": ("|".join(re.escape(name) for name in POLICIES), {"2026-08-22"}),
    "DISA STIG": (r"VCFV-9X-\d{6}", {"VCF 9.x"}),
    "NIST SP 800-53": (r"[A-Z]{2}-[1-9]\d?", {"5"}),
    "NIST SP 800-131A": (r"\d+", {"2"}),
    "NIST SP 800-190": (NUMBERED, {"2017", "1.0"}),
    "PCI DSS": (NUMBERED, {"4.0.1"}),
}


@pytest.mark.parametrize("rule_id", RULES)
def test_every_control_has_the_shape_of_its_benchmark(rule_id: str) -> None:
    for control in load(rule_id).controls:
        shape, editions = SHAPES[control.benchmark]
        assert re.fullmatch(shape, control.id), control
        assert control.edition in editions, control


@pytest.mark.parametrize("rule_id", RULES)
def test_no_control_is_said_twice_and_github_shows_them_all(rule_id: str) -> None:
    """GitHub takes 20 tags of a rule; one of them is `security`."""
    controls = load(rule_id).controls
    assert len(set(controls)) == len(controls) <= 19


def test_a_rule_is_explained_with_its_controls() -> None:
    assert "- StackRox 2026-08-22: Mount Container Runtime Socket\n" in explained("ISO009")
    assert "## Controls" not in explained("DCL001")


def test_the_list_of_policies_names_its_source_and_licence() -> None:
    head = (Path(__file__).parent / "stackrox_policies.txt").read_text(encoding="utf-8").splitlines()[:2]
    assert re.search(r"stackrox/stackrox.* at [0-9a-f]{40} .*Apache-2\.0", " ".join(head))
