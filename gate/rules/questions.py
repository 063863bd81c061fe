"""What the rules with a question of their own say: one sentence for an answer, another for a doubt."""

from __future__ import annotations

from gate.model.evidence import holds, known
from gate.model.truth import unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.evidence import Items
    from gate.model.template import BuildCommand
    from gate.model.truth import Truth


def answer(truth: Truth, fact: str, question: str) -> Truth:
    """Put a truth into words: the fact when it is decided, the question when it is not."""
    return truth.about(question if truth.answer == "unknown" else fact).known_by(fact)


def of_each(items: Items[str], test: Callable[[str], bool], fact: str, question: str) -> Iterator[Truth]:
    """Ask every member, `{}` in the fact standing for it, and an open list whether there are others."""
    for member in items.members:
        yield answer(holds(member, test, ""), fact.replace("{}", known(member) or ""), question)
    if not items.complete:
        yield answer(unknown(items.at, items.open_because), fact, question)


def of_steps(items: Items[BuildCommand], fact: str, question: str) -> Iterator[Truth]:
    """Ask every command of a build, known by its words: of those that are the same, by its place among them."""
    seen: dict[str, int] = {}
    for member in items.members:
        step = known(member)
        shown, written = (step.shown, step.written) if step is not None else ("", "")
        key = f"{shown}: {written}"
        seen[key] = seen.get(key, 0) + 1
        truth = answer(holds(member, lambda _step: True, ""), fact.replace("{}", shown), question)
        yield truth.known_by(f"{key} #{seen[key]}" if seen[key] > 1 else key)
    if not items.complete:
        yield answer(unknown(items.at, items.open_because), fact, question)
