"""The schema of a file of tests for policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model.policy import LEVELS, NEEDS
from gate.model.profile import PLATFORMS
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import AXES, CLASSES, PLACEMENTS, REGIMES, ROLES
from gate.policy.cases import EXPECTED, NAME, REASON, UNDECLARED, UNKNOWN, VERDICTS
from gate.policy.conditions import SYSTEMS
from gate.policy.pack import RULE_ID
from gate.policy.reference import POLICY
from gate.policy.shape import DAY
from json_schemas.declaration import AXIS_MEANINGS
from json_schemas.parts import closed, head, listed, number, string, word

if TYPE_CHECKING:
    from json_schemas.parts import Json


def schema() -> Json:
    """Return the schema."""
    policy = string("A policy by its name, or a file relative to this one.", POLICY)
    properties = {
        "version": {"description": "The version of this format.", "const": 1},
        "policy": {**policy, "description": "The policy of every case that names none."},
        "cases": listed("The cases.", _case(policy), least=1),
    }
    return {
        **head("policy-tests", "Tests of policies", "Workloads in words, with what a policy has to say of each."),
        **closed("A file of cases.", properties, ["version", "cases"]),
        "if": {"not": {"required": ["policy"]}},
        "then": {"properties": {"cases": {"items": {"required": ["policy"]}}}},
    }


def _case(policy: Json) -> Json:
    properties = {
        "name": string("What the case shows.", NAME),
        "policy": policy,
        "workload": _workload(),
        "os": word("Its operating system; linux where it is left out.", (*SYSTEMS, UNKNOWN)),
        "platform": word("What runs it; kubernetes where it is left out.", PLATFORMS),
        "day": {**string("The day it is asked on, as 2026-11-01; for a policy with dates.", DAY), "format": "date"},
        "has": word("The level that it has.", LEVELS),
        "scores": closed("Its scores.", dict.fromkeys(DIMENSIONS, _score()), []),
        "failed": listed("The rules that fail at it.", string("A rule.", RULE_ID)),
        "expect": _expected(),
    }
    return closed("One case.", properties, ["name", "workload", "expect"])


def _workload() -> Json:
    stated = {
        "sensitivity": word("The class.", CLASSES),
        **{axis: word(AXIS_MEANINGS[axis], values) for axis, values in AXES.items()},
        "regulated": listed("The regimes that it falls under.", word("A regime.", REGIMES)),
        "placement": word("Who shares its hosts.", PLACEMENTS),
        "role": word("A part of the platform itself.", ROLES),
    }
    either = [word("One that nobody declared.", (UNDECLARED,)), closed("What a declaration says of it.", stated, [])]
    return {"description": "The workload.", "anyOf": either}


def _score() -> Json:
    points = number("Points.", 0, 100)
    bounds = {**listed("The least and the most that it may be.", points, least=2), "maxItems": 2}
    return {"description": "A score, or the bounds of one.", "anyOf": [points, bounds]}


def _expected() -> Json:
    properties = {
        "level": word("The level that it needs.", LEVELS),
        "highest": word("The most that it may need, where that is not the same.", LEVELS),
        "verdict": word("The verdict on its level, its scores and the rules that fail.", VERDICTS),
        "because": listed("Requirements that apply, and required rules that fail.", string("An id.", REASON)),
        "needs": listed("All that is needed beside the level.", word("A need.", NEEDS)),
    }
    return {"minProperties": 1, **closed("What the policy has to say.", {key: properties[key] for key in EXPECTED}, [])}
