"""OpenShift fills in what a pod leaves out, as the constraints have it that it may use, pins, or is declared under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.verbs import check, rules, write_all

if TYPE_CHECKING:
    from pathlib import Path

#: What an empty security context lacks on plain Kubernetes; root is up to the image there.
LACKS = {"ISO025", "ISO029", "ISO031"}

V2 = "version: 1\nplatform: {openshift: {version: '4.18'}}\n"


def deployment(container: str = "", annotations: str = "", kind: str = "Deployment", version: str = "apps/v1") -> str:
    pod = f"metadata: {{annotations: {{{annotations}}}}}, " if annotations else ""
    return (
        f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: web, namespace: shop}}\nspec:\n"
        f"  template: {{{pod}spec: {{serviceAccountName: web, containers: [{{name: c, image: i{container}}}]}}}}\n"
    )


def judged(folder: Path, capsys: pytest.CaptureFixture[str], text: str, gate: str = "version: 1\n", **more: str) -> Any:
    write_all(folder, {"web.yaml": text, ".gate.yaml": gate, ".git/HEAD": "", **more})
    (subject,) = check(capsys, folder / "web.yaml").report["subjects"]
    return subject


def binding(role: str = "system:openshift:scc:anyuid", subject: str = "", kind: str = "RoleBinding") -> str:
    subject = subject or "{kind: ServiceAccount, name: web, namespace: shop}"
    return (
        f"apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: b, namespace: shop}}\n"
        f"roleRef: {{kind: ClusterRole, name: {role}}}\nsubjects: [{subject}]\n"
    )


def custom(name: str = "ours", more: str = "") -> str:
    return (
        f"apiVersion: security.openshift.io/v1\nkind: SecurityContextConstraints\nmetadata: {{name: {name}}}\n"
        "priority: 20\nrunAsUser: {type: RunAsAny}\nseLinuxContext: {type: MustRunAs}\n"
        f"users: ['system:serviceaccount:shop:web']\nvolumes: [configMap, projected, emptyDir]\n{more}"
    )


def test_what_every_user_gets_makes_an_empty_security_context_a_hardened_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subject = judged(tmp_path, capsys, deployment(), V2)
    assert rules(subject) & {*LACKS, "ISO027"} == set()
    assert rules(subject, "undecided") & {*LACKS, "ISO027"} == set()
    assert subject["boundary"]["worst"] == "L3"


def test_on_plain_kubernetes_it_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rules(judged(tmp_path, capsys, deployment())) >= LACKS


@pytest.mark.parametrize(
    ("gate", "failed"),
    [
        ("{version: '4.10'}", {"ISO025", "ISO029", "ISO031"}),
        ("{version: 'v4.18.0-rc.1'}", set()),
        ("{version: '5'}", set()),
        ("{scc: restricted-v2}", set()),
        ("{scc: restricted}", {"ISO025", "ISO029", "ISO031"}),
        ("{scc: anyuid}", {"ISO025", "ISO029", "ISO031"}),
        ("{scc: nonroot-v2, version: '4.18'}", set()),
    ],
)
def test_what_the_declaration_says_is_in_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], gate: str, failed: set[str]
) -> None:
    subject = judged(tmp_path, capsys, deployment(), f"version: 1\nplatform: {{openshift: {gate}}}\n")
    assert rules(subject) & LACKS == failed


@pytest.mark.parametrize(
    ("grant", "loosened"),
    [
        (binding(), True),
        (binding(kind="ClusterRoleBinding"), True),
        (binding(subject="{kind: Group, name: 'system:serviceaccounts:shop'}"), True),
        (binding(subject="{kind: User, name: 'system:serviceaccount:shop:web'}"), True),
        (binding(subject="{kind: ServiceAccount, name: other, namespace: shop}"), False),
        (binding(subject="{kind: ServiceAccount, name: web, namespace: other}"), False),
        (binding("view"), False),
        (binding().replace("namespace: shop}\nroleRef", "namespace: other}\nroleRef"), False),
        (
            binding("ours")
            + "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: ours}\nrules:\n"
            "- {apiGroups: [security.openshift.io], resources: [securitycontextconstraints], "
            "verbs: [use], resourceNames: [anyuid]}\n",
            True,
        ),
        (custom(more="allowPrivilegeEscalation: true\n"), True),
    ],
)
def test_what_is_granted_to_the_service_account_anywhere_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], grant: str, loosened: bool
) -> None:
    subject = judged(tmp_path, capsys, deployment(), V2, **{"cluster/rights.yaml": grant})
    assert ("ISO029" in rules(subject)) is loosened


def test_what_constraints_of_ones_own_fill_in_has_their_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = "defaultAddCapabilities: [SYS_ADMIN]\nallowedCapabilities: ['*']\n"
    subject = judged(tmp_path, capsys, deployment(), V2, **{"cluster/own.yaml": custom(more=more)})
    (finding,) = (one for one in subject["findings"] if one["rule"] == "ISO019")
    assert finding["outcome"] == "failed"
    assert finding["location"]["path"] == "cluster/own.yaml"


@pytest.mark.parametrize("gate", ["version: 1\n", V2])
def test_a_pod_that_requires_constraints_gets_no_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], gate: str
) -> None:
    text = deployment(annotations="openshift.io/required-scc: restricted-v2")
    assert rules(judged(tmp_path, capsys, text, gate, **{"b.yaml": binding()})) & LACKS == set()


def test_what_only_openshift_reads_counts_nowhere_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = deployment(annotations="openshift.io/required-scc: restricted-v2")
    gate = "version: 1\nplatform: {gke: {mode: standard}}\n"
    assert rules(judged(tmp_path, capsys, text, gate)) >= LACKS


@pytest.mark.parametrize(
    ("text", "gate", "reason"),
    [
        (deployment(annotations="openshift.io/required-scc: mine"), V2, "there are no constraints mine in sight"),
        (deployment(), "version: 1\nplatform: {openshift: {scc: mine}}\n", "no constraints mine in sight"),
        (
            deployment(annotations="openshift.io/required-scc: '{{ scc }}'"),
            V2,
            "which constraints it requires cannot be known",
        ),
        (
            deployment(version="apps.openshift.io/v1", kind="DeploymentConfig"),
            "version: 1\n",
            "restricted-v2 or restricted may admit it; `platform: openshift: scc:`",
        ),
    ],
)
def test_what_cannot_be_settled_is_undecided_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, gate: str, reason: str
) -> None:
    (finding,) = (one for one in judged(tmp_path, capsys, text, gate)["findings"] if one["rule"] == "ISO029")
    assert finding["outcome"] == "undecided"
    assert reason in finding["message"]


def test_constraints_of_which_none_takes_the_filter_away_leave_the_pod_no_weaker_than_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subject = judged(tmp_path, capsys, deployment(version="apps.openshift.io/v1", kind="DeploymentConfig"))
    assert (subject["boundary"]["worst"], subject["boundary"]["best"]) == ("L2", "L3")
    assert subject["verdict"] == "pass"
    assert "ISO030" not in rules(subject, "undecided")
    assert "ISO031" in rules(subject, "undecided")


def test_constraints_that_may_take_the_filter_away_leave_it_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = {"a.yaml": custom(more="seccompProfiles: [unconfined]\n")}
    text = deployment(version="apps.openshift.io/v1", kind="DeploymentConfig").replace(", namespace: shop", "")
    subject = judged(tmp_path, capsys, text, **more)
    assert subject["boundary"]["worst"] == "L1"
    assert "ISO030" in rules(subject, "undecided")


def test_whoever_creates_a_pod_by_hand_may_use_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n"
    (finding,) = (one for one in judged(tmp_path, capsys, text, V2)["findings"] if one["rule"] == "ISO029")
    assert finding["outcome"] == "undecided"
    assert finding["message"].partition(" cannot be decided: ")[2].startswith("anyuid or restricted-v2 may admit it; ")


def test_constraints_of_which_there_are_two_are_not_taken_for_either(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = deployment(annotations="openshift.io/required-scc: ours")
    more = "allowPrivilegeEscalation: false\n"
    for other, outcome in ((custom(more=more), "passed"), (custom(), "undecided")):
        subject = judged(tmp_path, capsys, text, V2, **{"own.yaml": f"{custom(more=more)}---\n{other}"})
        found = {one["outcome"] for one in subject["findings"] if one["rule"] == "ISO029"}
        assert found == ({outcome} - {"passed"})


def test_a_pod_that_no_constraints_admit_does_not_start_and_is_judged_as_it_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subject = judged(tmp_path, capsys, deployment(", securityContext: {privileged: true}"), V2)
    assert rules(subject) >= {"ISO001", "ISO054"}


def test_a_user_outside_of_what_the_namespace_was_given_needs_other_constraints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = deployment(", securityContext: {runAsUser: 1000}")
    gate = "version: 1\nplatform: {openshift: {scc: restricted-v2}}\n"
    assert "ISO054" in rules(judged(tmp_path, capsys, text, gate))
    given = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  annotations: "
    given += "{openshift.io/sa.scc.uid-range: 1000/100}\n"
    assert "ISO054" not in rules(judged(tmp_path, capsys, text, gate, **{"ns.yaml": given}))


def test_entries_for_kubernetes_speak_of_openshift_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for platform in ("kubernetes", "openshift"):
        entry = f"workloads: [{{name: w, match: {{platform: {platform}}}, sensitivity: restricted}}]\n"
        subject = judged(tmp_path, capsys, deployment(), V2 + entry)
        assert subject["platform"] == "openshift"
        assert subject["sensitivity"]["class"] == "restricted"
