"""The schema of the JSON report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.boundary.level import NAMES, WEAKENED
from gate.data.shelf import TABLES
from gate.model.policy import LEVELS, NEEDS, STAGES
from gate.model.score import DIMENSIONS
from gate.model.sensitivity import AXES, CLASSES, PLACEMENTS, REGIMES, ROLES
from gate.policy.pack import ON_UNDECIDED
from json_schemas.beside import against, baseline, fetched, trusted
from json_schemas.clocks import clocks
from json_schemas.escapes import escapes
from json_schemas.lag import lag
from json_schemas.parts import closed, flag, head, listed, literals, number, string, word
from json_schemas.witnesses import witnesses

if TYPE_CHECKING:
    from json_schemas.parts import Json

LOCATION: Json = {"$ref": "#/$defs/location"}
LEVEL: Json = {"$ref": "#/$defs/level"}
VERDICT: Json = {"$ref": "#/$defs/verdict"}
SCORE: Json = {"$ref": "#/$defs/score"}
FINDING: Json = {"$ref": "#/$defs/finding"}

#: A day, and the SHA-256 of something.
DAY: Json = {"type": "string", "format": "date"}
DIGEST: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
FINGERPRINT: Json = {"type": "string", "pattern": "^[0-9a-f]{16}$"}


def schema() -> Json:
    """Return the schema."""
    properties = {
        "schema_version": {"description": "The version of this format; within one, keys are only added.", "const": "1"},
        "tool": closed(
            "What wrote it.", {"name": {"const": "boundary-gate"}, "version": string("The gate's version.")}
        ),
        "now": {"description": "The day that ages are counted to.", **DAY},
        "data_date": {"description": "The day of the tables: what happened later is not in them.", **DAY},
        "stage": word("The stage whose evidence was asked for.", STAGES),
        "policy": closed(
            "The policy that judged.",
            {"name": string("Its name."), "digest": string("The SHA-256 of what it decides.")},
        ),
        "verdict": VERDICT,
        "exit_status": number("The exit status; only 0 is green.", 0, 255),
        "subjects": listed("What was judged.", {"$ref": "#/$defs/subject"}),
        "findings": listed("Findings about no single subject.", FINDING),
        "exceptions": listed("The declared exceptions, and what became of each.", _exception()),
        "coverage": _coverage(),
        "inputs": listed(
            "Every file that was read.",
            closed("One file.", {"path": string("Its path."), "sha256": DIGEST}),
        ),
        "trusted": trusted(LOCATION),
        "baseline": baseline(DAY),
        "against": against(LOCATION),
        "tables": _tables(),
        "fetched": listed("The images that were fetched from registries.", fetched()),
    }
    return {
        **head("report", "Report of the gate", "Everything one run found out."),
        **closed("One run.", properties),
        "$defs": {
            "location": _location(),
            "level": word("A level of isolation, from the weakest.", LEVELS),
            "verdict": word("The answer; the gravest of several.", literals("gate/model/report.py", "Verdict")),
            "finding": _finding(),
            "subject": _subject(),
            "score": _score(),
        },
    }


def _tables() -> Json:
    digests = closed("The SHA-256 of each table.", dict.fromkeys(TABLES, DIGEST))
    notes = listed("What has to be known of them, such as that they are old.", {"type": "string"})
    origin = {"description": "The file that they are from; null for those of the gate.", "type": ["string", "null"]}
    about = "The tables that ages and ends of support rest on."
    return closed(about, {"origin": origin, "sha256": digests, "notes": notes})


def _location() -> Json:
    place = {
        "path": string("Relative to the root of the scan, with forward slashes."),
        "line": number("From 1.", 1),
        "column": number("In characters, from 1.", 1),
        "end_line": number("The line of the end.", 1),
        "end_column": number("The column after the last character.", 1),
        "rendered": string("Which line it is of what was rendered; absent for what stands in the file itself."),
    }
    return closed("A region of a file.", place, [name for name in place if name != "rendered"])


def _finding() -> Json:
    return closed(
        "A rule's answer at a place.",
        {
            "rule": string("The rule's id."),
            "name": string("The rule's name, which is the bad thing."),
            "outcome": word("The answer.", literals("gate/model/rule.py", "Outcome")),
            "severity": word("How bad it is.", literals("gate/model/rule.py", "Severity")),
            "blocks": flag("Whether it keeps the subject from what is required; what does not is a note."),
            "known": flag("Whether the baseline knows it."),
            "message": string("What is the case."),
            "remedy": string("What to do about it."),
            "location": LOCATION,
            "related": listed("Other places that the answer rests on.", LOCATION),
            "brought_by": {
                "description": "The line of the recipe that brought what is found in a built image, where known.",
                "anyOf": [LOCATION, {"type": "null"}],
            },
            "deployed_by": listed("Where manifests name the built image.", LOCATION),
            "aspects": listed("Its names elsewhere, such as the ids of a vulnerability.", string("A name.")),
            "fingerprint": {"description": "What stays while lines move and files are renamed.", **FINGERPRINT},
            "permitted_by": listed("Where the exceptions stand that permit it.", LOCATION),
        },
    )


def _subject() -> Json:
    reason = {
        "verdict": VERDICT,
        "text": string("What decided."),
        "known": flag("Whether the baseline knows it."),
        "location": LOCATION,
    }
    properties = {
        "id": string("path#namespace/Kind/name."),
        "kind": word("What it is.", literals("gate/model/report.py", "SubjectKind")),
        "platform": string("The platform."),
        "name": string("Its name."),
        "location": LOCATION,
        "sensitivity": _sensitivity(),
        "boundary": {"anyOf": [_boundary(), {"type": "null"}]},
        "required": _required(),
        "standards": _standards(),
        "scores": closed("The scores that there are.", dict.fromkeys(DIMENSIONS, SCORE), []),
        "escapes": {"anyOf": [escapes(), {"type": "null"}]},
        "verdict": VERDICT,
        "reasons": listed("What the verdict rests on.", closed("One clause.", reason)),
        "findings": listed("Its findings.", FINDING),
        "suggestions": listed("Changes that would satisfy the requirement.", _suggestion()),
        "cadence": listed(
            "What keeps it, or the images that it names, up to date; asked of what is sensitive.", _cadence()
        ),
        "scans": witnesses(LOCATION),
    }
    return closed("One judged subject.", properties)


def _cadence() -> Json:
    keeper = {
        "tool": string("The bot, or the service whose pipeline it is."),
        "does": word("What it does.", literals("gate/model/cadence.py", "Upkeep")),
        "days": {"description": "The most days between two runs, where a file says it.", "type": ["integer", "null"]},
        "doubt": {"description": "Why it is not certain that it keeps the subject.", "type": ["string", "null"]},
        "location": LOCATION,
    }
    properties = {
        "image": {"description": "The image that is meant, as it is written.", "type": ["string", "null"]},
        "location": LOCATION,
        "keepers": listed("Whatever rebuilds it or moves it on, or may.", closed("One of them.", keeper)),
    }
    return closed("One image or template.", properties)


def _sensitivity() -> Json:
    properties = {
        "declared": flag("Whether anybody said anything."),
        "class": word("The class.", CLASSES),
        **{axis: {"enum": list(values)} for axis, values in AXES.items()},
        "regulated": {"type": "array", "items": {"enum": list(REGIMES)}, "minItems": 1},
        "placement": {"enum": list(PLACEMENTS)},
        "role": {"enum": list(ROLES)},
    }
    return closed(
        "The stricter of all statements on every axis; what nobody stated is absent.", properties, ["declared"]
    )


def _boundary() -> Json:
    fact = {
        "id": string("The fact."),
        "holds": word("Whether it holds.", literals("gate/model/truth.py", "Answer")),
        "text": string("Why."),
        "location": LOCATION,
    }
    properties = {
        "level": LEVEL,
        "name": word("The level's name.", (*NAMES, *dict.fromkeys(WEAKENED.values()))),
        "kind": word("What the boundary is made of.", literals("gate/boundary/runtimes.py", "Kind")),
        "grade": word("How sure the boundary itself is.", literals("gate/boundary/level.py", "Grade")),
        "modifiers": listed("What qualifies the level.", string("A modifier.")),
        "worst": LEVEL,
        "best": LEVEL,
        "location": LOCATION,
        "facts": listed("The facts that hold or may hold.", closed("One fact.", fact)),
    }
    return closed("What stands between a workload and what others share; `level` is the worst reading.", properties)


def _required() -> Json:
    because = {
        "rule": string("The requirement's id in the policy."),
        "level": word("The level that it demands; empty where it permits one instead.", ("", *LEVELS)),
        "certain": flag("Whether it applies for certain, or only may."),
        "text": string("The requirement."),
        "source": string("Who says so."),
    }
    properties = {
        "level": LEVEL,
        "highest": LEVEL,
        "dedicated": {"description": "What is enough on a dedicated placement.", "enum": [*LEVELS, None]},
        "needs": listed("What is demanded beside the level.", word("A need.", NEEDS)),
        "because": listed("The requirements that apply or may apply.", closed("One requirement.", because)),
        "settle": string("The line that would decide between `level` and `highest`; empty when they are the same."),
    }
    return closed("What the policy asks: the least and the most, given what is known.", properties)


def _standards() -> Json:
    levels = literals("gate/boundary/pod_security/check.py", "Level")
    pod_security = {
        "version": string("The version of the standards."),
        "level": word("The level at the worst reading.", levels),
        "best": word("The level at the best reading.", levels),
    }
    properties = {"pod_security": closed("Kubernetes Pod Security Standards.", pod_security)}
    return closed("Other people's scales.", properties, [])


def _score() -> Json:
    points = {"type": "number", "minimum": 0}
    deduction = {"id": string("The deduction."), "text": string("Why."), "best": points, "worst": points}
    days = {"type": "array", "prefixItems": [{"type": "integer"}, {"type": ["integer", "null"]}]}
    properties = {
        "asked": flag("Whether this stage's evidence can know it; what is not asked neither passes nor fails."),
        "lo": number("At the worst reading.", 0, 100),
        "hi": number("At the best reading.", 0, 100),
        "days": {
            "description": "The age behind it, from the least to the most; null where nothing bounds it.",
            "anyOf": [{**days, "items": False, "minItems": 2}, {"type": "null"}],
        },
        "deductions": listed("The arithmetic.", closed("Points taken off.", deduction)),
        "clocks": clocks(LOCATION),
        "lag": lag(LOCATION),
        "threshold": number("The least score that passes.", 0, 100),
        "falls_below": {
            "description": "When what nothing keeps falls below the threshold; null where that is not asked.",
            "anyOf": [_falls_below(), {"type": "null"}],
        },
        "undecided": word("What a score that may or may not reach it does.", ON_UNDECIDED),
    }
    together = ["lo", "hi", "days", "deductions"]
    return {
        **closed("One score: an interval, beside its threshold.", properties, ["asked"]),
        "dependentRequired": {
            **{name: [other for other in together if other != name] for name in together},
            "threshold": ["undecided", "falls_below"],
            "undecided": ["threshold", "falls_below"],
            "falls_below": ["threshold", "undecided"],
        },
    }


def _falls_below() -> Json:
    day = {"type": ["string", "null"], "format": "date"}
    properties = {
        "first": {"description": "The first day on which it may be below; null for more than ten years away.", **day},
        "last": {"description": "The first day on which it certainly is.", **day},
    }
    return closed("Two days.", properties)


def _suggestion() -> Json:
    properties = {
        "title": string("The change."),
        "reaches": string("The level that it reaches."),
        "safe": flag("Whether it cannot break the workload."),
        "snippet": string("What to write."),
        "location": LOCATION,
        "edits": listed(
            "The proven edits; empty where nothing was proven.",
            closed("Replace this region.", {"location": LOCATION, "text": string("By this.")}),
        ),
        "preconditions": listed("What must be the case.", string("A precondition.")),
        "costs": listed("What it costs.", string("A cost.")),
    }
    return closed("One way to meet the requirement.", properties)


def _exception() -> Json:
    properties = {
        "rule": string("The rule; empty where a vulnerability is excepted."),
        "vulnerability": string("The vulnerability; empty where a rule is excepted."),
        "workload": string("The workload; empty where a subject is named."),
        "subject": string("The subject's id; empty where a workload is named."),
        "fingerprint": string("That of the one finding that is excepted; empty for all."),
        "ticket": string("Where it is tracked, if anywhere."),
        "reason": string("Why."),
        "owner": string("Who answers for it."),
        "created": DAY,
        "expires": DAY,
        "state": word("What became of it.", literals("gate/model/report.py", "ExceptionState")),
        "subjects": listed("The subjects it was used for.", string("A subject's id.")),
        "location": LOCATION,
    }
    return closed("One exception.", properties)


def _coverage() -> Json:
    skipped = {"location": LOCATION, "reason": string("Why that is no reason to fail.")}
    remedied = {"location": LOCATION, "reason": string("Why."), "remedy": string("What to do about it.")}
    properties = {
        "seen": number("Files seen.", 0),
        "read": number("Files that a reader claimed.", 0),
        "judged": number("Subjects judged.", 0),
        "skipped": listed("Seen and not judged.", closed("One entry.", skipped)),
        "not_understood": listed("Should have been judged and could not be.", closed("One entry.", remedied)),
        "suppressions": listed(
            "Marks by which other tools are told to look away, and which change nothing here; at most 1,000 a file.",
            closed("One mark.", {"tool": string("Whose mark it is."), "location": LOCATION}),
        ),
    }
    return closed("What was looked at, what was not, and why.", properties)
