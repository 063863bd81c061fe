"""Three-valued truth that remembers why.

Kleene's strong logic: what is unknown stays unknown unless the other side already decides. A truth cannot be used as
a condition, so that "we do not know" can never be taken for "no" by accident.
"""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal, NoReturn

    from gate.model.location import Location

    Answer = Literal["yes", "no", "unknown"]

#: Where a doubt begins to say why.
UNDECIDED = " cannot be decided: "


class Because(Record):
    """One reason, as a clause about the subject, and the place that it rests on."""

    at: Location
    text: str


class Detail(Record):
    """What is particular to one answer: how bad just this is, its names elsewhere, and what excuses it, if anything."""

    severity: Literal["critical", "high", "medium", "low"]
    aspects: tuple[str, ...]
    excuse: str


class Truth(Record):
    """An answer with its reasons; `applicable` is false for a "no" that only says the question has no meaning here.

    `key` is what the answer is known by from one run to the next, where its words would change or are those of another.
    """

    answer: Answer
    because: tuple[Because, ...]
    applicable: bool = True
    detail: Detail | None = None
    key: str = ""

    def __and__(self, other: Truth) -> Truth:
        """Be no when either is no, yes when both are yes."""
        return _combine((self, other), decided="no", otherwise="yes")

    def __or__(self, other: Truth) -> Truth:
        """Be yes when either is yes, no when both are no."""
        return _combine((self, other), decided="yes", otherwise="no")

    def __invert__(self) -> Truth:
        """Turn yes into no and no into yes; unknown and what has no meaning here stay as they are."""
        if self.answer == "unknown" or not self.applicable:
            return self
        return Truth("no" if self.answer == "yes" else "yes", self.because)

    def __bool__(self) -> NoReturn:
        """Refuse: ask for the answer by name."""
        raise TypeError("a truth has three values; compare its answer")

    def about(self, text: str) -> Truth:
        """Say the same of a subject that the reader of the report can recognise; the reasons for a doubt are kept."""
        if not self.because:
            return self
        first, *others = self.because
        if self.answer == "unknown":
            text = f"{text}{UNDECIDED}{first.text}"
        return Truth(self.answer, (Because(first.at, text), *others), self.applicable)

    def known_by(self, key: str) -> Truth:
        """Give the answer its key."""
        return Truth(self.answer, self.because, self.applicable, self.detail, key)

    def holds(self, *, worst: bool, risk: bool) -> bool:
        """Settle the unknown: the worst reading takes a risk as present and a safeguard as absent."""
        if self.answer == "unknown":
            return worst is risk
        return self.answer == "yes"


def yes(at: Location, text: str) -> Truth:
    """Say yes, because of what stands there."""
    return Truth("yes", (Because(at, text),))


def no(at: Location, text: str) -> Truth:
    """Say no, because of what stands there."""
    return Truth("no", (Because(at, text),))


def unknown(at: Location, text: str) -> Truth:
    """Say that it cannot be known, and why."""
    return Truth("unknown", (Because(at, text),))


def inapplicable(at: Location, text: str) -> Truth:
    """Say that the question has no meaning here, and why."""
    return Truth("no", (Because(at, text),), applicable=False)


def either(truths: Iterable[Truth]) -> Truth:
    """Join by "or"; of nothing at all the answer is no."""
    return _combine(tuple(truths), decided="yes", otherwise="no")


def every(truths: Iterable[Truth]) -> Truth:
    """Join by "and"; of nothing at all the answer is yes."""
    return _combine(tuple(truths), decided="no", otherwise="yes")


def _combine(truths: tuple[Truth, ...], *, decided: Answer, otherwise: Answer) -> Truth:
    """Let the first deciding answer win, keeping the reasons of just those operands that carry the result."""
    if len(truths) == 1:
        return truths[0]
    answers = [truth.answer for truth in truths]
    answer = decided if decided in answers else "unknown" if "unknown" in answers else otherwise
    carrying = [truth for truth in truths if truth.answer == answer]
    because = tuple(reason for truth in carrying for reason in truth.because)
    applicable = not carrying or any(truth.applicable for truth in carrying)
    return Truth(answer, because, applicable)
