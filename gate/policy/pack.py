"""A policy pack's file: its shape, and the sense that its parts must make together.

Nothing has a default: a policy says everything that it decides. The shape is what `schemas/policy.schema.json`
describes; the sense is what a schema cannot say, above all that a higher class is never held to less.
"""

from __future__ import annotations

from itertools import pairwise

from gate.model.policy import (
    EVIDENCE,
    LEVELS,
    NEEDS,
    REMEDIATION_PROFILES,
    STAGES,
    Policy,
    RequirementRule,
    Threshold,
)
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import CLASSES, IMPACTS
from gate.policy.ceiling import UNDECLARED, canonical, stricter_answer
from gate.policy.conditions import conditions
from gate.policy.shape import choice, document, fields, items, refuse, text, whole
from gate.syntax.tree import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.model.policy import OnUndecided, Stage
    from gate.model.score import Dimension
    from gate.model.source import Source
    from gate.syntax.tree import Node

ON_UNDECIDED: tuple[OnUndecided, ...] = ("warn", "fail")

NAME = r"[a-z0-9][a-z0-9-]*"
REQUIREMENT_ID = r"[A-Z][A-Z0-9-]{0,31}"
RULE_ID = r"[A-Z]{3}[0-9]{3}"
SENTENCE = r"[\s\S]*[^ \t\r\n][\s\S]*"

#: Days that no exception may exceed whatever the policy says: ten years.
LONGEST = 3660


def load_policy(source: Source) -> Policy:
    """Read a pack; raise UsageError for the first thing that is wrong with it."""
    entries = fields(document(source), "", tuple(SECTIONS))
    _version(entries["version"])
    return canonical(
        Policy(
            _name(entries["name"]),
            "",
            _undeclared(entries["undeclared"]),
            _unrendered(entries["unrendered"]),
            _classes(entries["classes"]),
            _requirements(entries["requirements"]),
            _thresholds(entries["thresholds"]),
            _evidence(entries["evidence"]),
            _remediation(entries["remediation"]),
            _require(entries["require"]),
            _longest(entries["longest_exception"]),
        )
    )


def _version(node: Node) -> int:
    return whole(node, "version", 1, 1)


def _name(node: Node) -> str:
    return text(node, "name", NAME, "our-standard")


def _undeclared(node: Node) -> str:
    return choice(node, "undeclared", UNDECLARED)


def _unrendered(node: Node) -> OnUndecided:
    return choice(node, "unrendered", ON_UNDECIDED)


def _classes(node: Node) -> dict[str, str]:
    entries = fields(node, "classes", CLASSES)
    impacts = {name: choice(entries[name], f"classes.{name}", IMPACTS) for name in CLASSES}
    for lower, higher in pairwise(CLASSES):
        if IMPACTS.index(impacts[higher]) < IMPACTS.index(impacts[lower]):
            refuse(entries[higher], f"`{higher}` is given a lower impact than `{lower}`", f"at least {impacts[lower]}")
    return impacts


def _requirements(node: Node) -> tuple[RequirementRule, ...]:
    rules: dict[str, RequirementRule] = {}
    for member in items(node, "requirements", least=1):
        rule = _requirement(member)
        if rule.id in rules:
            refuse(member, f"there are two requirements `{rule.id}`", "give each an id of its own")
        rules[rule.id] = rule
    return tuple(rules.values())


def _requirement(node: Node) -> RequirementRule:
    key = "requirements"
    optional = ("level", "allows", "dedicated_level", "needs")
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
    )


def _thresholds(node: Node) -> dict[str, dict[Dimension, Threshold]]:
    entries = fields(node, "thresholds", CLASSES)
    found = {name: _dimensions(entries[name], f"thresholds.{name}") for name in CLASSES}
    for lower, higher in pairwise(CLASSES):
        for dimension in DIMENSIONS:
            if not _reaches(found[higher][dimension], found[lower][dimension]):
                cause = f"`{higher}` is held to less than `{lower}` in `{dimension}`"
                lower_one = fields(entries[higher], "", DIMENSIONS)[dimension]
                refuse(lower_one, cause, "raise it, or lower the other")
    return found


def _dimensions(node: Node, key: str) -> dict[Dimension, Threshold]:
    entries = fields(node, key, DIMENSIONS)
    return {dimension: _threshold(entries[dimension], f"{key}.{dimension}") for dimension in DIMENSIONS}


def _threshold(node: Node, key: str) -> Threshold:
    entries = fields(node, key, ("minimum", "undecided"))
    return Threshold(
        whole(entries["minimum"], f"{key}.minimum", 0, 100),
        choice(entries["undecided"], f"{key}.undecided", ON_UNDECIDED),
    )


def _reaches(higher: Threshold, lower: Threshold) -> bool:
    """Whether the one is at least as strict as the other."""
    answer = stricter_answer(higher.undecided, lower.undecided)
    return higher.minimum >= lower.minimum and higher.undecided == answer


def _evidence(node: Node) -> dict[Stage, tuple[str, ...]]:
    entries = fields(node, "evidence", STAGES)
    return {
        stage: tuple(
            choice(name, f"evidence.{stage}", EVIDENCE) for name in items(entries[stage], f"evidence.{stage}", least=1)
        )
        for stage in STAGES
    }


def _remediation(node: Node) -> tuple[str, ...]:
    named = items(node, "remediation", least=1) if isinstance(node, Sequence) else [node]
    return tuple(choice(name, "remediation", REMEDIATION_PROFILES) for name in named)


def _require(node: Node) -> tuple[str, ...]:
    return tuple(text(rule, "require", RULE_ID, "ISO004") for rule in items(node, "require"))


def _longest(node: Node) -> dict[str, int]:
    key = "longest_exception"
    entries = fields(node, key, CLASSES)
    days = {name: whole(entries[name], f"{key}.{name}", 1, LONGEST) for name in CLASSES}
    for lower, higher in pairwise(CLASSES):
        if days[higher] > days[lower]:
            refuse(entries[higher], f"exceptions may last longer for `{higher}` than for `{lower}`")
    return days


#: Every key of a pack, all of them required, with what reads its value.
SECTIONS: dict[str, Callable[[Node], object]] = {
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
}
