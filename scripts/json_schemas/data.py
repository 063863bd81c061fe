"""The schema of a file of tables, from the forms that the gate checks one with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.data import form
from gate.data.document import SCHEMA_VERSION
from json_schemas.parts import closed, head, listed, string, table, whole

if TYPE_CHECKING:
    from json_schemas.parts import Json

DAY: Json = {"type": "string", "format": "date"}
NO_DAY: Json = {"type": "null"}
END: Json = {"anyOf": [DAY, {"const": True}]}


def schema() -> Json:
    """Return the schema."""
    properties = {
        "schema_version": {"description": "The version of this format.", "const": SCHEMA_VERSION},
        "data_date": {"description": "The day of the oldest source: later events are not in the tables.", **DAY},
        "generated_by": _text("What wrote the file."),
        "sources": {**listed("What the dates come from.", _source()), "maxItems": form.MOST["sources"]},
        "lifecycles": _most(table("Products by their names at endoflife.date.", form.PRODUCT, _product()), "products"),
        "codenames": _most(
            table(
                "Code names of releases, by product.",
                form.PRODUCT,
                _most(table("Releases by code name.", form.CODENAME, _spelled("The release.", form.CYCLE)), "names"),
            ),
            "products",
        ),
        "images": closed(
            "Which product an image carries; empty for one that has no lifecycle.",
            {
                "official": _most(table("Official images.", form.OFFICIAL, _carried()), "names"),
                "others": _most(table("Other repositories, or how they begin.", form.REPOSITORY, _carried()), "names"),
            },
        ),
        "tags": _most(table("Windows of the tags of official images.", form.OFFICIAL, _windows()), "official"),
    }
    return {
        **head(
            "data", "Tables of the gate", "Dates of releases and tags; a table that is left out is the embedded one."
        ),
        **closed("One file of tables.", properties, form.KEYS),
    }


def _source() -> Json:
    properties = {
        "name": {**_text("Its name."), "minLength": 1},
        "version": _text("Its version or commit."),
        "date": _text("Its day."),
        "licence": {**_text("Its licence."), "minLength": 1},
    }
    return closed("One source.", properties, ("name", "licence"))


def _product() -> Json:
    days = {
        "cycle": _spelled("The start of the numbers of its releases.", form.CYCLE),
        "released": {"description": "The day it was released.", **DAY},
        "eoas": {"description": "The last day of active support; true where it has ended.", **END},
        "eol": {"description": "The last day of security support; true where it has ended.", **END},
        "eoes": {"description": "The last day of extended support; true where it has ended.", **END},
    }
    cycles = listed(
        "Its release cycles, newest first; a day that nobody named is left out.", closed("One.", days, ("cycle",))
    )
    return closed("One product.", {"title": _text("Its name."), "cycles": {**cycles, "maxItems": form.MOST["cycles"]}})


def _windows() -> Json:
    row = {
        "description": "Tags, first day, last known change, last day, and the system they were built on.",
        "type": "array",
        "prefixItems": [
            {"type": "string", "maxLength": form.LONGEST_TAGS, "pattern": whole(form.TAGS)},
            DAY,
            {"anyOf": [DAY, NO_DAY]},
            {"anyOf": [DAY, NO_DAY]},
            {"anyOf": [{"type": "string", "maxLength": form.LONGEST, "pattern": whole(form.SYSTEM)}, NO_DAY]},
        ],
        "minItems": 5,
        "items": False,
    }
    return {**listed("Windows of one image.", row), "maxItems": form.MOST["windows"]}


def _carried() -> Json:
    return _spelled("The product.", rf"|{form.PRODUCT}")


def _text(description: str) -> Json:
    return {**string(description), "maxLength": form.LONGEST}


def _spelled(description: str, pattern: str) -> Json:
    return {**string(description, pattern), "maxLength": form.LONGEST}


def _most(described: Json, what: str) -> Json:
    return {**described, "maxProperties": form.MOST[what]}
