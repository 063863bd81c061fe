# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's reading of YAML with that of kubectl and of Docker Compose.

The gate may refuse what a consumer reads, and it may read something else where it says that it is in doubt. It is wrong
when it reads something else without a word, when it loses a document, and when it takes for an unrendered template
what the consumer reads. Where only the consumer refuses, nothing is ever deployed; such inputs are counted.
"""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gate.model.errors import UnrenderedError
from gate.model.source import Source
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence
from gate.syntax.yaml import COMPOSE, KUBERNETES, documents
from tests.conformance.yaml import generate
from tests.conformance.yaml.oracle import Answer, ask, modules
from tests.truth.yaml import cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.syntax.document import Document
    from gate.syntax.tree import Node

#: What Compose says of a project when its YAML is fine.
NO_PROJECT = ("empty compose file", "top-level object must be a mapping")

#: How many disagreements of one kind are shown.
SHOWN = 10


class Tally:
    """What one set of inputs showed."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.equal = self.refused = self.doubted = 0
        self.stricter: list[str] = []
        self.lenient: list[str] = []
        self.wrong: list[str] = []

    def show(self, name: str, *, everything: bool) -> None:
        """Print one line, and the inputs that deserve a look."""
        print(
            f"{name}: {self.equal} equal, {self.refused} refused by both, {self.doubted} differ in doubt, "
            f"{len(self.stricter)} refused by the gate alone, {len(self.lenient)} by the consumer alone, "
            f"{len(self.wrong)} wrong"
        )
        for line in (*self.wrong[:SHOWN], *(self.lenient + self.stricter if everything else [])):
            print(f"  {line}")


def main(arguments: list[str]) -> int:
    """Compare all sets in both dialects; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    folders = [Path(argument) for argument in arguments if not argument.startswith("-")]
    seed, count = int(options.get("seed", "1")), int(options.get("count", "3000"))
    print(f"against {modules()}, seed {seed}")
    wrong = 0
    for name, inputs in _sets(random.Random(seed), count, folders):
        for dialect in (KUBERNETES, COMPOSE):
            tally = compare(dialect, inputs)
            tally.show(f"{dialect}, {name}", everything="all" in options)
            wrong += len(tally.wrong)
    return int(wrong > 0)


def _sets(chance: random.Random, count: int, folders: list[Path]) -> Iterator[tuple[str, list[bytes]]]:
    known = [case.data for case in cases().values()]
    small = [data for data in known if len(data) < 2000]
    yield "the cases", known
    yield "random documents", [generate.document(chance) for _ in range(count)]
    yield "random marks", [generate.text(chance) for _ in range(count)]
    yield "random flow", [generate.flow(chance) for _ in range(count)]
    yield "cases with mistakes", [generate.mistaken(chance, chance.choice(small)) for _ in range(count)]
    for folder in folders:
        paths = sorted(path for pattern in ("*.yaml", "*.yml", "*.json") for path in folder.rglob(pattern))
        yield str(folder), [path.read_bytes() for path in paths if path.is_file()]


def compare(dialect: str, inputs: list[bytes]) -> Tally:
    """Read every input twice."""
    tally = Tally()
    for data, answer in zip(inputs, ask(dialect, inputs), strict=True):
        found = documents(Source("input.yaml", data), dialect)
        if dialect == KUBERNETES:
            found = [document for document in found if document.error is not None or _worth(document.root)]
        _judge(tally, data, found, answer, whole=dialect == COMPOSE)
    return tally


def _judge(tally: Tally, data: bytes, found: list[Document], answer: Answer, *, whole: bool) -> None:
    """Put one input on its list; Compose refuses a file as a whole, kubectl stops at the document it cannot read."""
    error = "" if answer.error.startswith(NO_PROJECT) else answer.error
    problem = next((document.error for document in found if document.error is not None), None)
    shown = f"{data[-120:]!r}: {[_shown(document) for document in found]} != {answer.documents} {error}"
    if problem is not None and whole and error:
        tally.refused += 1
        return
    for document, theirs in zip(found, answer.documents, strict=False):
        if document.error is not None:
            (tally.wrong if isinstance(document.error, UnrenderedError) else tally.stricter).append(shown)
            return
        if not _same(_value(document.root), theirs):
            if any(map(_doubted, found)):
                tally.doubted += 1
            else:
                tally.wrong.append(shown)
            return
    _judge_the_end(tally, found[len(answer.documents) :], len(found) < len(answer.documents), error, shown)


def _judge_the_end(tally: Tally, more: list[Document], fewer: bool, error: str, shown: str) -> None:
    if error:
        if more and more[0].error is not None:
            tally.refused += 1
        else:
            tally.lenient.append(shown)
    elif more and more[0].error is not None and not isinstance(more[0].error, UnrenderedError):
        tally.stricter.append(shown)
    elif more or fewer:
        tally.wrong.append(shown)
    else:
        tally.equal += 1


def _worth(root: Node | None) -> bool:
    """Say whether kubectl would look at a document; it passes over empty ones."""
    return root is not None and not (isinstance(root, Scalar) and root.value is None)


def _shown(document: Document) -> object:
    return document.error.cause if document.error is not None else _value(document.root)


def _value(node: Node | None) -> Any:
    if isinstance(node, Mapping):
        return {name: _value(value) for name, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [_value(item) for item in node.items]
    return node.value if isinstance(node, Scalar) else node


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Opaque) or (isinstance(ours, float) and not math.isfinite(ours)):
        return isinstance(theirs, str)
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(_same(value, theirs[name]) for name, value in ours.items())
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(_same, ours, theirs))
    return bool(ours == theirs)


def _doubted(document: Document) -> bool:
    waiting = [document.root]
    while waiting:
        node = waiting.pop()
        if node is not None and node.doubt:
            return True
        if isinstance(node, Mapping):
            waiting += (*node.keys.values(), *node.entries.values())
        elif isinstance(node, Sequence):
            waiting += node.items
    return False
