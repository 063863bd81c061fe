"""The schema of how far the packages of an image are behind what its distribution offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from json_schemas.parts import closed, listed, string

if TYPE_CHECKING:
    from json_schemas.parts import Json


def lag(location: Json) -> Json:
    """Return the schema of the comparison."""
    days: Json = {
        "type": "array",
        "prefixItems": [{"type": "integer"}, {"type": ["integer", "null"]}],
        "items": False,
        "minItems": 2,
    }
    behind = {
        "package": string("Its name."),
        "installed": string("The version in the image."),
        "offered": string("The newest version that an index offers."),
        "days": {"description": "Days between their builds, from the least to the most; null is unbounded.", **days},
        "since": {
            "description": "Since when the newer one can be installed; null where no index says it.",
            "anyOf": [{"type": "string", "format": "date"}, {"type": "null"}],
        },
        "location": location,
    }

    def place(text: str) -> Json:
        return {"description": text, "anyOf": [days, {"type": "null"}]}

    properties = {
        "packages": {"description": "The packages of the image.", "type": "integer"},
        "compared": {"description": "Those of them that an index lists.", "type": "integer"},
        "doubtful": {"description": "Those whose versions have no order.", "type": "integer"},
        "open": {"description": "Why more may be behind; null where nothing is in doubt.", "type": ["string", "null"]},
        "median": place("How many days half of those behind lag at most; null where none is."),
        "ninetieth": place("How many days nine in ten of those behind lag at most; null where none is."),
        "libyears": {"description": "The years that they lag together, at least.", "type": "number"},
        "behind": listed("The packages that are behind, those that lag most first.", closed("One.", behind)),
    }
    return closed("What its packages were compared with; absent where no index was given.", properties)
