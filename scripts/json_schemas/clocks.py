"""The schema of the clocks of a built image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from json_schemas.parts import closed, listed, literals, string, word

if TYPE_CHECKING:
    from json_schemas.parts import Json

_MODULE = "gate/model/clock.py"


def clocks(location: Json) -> Json:
    """Return the schema of all clocks."""
    day = {"type": "string", "format": "date"}
    evidence = {
        "id": string("Its kind, as docs/image-age.md lists them."),
        "bound": word("What it says of the clock.", literals(_MODULE, "Bound")),
        "day": {"description": "The day that it is of.", **day},
        "strength": word("How hard it is to set.", literals(_MODULE, "Strength")),
        "text": string("What it is, as a clause about the image."),
        "unused": {"description": "Why it does not count; null where it does.", "type": ["string", "null"]},
        "location": location,
    }
    passed = {"type": "array", "prefixItems": [{"type": "integer"}, {"type": ["integer", "null"]}]}
    properties = {
        "name": word("What happened: assembled, based, or its packages renewed.", literals(_MODULE, "ClockName")),
        "days": {
            "description": "Days ago, from the least to the most; null where nothing bounds it.",
            **passed,
            "items": False,
            "minItems": 2,
        },
        "estimate": {"description": "The likeliest number of days.", "type": ["integer", "null"]},
        "confidence": word("How well it is known.", literals(_MODULE, "Confidence")),
        "evidence": listed("What dates it.", closed("One thing that dates it.", evidence)),
    }
    return listed("The clocks of a built image; the score rests on that of its content.", closed("One.", properties))
