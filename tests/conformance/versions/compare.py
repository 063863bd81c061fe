# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's order of versions with those of the programs that install them.

apk orders what it does not allow as well, up to where it stops reading; the gate has no order for it. Vectors with such
a version are counted as refused, and those of apk's operator `~`, which asks for a beginning, are left out.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from gate.freshness.versions import MalformedError, compare
from tests.conformance.versions import pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.freshness.versions import Scheme

ORACLES: dict[Scheme, Callable[[list[tuple[str, str]]], list[int]]] = {"dpkg": pairs.dpkg, "rpm": pairs.rpm}
_RPM_VECTOR = re.compile(r"^RPMVERCMP\(([^,]*),\s*([^,]*),\s*(-?[01])\)", re.MULTILINE)
_ORDERS = {"<": -1, "=": 0, ">": 1}


def main(arguments: list[str]) -> int:
    """Compare everything; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "5000"))
    wrong = 0
    for scheme, oracle in ORACLES.items():
        if shutil.which(scheme) is None:
            print(f"{scheme}: is not installed, and was not asked")
            continue
        asked = pairs.pairs(scheme, count, seed)
        answers = zip(asked, oracle(asked), strict=True)
        wrong += _shown(f"{scheme}, seed {seed}", scheme, ((one, other, said) for (one, other), said in answers))
    for name in (argument for argument in arguments if not argument.startswith("--")):
        text = Path(name).read_text(encoding="utf-8")
        scheme, vectors = ("rpm", _of_rpm(text)) if name.endswith(".at") else ("apk", _of_apk(text))
        wrong += _shown(name, scheme, vectors)
        wrong += _misjudged(text) if scheme == "apk" else 0
    return int(wrong > 0)


def _shown(title: str, scheme: Scheme, vectors: Iterator[tuple[str, str, int]]) -> int:
    """Print what is wrong, and return how much."""
    same = wrong = refused = 0
    for one, other, said in vectors:
        try:
            ours = compare(scheme, one, other)
        except MalformedError as error:
            print(f"  refused: {error}")
            refused += 1
            continue
        same += ours == said
        if ours != said:
            print(f"  wrong: {one} and {other} are {said}, and not {ours}")
            wrong += 1
    print(f"{title}: {same} the same, {wrong} wrong, {refused} refused")
    return wrong


def _of_rpm(text: str) -> Iterator[tuple[str, str, int]]:
    for one, other, said in _RPM_VECTOR.findall(text):
        yield one.strip("[] "), other.strip("[] "), int(said)


def _lines(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if words:
            yield words


def _of_apk(text: str) -> Iterator[tuple[str, str, int]]:
    for words in _lines(text):
        if len(words) == 3 and words[1] in _ORDERS:
            yield words[0], words[2], _ORDERS[words[1]]


def _misjudged(text: str) -> int:
    """Print the versions of which apk says otherwise whether they are allowed, and return how many there are."""
    wrong = seen = 0
    for word in (words[0] for words in _lines(text) if len(words) == 1 and words[0] != "!"):
        version = word.removeprefix("!")
        seen += 1
        try:
            compare("apk", version, version)
        except MalformedError:
            is_allowed = False
        else:
            is_allowed = True
        if is_allowed == word.startswith("!"):
            print(f"  wrong: {version} is {'not ' if is_allowed else ''}allowed")
            wrong += 1
    print(f"what apk allows: {seen - wrong} the same, {wrong} wrong")
    return wrong
