"""A policy pack's file: its shape, and the sense that its parts must make together.

Nothing has a default: a policy says everything that it decides, or extends one that does. The shape is what
`schemas/policy.schema.json` describes; the sense is what a schema cannot say, above all that a higher class is never
held to less.
"""

from __future__ import annotations

from itertools import pairwise

from gate.model.errors import UsageError
from gate.model.policy import (
    EVIDENCE,
    LEVELS,
    NEEDS,
    REMEDIATION_PROFILES,
    STAGES,
    DatedRule,
    Policy,
    RequirementRule,
    Threshold,
)
from gate.model.record import replace
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import CLASSES, IMPACTS
from gate.policy.calendar import days_named
from gate.policy.ceiling import UNDECLARED, adding, canonical, stricter_answer
from gate.policy.conditions import conditions
from gate.policy.inheritance import EXTENDS, inherited, parents, shipped_alone
from gate.policy.shape import TERM, choice, document, fields, items, refuse, term, text, whole
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, TypeVar

    from gate.model.policy import OnUndecided, Stage
    from gate.model.score import Dimension
    from gate.model.source import Source
    from gate.policy.inheritance import Find
    from gate.syntax.tree import Node

    Value = TypeVar("Value")

ON_UNDECIDED: tuple[OnUndecided, ...] = ("warn", "fail")

NAME = r"[a-z0-9][a-z0-9-]*"
REQUIREMENT_ID = r"[A-Z][A-Z0-9-]{0,31}"
RULE_ID = r"[A-Z]{2,3}[0-9]{3}"
SENTENCE = r"[\s\S]*[^ \t\r\n][\s\S]*"

#: Days that no exception may exceed whatever the policy says: ten years.
LONGEST = 3660

#: Days on which a policy may become stricter: a subject is judged once for each that is still to come.
MOST_DAYS = 32


def load_policy(source: Source, find: Find = shipped_alone) -> Policy:
    """Read a pack; raise UsageError for the first thing that is wrong with it.

    `find` returns the policy that an entry of `extends` names.
    """
    root = document(source)
    entries = keys(root)
    _version(entries["version"], None)
    base, dated = inherited(parents(entries[EXTENDS]), find) if EXTENDS in entries else (None, ())
    policy = _joined(entries, base)
    for refusal in falling(root, policy):
        raise refusal
    policy = canonical(replace(policy, dated_policies=(*policy.dated_policies, *dated)))
    if days_named(policy) > MOST_DAYS:
        refuse(root, f"the policy becomes stricter on more than {MOST_DAYS} days", "give demands the same day")
    return policy


def keys(root: Node) -> dict[str, Node]:
    """Return the entries of a pack; one that extends another may leave out most of them."""
    extends = isinstance(root, Mapping) and EXTENDS in root.entries
    if extends:
        return fields(root, "", ALWAYS, (EXTENDS, *SECTIONS))
    return fields(root, "", tuple(SECTIONS), (EXTENDS,))


def falling(root: Node, policy: Policy) -> Iterator[UsageError]:
    """Yield a refusal for everything in which a higher class is held to less than a lower one."""
    for lower, higher in pairwise(CLASSES):
        impacts = policy.classes
        if IMPACTS.index(impacts[higher]) < IMPACTS.index(impacts[lower]):
            cause = f"`{higher}` is given a lower impact than `{lower}`"
            yield _refusal(root, ("classes", higher, lower), cause, f"at least {impacts[lower]}")
        for dimension in DIMENSIONS:
            if not _reaches(policy.thresholds[higher][dimension], policy.thresholds[lower][dimension]):
                cause = f"`{higher}` is held to less than `{lower}` in `{dimension}`"
                path = ("thresholds", higher, lower, dimension)
                yield _refusal(root, path, cause, "raise it, or lower the other")
        if policy.longest_exception[higher] > policy.longest_exception[lower]:
            cause = f"exceptions may last longer for `{higher}` than for `{lower}`"
            yield _refusal(root, ("longest_exception", higher, lower), cause, "")


def _refusal(root: Node, path: tuple[str, str, str, *tuple[str, ...]], cause: str, remedy: str) -> UsageError:
    """Refuse at what is said of the higher class, else at what is said of the lower one."""
    key, higher, lower, *inner = path
    node = stated(root, key, higher, *inner) or stated(root, key, lower, *inner) or root
    return UsageError(cause, at=node.at, remedy=remedy)


def stated(root: Node, *path: str) -> Node | None:
    """Return what a pack says under a path of keys, None where it is silent."""
    here: Node | None = root
    for key in path:
        here = here.get(key) if isinstance(here, Mapping) else None
    return here


def _joined(entries: dict[str, Node], base: Policy | None) -> Policy:
    """Read every section; one that is absent is that of the base, and what it leaves out as well."""

    def section(key: str, read: Callable[[Node, Policy | None], Value]) -> Value:
        inherit: Any = getattr(base, key, None)
        value: Value = read(entries[key], base) if key in entries else inherit
        return value

    required = _require(entries["require"], base) if "require" in entries else ()
    own = Policy(
        _name(entries["name"], base),
        "",
        section("undeclared", _undeclared),
        section("unrendered", _unrendered),
        section("classes", _classes),
        section("requirements", _requirements),
        section("thresholds", _thresholds),
        section("evidence", _evidence),
        section("remediation", _remediation),
        tuple(one.rule for one in required if not (one.effective_on or one.until)),
        section("longest_exception", _longest),
        section("never_excepted", _never_excepted),
        tuple(one for one in required if one.effective_on or one.until),
    )
    return canonical(own) if base is None else replace(adding(base, own), name=own.name)


def _needed(names: tuple[str, ...], base: Policy | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part names into those that must be there and those that may; a base stands in for what is left out."""
    return ((), names) if base else (names, ())


def _version(node: Node, _base: Policy | None) -> int:
    return whole(node, "version", 1, 1)


def _name(node: Node, _base: Policy | None) -> str:
    return text(node, "name", NAME, "our-standard")


def _undeclared(node: Node, _base: Policy | None) -> str:
    return choice(node, "undeclared", UNDECLARED)


def _unrendered(node: Node, _base: Policy | None) -> OnUndecided:
    return choice(node, "unrendered", ON_UNDECIDED)


def _classes(node: Node, base: Policy | None) -> dict[str, str]:
    entries = fields(node, "classes", *_needed(CLASSES, base))
    said = {name: choice(value, f"classes.{name}", IMPACTS) for name, value in entries.items()}
    return {**base.classes, **said} if base else said


def _requirements(node: Node, _base: Policy | None) -> tuple[RequirementRule, ...]:
    rules: dict[str, RequirementRule] = {}
    for member in items(node, "requirements", least=1):
        rule = _requirement(member)
        if rule.id in rules:
            refuse(member, f"there are two requirements `{rule.id}`", "give each an id of its own")
        rules[rule.id] = rule
    return tuple(rules.values())


def own_requirements(root: Node) -> tuple[RequirementRule, ...]:
    """Return the requirements that a pack states itself, in the order of the file."""
    node = stated(root, "requirements")
    return _requirements(node, None) if node is not None else ()


def _requirement(node: Node) -> RequirementRule:
    key = "requirements"
    optional = ("level", "allows", "dedicated_level", "needs", *TERM)
    entries = fields(node, key, ("id", "when", "text", "source"), optional)
    if ("level" in entries) == ("allows" in entries):
        refuse(node, "a requirement has either a `level` or an `allows`", "`level` demands, `allows` permits")
    if "dedicated_level" in entries and "level" not in entries:
        refuse(node, "`dedicated_level` goes with a `level`")
    levels = {
        name: choice(entries[name], f"{key}.{name}", LEVELS) if name in entries else ""
        for name in ("level", "dedicated_level", "allows")
    }
    if levels["dedicated_level"] > levels["level"]:
        refuse(entries["dedicated_level"], "`dedicated_level` is higher than `level`", "it is the lower alternative")
    needs = items(entries["needs"], f"{key}.needs") if "needs" in entries else []
    return RequirementRule(
        text(entries["id"], f"{key}.id", REQUIREMENT_ID, "R1"),
        conditions(entries["when"], f"{key}.when"),
        levels["level"],
        levels["dedicated_level"],
        tuple(choice(need, f"{key}.needs", tuple(NEEDS)) for need in needs),
        levels["allows"],
        text(entries["text"], f"{key}.text", SENTENCE, "Untrusted code runs behind a kernel of its own."),
        text(entries["source"], f"{key}.source", SENTENCE, "Kubernetes documentation, multi-tenancy"),
        *term(entries, key),
    )


def _thresholds(node: Node, base: Policy | None) -> dict[str, dict[Dimension, Threshold]]:
    entries = fields(node, "thresholds", *_needed(CLASSES, base))
    said = {name: _dimensions(value, name, base) for name, value in entries.items()}
    return {**base.thresholds, **said} if base else said


def _dimensions(node: Node, name: str, base: Policy | None) -> dict[Dimension, Threshold]:
    key = f"thresholds.{name}"
    entries = fields(node, key, *_needed(DIMENSIONS, base))
    otherwise = base.thresholds[name] if base else {}
    return {
        dimension: _threshold(entries[dimension], f"{key}.{dimension}", otherwise.get(dimension))
        if dimension in entries
        else otherwise[dimension]
        for dimension in DIMENSIONS
    }


def _threshold(node: Node, key: str, otherwise: Threshold | None) -> Threshold:
    names = ("minimum", "undecided")
    entries = fields(node, key, *(((), names) if otherwise else (names, ())))
    said = otherwise or Threshold(0, "warn")
    if "minimum" in entries:
        said = replace(said, minimum=whole(entries["minimum"], f"{key}.minimum", 0, 100))
    if "undecided" in entries:
        said = replace(said, undecided=choice(entries["undecided"], f"{key}.undecided", ON_UNDECIDED))
    return said


def _reaches(higher: Threshold, lower: Threshold) -> bool:
    """Whether the one is at least as strict as the other."""
    answer = stricter_answer(higher.undecided, lower.undecided)
    return higher.minimum >= lower.minimum and higher.undecided == answer


def _evidence(node: Node, base: Policy | None) -> dict[Stage, tuple[str, ...]]:
    entries = fields(node, "evidence", *_needed(STAGES, base))
    otherwise = base.evidence if base else {}
    return {
        stage: tuple(
            choice(name, f"evidence.{stage}", EVIDENCE) for name in items(entries[stage], f"evidence.{stage}", least=1)
        )
        if stage in entries
        else otherwise[stage]
        for stage in STAGES
    }


def _remediation(node: Node, _base: Policy | None) -> tuple[str, ...]:
    named = items(node, "remediation", least=1) if isinstance(node, Sequence) else [node]
    return tuple(choice(name, "remediation", REMEDIATION_PROFILES) for name in named)


def _require(node: Node, _base: Policy | None) -> tuple[DatedRule, ...]:
    return tuple(_required(member) for member in items(node, "require"))


def _required(node: Node) -> DatedRule:
    """Read a rule, or a mapping of it with its days."""
    if isinstance(node, Mapping):
        entries = fields(node, "require", ("rule",), TERM)
        return DatedRule(_rule(entries["rule"], "require.rule"), *term(entries, "require"))
    return DatedRule(_rule(node, "require"), "", "")


def _rule(node: Node, key: str) -> str:
    return text(node, key, RULE_ID, "ISO004")


def _never_excepted(node: Node, _base: Policy | None) -> tuple[str, ...]:
    return tuple(_rule(rule, "never_excepted") for rule in items(node, "never_excepted"))


def _longest(node: Node, base: Policy | None) -> dict[str, int]:
    key = "longest_exception"
    entries = fields(node, key, *_needed(CLASSES, base))
    said = {name: whole(value, f"{key}.{name}", 1, LONGEST) for name, value in entries.items()}
    return {**base.longest_exception, **said} if base else said


def rules_named(root: Node) -> Iterator[Scalar]:
    """Yield where a pack names rules, as far as it can be read."""
    for key in ("require", "never_excepted"):
        node = stated(root, key)
        for member in node.items if isinstance(node, Sequence) else ():
            named = member.get("rule") if isinstance(member, Mapping) else member
            if isinstance(named, Scalar):
                yield named


#: Every key of a pack but `extends`, with what reads its value.
SECTIONS: dict[str, Callable[[Node, Policy | None], object]] = {
    "version": _version,
    "name": _name,
    "undeclared": _undeclared,
    "unrendered": _unrendered,
    "classes": _classes,
    "requirements": _requirements,
    "thresholds": _thresholds,
    "evidence": _evidence,
    "remediation": _remediation,
    "require": _require,
    "longest_exception": _longest,
    "never_excepted": _never_excepted,
}

#: The keys that even a pack has which extends another.
ALWAYS = ("version", "name")
