"""What is wrong with a policy, and what is probably not what its author meant."""

from __future__ import annotations

from gate.model.errors import UsageError
from gate.model.record import Record
from gate.policy.gaps import gaps
from gate.policy.pack import SECTIONS, load_policy
from gate.policy.shape import document, fields, items, nearest, quoted
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Literal

    from gate.model.location import Location
    from gate.model.policy import RequirementRule
    from gate.model.source import Source
    from gate.syntax.tree import Node


class Problem(Record):
    """One thing that is wrong (`error`: the policy is refused) or doubtful (`warning`), and what to do about it."""

    severity: Literal["error", "warning"]
    cause: str
    at: Location | None
    remedy: str


def lint(source: Source, rules: Iterable[str] = ()) -> list[Problem]:
    """Return the problems of a pack, by line; `rules` are the ids that its `require` may name, none when not known."""
    try:
        root = document(source)
    except UsageError as error:
        return [_error(error)]
    found = [*_errors(root), *_unknown_rules(root, tuple(rules))]
    if not found:
        found = [*_doubts(root, load_policy(source).requirements)]
    return sorted(found, key=lambda problem: problem.at.start if problem.at else 0)


def _error(error: UsageError) -> Problem:
    return Problem("error", error.cause, error.at, error.remedy)


def _errors(root: Node) -> Iterator[Problem]:
    """Find the first error of the file as such, and of every section."""
    checks: list[tuple[Node | None, Callable[[Node], object]]] = [(root, _keys)]
    if isinstance(root, Mapping):
        checks += [(root.get(key), read) for key, read in SECTIONS.items()]
    for node, check in checks:
        if node is not None:
            try:
                check(node)
            except UsageError as error:
                yield _error(error)


def _keys(root: Node) -> object:
    return fields(root, "", tuple(SECTIONS))


def _unknown_rules(root: Node, rules: tuple[str, ...]) -> Iterator[Problem]:
    """Find the rules of `require` that there are not, which would therefore never block."""
    node = root.get("require") if isinstance(root, Mapping) else None
    for member in node.items if isinstance(node, Sequence) and rules else ():
        if isinstance(member, Scalar) and member.text not in rules:
            yield Problem("error", f"there is no rule {quoted(member.text)}", member.at, nearest(member.text, rules))


def _doubts(root: Node, requirements: tuple[RequirementRule, ...]) -> Iterator[Problem]:
    """Find what a valid policy probably does not mean."""
    places = _places(root)
    demands = [rule for rule in requirements if not rule.allows]
    if all(rule.when for rule in demands):
        cause = "a workload that none of the requirements speaks of needs nothing"
        yield Problem("warning", cause, root.at, "add a requirement with `when: {}`")
    for rule in requirements:
        if rule.allows and "waiver" not in rule.needs:
            cause = f"`{rule.id}` permits {rule.allows} without anybody who answers for it"
            yield Problem("warning", cause, places[rule.id], "add `waiver` to its `needs`")
    for rule in demands:
        for field, value in gaps(rule, demands):
            cause = f"`{rule.id}` asks for {rule.level}, and nothing asks for as much when `{field}` is `{value}`"
            yield Problem("warning", cause, places[rule.id], "name that value too, or add a requirement for it")


def _places(root: Node) -> dict[str, Location]:
    found = {}
    for member in items(fields(root, "", (), tuple(SECTIONS))["requirements"], "requirements"):
        name = member.get("id") if isinstance(member, Mapping) else None
        if isinstance(name, Scalar):
            found[name.text] = member.at
    return found
