"""The schema of a policy pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model.policy import EVIDENCE, LEVELS, NEEDS, REMEDIATION_PROFILES, STAGES
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import CLASSES, IMPACTS
from gate.policy.ceiling import UNDECLARED
from gate.policy.conditions import FIELDS, LISTED, ONE_OF, OPERATORS, WORDS
from gate.policy.pack import LONGEST, NAME, ON_UNDECIDED, REQUIREMENT_ID, RULE_ID
from json_schemas.parts import closed, head, listed, number, sentence, string, word

if TYPE_CHECKING:
    from gate.model.policy import Operator
    from json_schemas.parts import Json


def schema() -> Json:
    """Return the schema."""
    need = word("; ".join(f"{name}: {meaning}" for name, meaning in NEEDS.items()), NEEDS)
    profile = word("The deadlines that package fixes are held to.", REMEDIATION_PROFILES)
    properties = {
        "version": {"description": "The version of this format.", "const": 1},
        "name": string("The pack's name.", NAME),
        "undeclared": word(
            "What a workload that nobody declared counts as: a class, or `warn` for R1 and warnings.", UNDECLARED
        ),
        "unrendered": word("What a template that nobody rendered does.", ON_UNDECIDED),
        "classes": _by_class("The FIPS 199 impact of each class; never falling.", word("The impact.", IMPACTS)),
        "requirements": listed("Which level who needs; the highest that applies counts.", _requirement(need), least=1),
        "thresholds": _by_class("The least scores of each class; never falling.", _thresholds()),
        "evidence": closed(
            "The evidence that is expected at each stage; what is not expected is not asked.",
            {
                stage: listed(f"At `--stage {stage}`.", word("A kind of evidence.", EVIDENCE), least=1)
                for stage in STAGES
            },
        ),
        "remediation": {
            "description": "One profile, or several of which the earliest deadline counts.",
            "anyOf": [profile, listed("Several profiles.", profile, least=1)],
        },
        "require": listed("Rules that block whatever the level is.", string("A rule.", RULE_ID)),
        "longest_exception": _by_class(
            "The days an exception may last, by the class of its workload; never rising.",
            number("Days.", 1, LONGEST),
        ),
    }
    return {
        **head("policy", "Policy pack of the gate", "What is demanded of whom. Nothing in it has a default."),
        **closed("Every key is required.", properties),
        "$defs": {"conditions": _conditions(), **{field: _condition(field) for field in FIELDS}},
    }


def _by_class(description: str, value: Json) -> Json:
    return closed(description, dict.fromkeys(CLASSES, value))


def _thresholds() -> Json:
    threshold = closed(
        "What passes.",
        {
            "minimum": number("The least score that passes.", 0, 100),
            "undecided": word("What a score that may or may not reach it does.", ON_UNDECIDED),
        },
    )
    return closed("One threshold for every score.", dict.fromkeys(DIMENSIONS, threshold))


def _requirement(need: Json) -> Json:
    properties = {
        "id": string("What reports call it.", REQUIREMENT_ID),
        "when": {"$ref": "#/$defs/conditions"},
        "level": word("The least level.", LEVELS),
        "dedicated_level": word("The least level on a dedicated placement; not above `level`.", LEVELS),
        "needs": listed("What is demanded beside the level.", need),
        "allows": word("Instead of `level`: the level that is permitted to whoever meets `needs`.", LEVELS),
        "text": sentence("The requirement in one sentence, for reports."),
        "source": sentence("Who says so."),
    }
    return {
        **closed("One requirement.", properties, ["id", "when", "text", "source"]),
        "oneOf": [{"required": ["level"]}, {"required": ["allows"]}],
        "dependentRequired": {"dedicated_level": ["level"]},
    }


def _conditions() -> Json:
    """Describe `when`; the alternatives of `any` have the same fields, and do not nest."""
    described = {field: {"$ref": f"#/$defs/{field}"} for field in FIELDS}
    alternative = {"minProperties": 1, **closed("All of these.", described, [])}
    alternatives = listed("Of these at least one must hold as a whole.", alternative, least=1)
    return closed("All of these must hold; an empty mapping always does.", {**described, "any": alternatives}, [])


def _condition(field: str) -> Json:
    value: Json = {"enum": list(WORDS[field])}
    values: Json = {"type": "array", "items": value, "minItems": 1}
    operators = OPERATORS.get(field, ONE_OF)
    compared: Json = {operator: _operand(operator, value, values) for operator in operators}
    spelled = {"maxProperties": 1, "minProperties": 1, **closed("A comparison.", compared, [])}
    short = [value, values] if operators != ("at-least",) else []
    return {"description": _meaning(operators), "anyOf": [*short, spelled]}


def _operand(operator: Operator, value: Json, values: Json) -> Json:
    if operator == "contains":
        return {"anyOf": [value, values]}
    return values if operator in LISTED else value


def _meaning(operators: tuple[Operator, ...]) -> str:
    if operators == ("at-least",):
        return "Compared by order only, so that it also holds of everything above."
    if operators == ("contains",):
        return "Whether it is one of the workload's."
    return "A value, a list of which one must hold, or a comparison."
