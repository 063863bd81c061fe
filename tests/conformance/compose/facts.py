"""What is compared of a container: lists of words, each with the reasons why there may be others."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple, TypeAlias

from tests.conformance.compose.oracle import HOME

#: Compose's placeholder for a variable that nobody sets, in the words of the gate.
UNSET = re.compile(r"the variable (\w+) is not set here")

#: How the gate begins to say that it does not follow the link that an environment file is.
UNREAD = "its environment file"


class Fact(NamedTuple):
    """The words that are certain, and why there may be others in their place or beside them."""

    words: list[str]
    doubts: list[str]


#: The facts of one container, by name.
Facts: TypeAlias = "dict[str, Fact]"


def certain(*words: object) -> Fact:
    """Return a fact without doubts."""
    return Fact([str(word) for word in words], [])


def judged(ours: Fact, theirs: Fact, unset: set[str]) -> str:
    """Say `equal`, `unknown` where a variable that nobody sets is the reason, or `wrong`."""
    mine, expected = sorted(set(ours.words)), sorted(set(theirs.words))
    if not ours.doubts:
        return "equal" if mine == expected else "wrong"
    for doubt in ours.doubts:
        if doubt.startswith(UNREAD):
            continue
        name = UNSET.search(doubt)
        if name is None or name[1] not in unset:
            return "wrong"
    return "unknown" if set(mine) <= set(expected) else "wrong"


def host_path(root: str, path: str) -> str:
    """Return a path of the host as an absolute one; those of Windows stay as they are."""
    if path.startswith("~"):
        path = f"{HOME}/{path[1:]}"
    if path.startswith("\\") or path[1:2] == ":":
        return path
    return os.path.normpath(Path(root, path))


def mount(kind: str, source: str, target: str, read_only: object, propagation: str) -> str:
    """Return one mount as a word."""
    return f"{kind} {source!r} at {target!r} {'ro' if read_only else 'rw'} {propagation}"


_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "p": 1 << 50}


def size(text: str) -> int:
    """Return an amount of memory in bytes; 0 for what is none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?", text.strip().lower())
    return int(float(found[1]) * _UNITS[found[2]]) if found else 0
