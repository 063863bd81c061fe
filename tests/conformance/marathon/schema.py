"""Marathon's schema: which documents are valid, and what they are with every default filled in.

Source: RAML 1.0, "Data Types", as far as Marathon's types use it; words of an enumeration count whatever their case, as
in what Marathon generates (`type-generator/src/main/resources/templates/enum.liquid`).
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[3] / ".cache" / "corpora" / "mesosphere+marathon"
PUBLIC = FOLDER / "docs" / "docs" / "rest-api" / "public" / "api" / "v2"

_PRIMITIVE: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
}


class Invalid(Exception):
    """A value is none of the type's; says where and why."""


class Type:
    """A type by its declaration, in the library that it stands in."""

    def __init__(self, schema: Schema, library: str, declared: Any) -> None:
        """Take a declaration: the name of a type, or a mapping with `type` and what narrows it."""
        self.schema = schema
        self.library = library
        self.facets: dict[str, Any] = declared if isinstance(declared, dict) else {"type": declared or "string"}
        default = "object" if "properties" in self.facets else "string"
        self.expression = str(self.facets.get("type", default)).strip()

    def options(self) -> list[Type]:
        """Return the types of which a value has to be one."""
        bare = self.expression.strip("()")
        if "|" in bare:
            return [Type(self.schema, self.library, one.strip()) for one in bare.split("|")]
        return []

    def parent(self) -> Type | None:
        """Return the type that this one narrows."""
        return self.schema.named(self.library, self.expression)

    def items(self) -> Type | None:
        """Return the type of the members of an array."""
        if self.expression.endswith("[]"):
            return Type(self.schema, self.library, self.expression[:-2])
        if self.expression == "array":
            return Type(self.schema, self.library, self.facets.get("items", "any"))
        return None

    def properties(self) -> dict[str, tuple[bool, Type]]:
        """Return every property, with whether it has to be there."""
        parent = self.parent()
        found = parent.properties() if parent is not None else {}
        for name, declared in (self.facets.get("properties") or {}).items():
            if name.startswith("/"):  # a pattern for the names of whatever there is
                continue
            inner = Type(self.schema, self.library, declared)
            required = not name.endswith("?") and inner.default() is None
            found[name.removesuffix("?")] = (required, inner)
        return found

    def default(self) -> Any:
        """Return what a value is that is not there; None where there is none."""
        if "default" in self.facets:
            return self.facets["default"]
        parent = self.parent()
        return parent.default() if parent is not None else None

    def completed(self, value: Any, path: str = "") -> Any:
        """Return a value with what it leaves out; raise `Invalid` for one of another type."""
        options = self.options()
        if options:
            return _first(options, value, path)
        items = self.items()
        if items is not None:
            if not isinstance(value, list):
                raise Invalid(f"{path} is no array")
            return [items.completed(one, f"{path}[{index}]") for index, one in enumerate(value)]
        parent = self.parent()
        if "properties" in self.facets or self.expression == "object" or (parent is not None and parent.properties()):
            return self._object(value, path)
        if parent is not None:
            value = parent.completed(value, path)
        return self._scalar(value, path)

    def _object(self, value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            raise Invalid(f"{path} is no object")
        properties = self.properties()
        found = {key: one for key, one in value.items() if key not in properties}
        for name, (required, inner) in properties.items():
            here = f"{path}.{name}".lstrip(".")
            if value.get(name) is not None:
                found[name] = inner.completed(value[name], here)
            elif required:
                raise Invalid(f"{here} is missing")
            elif inner.default() is not None:
                found[name] = inner.default()
        return found

    def _scalar(self, value: Any, path: str) -> Any:
        wanted = _PRIMITIVE.get(self.expression)
        if wanted is not None and (not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool)):
            raise Invalid(f"{path} is no {self.expression}")
        allowed = self.facets.get("enum")
        if allowed is not None:
            same = [one for one in allowed if isinstance(value, str) and one.lower() == value.lower()]
            if not same:
                raise Invalid(f"{path} is none of {', '.join(allowed)}")
            return same[0]
        if isinstance(value, str):
            if len(value) < self.facets.get("minLength", 0):
                raise Invalid(f"{path} is empty")
            if "pattern" in self.facets and not re.search(self.facets["pattern"], value):
                raise Invalid(f"{path} does not have the form of {self.facets['pattern']}")
        elif isinstance(value, int | float) and value < self.facets.get("minimum", value):
            raise Invalid(f"{path} is too small")
        return value


def _first(options: list[Type], value: Any, path: str) -> Any:
    """Return a value of the first type that it is of; Marathon tells them apart by the properties that are there."""
    causes = []
    for option in options:
        try:
            return option.completed(value, path)
        except Invalid as error:
            causes.append(str(error))
    raise Invalid("; ".join(causes))


class Schema:
    """All libraries of a folder."""

    def __init__(self) -> None:
        """Read them, from a clone that is made where there is none."""
        if not PUBLIC.is_dir():
            address = f"https://github.com/{FOLDER.name.replace('+', '/')}"
            subprocess.run(["git", "clone", "--quiet", "--depth", "1", address, str(FOLDER)], check=True)
        files = sorted((PUBLIC / "types").glob("*.raml"))
        self._libraries = {file.name: yaml.safe_load(file.read_text("utf-8")) for file in files}

    def type(self, library: str, name: str) -> Type:
        """Return a type by the file that it stands in and its name."""
        return Type(self, library, self._libraries[library]["types"][name])

    def named(self, library: str, expression: str) -> Type | None:
        """Return what an expression names, where it names a type that is declared somewhere."""
        found, name = self._libraries[library], expression
        if "." in expression and " " not in expression:
            prefix, name = expression.split(".", 1)
            library = found.get("uses", {}).get(prefix, "")
            found = self._libraries.get(library, {})
        declared = found.get("types", {}).get(name)
        return None if declared is None and name not in found.get("types", {}) else Type(self, library, declared)
