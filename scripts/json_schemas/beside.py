"""The parts of the report's schema that say beside what a run stands: a commit, a baseline, registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from json_schemas.parts import closed, flag, listed, number, string

if TYPE_CHECKING:
    from json_schemas.parts import Json


def trusted(location: Json) -> Json:
    """Describe the commit whose word counts."""
    change = closed(
        "One thing the change would alter of what it is judged by.",
        {
            "text": string("A clause whose subject is the change."),
            "weakens": flag("Whether it would have anything judged more mildly."),
            "location": location,
        },
    )
    commit = closed(
        "The commit that policy, declarations and exceptions came from.",
        {
            "name": string("How it was asked for."),
            "commit": string("Its full id."),
            "changes": listed("What the change proposes; none of it counts yet.", change),
        },
    )
    return {"anyOf": [commit, {"type": "null"}]}


def against(location: Json) -> Json:
    """Describe what a change is compared with."""
    difference = closed(
        "One thing that is worse, or better.",
        {
            "subject": string("The subject's id, of the side that has it."),
            "text": string("A sentence that begins with the subject's name."),
            "location": location,
        },
    )
    before = {
        "fail": number("Subjects that fail as they did.", 0),
        "undecided": number("Subjects that are undecided as they were.", 0),
        "not_understood": number("Entries of the coverage that were there.", 0),
    }
    comparison = closed(
        "What the change is compared with, and what it made worse and better; the rest of the report is what is new.",
        {
            "name": string("How the commit was asked for."),
            "commit": string("The full id of the commit where the history of HEAD left it."),
            "regressions": listed("What is worse, apart from findings that change no verdict.", difference),
            "improvements": listed("What is better.", difference),
            "concessions": listed("Of what less is asked than before, which makes nothing better.", difference),
            "judged": number("Subjects that the change may make a difference to; no others were judged.", 0),
            "before": closed("What of these was there before and counts for nothing here.", before),
            "unreadable": {
                "description": "Why nothing could be judged before, so that everything counts as new.",
                "type": ["string", "null"],
            },
        },
    )
    return {"anyOf": [comparison, {"type": "null"}]}


def fetched() -> Json:
    """Describe an image of a registry."""
    return closed(
        "What a reference led to.",
        {
            "reference": string("The reference, in full."),
            "digest": string("The digest of the manifest or the index, as a registry names it."),
            "pinned": flag("Whether the reference holds the digest; a tag leads to another image once it is moved."),
        },
    )


def baseline(day: Json) -> Json:
    """Describe what was known before."""
    count: Json = {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]}
    line = closed(
        "What was known before this run.",
        {
            "path": string("The baseline's file."),
            "written": {
                "description": "The day it was written; null where the trusted commit holds none.",
                "anyOf": [day, {"type": "null"}],
            },
            "entries": number("Its entries.", 0),
            "used": number("Findings and scores that it knows.", 0),
            "stale": number("Entries of what is there no more, or less often.", 0),
            "added": {"description": "What this run added to it; null where it wrote none.", **count},
            "removed": {"description": "What this run removed from it; null where it wrote none.", **count},
        },
    )
    return {"anyOf": [line, {"type": "null"}]}
