"""The form of a document of tables, checked by hand; `schemas/data.schema.json` says the same."""

from __future__ import annotations

import re

from gate.data.shelf import TABLES
from gate.model.days import days

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    Json = dict[str, Any]
    Path = tuple[str | int, ...]

#: Most products, cycles of one, code names, image names, official images, windows of one, and sources.
MOST = {"products": 2_000, "cycles": 2_000, "names": 10_000, "official": 1_000, "windows": 50_000, "sources": 50}

#: Longest text of a document; that of one window's tags.
LONGEST, LONGEST_TAGS = 200, 20_000

PRODUCT = r"[a-z0-9][a-z0-9-]{0,99}"
CYCLE = r"[A-Za-z0-9_.~+-]{1,64}"
CODENAME = r"[a-z]{1,40}"
OFFICIAL = r"[a-z0-9][a-z0-9._-]{0,99}"
REPOSITORY = r"[a-z0-9][a-z0-9._:/-]{0,199}"
TAGS = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}(?: [A-Za-z0-9_][A-Za-z0-9_.-]{0,127})*"
SYSTEM = rf"{PRODUCT} {CYCLE}"

KEYS = ("schema_version", "data_date", "generated_by", "sources")
CYCLE_KEYS = ("cycle", "released", "eoas", "eol", "eoes")
SOURCE_KEYS = ("name", "version", "date", "licence")


class Misfit(Exception):
    """Something of a document that does not fit: where in it, and why."""

    def __init__(self, path: Path, cause: str) -> None:
        """Take both."""
        super().__init__(cause)
        self.path = path
        self.cause = cause


def check(content: object, version: str) -> Json:
    """Return a document as it is; raise Misfit for the first thing that does not fit."""
    if not isinstance(content, dict):
        _refuse((), "is no mapping")
    found = content.get("schema_version")
    if found != version:
        cause = "has no schema_version" if found is None else f"has schema_version {str(found)[:20]}, and not {version}"
        _refuse(("schema_version",), cause)
    _keys(content, (*KEYS, *TABLES), KEYS, ())
    _day(content["data_date"], ("data_date",))
    _text(content["generated_by"], ("generated_by",))
    for path, source in _listed(content["sources"], ("sources",), MOST["sources"]):
        _source(source, path)
    for table in TABLES:
        if table in content:
            _CHECKS[table](content[table], (table,))
    return content


def _source(source: object, path: Path) -> None:
    entry = _keys(source, SOURCE_KEYS, ("name", "licence"), path)
    for key, value in entry.items():
        _text(value, (*path, key))
    if not entry["name"] or not entry["licence"]:
        _refuse(path, "does not say its name and its licence")


def _lifecycles(table: object, path: Path) -> None:
    for at, entry in _named(table, PRODUCT, MOST["products"], path):
        product = _keys(entry, ("title", "cycles"), ("title", "cycles"), at)
        _text(product["title"], (*at, "title"))
        seen = set()
        for place, one in _listed(product["cycles"], (*at, "cycles"), MOST["cycles"]):
            cycle = _keys(one, CYCLE_KEYS, ("cycle",), place)
            _match(cycle["cycle"], CYCLE, (*place, "cycle"))
            if cycle["cycle"] in seen:
                _refuse(place, f"repeats the cycle {cycle['cycle']}")
            seen.add(cycle["cycle"])
            _dates(cycle, place)


def _dates(cycle: Json, path: Path) -> None:
    """Check days, and that a release does not end before it begins, nor longer support before the regular one."""
    for key in CYCLE_KEYS[1:]:
        if key in cycle and not (cycle[key] is True and key != "released"):
            _day(cycle[key], (*path, key))
    ends = {key: cycle[key] for key in CYCLE_KEYS[2:] if isinstance(cycle.get(key), str)}
    if any(end < cycle.get("released", "") for end in ends.values()):
        _refuse(path, "ends before it is released")
    if ends.get("eoes", "9") < ends.get("eol", ""):
        _refuse(path, "has longer support that ends before the regular one")


def _codenames(table: object, path: Path) -> None:
    for at, names in _named(table, PRODUCT, MOST["products"], path):
        for place, release in _named(names, CODENAME, MOST["names"], at):
            _match(release, CYCLE, place)


def _images(table: object, path: Path) -> None:
    both = _keys(table, ("official", "others"), ("official", "others"), path)
    for key, pattern in (("official", OFFICIAL), ("others", REPOSITORY)):
        for place, product in _named(both[key], pattern, MOST["names"], (*path, key)):
            if product != "":
                _match(product, PRODUCT, place)


def _tags(table: object, path: Path) -> None:
    for at, rows in _named(table, OFFICIAL, MOST["official"], path):
        for place, row in _listed(rows, at, MOST["windows"]):
            _window(row, place)


def _window(row: object, path: Path) -> None:
    """Check tags, first day, last change, last day and system of one window: it was closed, or is open."""
    if not isinstance(row, list) or len(row) != 5:
        _refuse(path, "is no list of tags, first day, last change, last day and system")
    tags, first, changed, gone, system = row
    _match(tags, TAGS, path, LONGEST_TAGS)
    _day(first, path)
    if (changed is None) is (gone is None):
        _refuse(path, "has neither or both of a last change and a last day")
    last = gone if changed is None else changed
    _day(last, path)
    if last < first:
        _refuse(path, "ends before it begins")
    if system is not None:
        _match(system, SYSTEM, path)


def _keys(value: object, known: tuple[str, ...], needed: tuple[str, ...], path: Path) -> Json:
    if not isinstance(value, dict):
        _refuse(path, "is no mapping")
    for key in value:
        if key not in known:
            _refuse((*path, key), f"is no key of it: {', '.join(known)} are")
    for key in needed:
        if key not in value:
            _refuse(path, f"lacks the key {key}")
    return value


def _named(table: object, pattern: str, most: int, path: Path) -> list[tuple[Path, object]]:
    if not isinstance(table, dict):
        _refuse(path, "is no mapping")
    if len(table) > most:
        _refuse(path, f"has more than {most} entries")
    for name in table:
        _match(name, pattern, (*path, name))
    return [((*path, name), value) for name, value in table.items()]


def _listed(value: object, path: Path, most: int) -> list[tuple[Path, object]]:
    if not isinstance(value, list):
        _refuse(path, "is no list")
    if len(value) > most:
        _refuse(path, f"has more than {most} entries")
    return [((*path, number), one) for number, one in enumerate(value)]


def _text(value: object, path: Path) -> None:
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        _refuse(path, f"is no text of at most {LONGEST} printable characters")


def _match(value: object, pattern: str, path: Path, longest: int = LONGEST) -> None:
    if not isinstance(value, str) or len(value) > longest or not re.fullmatch(pattern, value, re.ASCII):
        _refuse(path, "is not spelled as its like are")


def _day(value: object, path: Path) -> None:
    try:
        days(value if isinstance(value, str) else "")
    except ValueError:
        _refuse(path, "is no day such as 2026-01-31")


def _refuse(path: Path, cause: str) -> NoReturn:
    raise Misfit(path, cause)


_CHECKS: dict[str, Callable[[object, Path], None]] = {
    "lifecycles": _lifecycles,
    "codenames": _codenames,
    "images": _images,
    "tags": _tags,
}
