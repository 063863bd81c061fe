"""What a pack inherits: `extends` names others, and what the pack says joins them, so that it can only add to them."""

from __future__ import annotations

from gate.model.errors import UsageError
from gate.model.policy import DatedPolicy
from gate.model.record import Record
from gate.policy.ceiling import stricter_of
from gate.policy.reference import POLICY
from gate.policy.shape import TERM, fields, items, refuse, term, text
from gate.policy.shipped import DEFAULT, shipped_policy
from gate.syntax.tree import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from gate.model.location import Location
    from gate.model.policy import Policy
    from gate.syntax.tree import Node

    Find: TypeAlias = "Callable[[Parent], Policy]"

EXTENDS = "extends"


class Parent(Record):
    """An entry of `extends`: a policy by name or path, from one day to another; an empty one is no bound."""

    written: str
    effective_on: str
    until: str
    at: Location

    @property
    def always(self) -> bool:
        """Whether it has no dates."""
        return not (self.effective_on or self.until)


def parents(node: Node) -> tuple[Parent, ...]:
    """Read `extends`: one entry, or a list of them."""
    members = items(node, EXTENDS, least=1) if isinstance(node, Sequence) else [node]
    found = tuple(_parent(member) for member in members)
    if not any(parent.always for parent in found):
        refuse(node, f"every entry of `{EXTENDS}` has a date", "name one without, which counts until then")
    return found


def _parent(node: Node) -> Parent:
    if not isinstance(node, Mapping):
        return Parent(text(node, EXTENDS, POLICY, DEFAULT), "", "", node.at)
    entries = fields(node, EXTENDS, ("pack",), TERM)
    written = text(entries["pack"], f"{EXTENDS}.pack", POLICY, DEFAULT)
    return Parent(written, *term(entries, EXTENDS), node.at)


def inherited(found: Iterable[Parent], find: Find) -> tuple[Policy, tuple[DatedPolicy, ...]]:
    """Return what is inherited without dates, joined, and what is inherited for a time."""
    base: Policy | None = None
    dated = []
    for parent in found:
        policy = find(parent)
        if not parent.always:
            dated.append(DatedPolicy(parent.effective_on, parent.until, policy))
        else:
            base = policy if base is None else stricter_of(base, policy)
    assert base is not None
    return base, tuple(dated)


def shipped_alone(parent: Parent) -> Policy:
    """Find what ships with the gate, and nothing else."""
    try:
        return shipped_policy(parent.written)
    except UsageError as error:
        raise UsageError(error.cause, at=parent.at, remedy=error.remedy) from None
