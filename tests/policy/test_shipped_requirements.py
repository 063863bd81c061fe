"""Every requirement of the shipped packs: when it applies, when not, and when that is not known."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from gate.model.sensitivity import AXES, CLASSES, REGIMES, Sensitivity
from gate.policy.shipped import shipped_policy
from gate.requirement import SETTLE_OS, SETTLE_PLACEMENT, requirement

if TYPE_CHECKING:
    from gate.model.report import Requirement

STANDARD = shipped_policy()


def declared(*, regulated: tuple[str, ...] = (), placement: str = "shared", role: str = "", **axes: str) -> Sensitivity:
    """Declare a workload; `cls` is its class."""
    return stating(axes, regulated=regulated, placement=placement, role=role)


def stating(axes: dict[str, str], placement: str, *, regulated: tuple[str, ...] = (), role: str = "") -> Sensitivity:
    """Declare a workload by its axes."""
    stated = {"class" if axis == "cls" else axis: value for axis, value in axes.items()}
    return Sensitivity(stated, regulated, placement, role, True, ())


def needs(sensitivity: Sensitivity, *, os: str = "linux", pack: str = "standard") -> Requirement:
    """Ask what a pack requires."""
    return requirement(shipped_policy(pack), sensitivity, os=os, platform="kubernetes")


def applies(rule: str, sensitivity: Sensitivity, os: str = "linux") -> str:
    """Tell whether a rule of `standard` applies: yes, no or unknown."""
    found = [because.certain for because in needs(sensitivity, os=os).because if because.rule == rule]
    return "no" if not found else "yes" if found == [True] else "unknown"


FIRED: list[tuple[str, Sensitivity]] = [
    ("R1", declared()),
    ("R2", declared(exposure="internet")),
    ("R3", declared(confidentiality="moderate")),
    ("R3", declared(integrity="moderate")),
    ("R3", declared(availability="high")),
    ("R3", declared(cls="confidential")),
    ("R4", declared(code_trust="third-party", exposure="internet")),
    ("R4", declared(code_trust="third-party", integrity="moderate")),
    ("R4", declared(code_trust="third-party", cls="confidential")),
    ("R5", declared(code_trust="untrusted")),
    ("R6", declared(code_trust="hostile")),
    ("R7", declared(tenancy="soft")),
    ("R7", declared(tenancy="soft", code_trust="third-party")),
    ("R8", declared(tenancy="hard")),
    ("R10", declared(confidentiality="high")),
    ("R10", declared(integrity="high")),
    ("R10", declared(cls="restricted")),
    ("R11", declared(regulated=("pci",))),
    ("R12", declared(availability="high")),
    ("R12", declared(cls="restricted")),
    ("R12", declared(regulated=("fedramp-high",))),
    ("R13", declared(label="secret")),
    ("R13", declared(label="top-secret", placement="team")),
    ("R14", declared(label="secret", placement="tenant")),
    ("R14", declared(label="top-secret", placement="dedicated")),
    ("R15", declared(host_trust="untrusted-operator")),
    ("R16", declared(availability="high", tenancy="soft")),
    ("R16", declared(availability="high", tenancy="hard")),
    ("R17", declared(role="ci-builder", code_trust="untrusted")),
    ("R17", declared(role="ci-builder", code_trust="hostile")),
    ("R18", declared(role="node-agent")),
    ("R18", declared(role="cni", code_trust="third-party")),
    ("R18", declared(role="csi", exposure="internal")),
    ("R18", declared(role="device-plugin", code_trust="first-party")),
    ("R19", declared(code_trust="untrusted", tenancy="hard")),
    ("R20", declared(code_trust="hostile", tenancy="hard")),
    *(("R3", declared(regulated=(regime,))) for regime in REGIMES),
]

NOT_FIRED: list[tuple[str, Sensitivity]] = [
    ("R2", declared(exposure="internal")),
    ("R2", declared()),
    ("R3", declared(cls="internal", confidentiality="low", integrity="low", availability="low")),
    ("R4", declared(code_trust="third-party", exposure="internal", cls="internal")),
    ("R4", declared(code_trust="first-party", exposure="internet")),
    ("R5", declared(code_trust="third-party")),
    ("R6", declared(code_trust="untrusted")),
    ("R7", declared(tenancy="single-team")),
    ("R7", declared(tenancy="soft", code_trust="untrusted")),
    ("R8", declared(tenancy="soft")),
    ("R9", declared(tenancy="hard")),
    ("R9", declared(code_trust="untrusted")),
    ("R10", declared(confidentiality="moderate", integrity="moderate")),
    ("R11", declared(regulated=("phi",))),
    ("R12", declared(cls="confidential", regulated=("fedramp-moderate",))),
    ("R13", declared(label="secret", placement="tenant")),
    ("R13", declared(label="unclassified")),
    ("R14", declared(label="unclassified")),
    ("R15", declared(host_trust="trusted")),
    ("R16", declared(availability="high", tenancy="single-team")),
    ("R16", declared(availability="moderate", tenancy="hard")),
    ("R17", declared(role="ci-builder", code_trust="third-party")),
    ("R17", declared(code_trust="untrusted")),
    ("R18", declared(role="node-agent", exposure="internet")),
    ("R18", declared(role="csi", code_trust="untrusted")),
    ("R18", declared(role="ci-builder")),
    ("R19", declared(code_trust="untrusted", tenancy="soft")),
    ("R20", declared(code_trust="hostile", tenancy="soft")),
]


@pytest.mark.parametrize(("rule", "sensitivity"), FIRED)
def test_applies(rule: str, sensitivity: Sensitivity) -> None:
    assert applies(rule, sensitivity) == "yes"


@pytest.mark.parametrize(("rule", "sensitivity"), NOT_FIRED)
def test_does_not_apply(rule: str, sensitivity: Sensitivity) -> None:
    assert applies(rule, sensitivity) == "no"


@pytest.mark.parametrize("sensitivity", [declared(tenancy="hard"), declared(code_trust="untrusted")])
def test_windows_needs_a_hypervisor_and_an_unknown_system_may_be_windows(sensitivity: Sensitivity) -> None:
    assert applies("R9", sensitivity, "windows") == "yes"
    assert applies("R9", sensitivity, "") == "unknown"
    assert applies("R9", declared(tenancy="soft"), "") == "no"
    assert needs(sensitivity, os="windows").hi == 5


def test_the_unknown_system_is_what_settles() -> None:
    open_requirement = needs(declared(code_trust="untrusted", placement=""), os="")
    assert (open_requirement.lo, open_requirement.hi) == (4, 5)
    assert open_requirement.settle == SETTLE_OS


def test_classified_data_with_unknown_neighbours() -> None:
    sensitivity = declared(label="secret", placement="")
    assert applies("R13", sensitivity) == "unknown"
    assert applies("R14", sensitivity) == "yes"
    found = needs(sensitivity)
    assert (found.lo, found.hi, found.settle) == (5, 7, SETTLE_PLACEMENT)


def test_every_rule_has_a_case() -> None:
    names = [f"R{number}" for number in range(1, 21)]
    assert [rule.id for rule in STANDARD.requirements] == names
    assert {rule for rule, _ in FIRED} | {"R9"} == set(names)
    assert {rule for rule, _ in NOT_FIRED} | {"R1"} == set(names)


@pytest.mark.parametrize(
    ("sensitivity", "level"),
    [
        (declared(), 2),
        (declared(exposure="internet"), 3),
        (declared(cls="confidential"), 3),
        (declared(code_trust="untrusted"), 4),
        (declared(code_trust="hostile"), 6),
        (declared(tenancy="soft"), 3),
        (declared(tenancy="hard"), 4),
        (declared(cls="restricted"), 5),
        (declared(regulated=("pci",)), 5),
        (declared(regulated=("phi",)), 3),
        (declared(label="secret"), 7),
        (declared(label="secret", placement="tenant"), 5),
        (declared(host_trust="untrusted-operator"), 5),
        (declared(code_trust="untrusted", tenancy="hard"), 5),
        (declared(code_trust="hostile", tenancy="hard"), 7),
        (declared(role="ci-builder", code_trust="untrusted"), 4),
    ],
)
def test_the_highest_that_applies_counts(sensitivity: Sensitivity, level: int) -> None:
    found = needs(sensitivity)
    assert (found.lo, found.hi, found.settle) == (level, level, "")


@pytest.mark.parametrize("placement", ["tenant", "team", "shared"])
@pytest.mark.parametrize("sensitivity", [{"cls": "restricted"}, {"confidentiality": "high"}, {"availability": "high"}])
def test_only_a_dedicated_placement_is_an_alternative(sensitivity: dict[str, str], placement: str) -> None:
    assert needs(stating(sensitivity, placement)).lo == 5
    assert needs(stating(sensitivity, "dedicated")).hi == 3


@pytest.mark.parametrize("sensitivity", [{"cls": "restricted"}, {"tenancy": "hard"}])
def test_a_placement_that_nobody_declared_leaves_the_requirement_open(sensitivity: dict[str, str]) -> None:
    found = needs(stating(sensitivity, ""))
    assert found.lo == 3 < found.hi
    assert found.settle == SETTLE_PLACEMENT
    assert found.dedicated == 3


def test_the_dedicated_alternative_belongs_to_four_rules() -> None:
    for pack in ("standard", "strict"):
        dedicated = {
            rule.id: rule.dedicated_level for rule in shipped_policy(pack).requirements if rule.dedicated_level
        }
        assert dedicated == {"R8": "L3", "R10": "L3", "R11": "L3", "R12": "L3"}


@pytest.mark.parametrize("axis", ["tenancy", "code_trust", "label", "host_trust"])
def test_a_dedicated_placement_buys_nothing_elsewhere(axis: str) -> None:
    value = {"tenancy": "soft", "code_trust": "untrusted", "label": "secret", "host_trust": "untrusted-operator"}[axis]
    floor = {"tenancy": 3, "code_trust": 4, "label": 5, "host_trust": 5}[axis]
    assert needs(stating({axis: value}, "dedicated")).lo == floor


def test_further_needs() -> None:
    assert needs(declared(host_trust="untrusted-operator")).needs == ("cc",)
    assert needs(declared(availability="high", tenancy="soft")).needs == ("limits",)
    assert needs(declared(role="ci-builder", code_trust="untrusted")).needs == ("no-build-entitlements",)
    assert needs(declared(tenancy="hard")).needs == ()


def test_a_node_agent_may_have_the_host_with_a_waiver() -> None:
    found = needs(declared(role="node-agent"))
    assert found.allows == 0
    assert set(found.needs) == {"waiver", "pinned", "own-namespace"}
    assert needs(declared()).allows is None
    assert needs(declared(role="node-agent", exposure="internet")).allows is None


def test_an_undeclared_workload_needs_what_every_workload_needs_and_strict_counts_it_as_restricted() -> None:
    nobody = Sensitivity({}, (), "", "", False, ())
    assert STANDARD.undeclared == "warn"
    assert (needs(nobody, os="").lo, needs(nobody, os="").hi) == (2, 2)
    assert (needs(nobody, pack="strict").lo, needs(nobody, pack="strict").hi) == (3, 5)


def test_strict_puts_a_hypervisor_between_tenants() -> None:
    assert needs(declared(tenancy="hard"), pack="strict").lo == 5


def test_thresholds() -> None:
    """The figures of the scoring model: 60, 60, 75 and 85; undecided fails from confidential on."""
    expected = {
        "public": (60, "warn"),
        "internal": (60, "warn"),
        "confidential": (75, "fail"),
        "restricted": (85, "fail"),
    }
    for name, dimensions in STANDARD.thresholds.items():
        assert {(found.minimum, found.undecided) for found in dimensions.values()} == {expected[name]}
        assert set(dimensions) == {"image_age", "package_freshness", "isolation_fitness"}


def test_classes_map_to_impacts() -> None:
    assert STANDARD.classes == {"public": "low", "internal": "low", "confidential": "moderate", "restricted": "high"}


def test_every_requirement_names_its_source_and_says_where_it_is_our_judgement() -> None:
    for rule in STANDARD.requirements:
        assert rule.text.endswith(".")
        assert len(rule.source) > 10 or rule.source == "our judgement"
    ours = {rule.id for rule in STANDARD.requirements if "our judgement" in rule.source}
    assert ours == {f"R{number}" for number in (2, 3, 4, 6, 8, 10, 11, 12, 14, 16, 17, 18, 19, 20)}


@pytest.mark.parametrize("pack", ["standard", "strict"])
@pytest.mark.parametrize("os", ["linux", "windows", ""])
@pytest.mark.parametrize("placement", ["", "dedicated", "tenant", "team", "shared"])
def test_no_statement_that_is_more_demanding_asks_for_less(pack: str, os: str, placement: str) -> None:
    """Pairs of axes, each value beside the next: a workload cannot get away by calling itself worse."""
    orders = {"class": CLASSES, **AXES}
    for axis, values in orders.items():
        for other, other_values in orders.items():
            for beside in other_values if other != axis else ("",):
                common = {other: beside} if beside else {}
                levels = [
                    needs(Sensitivity({**common, axis: value}, (), placement, "", True, ()), os=os, pack=pack)
                    for value in values
                ]
                for lower, higher in pairwise(levels):
                    assert lower.lo <= higher.lo
                    assert lower.hi <= higher.hi
