"""What was said about a workload, and who may say what."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.location import whole_file
from gate.model.policy import DeclaredWorkload, Selector
from gate.model.sensitivity import AXES, CLASSES, PLACEMENTS, REGIMES, ROLES, Statement
from gate.policy.statements import counted, sensitivity, statements_allowed

AT = whole_file("deploy/pay.yaml")
ORDERS = {"class": CLASSES, **AXES}


def said(axis: str, value: str) -> Statement:
    return Statement(axis, value, AT)


def entry(*statements: Statement, placement: str = "", role: str = "") -> DeclaredWorkload:
    return DeclaredWorkload("pay", (Selector(("**",), "", "", "", ""),), statements, placement, role, AT)


@pytest.mark.parametrize("axis", list(ORDERS))
def test_the_stricter_statement_wins_whoever_makes_it(axis: str) -> None:
    mild, strict = ORDERS[axis][0], ORDERS[axis][-1]
    for declared, labelled in ((mild, strict), (strict, mild)):
        found = sensitivity([entry(said(axis, declared))], [said(axis, labelled)], "")
        assert found.axes[axis] == strict


@pytest.mark.parametrize(
    ("axis", "value"),
    [
        *(("placement", placement) for placement in PLACEMENTS),
        *(("role", role) for role in ROLES),
        ("platform", "kubernetes"),
        ("exception", "ISO004"),
        ("policy", "lax"),
        ("Role", "node-agent"),
        (" placement ", "dedicated"),
    ],
)
def test_a_label_never_states_what_permits_something(axis: str, value: str) -> None:
    found = sensitivity([], [said(axis, value)], "")
    assert (found.role, found.placement, found.declared, found.axes) == ("", "", False, {})
    accepted, (refused,) = statements_allowed([said(axis, value)])
    assert accepted == ()
    assert "only the declaration may state" in refused.reason
    assert refused.statement.at == AT


@given(
    st.lists(
        st.builds(said, st.text(max_size=12) | st.sampled_from(("role", "placement", *ORDERS)), st.text(max_size=12))
    )
)
@settings(max_examples=100, derandomize=True, deadline=None)
def test_whatever_labels_say_they_permit_nothing(statements: list[Statement]) -> None:
    found = sensitivity([entry(said("class", "internal"))], statements, "")
    assert (found.role, found.placement) == ("", "")
    assert CLASSES.index(found.cls) >= CLASSES.index("internal")


def test_labels_are_spelled_as_label_syntax_allows() -> None:
    found = sensitivity([], [said("sensitivity", "restricted"), said("code-trust", "untrusted")], "")
    assert found.axes == {"class": "restricted", "code_trust": "untrusted"}
    assert found.declared


@pytest.mark.parametrize("text", ["pci,phi", "pci phi", "phi, pci"])
def test_regimes_are_a_union(text: str) -> None:
    found = sensitivity([entry(said("regulated", "gdpr-special"))], [said("regulated", text)], "")
    assert found.regulated == ("pci", "phi", "gdpr-special")
    assert set(found.regulated) <= set(REGIMES)


@pytest.mark.parametrize(
    ("axis", "value", "reason"),
    [
        ("class", "secret", "it may be: public, internal, confidential, restricted"),
        ("code_trust", "trusted", "first-party"),
        ("colour", "red", "there is no axis `colour`"),
        ("regulated", "", "it may be: pci"),
    ],
)
def test_a_statement_that_says_nothing_is_refused_and_not_dropped(axis: str, value: str, reason: str) -> None:
    accepted, refused = statements_allowed([said(axis, value), said("exposure", "internet")])
    assert [one.axis for one in accepted] == ["exposure"]
    assert [reason in one.reason for one in refused] == [True]


def test_the_worst_company_counts_and_the_platforms_only_where_nobody_states_one() -> None:
    assert sensitivity([entry(placement="dedicated"), entry(placement="team")], [], "shared").placement == "team"
    assert sensitivity([entry()], [], "shared").placement == "shared"
    assert sensitivity([entry()], [], "").placement == ""


def test_two_permitting_roles_cancel_and_the_demanding_one_stays() -> None:
    assert sensitivity([entry(role="cni")], [], "").role == "cni"
    assert sensitivity([entry(role="cni"), entry(role="csi")], [], "").role == ""
    assert sensitivity([entry(role="cni"), entry(role="ci-builder")], [], "").role == "ci-builder"


def test_a_workload_is_declared_when_somebody_said_something() -> None:
    assert not sensitivity([], [], "dedicated").declared
    assert sensitivity([entry(said("class", "public"))], [], "").declared
    assert sensitivity([], [said("class", "public")], "").declared


@pytest.mark.parametrize("undeclared", ["warn", *CLASSES[1:]])
@pytest.mark.parametrize("cls", ["", *CLASSES])
def test_a_label_is_no_way_out_of_what_counts_for_the_undeclared(cls: str, undeclared: str) -> None:
    labels = [said("exposure", "internal"), *([said("class", cls)] if cls else ())]
    found = counted(sensitivity([], labels, ""), undeclared)
    assert found.axes["exposure"] == "internal"
    if undeclared == "warn":
        assert found.cls == cls
    else:
        assert CLASSES.index(found.cls) == max(CLASSES.index(undeclared), CLASSES.index(cls or "public"))
    nobody = sensitivity([], [], "")
    assert counted(nobody, undeclared) == nobody
