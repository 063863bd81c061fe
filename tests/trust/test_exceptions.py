"""The exception matrix: every way to write one, for a rule's finding, a veto of the boundary and a vulnerability.

Without an exception each of the three trees fails. A row says what stands under `exceptions`, whether the run passes
then, which findings about the exceptions there are, and what the report says became of each.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.histories import committed
from tests.verbs import check, gate, write_all

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.verbs import Answer

    #: One entry of `exceptions`; what stands in braces is filled in for each tree.
    Entry = Mapping[str, str] | str

NOW, YESTERDAY, TOMORROW = "2026-11-23", "2026-11-22", "2026-11-24"


class Kind(NamedTuple):
    """A tree that fails by one finding: how an exception names it, and the tree edited, and mended."""

    key: str
    what: str
    rule: str
    subject: str
    path: str
    failing: str
    edited: str
    mended: str
    arguments: tuple[str, ...]


def scanned(package: str, *found: str) -> str:
    """What trivy reports of an image with one package."""
    known = {
        "VendorIDs": ["RHSA-2024:7848"],
        "PkgID": package,
        "PkgName": package,
        "InstalledVersion": "1:3.0.7-1.el9",
        "FixedVersion": "1:3.0.7-28.el9_4",
        "Status": "fixed",
        "Severity": "CRITICAL",
        "PublishedDate": "2024-06-27T11:15:00Z",
    }
    result = {
        "Target": "web",
        "Class": "os-pkgs",
        "Type": "redhat",
        "Packages": [{"ID": package, "Name": package, "Version": "3.0.7"}],
        "Vulnerabilities": [{"VulnerabilityID": one, **known} for one in found],
    }
    report = {
        "SchemaVersion": 2,
        "CreatedAt": "2026-11-22T08:00:00Z",
        "ArtifactName": "registry.example/web:1",
        "ArtifactType": "container_image",
        "Metadata": {"OS": {"Family": "redhat", "Name": "9.4"}},
        "Results": [result],
    }
    return json.dumps(report, indent=1)


RECIPE = "FROM debian:13@sha256:" + "0" * 64 + "\nRUN curl -fsSLo /tool https://example.org/{}\nUSER 1000\n"
COMPOSE = "services:\n  web:\n    image: web\n{}"
CVE = "CVE-2024-5535"
OF_REPORT = ("--trivy-report", "web.trivy.json")

KINDS = {
    "rule": Kind(
        "rule", "PKG003", "PKG003", "Dockerfile", "Dockerfile",
        RECIPE.format("one"), RECIPE.format("two"), RECIPE.replace("RUN curl", "# RUN curl"), (),
    ),
    "veto": Kind(
        "rule", "ISO048", "ISO048", "compose.yaml#services/web", "compose.yaml",
        COMPOSE.format("    pid: host\n"), COMPOSE.format("    privileged: true\n"), COMPOSE.format(""), (),
    ),
    "vulnerability": Kind(
        "vulnerability", CVE, "PKG009", "web.trivy.json#registry.example/web:1", "web.trivy.json",
        scanned("openssl", CVE), scanned("openssl-libs", CVE), scanned("openssl"), OF_REPORT,
    ),
}  # fmt: skip

VALID: Entry = {
    "{key}": "{what}",
    "workload": "web",
    "reason": "until the move",
    "owner": "platform team",
    "created": "2026-11-01",
    "expires": "2026-12-15",
}


def changed(**keys: str) -> Entry:
    """A valid exception with some keys changed or added."""
    return {**VALID, **keys}  # type: ignore[dict-item]


def without(*keys: str) -> Entry:
    """A valid exception without some keys."""
    return {key: value for key, value in VALID.items() if key not in keys}  # type: ignore[union-attr]


def naming(what: str) -> Entry:
    """A valid exception from something else."""
    return changed(**{"{key}": what})


def whose(**keys: str) -> Entry:
    """A valid exception for somebody else."""
    return {**without("workload"), **keys}  # type: ignore[dict-item]


class Row(NamedTuple):
    """One row of the matrix: `tree` is which of the trees it is about, `never` a rule that may not be excepted."""

    name: str
    entries: tuple[Entry, ...]
    status: int
    findings: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    tree: str = "failing"
    never: str = ""


PASSES, FAILS = 0, 1

MATRIX = [
    Row("none", (), FAILS),
    Row("valid", (VALID,), PASSES, (), ("used",)),
    Row("valid, with a ticket", (changed(ticket="OPS-1"),), PASSES, (), ("used",)),
    Row("valid, for a subject", (whose(subject="{subject}"),), PASSES, (), ("used",)),
    Row("valid, for a fingerprint", (changed(fingerprint="{mark}"),), PASSES, (), ("used",)),
    Row("first day", (changed(created=NOW),), PASSES, (), ("used",)),
    Row("begins tomorrow", (changed(created=TOMORROW),), FAILS, ("DCL003",), ("not-yet",)),
    Row("last day", (changed(expires=NOW),), PASSES, (), ("used",)),
    Row("ended yesterday", (changed(expires=YESTERDAY),), FAILS, ("DCL002",), ("expired",)),
    Row("no end", (without("expires"),), FAILS, ("DCL009",)),
    Row("no beginning", (without("created"),), FAILS, ("DCL009",)),
    Row("ends before it begins", (changed(expires="2026-10-31"),), FAILS, ("DCL009",)),
    Row("malformed day", (changed(expires="2026-12-1"),), FAILS, ("DCL009",)),
    Row("no such day", (changed(expires="2026-11-31"),), FAILS, ("DCL009",)),
    Row("a word for a day", (changed(expires="never"),), FAILS, ("DCL009",)),
    Row("as long as allowed", (changed(expires="2027-04-30"),), PASSES, (), ("used",)),
    Row("too long", (changed(expires="2027-05-01"),), FAILS, ("DCL004",), ("refused",)),
    Row("no owner", (without("owner"),), FAILS, ("DCL009",)),
    Row("blank owner", (changed(owner=" "),), FAILS, ("DCL009",)),
    Row("no reason", (without("reason"),), FAILS, ("DCL009",)),
    Row("unknown key", (changed(until="2026-12-15"),), FAILS, ("DCL009",)),
    Row("no mapping", ("{what}",), FAILS, ("DCL009",)),
    Row("wildcard for what", (naming("*"),), FAILS, ("DCL010",)),
    Row("wildcard for whom", (changed(workload="*"),), FAILS, ("DCL010",)),
    Row("wildcard in a subject", (whose(subject="*{subject}"),), FAILS, ("DCL010",)),
    Row("for nobody", (whose(),), FAILS, ("DCL009",)),
    Row("for two", (changed(subject="{subject}"),), FAILS, ("DCL009",)),
    Row("for somebody else", (changed(workload="other"),), FAILS, (), ("unused",)),
    Row("for another subject", (whose(subject="other/{subject}"),), FAILS, (), ("unused",)),
    Row("wrong fingerprint", (changed(fingerprint="0" * 16),), FAILS, ("DCL005",), ("unused",)),
    Row("fingerprint after an edit", (changed(fingerprint="{mark}"),), FAILS, ("DCL005",), ("unused",), "edited"),
    Row("no fingerprint after an edit", (VALID,), PASSES, (), ("used",), "edited"),
    Row("unused", (VALID,), PASSES, ("DCL005",), ("unused",), "mended"),
    Row("malformed, and needed by nobody", (without("owner"),), PASSES, ("DCL009",), (), "mended"),
    Row("unexceptable", (VALID,), FAILS, ("DCL012",), ("refused",), never="{rule}"),
    Row("twice", (VALID, changed(owner="others")), PASSES, ("DCL011",), ("used", "shadowed")),
    Row("renewed", (changed(expires=YESTERDAY), VALID), PASSES, ("DCL002",), ("expired", "used")),
    Row("below a wider one", (whose(subject="{subject}"), VALID), PASSES, ("DCL011",), ("shadowed", "used")),
    Row("beside a marked one", (changed(fingerprint="{mark}"), VALID), PASSES, ("DCL011",), ("shadowed", "used")),
    Row("beside a wrong one", (without("owner"), VALID), PASSES, ("DCL009",), ("used",)),
]  # fmt: skip

#: From the rule that finds it, whatever the kind of the tree.
BY_RULE: Entry = {"rule": "{rule}", **without("{key}")}  # type: ignore[dict-item]

#: What only one of the kinds can get wrong.
PARTICULAR = [
    ("rule", Row("unknown rule", (naming("PKG999"),), FAILS, ("DCL009",), ("refused",))),
    ("rule", Row("wildcard in a rule", (naming("PKG*"),), FAILS, ("DCL010",))),
    ("rule", Row("another rule", (naming("PKG004"),), FAILS, ("DCL005",), ("unused",))),
    ("rule", Row("a rule about exceptions", (naming("DCL004"),), FAILS, ("DCL012",), ("refused",))),
    ("veto", Row("what makes it weak", (naming("ISO004"),), PASSES, (), ("used",))),
    ("veto", Row("what would make it weak", (naming("ISO001"),), FAILS, ("DCL005",), ("unused",))),
    ("vulnerability", Row("another hole", (naming("CVE-2024-5536"),), FAILS, ("DCL005",), ("unused",))),
    ("vulnerability", Row("no id", (naming("openssl"),), FAILS, ("DCL009",))),
    ("vulnerability", Row("in lower case", (naming(CVE.lower()),), PASSES, (), ("used",))),
    ("vulnerability", Row("by its rule", (BY_RULE,), PASSES, (), ("used",))),
    ("vulnerability", Row("beside its rule", (VALID, BY_RULE), PASSES, ("DCL011",), ("shadowed", "used"))),
]


def declaration(entries: tuple[Entry, ...], kind: Kind, mark: str) -> str:
    """Write a declaration; JSON is YAML, and needs no care for quotes."""
    words = {"key": kind.key, "what": kind.what, "rule": kind.rule, "subject": kind.subject, "mark": mark}

    def filled(entry: Entry) -> Any:
        if isinstance(entry, str):
            return entry.format(**words)
        return {key.format(**words): value.format(**words) for key, value in entry.items()}

    workload = {"name": "web", "paths": [kind.path], "sensitivity": "internal"}
    whole = {"version": 1, "policy": "ours.yaml", "workloads": [workload], "exceptions": [*map(filled, entries)]}
    return json.dumps(whole, indent=1)


def policy(never: str = "") -> str:
    """A policy by which the findings of all three trees fail, and that one may keep from being excepted."""
    return f"version: 1\nname: ours\nextends: standard\nrequire: [PKG003, PKG009]\nnever_excepted: [{never}]\n"


class Trees:
    """The trees of the matrix in one folder, as the folder to be in."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def judged(self, kind: Kind, row: Row) -> Answer:
        """Judge the tree of a row under its exceptions."""
        self.write(kind, row)
        return self.check(kind)

    def write(self, kind: Kind, row: Row) -> None:
        mark = self.mark(kind) if "{mark}" in str(row.entries) else ""
        files = {kind.path: getattr(kind, row.tree), "ours.yaml": policy(row.never.format(rule=kind.rule))}
        write_all(self.folder, {**files, ".gate.yaml": declaration(row.entries, kind, mark)})

    def mark(self, kind: Kind) -> str:
        """The fingerprint of the finding of the failing tree, as the JSON report shows it."""
        write_all(
            self.folder, {kind.path: kind.failing, "ours.yaml": policy(), ".gate.yaml": declaration((), kind, "")}
        )
        (subject,) = self.check(kind).report["subjects"]
        (mark,) = (one["fingerprint"] for one in subject["findings"] if one["rule"] == kind.rule)
        return str(mark)

    def check(self, kind: Kind, *arguments: str) -> Answer:
        return check(self.capsys, "--stage", "commit", *kind.arguments, *arguments, *self.paths(kind))

    def paths(self, kind: Kind) -> tuple[str, ...]:
        return () if kind.arguments else (kind.path,)


@pytest.fixture
def trees(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Trees:
    """The folder of the trees."""
    monkeypatch.chdir(tmp_path)
    return Trees(tmp_path, capsys)


ROWS = [pytest.param(kind, row, id=f"{kind}: {row.name}") for row in MATRIX for kind in KINDS]
ROWS += [pytest.param(kind, row, id=f"{kind}: {row.name}") for kind, row in PARTICULAR]


@pytest.mark.parametrize(("kind", "row"), ROWS)
def test_the_matrix(kind: str, row: Row, trees: Trees) -> None:
    answer = trees.judged(KINDS[kind], row)
    report = answer.report
    assert answer.status == row.status
    assert tuple(finding["rule"] for finding in report["findings"]) == row.findings
    assert tuple(line["state"] for line in report["exceptions"]) == row.states
    excepted = {finding["rule"] for one in report["subjects"] for finding in one["findings"] if finding["permitted_by"]}
    assert bool(excepted) is ("used" in row.states)


@pytest.mark.parametrize(("kind", "row"), ROWS)
def test_a_finding_about_an_exception_has_its_line(kind: str, row: Row, trees: Trees) -> None:
    report = trees.judged(KINDS[kind], row).report
    lines = trees.folder.joinpath(".gate.yaml").read_text().splitlines()
    first = lines.index(' "exceptions": [') + 1 if row.entries else 0
    for finding in report["findings"]:
        at = finding["location"]
        assert at["path"] == ".gate.yaml"
        assert first < at["line"] <= len(lines)


#: Where it is tomorrow already, and where it is still yesterday, with the moment in UTC.
ZONES = [
    ("Pacific/Kiritimati", "2026-11-23T11:30:00"),
    ("Etc/GMT+12", "2026-11-23T00:30:00"),
    ("UTC", "2026-11-23T23:59:59"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("zone", "moment"), ZONES)
@pytest.mark.parametrize(
    ("entry", "status"),
    [(changed(expires=NOW), PASSES), (changed(expires=YESTERDAY), FAILS), (changed(created=TOMORROW), FAILS)],
    ids=["ends today", "ended yesterday", "begins tomorrow"],
)
def test_a_day_is_one_of_utc_wherever_the_run_is(
    entry: Entry, status: int, zone: str, moment: str, kind: str, trees: Trees, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ends on the 23rd is in force on all of that day in UTC, though it is another day here."""
    trees.write(KINDS[kind], Row("", (entry,), status))
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    at_that_moment(monkeypatch, moment)
    one = KINDS[kind]
    arguments = ("--format", "json", "--stage", "commit", *one.arguments, *trees.paths(one))
    answer = gate(trees.capsys, "check", *arguments)
    assert answer.report["now"] == NOW
    assert answer.status == status


def at_that_moment(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Stop the clock at a moment of UTC, for whoever asks for the time there or here."""
    from calendar import timegm

    seconds = timegm(time.strptime(moment, "%Y-%m-%dT%H:%M:%S"))
    for name in ("gmtime", "localtime"):
        known = getattr(time, name)
        monkeypatch.setattr(time, name, stopped(known, seconds))
    monkeypatch.setattr(time, "time", lambda: float(seconds))


def stopped(known: Callable[[float], time.struct_time], seconds: int) -> Callable[..., time.struct_time]:
    def told(at: float | None = None) -> time.struct_time:
        return known(seconds if at is None else at)

    return told


@pytest.fixture(autouse=True)
def zone_of_before() -> Any:
    """Let no test leave its zone behind."""
    yield
    time.tzset()


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_says_who_permits_it_and_until_when(kind: str, trees: Trees) -> None:
    one = KINDS[kind]
    trees.write(one, Row("", (changed(ticket="OPS-1"),), PASSES))
    shown = {name: formatted(trees, one, name) for name in ("text", "github", "json", "sarif-full")}
    for text in shown.values():
        assert "platform team" in text
        assert "2026-12-15" in text
        assert "until the move" in text
    assert f"{one.rule}  {one.subject}  " in shown["text"]
    assert "OPS-1" in shown["text"]
    assert f"title=excepted%3A {one.rule}" in shown["github"]


def formatted(trees: Trees, kind: Kind, name: str) -> str:
    arguments = ("--now", NOW, "--format", name, "--stage", "commit", *kind.arguments, *trees.paths(kind))
    return gate(trees.capsys, "check", *arguments).out


@pytest.mark.parametrize("kind", KINDS)
def test_code_scanning_is_not_shown_what_is_excepted(kind: str, trees: Trees) -> None:
    one = KINDS[kind]
    trees.write(one, Row("", (VALID,), PASSES))
    uploaded, full = (json.loads(formatted(trees, one, name))["runs"][0]["results"] for name in ("sarif", "sarif-full"))
    assert one.rule not in {result["ruleId"] for result in uploaded}
    assert all("suppressions" not in result for result in uploaded)
    (suppressed,) = (result for result in full if result["suppressions"])
    (suppression,) = suppressed["suppressions"]
    assert suppressed["ruleId"] == one.rule
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert suppression["justification"] == "platform team permits it until 2026-12-15: until the move"
    assert suppression["properties"] == {"owner": "platform team", "created": "2026-11-01", "expires": "2026-12-15"}
    assert len(full) == len(uploaded) + 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_exception_of_the_change_counts_for_nothing(kind: str, trees: Trees) -> None:
    one = KINDS[kind]
    trees.write(one, Row("", (), FAILS))
    committed(trees.folder)
    trees.write(one, Row("", (VALID,), PASSES))
    answer = trees.check(one, "--trusted-ref", "HEAD")
    assert answer.status == FAILS
    assert answer.report["exceptions"] == []
    said = f"adds the exception of web from {one.what} until 2026-12-15"
    assert [(change["text"], change["weakens"]) for change in answer.report["trusted"]["changes"]] == [(said, True)]
    assert [finding["rule"] for finding in answer.report["findings"]] == ["DCL007"]


#: What a change makes of the exception of the trusted commit, in words, and whether that weakens anything.
CHANGES = {
    "longer": (changed(expires="2026-12-16"), "prolongs the exception {} from 2026-12-15 to 2026-12-16", True),
    "shorter": (changed(expires="2026-12-14"), "shortens the exception {} from 2026-12-15 to 2026-12-14", False),
    "later": (changed(created="2026-11-02"), "has the exception {} begin on 2026-11-02 instead of 2026-11-01", True),
    "gone": ("", "takes back the exception {}", False),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", KINDS)
def test_one_of_the_trusted_commit_counts_whatever_the_change_makes_of_it(kind: str, change: str, trees: Trees) -> None:
    one, (entry, text, weakens) = KINDS[kind], CHANGES[change]
    trees.write(one, Row("", (VALID,), PASSES))
    committed(trees.folder)
    trees.write(one, Row("", (entry,) if entry else (), PASSES))
    answer = trees.check(one, "--trusted-ref", "HEAD")
    assert answer.status == PASSES
    said = [(found["text"], found["weakens"]) for found in answer.report["trusted"]["changes"]]
    assert said == [(text.format(f"of web from {one.what}"), weakens)]


def test_a_second_one_that_lasts_longer_is_no_secret(trees: Trees) -> None:
    """Of two that say the same the one that is meant is not the one that stands last."""
    one = KINDS["rule"]
    trees.write(one, Row("", (VALID,), PASSES))
    committed(trees.folder)
    trees.write(one, Row("", (changed(expires="2027-02-01"), VALID), PASSES))
    (change,) = trees.check(one, "--trusted-ref", "HEAD").report["trusted"]["changes"]
    assert change["text"].startswith("prolongs the exception of web")
    assert change["weakens"]


MOVED = """\
services:
  web:
    image: registry.example/web:1.4.2
    pid: host
    command: [serve, --port, "8080"]
"""


@pytest.mark.parametrize(("given", "status"), [((), FAILS), ((changed(reason="as before"),), PASSES)])
def test_what_moves_takes_up_no_exception_that_it_was_not_given(
    given: tuple[Entry, ...], status: int, trees: Trees
) -> None:
    """A folder's exception is for what was in it: a change does not get it by putting its own workload there."""
    veto = KINDS["veto"]._replace(path="lab/compose.yaml")
    write_all(trees.folder, {"lab/.gate.yaml": declaration((VALID,), veto, ""), "ours.yaml": policy()})
    top = declaration(given, veto, "").replace("lab/", "shop/")
    write_all(trees.folder, {".gate.yaml": top, "lab/ours.yaml": policy(), "shop/compose.yaml": MOVED})
    committed(trees.folder)
    trees.folder.joinpath("shop/compose.yaml").rename(trees.folder / "lab/compose.yaml")
    assert trees.check(veto, "--trusted-ref", "HEAD").status == status


@pytest.mark.parametrize(("entries", "counted"), [((), True), ((VALID,), False), ((BY_RULE,), False)])
def test_a_vulnerability_that_is_excepted_costs_no_score(
    entries: tuple[Entry, ...], counted: bool, trees: Trees
) -> None:
    answer = trees.judged(KINDS["vulnerability"], Row("", entries, PASSES))
    score = answer.report["subjects"][0]["scores"]["package_freshness"]
    assert ("B1" in {one["id"] for one in score["deductions"] if one["worst"]}) is counted
