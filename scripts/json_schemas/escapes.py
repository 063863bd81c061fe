"""The schema of the ways out of a container, as a report tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from json_schemas.parts import closed, listed, number, string, word

if TYPE_CHECKING:
    from json_schemas.parts import Json

LOCATION: Json = {"$ref": "#/$defs/location"}


def escapes() -> Json:
    """Return the schema of the ways out of one workload."""
    line = {
        "id": string("The escape, as `gate explain escapes` lists it."),
        "title": string("What it comes to."),
        "state": word(
            "Open, closed, undecided; or not judged, for want of a declared version.",
            ("open", "closed", "undecided", "not judged"),
        ),
        "component": {"description": "What has the bug, where it is one.", "type": ["string", "null"]},
        "text": string("What decided it."),
        "location": LOCATION,
    }
    properties = {
        "open": listed("Those that are open.", string("An escape.")),
        "closed": number("How many are closed.", 0),
        "undecided": listed("Those that may be open.", string("An escape.")),
        "table": listed("All of them, and what decided each.", closed("One of them.", line)),
    }
    return closed("Known ways out of a container, as far as configuration decides.", properties)
