"""The schema of a policy pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model.policy import EVIDENCE, LEVELS, NEEDS, REMEDIATION_PROFILES, STAGES
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import CLASSES, IMPACTS
from gate.policy.ceiling import UNDECLARED
from gate.policy.conditions import FIELDS, LISTED, ONE_OF, OPERATORS, WORDS
from gate.policy.pack import ALWAYS, LONGEST, NAME, ON_UNDECIDED, REQUIREMENT_ID, RULE_ID
from gate.policy.reference import POLICY
from gate.policy.shape import DAY, TERM
from json_schemas.parts import closed, head, listed, number, sentence, string, word

if TYPE_CHECKING:
    from gate.model.policy import Operator
    from json_schemas.parts import Json

DATES: Json = {TERM[0]: {"$ref": "#/$defs/first_day"}, TERM[1]: {"$ref": "#/$defs/last_day"}}


def schema() -> Json:
    """Return the schema: every key is required of a pack that extends no other."""
    properties = _properties()
    complete = {
        "required": [*properties],
        "properties": {
            "classes": {"required": list(CLASSES)},
            "thresholds": _each(CLASSES, _each(DIMENSIONS, {"required": ["minimum", "undecided"]})),
            "evidence": {"required": list(STAGES)},
            "longest_exception": {"required": list(CLASSES)},
        },
    }
    return {
        **head("policy", "Policy pack of the gate", "What is demanded of whom. Nothing in it has a default."),
        **closed(
            "Every key is required, unless the pack extends another.", {"extends": _extends(), **properties}, ALWAYS
        ),
        "if": {"required": ["extends"]},
        "else": complete,
        "$defs": {
            "conditions": _conditions(),
            "first_day": _day("The first day it counts; until then it only warns."),
            "last_day": _day("The last day it counts; not before the first."),
            **{field: _condition(field) for field in FIELDS},
        },
    }


def _properties() -> Json:
    profile = word("The deadlines that package fixes are held to.", REMEDIATION_PROFILES)
    return {
        "version": {"description": "The version of this format.", "const": 1},
        "name": string("The pack's name.", NAME),
        "undeclared": word(
            "What a workload that nobody declared counts as: a class, or `warn` for R1 and warnings.", UNDECLARED
        ),
        "unrendered": word("What a template that nobody rendered does.", ON_UNDECIDED),
        "classes": _by_class("The FIPS 199 impact of each class; never falling.", word("The impact.", IMPACTS)),
        "requirements": listed("Which level who needs; the highest that applies counts.", _requirement(), least=1),
        "thresholds": _by_class("The least scores of each class; never falling.", _thresholds()),
        "evidence": closed(
            "The evidence that is expected at each stage; what is not expected is not asked.",
            {
                stage: listed(f"At `--stage {stage}`.", word("A kind of evidence.", EVIDENCE), least=1)
                for stage in STAGES
            },
            [],
        ),
        "remediation": {
            "description": "One profile, or several of which the earliest deadline counts.",
            "anyOf": [profile, listed("Several profiles.", profile, least=1)],
        },
        "require": listed("Rules that block whatever the level is.", _required()),
        "longest_exception": _by_class(
            "The days an exception may last, by the class of its workload; never rising.",
            number("Days.", 1, LONGEST),
        ),
        "never_excepted": listed("Rules that no exception permits.", string("A rule.", RULE_ID)),
    }


def _extends() -> Json:
    pack = string("A pack by its name, or a policy file; after either `@sha256:` and the digest of the file.", POLICY)
    undated = {"not": {"anyOf": [{"required": [key]} for key in TERM]}}
    mapping = closed("One that counts for a time.", {"pack": pack, **DATES}, ["pack"])
    return {
        "description": "Packs that this one adds to, and cannot loosen; one of them has no date.",
        "anyOf": [
            pack,
            {**mapping, **undated},
            {**listed("Several.", {"anyOf": [pack, mapping]}, least=1), "contains": {"anyOf": [pack, undated]}},
        ],
    }


def _required() -> Json:
    rule = string("A rule.", RULE_ID)
    return {"anyOf": [rule, closed("One that blocks for a time.", {"rule": rule, **DATES}, ["rule"])]}


def _day(description: str) -> Json:
    return {**string(description, DAY), "format": "date"}


def _by_class(description: str, value: Json) -> Json:
    return closed(description, dict.fromkeys(CLASSES, value), [])


def _each(names: tuple[str, ...], value: Json) -> Json:
    return {"required": list(names), "properties": dict.fromkeys(names, value)}


def _thresholds() -> Json:
    threshold = closed(
        "What passes.",
        {
            "minimum": number("The least score that passes.", 0, 100),
            "undecided": word("What a score that may or may not reach it does.", ON_UNDECIDED),
        },
        [],
    )
    return closed("One threshold for every score.", dict.fromkeys(DIMENSIONS, threshold), [])


def _requirement() -> Json:
    need = word("; ".join(f"{name}: {meaning}" for name, meaning in NEEDS.items()), NEEDS)
    properties = {
        "id": string("What reports call it.", REQUIREMENT_ID),
        "when": {"$ref": "#/$defs/conditions"},
        "level": word("The least level.", LEVELS),
        "dedicated_level": word("The least level on a dedicated placement; not above `level`.", LEVELS),
        "needs": listed("What is demanded beside the level.", need),
        "allows": word("Instead of `level`: the level that is permitted to whoever meets `needs`.", LEVELS),
        "text": sentence("The requirement in one sentence, for reports."),
        "source": sentence("Who says so."),
        **DATES,
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
