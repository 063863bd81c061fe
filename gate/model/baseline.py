"""What was found on the day that a repository started, and is therefore known."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.model.location import Location
    from gate.model.sensitivity import Sensitivity

    Known = Literal["failed", "undecided"]


class LowScore(Record):
    """How low a score was: the `threshold` that it missed, what it was at `worst`, and what took points off it.

    `deductions` are as `gate.model.fingerprint` spells them.
    """

    threshold: int
    worst: int
    deductions: tuple[str, ...]


class Entry(Record):
    """One thing that was found, `count` times, at a subject of a file.

    `rule` is a rule's id, or the dimension of a score that was too low; then `score` says how low. `sensitivity` is
    what the subject was judged by, without the statements. `required` says that the policy required the rule. `built`
    says that the subject is a built image, which only a run that is given one can judge. `at` is where it stands.
    """

    path: str
    subject: str
    rule: str
    outcome: Known
    fingerprint: str
    count: int
    sensitivity: Sensitivity
    required: bool
    built: bool
    score: LowScore | None
    at: Location


class Baseline(Record):
    """A baseline as it was written: by which version of the gate, on which day, at which stage, under which policy."""

    path: str
    version: str
    written: str
    stage: str
    policy: str
    policy_digest: str
    entries: tuple[Entry, ...]
