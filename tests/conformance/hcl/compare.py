# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's reading of HCL with HashiCorp's: which files are valid, and what attributes come to.

A value that the gate leaves open is a gap and no disagreement. Where HashiCorp finds an error the build fails, so that
a value there is lenient and nothing worse; a different value is wrong, and so is one that
another value of what is not known would change.
"""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gate.model.source import Source
from gate.syntax.hcl import parse
from gate.syntax.hcl_values import Evaluator
from gate.syntax.tree import Mapping, Scalar, Sequence
from tests.conformance.hcl.generate import Generator
from tests.conformance.hcl.oracle import ask, module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.syntax.hcl import Attribute, Body
    from gate.syntax.tree import Node

#: What stands for a value that is not known.
OPEN = object()


class _Nothing:
    """A scope in which no name has a value."""

    def resolve(self, root: str, name: str) -> str:
        return f"`{root}.{name}` is not known"


class Tally:
    """What one set of files showed."""

    def __init__(self) -> None:
        self.files = self.values = self.gaps = self.lenient = 0
        self.stricter: list[str] = []
        self.wrong: list[str] = []

    def show(self, name: str) -> None:
        print(
            f"{name}: {self.files} files, {self.values} equal values, {self.gaps} left open, {self.lenient} lenient, "
            f"{len(self.stricter)} valid files refused, {len(self.wrong)} wrong"
        )
        for line in (*self.wrong[:20], *self.stricter[:10]):
            print(f"  {line}")


def main(arguments: list[str]) -> int:
    """Compare random files and those below the folders that are named; 1 when something is wrong."""
    seed = next((argument.partition("=")[2] for argument in arguments if argument.startswith("--seed=")), "1")
    folders = [Path(argument) for argument in arguments if not argument.startswith("-")]
    print(f"against {module()}, seed {seed}")
    tallies = [_random(int(seed), 600)]
    for folder in folders:
        tallies.append(compare(sorted(path for path in folder.rglob("*.hcl") if path.is_file())))
        tallies[-1].show(str(folder))
    return int(any(tally.wrong for tally in tallies))


def _random(seed: int, count: int) -> Tally:
    generator = Generator(random.Random(seed))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number:04}.hcl" for number in range(count)]
        for path in paths:
            path.write_text(generator.file(), encoding="utf-8")
        tally = compare(paths)
        tally.show("random")
    return tally


def compare(paths: list[Path]) -> Tally:
    """Compare the reading of some files."""
    tally = Tally()
    for path, theirs in zip(paths, ask(paths), strict=True):
        data = path.read_bytes()
        document = parse(Source(path.name, data))
        tally.files += 1
        if theirs["valid"] and document.error:
            tally.stricter.append(f"{path}: {document.error} at {document.at}")
        elif not theirs["valid"] and not document.error:
            tally.wrong.append(f"{path}: accepted, though {theirs['error'][:200]}")
        elif theirs["valid"]:
            _values(path, data, document.body, theirs["attributes"], tally)
    return tally


def _values(path: Path, data: bytes, body: Body, theirs: list[dict[str, Any]], tally: Tally) -> None:
    evaluator = Evaluator(_Nothing())
    ours = {_byte(data, attribute.start): attribute for attribute in _attributes(body)}
    if ours.keys() != {attribute["start"] for attribute in theirs}:
        tally.wrong.append(f"{path}: other attributes")
        return
    for expected in theirs:
        attribute = ours[expected["start"]]
        value = plain(evaluator.value(attribute))
        where = f"{path.name}:{attribute.at.line} {attribute.name}"
        if _is_open(value):
            tally.gaps += expected["known"]
        elif not expected["known"] and expected["error"] != "unknown":
            tally.lenient += 1
        elif not expected["known"] and all(_normal(value) == _normal(each) for each in expected.get("possible", ())):
            tally.values += 1
        elif not expected["known"]:
            tally.wrong.append(f"{where} = {value!r:.100}, where they say {expected['error']}: {_text(attribute)}")
        elif _normal(value) == _normal(expected.get("value")):
            tally.values += 1
        else:
            tally.wrong.append(f"{where} = {value!r:.100} and not {expected.get('value')!r:.100}: {_text(attribute)}")


def _text(attribute: Attribute) -> str:
    return attribute.document.text(attribute.expression)[:120].replace("\n", "⏎")


def _byte(data: bytes, offset: int) -> int:
    return len(data.decode("utf-8")[:offset].encode("utf-8"))


def _attributes(body: Body) -> Iterator[Attribute]:
    yield from body.attributes.values()
    for block in body.blocks:
        yield from _attributes(block.body)


def plain(node: Node) -> Any:
    """Turn a node into plain data, with `OPEN` for what is not known."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    return OPEN


def _is_open(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_open, value))
    return any(map(_is_open, value.values())) if isinstance(value, dict) else value is OPEN


def _normal(value: Any) -> str:
    """Spell a value so that equal ones are equal: numbers as doubles, keys sorted.

    A number or boolean equals the string that spells it: HCL gives the branches of a conditional one type, of which the
    gate knows only one branch when the other is open, and whoever reads the value converts it.
    """
    if isinstance(value, list):
        return f"[{','.join(map(_normal, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{key!r}:{_normal(value[key])}' for key in sorted(value))}}}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{float(value):.12g}"
    if isinstance(value, str) and value.lstrip("-").replace(".", "", 1).isdigit() and value.isascii():
        return f"{float(value):.12g}"
    return json.dumps(value) if value not in ("true", "false") else value
