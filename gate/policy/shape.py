"""How the YAML of a policy or a declaration is taken apart.

Every function returns exactly what was asked for or refuses: with the file and the line, the key as a dotted path, and
the nearest word that would have been right. A node that two YAML readers would read differently is refused as well,
because nobody reviews a policy with the gate's own eyes.
"""

from __future__ import annotations

import re

from gate.model.errors import UsageError
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn, TypeVar

    from gate.model.source import Source
    from gate.syntax.tree import Node

    Word = TypeVar("Word", bound=str)

#: Longest stretch of somebody's input that a message repeats.
QUOTED = 60

DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

#: The keys that say from which day on and to which day something counts.
TERM = ("effective_on", "until")


def refuse(node: Node, cause: str, remedy: str = "") -> NoReturn:
    """Raise the usage error for this place."""
    raise UsageError(cause, at=node.at, remedy=remedy)


def document(source: Source) -> Node:
    """Return the one document of a file."""
    from gate.syntax.yaml import KUBERNETES, documents

    found = documents(source, KUBERNETES)
    for one in found:
        if one.error is not None:
            raise UsageError(one.error.cause, at=one.error.at, remedy=one.error.remedy)
    roots = [one.root for one in found if one.root is not None]
    if len(roots) > 1:
        refuse(roots[1], "there is more than one document in the file", "remove the `---` and what follows it")
    if not roots:
        raise UsageError("the file is empty", at=source.location(0, 0), remedy="start it with `version: 1`")
    return roots[0]


def fields(node: Node, key: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Node]:
    """Return the entries of a mapping that must have the required keys and may have no unknown one."""
    mapping = _mapping(node, key)
    known = (*required, *optional)
    for name, written in mapping.keys.items():
        if name not in known:
            refuse(written, f"{_under(key)}there is no key {quoted(name)}", nearest(name, known))
    for name in required:
        if name not in mapping.entries:
            refuse(node, f"{_under(key)}the key `{name}` is missing", f"add `{name}`")
    return mapping.entries


def table(node: Node, key: str, names: str) -> Iterable[tuple[str, Node, Node]]:
    """Yield the keys, their nodes and the values of a mapping whose keys are the author's own."""
    mapping = _mapping(node, key)
    for name, written in mapping.keys.items():
        if not re.fullmatch(names, name):
            refuse(written, f"{_under(key)}{quoted(name)} cannot be a name", f"a name here matches {names}")
        yield name, written, mapping.entries[name]


def items(node: Node, key: str, *, least: int = 0) -> list[Node]:
    """Return the members of a list."""
    if not isinstance(node, Sequence):
        refuse(node, f"`{key}` must be a list", "write it as [a, b], or one `- ` to a line")
    _undoubted(node)
    if len(node.items) < least:
        refuse(node, f"`{key}` must not be empty")
    return node.items


def text(node: Node, key: str, form: str, example: str) -> str:
    """Return a string of this form."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        refuse(node, f"`{key}` must be a string", _in_quotes(node) or f"for example `{example}`")
    _undoubted(node)
    if not re.fullmatch(form, node.value):
        refuse(node, f"`{key}` cannot be {quoted(node.value)}", f"for example `{example}`")
    return node.value


def choice(node: Node, key: str, words: tuple[Word, ...]) -> Word:
    """Return one of the words."""
    if isinstance(node, Scalar):
        _undoubted(node)
        for word in words:
            if node.value == word:
                return word
        refuse(node, f"`{key}` cannot be {quoted(node.text)}", nearest(node.text, words))
    refuse(node, f"`{key}` must be a single word", f"one of: {', '.join(words)}")


def flag(node: Node, key: str) -> bool:
    """Return a boolean."""
    if not isinstance(node, Scalar) or not isinstance(node.value, bool):
        refuse(node, f"`{key}` must be true or false", f"write `{key}: true` or `{key}: false`, without quotes")
    _undoubted(node)
    return node.value


def whole(node: Node, key: str, least: int, most: int) -> int:
    """Return a whole number within bounds."""
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        wanted = str(least) if least == most else f"a whole number from {least} to {most}"
        refuse(node, f"`{key}` must be {wanted}", f"write `{key}: {least}`" if least == most else "write it in digits")
    _undoubted(node)
    return value


def day(node: Node, key: str) -> str:
    """Return an ISO 8601 day."""
    from gate.model.days import days

    written = text(node, key, DAY, "2026-11-01")
    try:
        days(written)
    except ValueError:
        refuse(node, f"`{key}`: there is no day {written}")
    return written


def term(entries: dict[str, Node], key: str) -> tuple[str, str]:
    """Return the first and the last day of a mapping that may have `effective_on` and `until`."""
    first, last = (day(entries[name], f"{key}.{name}") if name in entries else "" for name in TERM)
    if last and last < first:
        refuse(entries["until"], f"`{key}.until` is {last}, before it is effective on {first}")
    return first, last


def nearest(word: str, known: tuple[str, ...]) -> str:
    """Name the known word that was most likely meant, and all of them."""
    from difflib import get_close_matches

    close = get_close_matches(word.lower().replace("_", "-"), known, n=1) or get_close_matches(word, known, n=1)
    asked = f"did you mean `{close[0]}`? " if close else ""
    return f"{asked}It may be: {', '.join(known)}"


def quoted(word: str) -> str:
    """Show a word of the input in a message, shortened."""
    return f"`{word}`" if len(word) <= QUOTED else f"`{word[:QUOTED]}...`"


def _mapping(node: Node, key: str) -> Mapping:
    if not isinstance(node, Mapping):
        where = f"`{key}`" if key else "the file"
        refuse(node, f"{where} must be a mapping", "write it as `key: value`, one to a line")
    _undoubted(node)
    for written in node.keys.values():
        _undoubted(written)
    return node


def _undoubted(node: Node) -> None:
    if node.doubt:
        refuse(node, node.doubt, "write it so that every YAML reader agrees")


def _in_quotes(node: Node) -> str:
    """Say how a number or a boolean becomes the string that was meant: 1.30 is 1.3 unless it is quoted."""
    return f'write it in quotes: "{node.text}"' if isinstance(node, Scalar) and node.value is not None else ""


def _under(key: str) -> str:
    return f"in `{key}` " if key else ""
