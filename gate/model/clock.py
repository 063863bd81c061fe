"""The clocks of a built image: when it was assembled, its base was, and its packages were last brought up to date."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.model.location import Location

    ClockName = Literal["build", "base", "content"]
    Bound = Literal["not-before", "not-after", "claim"]
    Strength = Literal["strong", "medium", "weak"]
    Confidence = Literal["high", "medium", "low", "none"]

CLOCKS: tuple[ClockName, ...] = ("build", "base", "content")
BOUNDS: tuple[Bound, ...] = ("not-before", "not-after", "claim")
STRENGTHS: tuple[Strength, ...] = ("strong", "medium", "weak")
CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low", "none")


class Evidence(Record):
    """One thing that dates a clock, on a `day` since 1970: what happened did so not before it, or not after it.

    `id` is its kind, as docs/image-age.md lists them. A claim bounds nothing. `unused` says why a bound does not count,
    as a clause; it is empty where it does.
    """

    id: str
    clock: ClockName
    bound: Bound
    day: int
    strength: Strength
    text: str
    at: Location
    unused: str = ""


class Clock(Record):
    """How many days ago something happened, at least and at most; `most` is None where nothing bounds it.

    `estimate` is the likeliest number, None where nothing names one.
    """

    name: ClockName
    least: int
    most: int | None
    estimate: int | None
    confidence: Confidence
    evidence: tuple[Evidence, ...]
