"""The JSON report is what schemas/report.schema.json says: nothing more, nothing less."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from gate.data.shelf import TABLES
from gate.model.agreement import Agreement, Alone, Dispute, Hole, Witness
from gate.model.cadence import Cadence, Keeper
from gate.model.clock import Clock, Evidence
from gate.model.coverage import Coverage, NotUnderstood, Skipped, Suppression
from gate.model.image import ImageName
from gate.model.lag import Lag, Lags
from gate.model.location import Location, RenderedLocation
from gate.model.policy import Grant, Threshold
from gate.model.record import replace
from gate.model.report import (
    BaselineLine,
    Because,
    BoundaryLine,
    Change,
    Comparison,
    Difference,
    EscapeLine,
    Escapes,
    ExceptionLine,
    FactLine,
    Fetched,
    PodSecurityLine,
    Reason,
    Report,
    Requirement,
    ScoreLine,
    SubjectReport,
    TablesLine,
    Trusted,
)
from gate.model.rule import Finding
from gate.model.score import DIMENSIONS, Deduction, Projection, Score
from gate.model.sensitivity import AXES, Sensitivity, Statement
from gate.model.source import Source
from gate.model.suggestion import Edit, Suggestion
from gate.reporters.json import document, render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.rule import Outcome
    from gate.model.score import Dimension

Json: TypeAlias = Any

SCHEMA: Json = json.loads((Path(__file__).parents[2] / "schemas" / "report.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker(["date"]))

AT = Location("deploy/pay.yaml", 3, 5, 3, 9, 20, 24)
RENDERED = RenderedLocation("charts/pay/templates/pod.yaml", 3, 5, 3, 9, 20, 24, "helm template charts/pay", 42)


def finding(outcome: Outcome) -> Finding:
    return Finding("ISO004", "host-pid-namespace", outcome, "high", "shares it", AT, "remove it", "pay", True, (AT,))


def clocks() -> tuple[Clock, ...]:
    dated = Evidence("E1", "content", "claim", -719_162, "weak", "says so", AT, "it was zeroed")
    return (Clock("content", 454, None, None, "none", (dated,)), Clock("build", 0, 3, 2, "high", ()))


def lags() -> Lags:
    behind = (
        Lag("openssl", "3.5.0-r0", "3.5.1-r0", 100, None, 20_500, 20_500, AT),
        Lag("a", "1", "2", 0, 3, None, None, AT),
    )
    return Lags(100, 80, behind, 1, "not all of its packages are known")


def scores() -> dict[Dimension, ScoreLine]:
    minimum = Threshold(85, "fail")
    taken = (Deduction("A1", "is 454 days old", 7825, 10_000, AT),)
    found: dict[Dimension, ScoreLine] = {
        "image_age": ScoreLine(
            Score("image_age", 0, 22, taken, (454, None), clocks(), lags()), minimum, True, Projection("2026-12-24", "")
        ),
        "package_freshness": ScoreLine(None, minimum, False),
        "isolation_fitness": ScoreLine(Score("isolation_fitness", 100, 100, ()), None, True),
    }
    assert set(found) == set(DIMENSIONS)
    return found


def workload() -> SubjectReport:
    everything = Sensitivity(
        {"class": "restricted", **{axis: values[-1] for axis, values in AXES.items()}},
        ("pci",),
        "shared",
        "node-agent",
        True,
        (Statement("class", "restricted", AT),),
    )
    kept = Keeper("Renovate", "bump", AT, doubt="it extends others")
    suggestion = Suggestion("Run it in gVisor", "L4", False, "runtimeClassName: gvisor", AT, ("a node",), ("speed",))
    return SubjectReport(
        "deploy/pay.yaml#Deployment/pay",
        "workload",
        "kubernetes",
        "pay",
        AT,
        everything,
        BoundaryLine(2, 3, "proven", "none", ("seccomp_unconfirmed",), AT, (FactLine("G.host_pid", "yes", "it", AT),)),
        Requirement(
            5,
            7,
            3,
            ("waiver",),
            (Because("R8", "L5", "Text.", "Source", True), Because("R18", "", "Text.", "Source", False)),
            "declare it",
            0,
        ),
        PodSecurityLine("1.34", "baseline", "restricted"),
        Escapes(
            ("E1",),
            40,
            ("E2",),
            (
                EscapeLine("E1", "leave", "open", "", "is so", AT),
                EscapeLine("E3", "go", "not judged", "runc", "may", AT),
            ),
        ),
        scores(),
        "fail",
        (Reason("fail", "has L2 and needs L5", AT),),
        tuple(finding(outcome) for outcome in ("failed", "passed", "undecided", "inapplicable", "excepted")),
        (suggestion, replace(suggestion, edits=(Edit(AT, "x"),), safe=True)),
        (Cadence(ImageName("nginx:1", "docker.io/library/nginx", "1", ""), AT, (kept, replace(kept, every=7))),),
        ledger(),
    )


def ledger() -> Agreement:
    hole = Hole("CVE-2024-1000", "openssl")
    return Agreement(
        (
            Witness("trivy", "0.76.0", "", "debian 13", 9, 2, ("it",), AT),
            Witness("layers", "", "", "", 0, None, (), AT),
        ),
        1,
        (Alone(hole, "trivy"),),
        (Dispute("fix", hole, (("trivy", "2"), ("grype", "3"))), Dispute("system", None, (("trivy", "debian 13"),))),
    )


def image() -> SubjectReport:
    nobody = Sensitivity({}, (), "", "", False, ())
    return replace(
        workload(),
        kind="image",
        sensitivity=nobody,
        boundary=None,
        required=Requirement(0, 0, None, (), (), ""),
        pod_security=None,
        escapes=None,
        scores={},
        reasons=(),
        findings=(),
        suggestions=(),
        verdict="undecided",
    )


def full() -> Report:
    grant = Grant("ISO004", "pay", "metrics", "platform team", "2026-11-01", "2027-01-31", AT)
    return Report(
        "1.0.0",
        "2026-11-23",
        TablesLine("2026-11-20", "tables.json", tuple((table, "a" * 64) for table in TABLES), ("they are old",)),
        "deploy",
        "standard",
        "0" * 64,
        "fail",
        1,
        (workload(), image(), replace(image(), kind="template", verdict="pass")),
        (finding("failed"),),
        tuple(ExceptionLine(grant, state, ("pay",)) for state in ("used", "unused", "expired", "not-yet")),
        Coverage(
            4,
            3,
            2,
            (Skipped(AT, "is a picture"),),
            (NotUnderstood(RENDERED, "is broken", "mend it"),),
            (Suppression("hadolint", AT),),
        ),
        (Source("deploy/pay.yaml", b"kind: Deployment\n"),),
        Trusted("origin/main", "0" * 40, (Change("lowers pay from restricted to internal", AT, weakens=True),)),
        BaselineLine(".gate-baseline.json", "2026-11-01", 3, 4, 1, 2, 0),
        Comparison(
            "origin/main",
            "0" * 40,
            (Difference("pay", "pay: L3 to L1, host network added", AT),),
            (Difference("web", "web: fail to pass", AT),),
            15,
            12,
            2,
            1,
            ".gate.yaml:1: it is no mapping",
            (Difference("api", "api: needs L2 instead of L3 and has L2", AT),),
        ),
        (Fetched("registry.example/shop/pay:1", f"sha256:{'0' * 64}", is_pinned=False),),
    )


def empty() -> Report:
    return replace(
        full(),
        subjects=(),
        findings=(),
        exceptions=(),
        coverage=Coverage(0, 0, 0, (), ()),
        inputs=(),
        trusted=None,
        baseline=BaselineLine(".gate-baseline.json", "", 0, 0, 0),
        against=Comparison("main", "0" * 40, (), (), 0, 0, 0, 0, ""),
        verdict="pass",
        status=0,
    )


def objects(value: Json, path: str = "") -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield every object in a document, with where it stands."""
    if isinstance(value, dict):
        yield path, value
        for key, member in value.items():
            yield from objects(member, f"{path}/{key}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from objects(member, f"{path}/{index}")


def described(schema: Json, value: Json) -> Iterator[tuple[int, str]]:
    """Yield the properties of the schema that a valid document has."""
    if "$ref" in schema:
        yield from described(SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], value)
    for option in schema.get("anyOf", ()):
        yield from described(option, value)
    if isinstance(value, list):
        for member in value:
            yield from described(schema.get("items") or {}, member)
    if isinstance(value, dict):
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield id(schema), name
                yield from described(inner, value[name])


def all_described(schema: Json) -> Iterator[tuple[int, str]]:
    """Yield every property that a schema describes."""
    if isinstance(schema, dict):
        for name in schema.get("properties", {}) if schema.get("type") == "object" else ():
            yield id(schema), name
        for member in schema.values():
            yield from all_described(member)
    elif isinstance(schema, list):
        for member in schema:
            yield from all_described(member)


@pytest.mark.parametrize("report", [full(), empty()])
def test_a_report_is_valid(report: Report) -> None:
    VALIDATOR.validate(json.loads(render(report)))


def test_everything_that_the_schema_describes_is_reported() -> None:
    assert set(all_described(SCHEMA)) - set(described(SCHEMA, document(full()))) == set()


def test_nothing_else_is_reported() -> None:
    base = json.loads(render(full()))
    for path, found in list(objects(base)):
        found["surprise"] = 1
        assert not VALIDATOR.is_valid(base), path
        del found["surprise"]


def test_nothing_is_left_out() -> None:
    """Only what nobody stated, asked or measured may be absent."""
    base = json.loads(render(full()))
    optional = set()
    for path, found in list(objects(base)):
        for key, value in list(found.items()):
            del found[key]
            if VALIDATOR.is_valid(base):
                optional.add((path.rpartition("/")[2], key))
            found[key] = value
    stated = {("sensitivity", key) for key in ("class", *AXES, "regulated", "placement", "role")}
    named = {("standards", "pod_security"), ("image_age", "clocks"), ("image_age", "lag"), ("location", "rendered")}
    assert optional == {*stated, *named, *(("scores", dimension) for dimension in DIMENSIONS)}


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ("", "verdict", "ok"),
        ("", "schema_version", "2"),
        ("", "now", "yesterday"),
        ("/subjects/0", "kind", "pod"),
        ("/subjects/0/boundary", "level", "L8"),
        ("/subjects/0/boundary", "grade", "certain"),
        ("/subjects/0/required", "dedicated", "3"),
        ("/subjects/0/scores/image_age", "hi", 101),
        ("/subjects/0/scores/image_age", "days", [1, 2, 3]),
        ("/subjects/0/findings/0", "outcome", "ignored"),
        ("/subjects/0/findings/0/location", "line", 0),
        ("/exceptions/0", "state", "forgotten"),
        ("/inputs/0", "sha256", "f"),
        ("/coverage", "seen", -1),
    ],
)
def test_wrong_values_are_refused(path: str, key: str, value: Json) -> None:
    base = json.loads(render(full()))
    assert key in dict(objects(base))[path]
    dict(objects(base))[path][key] = value
    assert not VALIDATOR.is_valid(base)
