"""What was said about a workload, by its declaration and by labels, and what it comes to.

A label, an annotation or an `x-gate` key travels with the manifest, so whoever changes the manifest can change it. It
may therefore demand and never permit: it states the class, an axis or a regime. Role, placement, platform and
exceptions are the declaration's, which a pull request does not get to choose.
"""

from __future__ import annotations

from gate.model.record import Record, replace
from gate.model.sensitivity import AXES, CLASSES, REGIMES, Sensitivity, Statement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.policy import DeclaredWorkload

#: Every axis on which the stricter statement wins, with its values from the least to the most demanding.
ORDERS: dict[str, tuple[str, ...]] = {"class": CLASSES, **AXES}

#: From the best to the worst company.
COMPANY = ("", "dedicated", "tenant", "team", "shared")

#: The role that demands something; every other one only permits.
DEMANDING_ROLE = "ci-builder"


class Refusal(Record):
    """A statement that a manifest may not make, or that says nothing; the reason is a clause about it."""

    statement: Statement
    reason: str


def statements_allowed(statements: Iterable[Statement]) -> tuple[tuple[Statement, ...], tuple[Refusal, ...]]:
    """Part the statements of manifests into those that count, in the declaration's words, and those that do not."""
    accepted: list[Statement] = []
    refused: list[Refusal] = []
    for statement in statements:
        for said in _in_our_words(statement):
            reason = _reason_against(said)
            if reason:
                refused.append(Refusal(said, reason))
            else:
                accepted.append(said)
    return tuple(accepted), tuple(refused)


def sensitivity(
    entries: Iterable[DeclaredWorkload],
    statements: Iterable[Statement],
    default_placement: str,
    former: Iterable[Statement] = (),
) -> Sensitivity:
    """Join what the matching entries declare with what the subject and its images state: the stricter wins.

    `default_placement` is the platform's, for a workload whose entries state none. What the subject stated `former`ly,
    before the change that is judged, still counts.
    """
    matching = tuple(entries)
    declared = tuple(dict.fromkeys(statement for entry in matching for statement in entry.statements))
    placement = max((entry.placement for entry in matching), key=COMPANY.index, default="") or default_placement
    role = _role({entry.role for entry in matching} - {""})
    labels, stated = (statements_allowed(said)[0] for said in (statements, former))
    before = tuple(dict.fromkeys((*declared, *stated)))
    readings = dict.fromkeys((declared, before, tuple(dict.fromkeys((*declared, *labels, *stated)))))
    *unlabelled, everything = (_joined(said, placement, role) for said in readings)
    return replace(everything, unlabelled=tuple(unlabelled)) if unlabelled else everything


def _joined(said: tuple[Statement, ...], placement: str, role: str) -> Sensitivity:
    regimes = (one for one in REGIMES if any(_states(statement, "regulated", one) for statement in said))
    return Sensitivity(_strictest(said), tuple(regimes), placement, role, bool(said), said)


def counted(said: Sensitivity, undeclared: str) -> Sensitivity:
    """Hold what only labels speak of to no less than what nobody speaks of; `undeclared` is the policy's word on that.

    Where a policy counts the undeclared as a class, a label that states a lower one would permit something.
    """
    if not said.declared or undeclared not in CLASSES:
        return said
    cls = max(said.cls or CLASSES[0], undeclared, key=CLASSES.index)
    return replace(said, axes={**said.axes, "class": cls})


def _strictest(statements: Iterable[Statement]) -> dict[str, str]:
    found: dict[str, str] = {}
    for statement in statements:
        order = ORDERS.get(statement.axis)
        if order is not None:
            so_far = found.get(statement.axis, order[0])
            found[statement.axis] = max(so_far, statement.value, key=order.index)
    return found


def _states(statement: Statement, axis: str, value: str) -> bool:
    return statement.axis == axis and statement.value == value


def _role(roles: set[str]) -> str:
    """Let one role stand; of several only the one that demands does, since two permissions make a contradiction."""
    if len(roles) > 1:
        roles &= {DEMANDING_ROLE}
    return next(iter(roles), "")


def _in_our_words(statement: Statement) -> Iterable[Statement]:
    """Undo what label syntax forces on keys and values: hyphens in names, lists in one string."""
    axis = statement.axis.strip().lower().replace("-", "_")
    axis = "class" if axis == "sensitivity" else axis
    if axis != "regulated":
        return (Statement(axis, statement.value.strip(), statement.at),)
    regimes = statement.value.replace(",", " ").split() or [""]
    return tuple(Statement(axis, regime, statement.at) for regime in regimes)


def _reason_against(statement: Statement) -> str:
    words = REGIMES if statement.axis == "regulated" else ORDERS.get(statement.axis)
    if words is None:
        if statement.axis in ("role", "placement", "platform", "exception", "exceptions", "policy"):
            return f"only the declaration may state `{statement.axis}`, because it permits something"
        return f"there is no axis `{statement.axis[:60]}`"
    if statement.value not in words:
        return f"`{statement.axis}` cannot be `{statement.value[:60]}`; it may be: {', '.join(words)}"
    return ""
