"""The part of the report's schema that says what the scanners of an image tell together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from json_schemas.parts import closed, listed, literals, number, string, word

if TYPE_CHECKING:
    from json_schemas.parts import Json


def witnesses(location: Json) -> Json:
    """Describe the ledger."""
    name = string("A scanner, `sbom` for a bill of materials, or `layers` for what the image itself shows.")
    fixed_together = string("What is fixed together, as in deb:openssl.")
    hole: Json = {"vulnerability": string("Its first name."), "package": fixed_together}
    nothing: Json = {"type": ["string", "null"]}
    witness = {
        "name": name,
        "version": {"description": "Its version, where it says it.", **nothing},
        "database": {"description": "When its data was made, as it says it.", **nothing},
        "system": {"description": "The operating system that it found.", **nothing},
        "packages": number("The packages that it lists.", 0),
        "vulnerabilities": {"description": "Those that it reports.", "type": ["integer", "null"], "minimum": 0},
        "blind": listed("What it cannot see.", string("A clause.")),
        "location": location,
    }
    dispute = {
        "about": word("What it is about.", literals("gate/model/agreement.py", "DisputeAbout")),
        **{key: {**value, "type": ["string", "null"]} for key, value in hole.items()},
        "said": listed("Who says what.", closed("One of them.", {"name": name, "text": string("What it says.")})),
    }
    properties = {
        "witnesses": listed("Everything that tells of the image's packages.", closed("One of them.", witness)),
        "agreed": number("Vulnerabilities that two scanners report alike.", 0),
        "alone": listed("Those that one of several scanners reports.", closed("One.", {**hole, "scanner": name})),
        "disagreements": listed("What they say differently.", closed("One thing.", dispute)),
    }
    return {"anyOf": [closed("What scanners tell together of an image.", properties), {"type": "null"}]}
