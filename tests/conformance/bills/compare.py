# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's reading of bills of materials with what the libraries that wrote them meant.

The libraries validate what they write, against the official schemas or by the rules of the specification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gate.dialects.bill import MANAGERS
from gate.dialects.bills import REMEDY, WANTED, bill
from gate.model.errors import InputError
from gate.model.source import Source
from gate.syntax.json_outline import Outline
from gate.syntax.json_values import values
from tests.conformance.bills import oracle

if TYPE_CHECKING:
    from gate.dialects.bill import Bill

COUNT = 300


def main(arguments: list[str]) -> int:
    """Compare everything; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments)
    question = {"seed": options.get("seed", "1"), "count": int(options.get("count", COUNT))}
    tallies: dict[str, list[int]] = {}
    facts = 0
    for answer in oracle.bills(question):
        problem = _difference(answer)
        tally = tallies.setdefault(answer["form"], [0, 0])
        tally[bool(problem)] += 1
        facts += 6 * len(answer["packages"]) + 2
        if problem:
            print(f"  wrong: {answer['form']}: {problem}")
    for form, (same, wrong) in tallies.items():
        print(f"{form}: {same} the same, {wrong} wrong")
    print(f"{facts} facts")
    return int(any(wrong for _same, wrong in tallies.values()))


def _difference(answer: Any) -> str:
    try:
        found = _read(answer["text"])
    except InputError as error:
        # A bill of nothing that belongs to a system and of no image is refused; these are of an image.
        return f"is refused: {error.cause}"
    names = {manager: kind for kind, manager in MANAGERS.items()}
    listed = sorted(
        [names[one.manager], one.name, one.version, one.architecture, one.source, one.source_version]
        for one in found.installed
    )
    if listed != answer["packages"]:
        return f"lists {listed}, and not {answer['packages']}"
    if found.packages != answer["count"]:
        return f"lists {found.packages} packages, and not {answer['count']}"
    system = [found.system.family, found.system.release] if found.system is not None else None
    return "" if system == answer["system"] else f"names {system}, and not {answer['system']}"


def _read(text: str) -> Bill:
    source = Source("bill.json", text.encode())
    return bill(values(source, REMEDY), Outline(source, WANTED).at)
