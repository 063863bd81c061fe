"""Puts the rules' questions to one subject."""

from __future__ import annotations

from gate.model.record import replace
from gate.model.rule import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.boundary.fact import Answer
    from gate.boundary.facts import Facts
    from gate.model.rule import Outcome, Rule
    from gate.model.truth import Detail, Truth


def judge_facts(rule: Rule, facts: Facts) -> Iterator[tuple[Finding, str, Answer]]:
    """Answer a rule that asks facts: one finding for every place where a fact is bad news, or cannot be known.

    Each comes with the fact and the answer that it is made of.
    """
    from gate.boundary.facts import FACTS

    for fact_id in rule.facts:
        is_risk = FACTS[fact_id].is_risk
        for answer in facts.answers[fact_id]:
            outcome = _outcome(answer.truth, risk=is_risk)
            if outcome in ("failed", "undecided"):
                # A safeguard that is missing is known by the same words while it is only doubted.
                lack = "" if is_risk else _lack(rule, answer, facts)
                message = lack if lack and outcome == "failed" else answer.truth.because[0].text
                truth = answer.truth.known_by(lack) if lack else answer.truth
                yield _finding(rule, outcome, message, truth, facts.workload.id), fact_id, answer


def judge_truths(rule: Rule, truths: Iterable[Truth], subject: str) -> Iterator[Finding]:
    """Answer a rule with a question of its own: yes is bad news."""
    for truth in truths:
        outcome = _outcome(truth, risk=True)
        if outcome in ("failed", "undecided"):
            yield _finding(rule, outcome, truth.because[0].text, truth, subject)


def _outcome(truth: Truth, *, risk: bool) -> Outcome:
    if not truth.applicable:
        return "inapplicable"
    if truth.answer == "unknown":
        return "undecided"
    return "failed" if (truth.answer == "yes") is risk else "passed"


def _lack(rule: Rule, answer: Answer, facts: Facts) -> str:
    """Say in the words of the rule that a safeguard is missing; everything else the fact says in its own."""
    return f"{answer.container or facts.workload.name} {rule.title}"


def _finding(rule: Rule, outcome: Outcome, message: str, truth: Truth, subject: str) -> Finding:
    places = [reason.at for reason in truth.because]
    related = tuple(dict.fromkeys(at for at in places[1:] if at != places[0]))
    finding = Finding(
        rule.id,
        rule.name,
        outcome,
        rule.severity,
        message,
        places[0],
        rule.remedy,
        subject,
        related=related,
        key=truth.key,
    )
    return _detailed(finding, truth.detail) if truth.detail is not None else finding


def _detailed(finding: Finding, detail: Detail) -> Finding:
    """Say what is particular to one answer; what is excused stays in the report with who excuses it."""
    outcome, message = finding.outcome, finding.message
    if detail.excuse:
        outcome, message = "excepted", f"{message}; {detail.excuse}"
    return replace(finding, outcome=outcome, message=message, severity=detail.severity, aspects=detail.aspects)
