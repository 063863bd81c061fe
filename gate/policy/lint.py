"""What is wrong with a policy, and what is probably not what its author meant."""

from __future__ import annotations

from gate.model.errors import UsageError
from gate.model.record import Record
from gate.policy.gaps import gaps
from gate.policy.ineffective import ineffective
from gate.policy.inheritance import EXTENDS, parents, shipped_alone
from gate.policy.pack import SECTIONS, keys, load_policy, rules_named, stated
from gate.policy.shape import document, nearest, quoted
from gate.policy.shipped import shipped_policy
from gate.syntax.tree import Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Literal

    from gate.model.location import Location
    from gate.model.policy import Policy, RequirementRule
    from gate.model.source import Source
    from gate.policy.inheritance import Find
    from gate.syntax.tree import Node


class Problem(Record):
    """One thing that is wrong (`error`: the policy is refused) or doubtful (`warning`), and what to do about it."""

    severity: Literal["error", "warning"]
    cause: str
    at: Location | None
    remedy: str


def lint(source: Source, rules: Iterable[str] = (), find: Find = shipped_alone) -> list[Problem]:
    """Return the problems of a pack, by line.

    `rules` are the ids that it may name, none when not known; `find` returns what its `extends` names.
    """
    try:
        root = document(source)
    except UsageError as error:
        return [_error(error)]
    found = [*_errors(root), *_unknown_rules(root, tuple(rules))]
    if not found:
        found = [*_sense(root, source, find)]
    return sorted(found, key=lambda problem: problem.at.start if problem.at else 0)


def _error(error: UsageError) -> Problem:
    return Problem("error", error.cause, error.at, error.remedy)


def _errors(root: Node) -> Iterator[Problem]:
    """Find the first error of the file as such, and of every section."""
    checks: list[tuple[Node | None, Callable[[Node], object]]] = [(root, keys)]
    # What a pack that extends another leaves out is not missing; which one it is does not matter to the shape.
    base = shipped_policy() if stated(root, EXTENDS) is not None else None
    checks += [(stated(root, EXTENDS), parents)]
    checks += [(stated(root, key), _over(read, base)) for key, read in SECTIONS.items()]
    for node, check in checks:
        if node is not None:
            try:
                check(node)
            except UsageError as error:
                yield _error(error)


def _over(read: Callable[[Node, Policy | None], object], base: Policy | None) -> Callable[[Node], object]:
    return lambda node: read(node, base)


def _unknown_rules(root: Node, rules: tuple[str, ...]) -> Iterator[Problem]:
    """Find the rules that a pack names and that there are not, so that nothing would ever come of it."""
    for named in rules_named(root) if rules else ():
        if named.text not in rules:
            yield Problem("error", f"there is no rule {quoted(named.text)}", named.at, nearest(named.text, rules))


def _sense(root: Node, source: Source, find: Find) -> Iterator[Problem]:
    """Find what does not go together, or else what is doubtful."""
    try:
        policy = load_policy(source, find)
        extended = stated(root, EXTENDS)
        above = [find(parent) for parent in parents(extended) if parent.always] if extended is not None else []
    except UsageError as error:
        yield _error(error)
        return
    for node, cause, remedy in ineffective(root, above):
        yield Problem("warning", cause, node.at, remedy)
    yield from _doubts(root, policy.requirements)


def _doubts(root: Node, requirements: tuple[RequirementRule, ...]) -> Iterator[Problem]:
    """Find what a valid policy probably does not mean; what it inherits is doubted where it is written."""
    places = _places(root)
    demands = [rule for rule in requirements if not rule.allows]
    if all(rule.when for rule in demands):
        cause = "a workload that none of the requirements speaks of needs nothing"
        yield Problem("warning", cause, root.at, "add a requirement with `when: {}`")
    for rule in requirements:
        if rule.allows and "waiver" not in rule.needs and rule.id in places:
            cause = f"`{rule.id}` permits {rule.allows} without anybody who answers for it"
            yield Problem("warning", cause, places[rule.id], "add `waiver` to its `needs`")
    for rule in demands:
        for field, value in gaps(rule, demands) if rule.id in places else ():
            cause = f"`{rule.id}` asks for {rule.level}, and nothing asks for as much when `{field}` is `{value}`"
            yield Problem("warning", cause, places[rule.id], "name that value too, or add a requirement for it")


def _places(root: Node) -> dict[str, Location]:
    members = stated(root, "requirements")
    found = {}
    for member in members.items if isinstance(members, Sequence) else ():
        name = stated(member, "id")
        if isinstance(name, Scalar):
            found[name.text] = member.at
    return found
