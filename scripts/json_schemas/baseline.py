"""The schema of a baseline, `.gate-baseline.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model.policy import STAGES
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import AXES, CLASSES, PLACEMENTS, REGIMES, ROLES
from gate.policy.baseline import (
    ANY,
    DAY,
    DEDUCTION,
    DIGEST,
    FINGERPRINT,
    MAX_COUNT,
    MAX_ENTRIES,
    OUTCOMES,
    PATH,
    RULE,
    VERSION,
)
from json_schemas.parts import closed, flag, head, listed, number, string, word

if TYPE_CHECKING:
    from json_schemas.parts import Json


def schema() -> Json:
    """Return the schema."""
    properties = {
        "version": {"description": "The version of this format.", "const": VERSION},
        "tool": closed(
            "What wrote it.",
            {"name": string("Its name.", ANY), "version": string("The gate's version.", ANY)},
        ),
        "written": string("The day it was written, and everything in it was known.", DAY),
        "stage": word("The stage whose evidence was asked for.", STAGES),
        "policy": closed(
            "The policy that judged.",
            {"name": string("Its name.", ANY), "digest": string("The SHA-256 of what it decides.", DIGEST)},
        ),
        "entries": {**listed("What is known, sorted, one to a line.", _entry()), "maxItems": MAX_ENTRIES},
    }
    return {
        **head(
            "baseline",
            "Baseline of the gate (.gate-baseline.json)",
            "What was there when a repository started; `gate check --write-baseline` writes it.",
        ),
        **closed("One baseline.", properties),
    }


def _entry() -> Json:
    score = closed(
        "How low the score was.",
        {
            "threshold": number("The least score that would have passed.", 0, 100),
            "worst": number("The score at the worst reading.", 0, 100),
            "deductions": listed("What took points off it.", string("A deduction, and what it says.", DEDUCTION)),
        },
    )
    properties = {
        "path": string("The file of the subject, relative to the root.", PATH),
        "subject": string("The subject's id.", ANY),
        "rule": string("The rule, or the score that was too low.", RULE),
        "outcome": word("What came of it.", OUTCOMES),
        "fingerprint": string("What stays the same of it while files, lines and days move.", FINGERPRINT),
        "count": number("How often it was found there.", 1, MAX_COUNT),
        "required": flag("Whether the policy required the rule."),
        "built": flag("Whether the subject is a built image."),
        "sensitivity": _sensitivity(),
        "score": score,
    }
    needed = ["path", "subject", "rule", "outcome", "fingerprint", "count"]
    scored = {"properties": {"rule": {"enum": list(DIMENSIONS)}}}
    return {
        **closed("One thing that was found.", properties, needed),
        "if": scored,
        "then": {"required": ["score"]},
        "else": {"properties": {"score": False}},
    }


def _sensitivity() -> Json:
    properties = {
        "class": word("The class.", CLASSES),
        **{axis: {"enum": list(values)} for axis, values in AXES.items()},
        "regulated": {"type": "array", "items": {"enum": list(REGIMES)}, "minItems": 1},
        "placement": {"enum": list(PLACEMENTS)},
        "role": {"enum": list(ROLES)},
    }
    return closed("What the subject was judged by; where more is asked now, the entry does not count.", properties, [])
