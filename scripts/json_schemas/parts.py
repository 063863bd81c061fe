"""The pieces that all schemas are made of."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Json: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

ROOT = Path(__file__).resolve().parent.parent.parent


def head(name: str, title: str, description: str) -> Json:
    """Start a schema; it has a name instead of an address, since it is read from the package and never fetched."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:boundary-gate:schema:{name}:1",
        "title": title,
        "description": description,
    }


def closed(description: str, properties: Json, required: Iterable[str] | None = None) -> Json:
    """Describe an object with these properties and no other; all are required unless it is said which."""
    needed = list(properties) if required is None else list(required)
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        **({"required": needed} if needed else {}),
        "additionalProperties": False,
    }


def table(description: str, names: str, values: Json) -> Json:
    """Describe an object whose keys are the author's own."""
    return {
        "description": description,
        "type": "object",
        "propertyNames": {"pattern": whole(names)},
        "additionalProperties": values,
    }


def listed(description: str, items: Json, *, least: int = 0) -> Json:
    """Describe a list."""
    return {
        "description": description,
        "type": "array",
        "items": items,
        **({"minItems": least} if least else {}),
    }


def word(description: str, words: Iterable[str]) -> Json:
    """Describe one of some words."""
    return {"description": description, "enum": list(words)}


def string(description: str, form: str | None = None) -> Json:
    """Describe a string, of a form or of any."""
    described = {"description": description, "type": "string"}
    return described if form is None else {**described, "pattern": whole(form)}


def sentence(description: str) -> Json:
    """Describe a string that is not blank."""
    return {"description": description, "type": "string", "pattern": "[^ \\t\\r\\n]"}


def number(description: str, least: int, most: int | None = None) -> Json:
    """Describe a whole number."""
    described = {"description": description, "type": "integer", "minimum": least}
    return described if most is None else {**described, "maximum": most}


def flag(description: str) -> Json:
    """Describe a boolean."""
    return {"description": description, "type": "boolean"}


def whole(form: str) -> str:
    """Anchor a form, which the gate matches as a whole."""
    return f"^(?:{form})$"


def literals(module: str, name: str) -> tuple[str, ...]:
    """Return the members of a `Literal` that a module defines for the type checker only."""
    for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            target, value = node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            target, value = node.target.id, node.annotation
        else:
            continue
        if target == name and isinstance(value, ast.Subscript) and ast.unparse(value.value) == "Literal":
            members: tuple[str, ...] = ast.literal_eval(value.slice)
            return members
    raise LookupError(f"{module} has no Literal {name}")
