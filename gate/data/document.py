"""The tables as a document: written to be carried to where there is no network, and read again in their place.

The form is that of `schemas/data.schema.json`. All of a document is checked before any of it is used.
"""

from __future__ import annotations

import hashlib
import json

from gate.data import DATA_DATE
from gate.data.form import SOURCE_KEYS, Misfit, check
from gate.data.shelf import TABLES, Embedded
from gate.model.days import days, iso

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from gate.data.shelf import Dates, Shelf

    Json = dict[str, Any]

SCHEMA_VERSION = "1"

#: The ends of support by their names at endoflife.date, in the order of `Dates`.
ENDS = ("eoas", "eol", "eoes")


class Given:
    """The tables of a document; those that it leaves out are the embedded ones, and it is as old as the oldest."""

    __slots__ = (
        "_digests",
        "_lifecycles",
        "_tags",
        "codenames",
        "date",
        "official",
        "origin",
        "others",
        "sources",
        "titles",
        "windowed",
    )

    def __init__(self, content: Json, origin: str) -> None:
        """Take a checked document, and what to call it."""
        embedded = Embedded()
        self.origin = origin
        whole = all(table in content for table in TABLES)
        self.date: str = content["data_date"] if whole else min(content["data_date"], DATA_DATE)
        named = (
            (one["name"], one.get("version", ""), one.get("date", ""), one["licence"]) for one in content["sources"]
        )
        self.sources: tuple[tuple[str, str, str, str], ...] = (*named, *(() if whole else embedded.sources))
        self._lifecycles: Json | None = content.get("lifecycles")
        self._tags: Json | None = content.get("tags")
        self.titles: Mapping[str, str] = embedded.titles
        if self._lifecycles is not None:
            self.titles = {product: entry["title"] for product, entry in self._lifecycles.items()}
        self.windowed = embedded.windowed if self._tags is None else frozenset(self._tags)
        self.codenames: Mapping[str, tuple[str, str]] = embedded.codenames
        if "codenames" in content:
            self.codenames = {
                name: (product, release)
                for product, names in content["codenames"].items()
                for name, release in names.items()
            }
        images: Json | None = content.get("images")
        self.official: Mapping[str, str] = embedded.official if images is None else images["official"]
        self.others: Mapping[str, str] = embedded.others if images is None else images["others"]
        own = {table: digest(content[table]) for table in TABLES if table in content}
        self._digests = {**embedded.digests(), **own}

    def cycles(self, product: str) -> Mapping[str, Dates]:
        """Return the cycles of a product."""
        if self._lifecycles is None:
            return Embedded().cycles(product)
        return {one["cycle"]: _dates(one) for one in self._lifecycles[product]["cycles"]}

    def windows(self, official: str) -> str:
        """Return the windows of an official image, as the compiled tables have them."""
        if self._tags is None:
            return Embedded().windows(official)
        return "".join(
            f" {names} ={','.join(_number(day) for day in (first, changed, gone))},{system or ''}\n"
            for names, first, changed, gone, system in self._tags[official]
        )

    def digests(self) -> Mapping[str, str]:
        """Return the digest of each table."""
        return self._digests


def given(content: object, origin: str) -> Given:
    """Return the tables of a parsed document; raise Misfit for one of another form, or that names what it lacks."""
    found = Given(check(content, SCHEMA_VERSION), origin)
    for table, products in (("official", found.official), ("others", found.others)):
        for name, product in products.items():
            if product and product not in found.titles:
                raise Misfit(("images", table, name), f"names the product {product}, which has no lifecycle")
    return found


def digest(table: object) -> str:
    """Return the SHA-256 of one table of a document, whatever its spacing and the order of its keys."""
    return hashlib.sha256(json.dumps(table, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def text(content: Json) -> str:
    """Write a document, a line for each product, image and window, so that two of them can be compared."""
    parts = []
    for key, value in content.items():
        if key in ("lifecycles", "tags"):
            rows = ",\n".join(f"{json.dumps(name)}: {_spread(entry)}" for name, entry in value.items())
            parts.append(f"{json.dumps(key)}: {{\n{rows}\n}}")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value, indent=1)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def document(shelf: Shelf, version: str) -> Json:
    """Return the tables as plain data; `version` is that of the gate, which writes them."""
    return {
        "schema_version": SCHEMA_VERSION,
        "data_date": shelf.date,
        "generated_by": f"boundary-gate {version}",
        "sources": [dict(zip(SOURCE_KEYS, source, strict=True)) for source in shelf.sources],
        "lifecycles": {product: _lifecycle(shelf, product) for product in sorted(shelf.titles)},
        "codenames": _codenames(shelf),
        "images": {"official": dict(sorted(shelf.official.items())), "others": dict(sorted(shelf.others.items()))},
        "tags": {official: [*_rows(shelf.windows(official))] for official in sorted(shelf.windowed)},
    }


def _lifecycle(shelf: Shelf, product: str) -> Json:
    cycles = []
    for cycle, (released, *ends) in shelf.cycles(product).items():
        said: Json = {"cycle": cycle, **({"released": released} if released else {})}
        said |= {name: True if end == "ended" else end for name, end in zip(ENDS, ends, strict=True) if end}
        cycles.append(said)
    return {"title": shelf.titles[product], "cycles": cycles}


def _codenames(shelf: Shelf) -> Json:
    products = sorted({product for product, _release in shelf.codenames.values()})
    return {
        product: {name: release for name, (own, release) in shelf.codenames.items() if own == product}
        for product in products
    }


def _rows(table: str) -> Iterator[list[str | None]]:
    for line in table.splitlines():
        names, _, row = line.rpartition("=")
        if row:
            first, changed, gone, system = row.split(",")
            dated = (iso(int(day)) if day else None for day in (first, changed, gone))
            yield [names.strip(), *dated, system or None]


def _spread(entry: object) -> str:
    if isinstance(entry, list):
        return "[\n" + ",\n".join(f" {json.dumps(row)}" for row in entry) + "\n]"
    return json.dumps(entry)


def _dates(cycle: Json) -> Dates:
    active, security, extended = ("ended" if cycle.get(end) is True else cycle.get(end) or "" for end in ENDS)
    return cycle.get("released") or "", active, security, extended


def _number(day: str | None) -> str:
    return str(days(day)) if day is not None else ""
