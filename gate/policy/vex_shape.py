"""How the JSON of VEX documents is taken apart: everything that is not as it should be is a usage error."""

from __future__ import annotations

import re

from gate.model.days import days
from gate.model.errors import UsageError
from gate.policy.shape import quoted, refuse
from gate.syntax.json import parse
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source
    from gate.syntax.tree import Node

#: Longest text of a document that a report repeats.
LONGEST = 200

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII)


def document(source: Source) -> Mapping:
    """Return the one object of a file."""
    parsed = parse(source)
    if parsed.error is not None:
        remedy = parsed.error.remedy or "correct the document, or have its tool write it again"
        raise UsageError(f"the VEX document {parsed.error.cause}", at=parsed.error.at, remedy=remedy)
    if not isinstance(parsed.root, Mapping):
        raise UsageError("the VEX document is no object", at=parsed.at, remedy="name an OpenVEX or CycloneDX document")
    return _certain(parsed.root)


def mapping(node: Node, what: str) -> Mapping:
    """Return an object."""
    if not isinstance(node, Mapping):
        refuse(node, f"{what} must be an object")
    return _certain(node)


def part(owner: Mapping, key: str) -> Mapping | None:
    """Return the object under a key, None where there is none."""
    node = owner.get(key)
    return None if node is None else mapping(node, f"`{key}`")


def members(owner: Mapping, key: str, *, required: bool = False) -> list[Node]:
    """Return the members of the list under a key, none where it is absent and need not be there."""
    node = owner.get(key)
    if node is None and not required:
        return []
    if not isinstance(node, Sequence):
        refuse(owner if node is None else node, f"`{key}` must be a list" if node else f"the key `{key}` is missing")
    return node.items


def text(owner: Mapping, key: str, *, required: bool = False) -> str:
    """Return the string under a key, on one line; empty where it is absent and need not be there."""
    node = owner.get(key)
    if node is None and not required:
        return ""
    if not isinstance(node, Scalar) or not isinstance(node.value, str) or (required and not node.value.strip()):
        refuse(owner if node is None else node, f"`{key}` must be a string that is not empty")
    return " ".join(node.value.split())


def texts(owner: Mapping, key: str) -> tuple[str, ...]:
    """Return the strings in the list under a key."""
    found = members(owner, key)
    for node in found:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            refuse(node, f"`{key}` must be a list of strings")
    return tuple(node.text for node in found if isinstance(node, Scalar) and node.text)


def word(owner: Mapping, key: str, words: tuple[str, ...], *, required: bool = False) -> str:
    """Return one of some words under a key."""
    said = text(owner, key, required=required)
    node = owner.get(key)
    if node is not None and said not in words:
        refuse(node, f"`{key}` cannot be {quoted(said)}", f"one of: {', '.join(words)}")
    return said


def instant(owner: Mapping, key: str) -> tuple[str, int] | None:
    """Return the day of a time as written, and its seconds since 1970; None where it is absent."""
    said = text(owner, key)
    node = owner.get(key)
    if node is None:
        return None
    found = _INSTANT.fullmatch(said)
    day = _day(found[1]) if found is not None and int(found[2]) < 24 and int(found[3]) < 60 else None
    if found is None or day is None:
        refuse(node, f"`{key}` cannot be {quoted(said)}", "a time such as 2026-01-31T12:00:00Z")
    seconds = day * 86_400 + int(found[2]) * 3_600 + int(found[3]) * 60 + int(found[4])
    shift = int(found[6]) * 3_600 + int(found[7]) * 60 if found[5] else 0
    return found[1], seconds - shift if found[5] == "+" else seconds + shift


def _day(said: str) -> int | None:
    try:
        return days(said)
    except ValueError:
        return None


def shortened(said: str) -> str:
    """Return as much of a text as a report repeats."""
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}..."


def _certain(node: Mapping) -> Mapping:
    for key in node.keys.values():
        if key.doubt:
            refuse(key, key.doubt, "give each key once")
    return node
