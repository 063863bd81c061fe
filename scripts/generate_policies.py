"""Compile policies/*.yaml into gate/data/policies.py, so that judging under a shipped policy reads no YAML.

    python scripts/generate_policies.py [--check]

`--check` writes nothing and fails when the file is not what the packs come to.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gate.model.source import Source  # noqa: E402
from gate.policy.pack import load_policy  # noqa: E402
from gate.policy.shipped import DEFAULT  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.policy import Condition, Policy, RequirementRule

TARGET = ROOT / "gate" / "data" / "policies.py"

WIDTH = 120

HEADER = '''\
"""The shipped policy packs, compiled from policies/ by scripts/generate_policies.py; edit those, not this."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from gate.model.policy import OnUndecided, Operator, Stage
    from gate.model.score import Dimension

    PlainCondition: TypeAlias = tuple[str, Operator, tuple[str, ...], tuple[tuple["PlainCondition", ...], ...]]
    PlainRule: TypeAlias = tuple[str, tuple[PlainCondition, ...], str, str, tuple[str, ...], str, str, str]
    PlainThreshold: TypeAlias = tuple[int, OnUndecided]
    PlainPack: TypeAlias = tuple[
        str,
        str,
        OnUndecided,
        dict[str, str],
        tuple[PlainRule, ...],
        dict[str, dict[Dimension, PlainThreshold]],
        dict[Stage, tuple[str, ...]],
        tuple[str, ...],
        tuple[str, ...],
        dict[str, int],
        tuple[str, ...],
    ]

'''


def packs() -> dict[str, Policy]:
    """Load every pack, the default one first."""
    found = {}
    for path in sorted((ROOT / "policies").glob("*.yaml"), key=lambda path: (path.stem != DEFAULT, path.stem)):
        policy = load_policy(Source(path.relative_to(ROOT).as_posix(), path.read_bytes()))
        if policy.name != path.stem:
            raise SystemExit(f"{path.name} holds the pack {policy.name}")
        if policy.dated:
            raise SystemExit(f"{path.name} has dates, and what ships is the same on every day")
        found[policy.name] = policy
    return found


def compiled() -> str:
    """Return the text of gate/data/policies.py."""
    plain = {name: plain_pack(policy) for name, policy in packs().items()}
    return f"{HEADER}PACKS: dict[str, PlainPack] = {literal(plain)}\n"


def plain_pack(policy: Policy) -> tuple[object, ...]:
    """Take a policy apart into what `gate.policy.shipped` puts together again; the name is its key."""
    return (
        policy.digest,
        policy.undeclared,
        policy.unrendered,
        policy.classes,
        tuple(map(plain_rule, policy.requirements)),
        {
            name: {dimension: (threshold.minimum, threshold.undecided) for dimension, threshold in thresholds.items()}
            for name, thresholds in policy.thresholds.items()
        },
        policy.evidence,
        policy.remediation,
        policy.require,
        policy.longest_exception,
        policy.never_excepted,
    )


def plain_rule(rule: RequirementRule) -> tuple[object, ...]:
    """Take a requirement rule apart."""
    when = tuple(map(plain_condition, rule.when))
    return rule.id, when, rule.level, rule.dedicated_level, rule.needs, rule.allows, rule.text, rule.source


def plain_condition(condition: Condition) -> tuple[object, ...]:
    """Take a condition apart."""
    alternatives = tuple(tuple(map(plain_condition, alternative)) for alternative in condition.alternatives)
    return condition.field, condition.operator, condition.values, alternatives


def literal(value: object, indent: int = 0, before: int = 0) -> str:
    """Write a value as the formatter would: on one line where it fits after `before`, else one member to a line."""
    line = on_one_line(value)
    if indent + before + len(line) < WIDTH or not isinstance(value, dict | tuple):
        return line
    inner = indent + 4
    if isinstance(value, dict):
        keys = [f"{on_one_line(key)}: " for key in value]
        members = [key + literal(member, inner, len(key)) for key, member in zip(keys, value.values(), strict=True)]
    else:
        members = [literal(member, inner) for member in value]
    opening, closing = "{}" if isinstance(value, dict) else "()"
    return "\n".join([opening, *(f"{' ' * inner}{member}," for member in members), f"{' ' * indent}{closing}"])


def on_one_line(value: object) -> str:
    """Write a value on one line, its strings in double quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{on_one_line(key)}: {on_one_line(member)}" for key, member in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(on_one_line, value)) + (",)" if len(value) == 1 else ")")
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)


def main(arguments: list[str]) -> int:
    """Write the file, or with `--check` say whether it is what it should be."""
    text = compiled()
    if "--check" not in arguments:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is out of date: run scripts/generate_policies.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
