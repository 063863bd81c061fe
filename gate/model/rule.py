"""What a rule is, and what it finds."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Literal

    from gate.model.location import Location
    from gate.model.policy import Grant
    from gate.model.truth import Truth

    Severity = Literal["critical", "high", "medium", "low"]
    Outcome = Literal["passed", "failed", "undecided", "inapplicable", "excepted"]
    Phase = Literal["build", "artefact", "runtime", "host"]
    Check = Callable[..., Iterable[Truth]]


class Control(Record):
    """An item of somebody else's benchmark that asks the same; benchmarks renumber, so the edition belongs to it."""

    benchmark: str
    edition: str
    id: str


class Rule(Record):
    """One question about a subject.

    A rule with `facts` asks just those facts (of `gate.boundary`) and needs no `check`; any other rule is a pure
    function from the subject, and the tables and day it is given, to one truth for each place. The page beside the
    module says the rest.
    """

    id: str
    name: str
    title: str
    severity: Severity
    remedy: str
    facts: tuple[str, ...] = ()
    check: Check | None = None
    controls: tuple[Control, ...] = ()
    version: int = 1


class Finding(Record):
    """A rule's answer at a place.

    `blocks` says whether it keeps the subject from what is required of it; what does not block is a note. `related`
    are the other places that the answer rests on. `aspects` are names by which somebody else knows what was found, such
    as the ids of a vulnerability. `known` says that the baseline holds it. `permitted_by` are the exceptions in force
    for what is excepted. `key` is what it is known by where its words change, or are those of another. Of what is found
    in a built image, `brought_by` is the line of its recipe and `deployed_by` are the manifests that run it.
    """

    rule: str
    name: str
    outcome: Outcome
    severity: Severity
    message: str
    at: Location
    remedy: str
    subject: str
    blocks: bool = False
    related: tuple[Location, ...] = ()
    aspects: tuple[str, ...] = ()
    known: bool = False
    permitted_by: tuple[Grant, ...] = ()
    key: str = ""
    brought_by: Location | None = None
    deployed_by: tuple[Location, ...] = ()
