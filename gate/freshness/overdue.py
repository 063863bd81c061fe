"""Whether a fix that is there should have been applied by now, and what it weighs that it was not."""

from __future__ import annotations

from gate.freshness.remediation import DAY, EXPLOITED, deadlines
from gate.model.record import Record, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.freshness.fixes import Found
    from gate.freshness.remediation import Deadline
    from gate.model.packages import Remediation
    from gate.model.rule import Severity
    from gate.model.truth import Answer

#: Hundredths of a point for a fix that has been left out for as long as its deadline; it grows to twice that.
WEIGHTS: dict[Severity, int] = {"critical": 1_000, "high": 500, "medium": 150, "low": 30}


class Overdue(Record):
    """The answer, the deadline that it rests on, and for how many days its clock has run, at least and at most."""

    answer: Answer
    deadline: Deadline
    least: int
    most: int | None

    @property
    def text(self) -> str:
        """Say it in a clause about the vulnerability."""
        least, most = self.least, self.most
        ran = f"{least} days" if least == most else f"{least} days or more" if most is None else f"{least}..{most} days"
        counted = "there" if self.deadline.clock == "fix" else "there and known of"
        return f"the fix has been {counted} for {ran}, and {self.deadline.text}"


def overdue(one: Found, asked: Remediation, today: int) -> Overdue:
    """Ask every profile, for every severity that the vulnerability may have."""
    answers = [_by_severity(one, asked, severity, today) for severity in one.severities]
    worst = answers[0]
    if all(answer.answer == worst.answer for answer in answers):
        return worst
    doubtful = next((answer for answer in answers if answer.answer != "no"), worst)
    return Overdue("unknown", doubtful.deadline, doubtful.least, doubtful.most)


def _by_severity(one: Found, asked: Remediation, severity: Severity, today: int) -> Overdue:
    """Let the profile decide that is certainly overrun, else one that may be."""
    order = ("yes", "unknown", "no")
    answers = [_held(one, deadline, today) for deadline in deadlines(asked, severity, one.exploited)]
    return min(answers, key=lambda answer: order.index(answer.answer))


def _held(one: Found, deadline: Deadline, today: int) -> Overdue:
    least, most = _waited(one, deadline, today)
    if deadline.most is not None and least * DAY > deadline.most:
        return Overdue("yes", deadline, least, most)
    possible = deadline.least is not None and (most is None or most * DAY > deadline.least)
    return Overdue("unknown" if possible else "no", deadline, least, most)


def _waited(one: Found, deadline: Deadline, today: int) -> tuple[int, int | None]:
    """Return for how long the clock of a profile has run: never before the fix, and where it says so the discovery."""
    assert one.since is not None
    first, last = one.since
    floors = [one.published] if deadline.clock == "publication" else []
    if deadline.profile == EXPLOITED and one.exploited:
        floors.append(one.listed)
    floor = max((day for day in floors if day is not None), default=None)
    if floor is not None:
        first, last = max(floor, floor if first is None else first), max(floor, last)
    least = max(0, today - last)
    return least, None if first is None else max(least, today - first)


def weight(one: Found, asked: Remediation, today: int) -> tuple[int, int]:
    """Return the hundredths of a point that a fix left out costs, at the best and at the worst reading."""
    weights = [_weight(one, asked, severity, today) for severity in one.severities]
    return min(best for best, _worst in weights), max(worst for _best, worst in weights)


def _weight(one: Found, asked: Remediation, severity: Severity, today: int) -> tuple[int, int]:
    full = WEIGHTS[severity]
    best = worst = 0
    for deadline in deadlines(asked, severity, one.exploited):
        least, most = _waited(one, deadline, today)
        if deadline.most is not None:
            best = max(best, min(2 * full, full * least * DAY // deadline.most))
        if deadline.least is not None:
            worst = max(worst, 2 * full if most is None else min(2 * full, full * most * DAY // deadline.least))
    return best, worst


def exploited(one: Found, asked: Remediation, today: int) -> Answer:
    """Say whether a hole that is known to be exploited is open for longer than the directive allows."""
    if EXPLOITED not in asked.profiles or one.exploited is False:
        return "no"
    answer = overdue(one, replace(asked, profiles=(EXPLOITED,)), today).answer
    return "unknown" if answer == "yes" and one.exploited is None else answer
