"""Tests of a policy: a file of cases, each a workload in words with what the policy has to say of it.

The shape is what `schemas/policy-tests.schema.json` describes. No tree is read, and nothing is judged but the policy.
"""

from __future__ import annotations

from gate.model.policy import LEVELS, NEEDS, DeclaredWorkload
from gate.model.profile import PLATFORMS
from gate.model.record import Record
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import AXES, CLASSES, PLACEMENTS, REGIMES, ROLES, Statement
from gate.policy.conditions import SYSTEMS
from gate.policy.pack import REQUIREMENT_ID, RULE_ID
from gate.policy.reference import POLICY
from gate.policy.shape import choice, day, document, fields, items, refuse, text, whole
from gate.policy.shipped import DEFAULT
from gate.policy.statements import sensitivity
from gate.syntax.tree import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.location import Location
    from gate.model.score import Dimension
    from gate.model.sensitivity import Sensitivity
    from gate.model.source import Source
    from gate.syntax.tree import Node

NAME = r"[^\x00-\x1f\x7f]*[^ \x00-\x1f\x7f][^\x00-\x1f\x7f]*"

VERDICTS = ("pass", "warn", "undecided", "fail")

#: What stands for a workload that nobody declared, and for an operating system that the files do not tell.
UNDECLARED = "undeclared"
UNKNOWN = "unknown"

#: A requirement, or a rule that the policy requires.
REASON = rf"{REQUIREMENT_ID}|{RULE_ID}"

EXPECTED = ("level", "highest", "verdict", "because", "needs")


class Expected(Record):
    """What the policy has to say; empty or None where a case does not ask.

    `because` are the requirements that have to apply and the required rules that have to fail, among others; `needs`
    is all that is needed beside the level.
    """

    level: str
    highest: str
    verdict: str
    because: tuple[str, ...]
    needs: tuple[str, ...] | None


class PolicyCase(Record):
    """One case: a workload, the level that it has, its scores, the rules that fail at it, and what is expected.

    `policy` is as written, `day` the day it is asked on; `has` and `day` are empty where they are left out.
    """

    name: str
    policy: str
    sensitivity: Sensitivity
    os: str
    platform: str
    day: str
    has: str
    scores: dict[Dimension, tuple[int, int]]
    failed: tuple[str, ...]
    expected: Expected
    at: Location


def load_cases(source: Source) -> tuple[PolicyCase, ...]:
    """Read a file of cases; raise UsageError for the first thing that is wrong with it."""
    entries = fields(document(source), "", ("version", "cases"), ("policy",))
    whole(entries["version"], "version", 1, 1)
    policy = text(entries["policy"], "policy", POLICY, DEFAULT) if "policy" in entries else ""
    return tuple(_case(member, policy) for member in items(entries["cases"], "cases", least=1))


def _case(node: Node, policy: str) -> PolicyCase:
    key = "cases"
    optional = ("policy", "os", "platform", "day", "has", "scores", "failed")
    entries = fields(node, key, ("name", "workload", "expect"), optional)
    if "policy" in entries:
        policy = text(entries["policy"], f"{key}.policy", POLICY, DEFAULT)
    if not policy:
        refuse(node, "the case names no policy", "add `policy` to it, or to the file for all its cases")
    os = choice(entries["os"], f"{key}.os", (*SYSTEMS, UNKNOWN)) if "os" in entries else SYSTEMS[0]
    return PolicyCase(
        text(entries["name"], f"{key}.name", NAME, "hostile code has a machine to itself"),
        policy,
        _workload(entries["workload"]),
        "" if os == UNKNOWN else os,
        choice(entries["platform"], f"{key}.platform", PLATFORMS) if "platform" in entries else "kubernetes",
        day(entries["day"], f"{key}.day") if "day" in entries else "",
        choice(entries["has"], f"{key}.has", LEVELS) if "has" in entries else "",
        dict(_scores(entries["scores"])) if "scores" in entries else {},
        _listed(entries, "failed", f"{key}.failed", RULE_ID, "ISO004"),
        _expected(entries["expect"]),
        node.at,
    )


def _workload(node: Node) -> Sensitivity:
    """Read what a declaration's entry may state; the word `undeclared` is a workload that has none."""
    key = "cases.workload"
    if not isinstance(node, Mapping):
        choice(node, key, (UNDECLARED,))
        return sensitivity((), (), "")
    entries = fields(node, key, (), ("sensitivity", *AXES, "regulated", "placement", "role"))
    return sensitivity(
        [
            DeclaredWorkload(
                "",
                (),
                tuple(_statements(entries, key)),
                choice(entries["placement"], f"{key}.placement", PLACEMENTS) if "placement" in entries else "",
                choice(entries["role"], f"{key}.role", ROLES) if "role" in entries else "",
                node.at,
            )
        ],
        (),
        "",
    )


def _statements(entries: dict[str, Node], key: str) -> Iterator[Statement]:
    for name, axis, words in (
        ("sensitivity", "class", CLASSES),
        *((axis, axis, words) for axis, words in AXES.items()),
    ):
        if name in entries:
            yield Statement(axis, choice(entries[name], f"{key}.{name}", words), entries[name].at)
    for regime in items(entries["regulated"], f"{key}.regulated") if "regulated" in entries else ():
        yield Statement("regulated", choice(regime, f"{key}.regulated", REGIMES), regime.at)


def _scores(node: Node) -> Iterator[tuple[Dimension, tuple[int, int]]]:
    """Read scores: each a number, or a list of the least and the most that it may be."""
    entries = fields(node, "cases.scores", (), DIMENSIONS)
    for dimension in DIMENSIONS:
        if dimension in entries:
            key, value = f"cases.scores.{dimension}", entries[dimension]
            bounds = items(value, key) if isinstance(value, Sequence) else [value, value]
            if len(bounds) != 2:
                refuse(value, f"`{key}` must be a score, or the least and the most that it may be", "such as [60, 80]")
            least, most = (whole(bound, key, 0, 100) for bound in bounds)
            if most < least:
                refuse(value, f"`{key}` goes down from {least} to {most}", f"write [{most}, {least}]")
            yield dimension, (least, most)


def _expected(node: Node) -> Expected:
    key = "cases.expect"
    entries = fields(node, key, (), EXPECTED)
    if not entries:
        refuse(node, "the case expects nothing", f"name what it expects: {', '.join(EXPECTED)}")
    level, highest = (
        choice(entries[name], f"{key}.{name}", LEVELS) if name in entries else "" for name in ("level", "highest")
    )
    needs = items(entries["needs"], f"{key}.needs") if "needs" in entries else None
    return Expected(
        level,
        highest or level,
        choice(entries["verdict"], f"{key}.verdict", VERDICTS) if "verdict" in entries else "",
        _listed(entries, "because", f"{key}.because", REASON, "R1"),
        None if needs is None else tuple(choice(need, f"{key}.needs", tuple(NEEDS)) for need in needs),
    )


def _listed(entries: dict[str, Node], name: str, key: str, form: str, example: str) -> tuple[str, ...]:
    return tuple(text(one, key, form, example) for one in items(entries[name], key)) if name in entries else ()
