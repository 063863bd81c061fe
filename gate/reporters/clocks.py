"""The clocks of a built image: as JSON, and as lines for people."""

from __future__ import annotations

from gate.model.days import iso
from gate.reporters.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from gate.model.clock import Clock, Evidence
    from gate.model.location import Location
    from gate.model.report import SubjectReport

NAMES = {"build": "assembled", "base": "base made", "content": "packages renewed"}

_BOUNDS = {"not-before": "not before", "not-after": "not after", "claim": "by its own word on"}


def as_json(clocks: tuple[Clock, ...], place: Callable[[Location], Any]) -> list[Any]:
    """Return them with all of their evidence."""
    return [
        {
            "name": clock.name,
            "days": [clock.least, clock.most],
            "estimate": clock.estimate,
            "confidence": clock.confidence,
            "evidence": [
                {
                    "id": one.id,
                    "bound": one.bound,
                    "day": iso(one.day),
                    "strength": one.strength,
                    "text": one.text,
                    "unused": one.unused or None,
                    "location": place(one.at),
                }
                for one in clock.evidence
            ],
        }
        for clock in clocks
    ]


def lines(subject: SubjectReport) -> Iterator[str]:
    """Say what each clock of a built image shows, and under it what that rests on."""
    line = subject.scores.get("image_age")
    for clock in line.score.clocks if line is not None and line.score is not None else ():
        yield f"{NAMES[clock.name]} {ago(clock)} (confidence {clock.confidence})"
        for one in clock.evidence:
            yield f"  {_said(one)}"


def ago(clock: Clock) -> str:
    """Say how many days ago."""
    if clock.most is None:
        return f"{clock.least} days ago or more" if clock.least else "on a day that is not known"
    shown = str(clock.least) if clock.least == clock.most else f"{clock.least} to {clock.most}"
    return f"{shown} days ago"


def _said(one: Evidence) -> str:
    unused = f" (not counted: {visible(one.unused)})" if one.unused else ""
    return f"{one.id} {_BOUNDS[one.bound]} {iso(one.day)}, {one.strength}: {visible(one.text)}{unused}"
