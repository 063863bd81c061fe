"""What a change made worse and better, for a person at a terminal."""

from __future__ import annotations

from gate.reporters.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.report import Comparison

    Paint = Callable[[str, str], str]


def lines(comparison: Comparison, paint: Paint) -> Iterator[str]:
    """Say what the change made worse and better, a sentence each, and count what it did not."""
    said = (
        ("worse", "fail", comparison.regressions),
        ("asked for less", "warn", comparison.concessions),
        ("better", "pass", comparison.improvements),
    )
    for heading, colour, found in said:
        if found:
            yield ""
            yield paint(heading, colour)
        for one in found:
            yield f"  {visible(one.text)}, {visible(one.at.path)}:{one.at.line}"
    yield ""
    before = _before(comparison)
    if before:
        yield f"  {before} before: `gate check` shows them"
    if comparison.unreadable:
        text = f"what was before cannot be judged, so all counts as new: {visible(comparison.unreadable)}"
        yield paint(f"  {text}", "undecided")
    judged = f"{comparison.judged} subject{'' if comparison.judged == 1 else 's'}"
    yield paint(f"  the change may make a difference to {judged}; no others were judged", "dim")


def _before(comparison: Comparison) -> str:
    """Count what is as bad as it was; nothing where there is none."""
    failures = f"{comparison.failing} failure{'' if comparison.failing == 1 else 's'}"
    counts = {
        failures: comparison.failing,
        f"{comparison.undecided} undecided": comparison.undecided,
        f"{comparison.gaps} not understood": comparison.gaps,
    }
    found = [text for text, count in counts.items() if count]
    return f"{', '.join(found)} {'was' if sum(counts.values()) == 1 else 'were'} there" if found else ""
