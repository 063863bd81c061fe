"""The policy packs that ship with the gate, from their compiled form: nothing is parsed."""

from __future__ import annotations

from gate.model.errors import UsageError
from gate.model.policy import Condition, Policy, RequirementRule, Threshold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.data.policies import PlainCondition, PlainRule

DEFAULT = "standard"

#: The names of all of them.
SHIPPED = (DEFAULT, "strict")


def shipped_policy(name: str = DEFAULT) -> Policy:
    """Return one of the shipped packs."""
    from gate.data.policies import PACKS

    if name not in PACKS:
        from gate.policy.shape import nearest, quoted

        raise UsageError(f"no policy pack {quoted(name)} ships with the gate", remedy=nearest(name, tuple(PACKS)))
    (digest, undeclared, unrendered, classes, rules, thresholds, evidence, remediation, require, longest, never) = (
        PACKS[name]
    )
    return Policy(
        name,
        digest,
        undeclared,
        unrendered,
        classes,
        tuple(map(_rule, rules)),
        {
            cls: {dimension: Threshold(*threshold) for dimension, threshold in dimensions.items()}
            for cls, dimensions in thresholds.items()
        },
        evidence,
        remediation,
        require,
        longest,
        never,
    )


def _rule(rule: PlainRule) -> RequirementRule:
    name, when, level, dedicated_level, needs, allows, text, source = rule
    return RequirementRule(name, _conditions(when), level, dedicated_level, needs, allows, text, source)


def _conditions(when: tuple[PlainCondition, ...]) -> tuple[Condition, ...]:
    return tuple(
        Condition(field, operator, values, tuple(map(_conditions, alternatives)))
        for field, operator, values, alternatives in when
    )
