"""The report as SARIF 2.1.0, with every field that GitHub's code scanning reads.

Fields and limits: OASIS SARIF 2.1.0, and the table of GitHub's documentation "SARIF support for code scanning". What is
excepted or known to the baseline is left out of the log for it, because code scanning ignores suppressions and would
show every alert that it is given; the full log has all of it.
"""

from __future__ import annotations

import json
from urllib.parse import quote

from gate.model.fingerprint import fingerprint, of_clause
from gate.reporters.tables import noted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gate.model.location import Location
    from gate.model.page import Page, Pages
    from gate.model.report import Report
    from gate.model.rule import Finding

    Json = dict[str, Any]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

#: GitHub's bands: above 9.0 critical, from 7.0 high, from 4.0 medium, above 0 low.
SECURITY_SEVERITY = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}

#: Results that code scanning takes from one run, and characters of a description.
MOST_RESULTS, LONGEST = 25_000, 1_024


def render(report: Report, pages: Pages) -> str:
    """Return the document, in ASCII."""
    return json.dumps(document(report, pages), indent=2) + "\n"


def document(report: Report, pages: Pages, *, full: bool = False) -> Json:
    """Return the SARIF log as plain data; the full one holds what is excepted or known too, and knows no limit."""
    coming = list(_coming(report))[: None if full else MOST_RESULTS]
    findings = list(_reported(report, full=full))[: None if full else MOST_RESULTS - len(coming)]
    rules = sorted({finding.rule for finding in findings})
    index = {rule: position for position, rule in enumerate(rules)}
    failing = {subject.id for subject in report.subjects if subject.verdict == "fail"}
    prints = _fingerprints(findings, {subject.id: subject.at.path for subject in report.subjects})
    results = [_result(finding, index, failing, mark) for finding, mark in zip(findings, prints, strict=True)]
    results += ({**result, "ruleIndex": len(rules)} for result in coming)
    if full:
        # Either all results of a run have this property or none has (SARIF 3.27.23).
        for result in results[len(findings) :]:
            result["suppressions"] = []
            if report.baseline is not None:
                result["baselineState"] = "new"
        for result, finding in zip(results, findings, strict=False):
            result["suppressions"] = [_suppression(finding)] if finding.outcome == "excepted" else []
            if report.baseline is not None:
                result["baselineState"] = "unchanged" if finding.known else "new"
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "boundary-gate",
                        "version": report.version,
                        "semanticVersion": report.version,
                        "rules": [*(_rule(pages(rule)) for rule in rules), *([COMING] if coming else [])],
                    }
                },
                "automationDetails": {"id": "boundary-gate/"},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(report)],
                "results": results,
                "properties": {"tables": {"date": report.tables.date, "sha256": dict(report.tables.digests)}},
            }
        ],
    }


def _reported(report: Report, *, full: bool) -> Iterator[Finding]:
    shown = ("failed", "undecided", "excepted") if full else ("failed", "undecided")
    yield from report.findings
    for subject in sorted(report.subjects, key=lambda subject: subject.verdict != "fail"):
        yield from (one for one in subject.findings if one.outcome in shown and (full or not one.known))


#: What will be demanded later is a result and no notification, because code scanning shows no notifications of others
#: than CodeQL. It is a note of a rule without `security-severity`: with one, code scanning shows that instead of the
#: level, and fails the check of a pull request from `high` on, whatever the level is. Notes fail no check.
COMING: Json = {
    "id": "coming-demand",
    "name": "coming-demand",
    "shortDescription": {"text": "coming-demand: is less than the policy demands from a later day on"},
    "fullDescription": {"text": "It fails nothing yet. To keep it so, do what is demanded before that day."},
    "help": {"text": "Do what is demanded before that day.", "markdown": "Do what is demanded before that day."},
    "defaultConfiguration": {"level": "note"},
    "properties": {"precision": "very-high", "tags": ["policy"]},
}


def _coming(report: Report) -> Iterator[Json]:
    """Yield a note for every clause and every template that fails from a later day on."""
    found = [
        (reason.text, reason.at, of_clause(reason.text, subject.id, subject.at.path))
        for subject in report.subjects
        for reason in subject.reasons
        if reason.coming
    ]
    skipped = (one for one in report.coverage.skipped if one.coming)
    found += ((one.reason, one.at, of_clause(one.reason, "", one.at.path)) for one in skipped)
    seen: dict[str, int] = {}
    for text, at, mark in found:
        seen[mark] = seen.get(mark, 0) + 1
        yield {
            "ruleId": COMING["id"],
            "kind": "fail",
            "level": "note",
            "message": {"text": f"{text}."},
            "locations": [{"physicalLocation": _physical(at)}],
            "partialFingerprints": {"primaryLocationLineHash": f"{mark}:{seen[mark]}"},
        }


def _rule(page: Page) -> Json:
    rule = page.rule
    controls = [f"{control.benchmark} {control.edition} {control.id}" for control in rule.controls]
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": f"{rule.name}: {rule.title}"[:LONGEST]},
        "fullDescription": {"text": f"{rule.title[:1].upper()}{rule.title[1:]}. To fix it, {rule.remedy}."[:LONGEST]},
        "help": {"text": f"{rule.remedy[:1].upper()}{rule.remedy[1:]}.", "markdown": page.text or rule.remedy},
        "defaultConfiguration": {"level": "warning"},
        "properties": {
            "precision": "very-high",
            "security-severity": SECURITY_SEVERITY[rule.severity],
            "tags": ["security", *controls][:20],
        },
    }


def _result(finding: Finding, index: dict[str, int], failing: set[str], mark: str) -> Json:
    result: Json = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "kind": "open" if finding.outcome == "undecided" else "fail",
        "level": _level(finding, failing),
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": _physical(finding.at)}],
        "partialFingerprints": {"primaryLocationLineHash": mark},
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _physical(at)} for number, at in enumerate(finding.related[:100], 1)
        ]
    return result


def _level(finding: Finding, failing: set[str]) -> str:
    """Only a failure may have a level (SARIF 3.27.10), and only what fails the run is an error."""
    if finding.outcome == "undecided":
        return "none"
    if finding.blocks:
        return "error" if finding.subject in failing or not finding.subject else "warning"
    return "warning" if finding.severity in ("critical", "high") else "note"


def _message(finding: Finding) -> str:
    outcome = " (undecided)" if finding.outcome == "undecided" else ""
    outcome += f" ({finding.at.rendered})" if finding.at.rendered else ""
    return f"{finding.message}{outcome}. To fix it, {finding.remedy}."


def _physical(at: Location) -> Json:
    end_column = at.end_column if (at.end_line, at.end_column) > (at.line, at.column) else at.column + 1
    return {
        "artifactLocation": {"uri": uri(at.path), "uriBaseId": "%SRCROOT%"},
        "region": {
            "startLine": at.line,
            "startColumn": at.column,
            "endLine": max(at.end_line, at.line),
            "endColumn": end_column,
        },
    }


def uri(path: str) -> str:
    """Return a relative URI reference that no reader can take for one with a scheme (RFC 3986, 4.2)."""
    escaped = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    return f"./{escaped}" if ":" in path.partition("/")[0] or not escaped else escaped


def _fingerprints(findings: list[Finding], paths: dict[str, str]) -> Iterator[str]:
    """Identify each finding by what lasts of it, and count those of which the same lasts."""
    seen: dict[str, int] = {}
    for finding in findings:
        mark = fingerprint(finding, paths.get(finding.subject, finding.at.path))
        seen[mark] = seen.get(mark, 0) + 1
        yield f"{mark}:{seen[mark]}"


def _suppression(finding: Finding) -> Json:
    """Say who permits it and until when; the days stand by themselves too, as SARIF 2.2 will have them."""
    suppression: Json = {"kind": "external", "status": "accepted", "justification": finding.message}
    if finding.permitted_by:
        grant = finding.permitted_by[0]
        suppression["justification"] = f"{grant.owner} permits it until {grant.expires}: {grant.reason}"
        named = {"owner": grant.owner, "created": grant.created, "expires": grant.expires, "ticket": grant.ticket}
        suppression["properties"] = {name: value for name, value in named.items() if value}
    return suppression


def _invocation(report: Report) -> Json:
    gaps = [
        {
            "level": "error",
            "message": {"text": f"{gap.reason}. {gap.remedy}".strip()},
            "locations": [{"physicalLocation": _physical(gap.at)}],
        }
        for gap in report.coverage.not_understood
    ]
    invocation: Json = {"executionSuccessful": not gaps, "exitCode": report.status}
    noted_of_tables = noted(report.tables)
    told = [*gaps, *([{"level": "warning", "message": {"text": noted_of_tables}}] if noted_of_tables else [])]
    if told:
        invocation["toolExecutionNotifications"] = told
    return invocation
