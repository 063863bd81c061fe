"""The report as JSON: the contract of schemas/report.schema.json."""

from __future__ import annotations

import json

from gate.boundary.level import level_name
from gate.model.fingerprint import fingerprint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gate.model.agreement import Agreement, Hole
    from gate.model.cadence import Cadence
    from gate.model.location import Location
    from gate.model.report import (
        BaselineLine,
        BoundaryLine,
        Comparison,
        Difference,
        ExceptionLine,
        Report,
        Requirement,
        ScoreLine,
        SubjectReport,
        Trusted,
    )
    from gate.model.rule import Finding
    from gate.model.sensitivity import Sensitivity
    from gate.model.suggestion import Suggestion

    Json = dict[str, Any]


def render(report: Report) -> str:
    """Return the document, in ASCII, with its keys in the order of the schema."""
    return json.dumps(document(report), indent=2) + "\n"


def document(report: Report) -> Json:
    """Return the report as plain data."""
    coverage = report.coverage
    return {
        "schema_version": "1",
        "tool": {"name": "boundary-gate", "version": report.version},
        "now": report.now,
        "data_date": report.tables.date,
        "stage": report.stage,
        "policy": {"name": report.policy, "digest": report.policy_digest},
        "verdict": report.verdict,
        "exit_status": report.status,
        "subjects": [_subject(subject) for subject in report.subjects],
        "findings": [_finding(finding, finding.at.path) for finding in report.findings],
        "exceptions": [_exception(line) for line in report.exceptions],
        "coverage": {
            "seen": coverage.seen,
            "read": coverage.read,
            "judged": coverage.judged,
            "skipped": [{"location": _at(entry.at), "reason": entry.reason} for entry in coverage.skipped],
            "not_understood": [
                {"location": _at(entry.at), "reason": entry.reason, "remedy": entry.remedy}
                for entry in coverage.not_understood
            ],
            "suppressions": [{"tool": entry.tool, "location": _at(entry.at)} for entry in coverage.suppressions],
        },
        "inputs": [{"path": source.path, "sha256": source.digest} for source in report.inputs],
        "trusted": _trusted(report.trusted),
        "baseline": _baseline(report.baseline),
        "against": _against(report.against),
        "tables": {
            "origin": report.tables.origin or None,
            "sha256": dict(report.tables.digests),
            "notes": list(report.tables.notes),
        },
        "fetched": [
            {"reference": one.reference, "digest": one.digest, "pinned": one.is_pinned} for one in report.fetched
        ],
    }


def _trusted(trusted: Trusted | None) -> Json | None:
    if trusted is None:
        return None
    return {
        "name": trusted.name,
        "commit": trusted.commit,
        "changes": [
            {"text": change.text, "weakens": change.weakens, "location": _at(change.at)} for change in trusted.changes
        ],
    }


def _baseline(line: BaselineLine | None) -> Json | None:
    if line is None:
        return None
    return {
        "path": line.path,
        "written": line.written or None,
        "entries": line.entries,
        "used": line.used,
        "stale": line.stale,
        "added": line.added,
        "removed": line.removed,
    }


def _against(comparison: Comparison | None) -> Json | None:
    if comparison is None:
        return None
    return {
        "name": comparison.name,
        "commit": comparison.commit,
        "regressions": [_difference(one) for one in comparison.regressions],
        "improvements": [_difference(one) for one in comparison.improvements],
        "concessions": [_difference(one) for one in comparison.concessions],
        "judged": comparison.judged,
        "before": {"fail": comparison.failing, "undecided": comparison.undecided, "not_understood": comparison.gaps},
        "unreadable": comparison.unreadable or None,
    }


def _difference(one: Difference) -> Json:
    return {"subject": one.subject, "text": one.text, "location": _at(one.at)}


def _at(at: Location) -> Json:
    found: Json = {
        "path": at.path,
        "line": at.line,
        "column": at.column,
        "end_line": at.end_line,
        "end_column": at.end_column,
    }
    return {**found, "rendered": at.rendered} if at.rendered else found


def _subject(subject: SubjectReport) -> Json:
    return {
        "id": subject.id,
        "kind": subject.kind,
        "platform": subject.platform,
        "name": subject.name,
        "location": _at(subject.at),
        "sensitivity": _sensitivity(subject.sensitivity),
        "boundary": _boundary(subject.boundary),
        "required": _required(subject.required),
        "standards": _standards(subject),
        "scores": {dimension: _score(line) for dimension, line in subject.scores.items()},
        "escapes": _escapes(subject),
        "verdict": subject.verdict,
        "reasons": [
            {"verdict": r.verdict, "text": r.text, "known": r.known, "location": _at(r.at)} for r in subject.reasons
        ],
        "findings": [_finding(finding, subject.at.path) for finding in subject.findings],
        "suggestions": [_suggestion(suggestion) for suggestion in subject.suggestions],
        "cadence": [_cadence(one) for one in subject.cadence],
        "scans": _scans(subject.scans),
    }


def _scans(ledger: Agreement | None) -> Json | None:
    if ledger is None:
        return None
    return {
        "witnesses": [
            {
                "name": one.name,
                "version": one.version or None,
                "database": one.database or None,
                "system": one.system or None,
                "packages": one.packages,
                "vulnerabilities": one.vulnerabilities,
                "blind": list(one.blind),
                "location": _at(one.at),
            }
            for one in ledger.witnesses
        ],
        "agreed": ledger.agreed,
        "alone": [{**_hole(one.hole), "scanner": one.scanner} for one in ledger.alone],
        "disagreements": [
            {
                "about": one.about,
                **_hole(one.hole),
                "said": [{"name": name, "text": text} for name, text in one.said],
            }
            for one in ledger.disputes
        ],
    }


def _hole(hole: Hole | None) -> Json:
    return {"vulnerability": hole.id if hole else None, "package": hole.package if hole else None}


def _cadence(one: Cadence) -> Json:
    return {
        "image": one.name.text if one.name is not None else None,
        "location": _at(one.at),
        "keepers": [
            {
                "tool": keeper.tool,
                "does": keeper.does,
                "days": keeper.every,
                "doubt": keeper.doubt or None,
                "location": _at(keeper.at),
            }
            for keeper in one.keepers
        ],
    }


def _sensitivity(sensitivity: Sensitivity) -> Json:
    return {
        "declared": sensitivity.declared,
        **sensitivity.axes,
        **({"regulated": list(sensitivity.regulated)} if sensitivity.regulated else {}),
        **({"placement": sensitivity.placement} if sensitivity.placement else {}),
        **({"role": sensitivity.role} if sensitivity.role else {}),
    }


def _boundary(boundary: BoundaryLine | None) -> Json | None:
    if boundary is None:
        return None
    return {
        "level": f"L{boundary.worst}",
        "name": level_name(boundary.worst, boundary.kind),
        "kind": boundary.kind,
        "grade": boundary.grade,
        "modifiers": list(boundary.modifiers),
        "worst": f"L{boundary.worst}",
        "best": f"L{boundary.best}",
        "location": _at(boundary.at),
        "facts": [
            {"id": fact.id, "holds": fact.answer, "text": fact.text, "location": _at(fact.at)}
            for fact in boundary.facts
        ],
    }


def _required(required: Requirement) -> Json:
    return {
        "level": f"L{required.lo}",
        "highest": f"L{required.hi}",
        "dedicated": None if required.dedicated is None else f"L{required.dedicated}",
        "needs": list(required.needs),
        "because": [
            {
                "rule": because.rule,
                "level": because.level,
                "certain": because.certain,
                "text": because.text,
                "source": because.source,
            }
            for because in required.because
        ],
        "settle": required.settle,
    }


def _standards(subject: SubjectReport) -> Json:
    line = subject.pod_security
    return {} if line is None else {"pod_security": {"version": line.version, "level": line.level, "best": line.best}}


def _score(line: ScoreLine) -> Json:
    shown: Json = {"asked": line.asked}
    if line.score is not None:
        shown |= {
            "lo": line.score.lo,
            "hi": line.score.hi,
            "days": None if line.score.days is None else list(line.score.days),
            "deductions": [
                {"id": one.id, "text": one.text, "best": one.best / 100, "worst": one.worst / 100}
                for one in line.score.deductions
            ],
        }
        if line.score.clocks:
            from gate.reporters.clocks import as_json

            shown["clocks"] = as_json(line.score.clocks, _at)
        if line.score.lag is not None:
            from gate.reporters.lag import as_json as lag_as_json

            shown["lag"] = lag_as_json(line.score.lag, _at)
    if line.threshold is not None:
        when = line.projection
        below = None if when is None else {"first": when.first or None, "last": when.last or None}
        shown |= {"threshold": line.threshold.minimum, "undecided": line.threshold.undecided, "falls_below": below}
    return shown


def _escapes(subject: SubjectReport) -> Json | None:
    escapes = subject.escapes
    if escapes is None:
        return None
    return {
        "open": list(escapes.open),
        "closed": escapes.closed,
        "undecided": list(escapes.undecided),
        "table": [
            {
                "id": line.id,
                "title": line.title,
                "state": line.state,
                "component": line.component or None,
                "text": line.text,
                "location": _at(line.at),
            }
            for line in escapes.table
        ],
    }


def _finding(finding: Finding, path: str) -> Json:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "outcome": finding.outcome,
        "severity": finding.severity,
        "blocks": finding.blocks,
        "known": finding.known,
        "message": finding.message,
        "remedy": finding.remedy,
        "location": _at(finding.at),
        "related": [_at(at) for at in finding.related],
        "brought_by": _at(finding.brought_by) if finding.brought_by is not None else None,
        "deployed_by": [_at(at) for at in finding.deployed_by],
        "aspects": list(finding.aspects),
        "fingerprint": fingerprint(finding, path),
        "permitted_by": [_at(grant.at) for grant in finding.permitted_by],
    }


def _suggestion(suggestion: Suggestion) -> Json:
    return {
        "title": suggestion.title,
        "reaches": suggestion.reaches,
        "safe": suggestion.safe,
        "snippet": suggestion.snippet,
        "location": _at(suggestion.at),
        "edits": [{"location": _at(edit.at), "text": edit.text} for edit in suggestion.edits],
        "preconditions": list(suggestion.preconditions),
        "costs": list(suggestion.costs),
    }


def _exception(line: ExceptionLine) -> Json:
    grant = line.grant
    return {
        "rule": grant.rule,
        "vulnerability": grant.vulnerability,
        "workload": grant.workload,
        "subject": grant.subject,
        "fingerprint": grant.fingerprint,
        "ticket": grant.ticket,
        "reason": grant.reason,
        "owner": grant.owner,
        "created": grant.created,
        "expires": grant.expires,
        "state": line.state,
        "subjects": list(line.subjects),
        "location": _at(grant.at),
    }
