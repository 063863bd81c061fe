"""What a pack says in vain: where it asks for less than a pack that it extends, the other counts."""

from __future__ import annotations

from gate.model.record import Record
from gate.model.sensitivity import IMPACTS
from gate.policy.ceiling import UNDECLARED, ordered
from gate.policy.pack import own_requirements, stated
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gate.model.policy import Policy, RequirementRule
    from gate.model.score import Dimension
    from gate.syntax.tree import Node


class Claim(Record):
    """A statement under a key of a pack; `less` tells whether it asks for less than a policy does."""

    key: str
    node: Node
    less: Callable[[Policy], bool]


def ineffective(root: Node, parents: Iterable[Policy]) -> Iterator[tuple[Node, str, str]]:
    """Yield every statement that has no effect, with a sentence about it and what to do; the pack must be valid."""
    above = tuple(parents)
    for claim in (*_words(root), *_by_class(root), *_thresholds(root), *_lists(root)):
        stricter = [policy.name for policy in above if claim.less(policy)]
        if stricter:
            yield claim.node, f"`{claim.key}` has no effect: {_all(stricter)} for more", REMEDY
    members = stated(root, "requirements")
    nodes = members.items if isinstance(members, Sequence) else []
    for node, rule in zip(nodes, own_requirements(root), strict=True):
        cause = _vain(ordered(rule), above)
        if cause:
            yield node, cause, REMEDY


REMEDY = "leave it out, or ask for more; a pack only adds to those that it extends"


def _all(names: Iterable[str]) -> str:
    found = tuple(dict.fromkeys(names))
    return f"{' and '.join(found)} {'ask' if len(found) > 1 else 'asks'}"


def _entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Mapping):
        yield from node.items()


def _words(root: Node) -> Iterator[Claim]:
    undeclared, unrendered = stated(root, "undeclared"), stated(root, "unrendered")
    if isinstance(undeclared, Scalar):
        rank = UNDECLARED.index(undeclared.text)
        yield Claim("undeclared", undeclared, lambda policy: UNDECLARED.index(policy.undeclared) > rank)
    if isinstance(unrendered, Scalar) and unrendered.text == "warn":
        yield Claim("unrendered", unrendered, lambda policy: policy.unrendered == "fail")


def _by_class(root: Node) -> Iterator[Claim]:
    for name, node in _entries(stated(root, "classes")):
        if isinstance(node, Scalar):
            yield Claim(f"classes.{name}", node, _milder_impact(name, node.text))
    for name, node in _entries(stated(root, "longest_exception")):
        if isinstance(node, Scalar) and isinstance(node.value, int | float):
            yield Claim(f"longest_exception.{name}", node, _longer(name, node.value))


def _milder_impact(name: str, impact: str) -> Callable[[Policy], bool]:
    return lambda policy: IMPACTS.index(policy.classes[name]) > IMPACTS.index(impact)


def _longer(name: str, days: float) -> Callable[[Policy], bool]:
    return lambda policy: policy.longest_exception[name] < days


def _thresholds(root: Node) -> Iterator[Claim]:
    for name, dimensions in _entries(stated(root, "thresholds")):
        for dimension, threshold in _entries(dimensions):
            for part, node in _entries(threshold):
                key = f"thresholds.{name}.{dimension}.{part}"
                if isinstance(node, Scalar):
                    yield Claim(key, node, _lower(name, dimension, node.value))  # type: ignore[arg-type]


def _lower(name: str, dimension: Dimension, said: object) -> Callable[[Policy], bool]:
    def lower(policy: Policy) -> bool:
        asked = policy.thresholds[name][dimension]
        return asked.minimum > said if isinstance(said, int | float) else said == "warn" != asked.undecided

    return lower


def _lists(root: Node) -> Iterator[Claim]:
    """Yield the lists that are joined with those of the parents: in vain is one that all stands in theirs, and less."""
    for stage, node in _entries(stated(root, "evidence")):
        yield Claim(f"evidence.{stage}", node, _fewer(node, "evidence", stage))
    for key in ("remediation", "require", "never_excepted"):
        node_or_none = stated(root, key)
        if node_or_none is not None:
            yield Claim(key, node_or_none, _fewer(node_or_none, key))


def _fewer(node: Node, field: str, stage: str = "") -> Callable[[Policy], bool]:
    members = node.items if isinstance(node, Sequence) else [node]
    named = [member.get("rule") if isinstance(member, Mapping) else member for member in members]
    words = {one.text for one in named if isinstance(one, Scalar)}

    def fewer(policy: Policy) -> bool:
        asked = getattr(policy, field)
        return words < set(asked[stage] if stage else asked)

    return fewer


def _vain(rule: RequirementRule, parents: tuple[Policy, ...]) -> str:
    """Say why a requirement of the pack does not do what it seems to; nothing where it does."""
    same_id = [(policy.name, other) for policy in parents for other in policy.requirements if other.id == rule.id]
    alike = [(name, other) for name, other in same_id if other.when == rule.when and _kind(other) == _kind(rule)]
    if rule.allows and len(alike) < len(parents):
        silent = [policy.name for policy in parents if policy.name not in {name for name, _ in alike}]
        return f"`{rule.id}` permits nothing: {' and '.join(silent)} gives no such permission"
    stricter = [name for name, other in alike if other != rule and _covers(other, rule)]
    if stricter:
        return f"`{rule.id}` has no effect: {_all(stricter)} for more"
    lower = [name for name, other in alike if other.level > rule.level and _spans(other, rule)]
    if lower:
        return f"the level of `{rule.id}` has no effect: {_all(lower)} for more"
    kept = [name for name, _ in same_id]
    if kept and not alike:
        return f"`{rule.id}` does not replace the one of {' and '.join(dict.fromkeys(kept))}, which still counts"
    return ""


def _kind(rule: RequirementRule) -> bool:
    return bool(rule.allows)


def _covers(other: RequirementRule, rule: RequirementRule) -> bool:
    """Tell whether one with the same conditions is at least as strict in everything, and words aside not the same."""
    if not set(other.needs) >= set(rule.needs):
        return False
    if rule.allows:
        return other.allows >= rule.allows and _spans(rule, other) and _differs(other, rule)
    dedicated = (other.dedicated_level or other.level) >= (rule.dedicated_level or rule.level)
    return other.level >= rule.level and dedicated and _spans(other, rule) and _differs(other, rule)


def _differs(other: RequirementRule, rule: RequirementRule) -> bool:
    decides = ("level", "dedicated_level", "needs", "allows", "effective_on", "until")
    return any(getattr(other, field) != getattr(rule, field) for field in decides)


def _spans(outer: RequirementRule, inner: RequirementRule) -> bool:
    """Tell whether the days of the one are among those of the other."""
    ends = not outer.until or (bool(inner.until) and inner.until <= outer.until)
    return outer.effective_on <= inner.effective_on and ends
