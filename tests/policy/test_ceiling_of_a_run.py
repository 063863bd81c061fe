"""What a repository says of its own policy, in whatever file and order, never makes its verdict milder."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gate.verdict import ORDER
from tests.packages.reports import NAME, flaw, put, trivy
from tests.verbs import NOW, check, gate, write_all

if TYPE_CHECKING:
    from tests.verbs import Answer

COMPOSE = f"services:\n  pay: {{image: '{NAME}', mem_limit: 1g}}\n"

NONE = "{image_age: {minimum: 0, undecided: warn}, package_freshness: {minimum: 0, undecided: warn}, "
NONE += "isolation_fitness: {minimum: 0, undecided: warn}}"

HIGH = NONE.replace("minimum: 0", "minimum: 90")

#: Everything as mild as a policy can be.
LAX = f"""\
version: 1
name: lax
undeclared: warn
unrendered: warn
classes: {{public: low, internal: low, confidential: low, restricted: low}}
requirements:
- {{id: R18, when: {{}}, allows: L0, text: Anything goes., source: us}}
thresholds: {{public: {NONE}, internal: {NONE}, confidential: {NONE}, restricted: {NONE}}}
evidence: {{commit: [recipe_age], build: [image_age], deploy: [image_age]}}
remediation: default
require: []
longest_exception: {{public: 3660, internal: 3660, confidential: 3660, restricted: 3660}}
never_excepted: []
"""

#: Policies that a repository may hold: as mild as can be, milder than `standard` in some way, or stricter.
OWN = {
    "lax.yaml": LAX,
    "heir.yaml": "version: 1\nname: heir\nextends: lax.yaml\nrequire: [ISO042]\n",
    "early.yaml": "version: 1\nname: early\nextends: [lax.yaml, {pack: strict, until: 2026-01-01}]\n",
    "late.yaml": "version: 1\nname: late\nextends: [lax.yaml, {pack: strict, effective_on: 2030-01-01}]\n",
    "hard.yaml": "version: 1\nname: hard\nextends: strict\nrequire: [ISO042]\n",
}

#: Ceilings that an organisation may set, beside those that ship.
CEILINGS = {
    "org.yaml": "version: 1\nname: org\nextends: standard\nundeclared: confidential\nrequire: [ISO041]\n",
    "soon.yaml": "version: 1\nname: soon\nextends: [standard, {pack: strict, effective_on: 2027-01-01}]\n",
    "now.yaml": "version: 1\nname: now\nextends: [standard, {pack: strict, effective_on: 2026-11-23}]\n",
    "once.yaml": "version: 1\nname: once\nextends: [standard, {pack: strict, until: 2026-11-23}]\n",
    "agents.yaml": "version: 1\nname: agents\nextends: standard\nnever_excepted: [ISO004]\n",
    "uneven.yaml": "version: 1\nname: uneven\nextends: lax.yaml\nremediation: fedramp-vdr\n"
    f"classes: {{restricted: high}}\nthresholds: {{internal: {HIGH}, confidential: {HIGH}, restricted: {HIGH}}}\n"
    "requirements:\n- {id: X1, when: {exposure: internal}, level: L3, text: Ours., source: us}\n"
    "- {id: X2, when: {code_trust: {not-in: [untrusted]}}, level: L4, text: Ours., source: us}\n",
    "lax.yaml": LAX,
}

LAYER = "sha256:" + "1" * 64

#: The configuration of the image that a report is of, and when the fix that it lacks came.
CONFIGURATION = {
    "architecture": "amd64",
    "os": "linux",
    "created": "2026-11-20T00:00:00Z",
    "config": {"User": "1000"},
    "rootfs": {"type": "layers", "diff_ids": [LAYER]},
}

CLASSES = ("public", "internal", "confidential", "restricted")
EXCEPTION = "exceptions:\n- {rule: ISO004, workload: pay, reason: metrics, owner: us, "
EXCEPTION += "created: 2026-11-01, expires: 2027-04-01}\n"


class Tree(NamedTuple):
    """A small repository: declarations from the outside in, and the settings of its one service."""

    declarations: tuple[str, ...]
    service: str
    labels: str
    scanned: bool = False


@st.composite
def declarations(draw: st.DrawFn) -> str:
    """Draw a declaration with a policy of the repository's own or without."""
    policy = draw(st.sampled_from(("", "", "standard", "strict", *OWN)))
    named = policy if policy in ("", "standard", "strict") else f"DEPTH{policy}"
    text = f"version: 1\npolicy: {named}\n" if named else "version: 1\n"
    if draw(st.booleans()):
        axes = draw(st.sampled_from(("", ", exposure: internal", ", tenancy: hard", ", role: node-agent")))
        text += (
            f"workloads:\n- {{name: pay, match: {{name: pay}}, sensitivity: {draw(st.sampled_from(CLASSES))}{axes}}}\n"
        )
    return text + draw(st.sampled_from(("", EXCEPTION)))


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Draw a repository."""
    risk = draw(st.sampled_from(("", ", pid: host", ", privileged: true", ", read_only: true", ", user: '1000'")))
    stated = {
        "sensitivity": draw(st.sampled_from(("", *CLASSES))),
        "exposure": draw(st.sampled_from(("", "", "internal", "internet"))),
        "code_trust": draw(st.sampled_from(("", "", "first-party", "untrusted"))),
    }
    said = ", ".join(f"{axis}: {value}" for axis, value in stated.items() if value)
    found = draw(st.lists(st.none() | declarations(), min_size=3, max_size=3))
    labels = f", x-gate: {{{said}}}" if said else ""
    return Tree(tuple(one or "" for one in found), risk, labels, draw(st.booleans()))


FOLDERS = ("", "a/", "a/b/")


def written(folder: Path, tree: Tree, *, policies: bool = True, labels: bool = True) -> Path:
    """Write a repository, with what it says of its policy or without, and with its labels or without."""
    service = tree.service + (tree.labels if labels else "")
    files = {"a/b/compose.yaml": COMPOSE.replace("}", f"{service}}}"), **OWN}
    for depth, (place, text) in enumerate(zip(FOLDERS, tree.declarations, strict=True)):
        said = text.replace("DEPTH", "../" * depth)
        if said:
            files[f"{place}.gate.yaml"] = said if policies else re.sub(r"policy: .*\n", "", said)
    (folder / ".git").mkdir(parents=True)
    if tree.scanned:
        metadata = {"ImageConfig": CONFIGURATION, "DiffIDs": [LAYER]}
        put(folder, "scan.json", trivy(flaw(PublishedDate="2026-11-01T00:00:00Z"), metadata=metadata))
    return write_all(folder, files)


def judged(capsys: pytest.CaptureFixture[str], root: Path, ceiling: str, *, last: bool = False) -> Answer:
    """Check a repository under a ceiling, with the option before the path or behind it."""
    report = root / "scan.json"
    option = ("--policy", ceiling, *(("--trivy-report", report) if report.exists() else ()))
    arguments = (root, *option) if last else (*option, root)
    return check(capsys, *arguments)


def milder(one: Answer, other: Answer) -> list[str]:
    """Say in what the one answer is milder than the other; a refusal (exit status 2) is never milder."""
    if one.status == 2:
        return []
    found = [] if _fails(one.status) >= _fails(other.status) else [f"exit status {one.status} and not {other.status}"]
    if ORDER.index(one.report["verdict"]) < ORDER.index(other.report["verdict"]):
        found.append(f"verdict {one.report['verdict']} and not {other.report['verdict']}")
    subjects: dict[str, Any] = {subject["id"]: subject for subject in one.report["subjects"]}
    for subject in other.report["subjects"]:
        after = subjects[subject["id"]]
        if ORDER.index(after["verdict"]) < ORDER.index(subject["verdict"]):
            found.append(f"{subject['id']} {after['verdict']} and not {subject['verdict']}")
        if any(after["required"][bound] < subject["required"][bound] for bound in ("level", "highest")):
            found.append(f"{subject['id']} needs less")
        found += (f"{subject['id']} {name}" for name, score in subject["scores"].items() if eased(after, name, score))
        found += (f"{subject['id']} {rule}" for rule in ("PKG009",) if grave(after, rule) < grave(subject, rule))
    return found


def eased(subject: Any, name: str, before: Any) -> bool:
    """Say whether a score is better than before, or held to less."""
    after = subject["scores"][name]
    better = any(after[bound] > before[bound] for bound in ("lo", "hi") if bound in before)
    return better or after["threshold"] < before["threshold"] or (before["asked"] and not after["asked"])


def grave(subject: Any, rule: str) -> int:
    """Return how grave a rule's findings are at their worst."""
    outcomes = ("undecided", "failed")
    found = (one["outcome"] for one in subject["findings"] if one["rule"] == rule)
    return max((1 + outcomes.index(outcome) for outcome in found if outcome in outcomes), default=0)


def _fails(status: int) -> int:
    """Order exit statuses: what fails is not milder than what could not be judged."""
    return {0: 0, 3: 1, 1: 2}[status]


PUBLIC = "version: 1\nworkloads:\n- {name: pay, match: {name: pay}, sensitivity: public, exposure: internal}\n"
LABELLED = ", x-gate: {sensitivity: public, exposure: internet}"
HOSTILE = Tree(
    ("version: 1\npolicy: DEPTHlax.yaml\n", "", "version: 1\npolicy: DEPTHlate.yaml\n" + EXCEPTION), ", pid: host", ""
)


@settings(max_examples=26, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees(), st.sampled_from(("standard", "strict", *CEILINGS)), st.booleans())
@example(HOSTILE, "standard", True)
@example(HOSTILE, "agents.yaml", False)
@example(Tree(("", "", ""), "", ", x-gate: {sensitivity: public}"), "strict", True)
@example(Tree((f"version: 1\n{EXCEPTION}", "", ""), ", pid: host", ", x-gate: {sensitivity: public}"), "standard", True)
@example(Tree(("", "", ""), "", LABELLED, scanned=True), "uneven.yaml", True)
@example(Tree(("", PUBLIC, ""), "", LABELLED), "uneven.yaml", False)
@example(Tree(("", PUBLIC, ""), "", ", x-gate: {code_trust: untrusted}"), "uneven.yaml", False)
def test_no_file_of_the_repository_loosens_a_ceiling(
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    tree: Tree,
    ceiling: str,
    last: bool,
) -> None:
    folder = tmp_path_factory.mktemp("ceiling")
    write_all(folder / "org", CEILINGS)
    named = str(folder / "org" / ceiling) if ceiling in CEILINGS else ceiling
    alone = judged(capsys, written(folder / "alone", tree, policies=False), named)
    whole = written(folder / "whole", tree)
    answer = judged(capsys, whole, named, last=last)
    assert milder(answer, alone) == []
    if last:
        assert judged(capsys, whole, named).out == answer.out
    assert milder(answer, judged(capsys, written(folder / "bare", tree, labels=False), named)) == []


def test_a_ceiling_would_be_seen_to_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The comparison itself: without a ceiling a mild policy does loosen."""
    alone = judged(capsys, written(tmp_path / "alone", HOSTILE, policies=False), "strict")
    without = check(capsys, written(tmp_path / "whole", HOSTILE))
    assert alone.status == 1
    assert milder(without, alone) != []


def test_without_a_policy_of_its_own_only_the_ceiling_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"compose.yaml": COMPOSE, ".gate.yaml": "version: 1\n", "lax.yaml": LAX}
    write_all(tmp_path, files)
    assert check(capsys, tmp_path, "--policy", tmp_path / "lax.yaml").report["policy"]["name"] == "lax"
    assert check(capsys, tmp_path).report["policy"]["name"] == "standard"


@pytest.mark.parametrize(
    ("named", "joined"), [("strict", "lax+strict"), ("standard", "lax+standard"), ("lax.yaml", "lax")]
)
def test_what_a_repository_names_joins_the_ceiling(
    named: str, joined: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"compose.yaml": COMPOSE, ".gate.yaml": f"version: 1\npolicy: {named}\n", "lax.yaml": LAX})
    assert check(capsys, tmp_path, "--policy", tmp_path / "lax.yaml").report["policy"]["name"] == joined


def test_a_declaration_may_pin_its_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from hashlib import sha256

    digest = sha256(LAX.encode()).hexdigest()
    files = {"compose.yaml": COMPOSE, "lax.yaml": LAX, ".gate.yaml": f"version: 1\npolicy: lax.yaml@sha256:{digest}\n"}
    assert check(capsys, write_all(tmp_path, files)).report["policy"]["name"] == "lax"
    write_all(tmp_path, {"lax.yaml": f"{LAX}# changed\n"})
    for arguments in ((), ("--policy", f"{tmp_path}/lax.yaml@sha256:{64 * '0'}")):
        answer = gate(capsys, "check", tmp_path, "--now", NOW, *arguments)
        assert answer.status == 2
        assert "lax.yaml has the digest sha256:" in answer.err
        assert "and not sha256:" in answer.err


def test_a_report_names_what_was_joined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"compose.yaml": COMPOSE, **OWN, ".gate.yaml": "version: 1\npolicy: heir.yaml\n"})
    report = json.loads(check(capsys, tmp_path, "--policy", "strict").out)
    assert report["policy"]["name"] == "heir+strict"
    assert {"heir.yaml", "lax.yaml"} <= {one["path"] for one in report["inputs"]}
