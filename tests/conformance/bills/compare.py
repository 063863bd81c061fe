# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's reading of bills of materials with what the libraries that wrote them meant.

The libraries validate what they write, against the official schemas or by the rules of the specification. trivy and
syft write bills of images whose packages real managers have installed: what the gate reads in them has to be what the
tool itself reports, or what the manager lists.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from gate.dialects.bill import MANAGERS
from gate.dialects.bills import REMEDY, WANTED, bill
from gate.model.errors import InputError
from gate.model.source import Source
from gate.syntax.json_outline import Outline
from gate.syntax.json_values import values
from tests.conformance.bills import oracle
from tests.conformance.layers import generate
from tests.conformance.layers.compare import managers
from tests.conformance.layers.found import layout, same
from tests.conformance.layers.oracle import copies, missing, packages, trivy, unpacked
from tests.packages.managers import Row
from tests.readers.rootfs import layer

if TYPE_CHECKING:
    from gate.dialects.bill import Bill
    from gate.model.contents import InstalledPackage
    from tests.packages.managers import Manager

#: Bills of each version, and images of each manager.
COUNT, IMAGES = 300, 10


def main(arguments: list[str]) -> int:
    """Compare everything; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments)
    seed = options.get("seed", "1")
    question = {"seed": seed, "count": int(options.get("count", COUNT))}
    tallies: dict[str, list[int]] = {}
    facts = 0
    wrong = _scanned(seed, int(options.get("images", IMAGES)))
    for answer in oracle.bills(question):
        problem = _difference(answer)
        tally = tallies.setdefault(answer["form"], [0, 0])
        tally[bool(problem)] += 1
        facts += 6 * len(answer["packages"]) + 2
        if problem:
            print(f"  wrong: {answer['form']}: {problem}")
    for form, (equal, otherwise) in tallies.items():
        print(f"{form}: {equal} the same, {otherwise} wrong")
    print(f"{facts} facts")
    return int(wrong + sum(otherwise for _equal, otherwise in tallies.values()) > 0)


def _scanned(seed: str, count: int) -> int:
    """Compare the bills that trivy and syft write; return how many say something else."""
    if missing() or not trivy():
        print(f"images were not compared: {' and '.join((*missing(), *(() if trivy() else ('trivy',))))} not installed")
        return 0
    wrong = 0
    with TemporaryDirectory() as folder:
        for name, manager in managers(Path(folder)):
            if manager is not None:
                random = Random(seed)
                made = (_of_manager(manager, Path(folder) / "images", random) for _ in range(count))
                counts: Counter[str] = sum(made, Counter())
                wrong += sum(number for what, number in counts.items() if what.endswith("wrong"))
                shown = ", ".join(f"{number} {what}" for what, number in sorted(counts.items()))
                print(f"{name}, {count} images: {shown}")
    return wrong


def _of_manager(manager: Manager, folder: Path, random: Random) -> Counter[str]:
    """Compare the bills of one image with what the manager lists, or where the tool fails to, with its own report."""
    made = generate.images(manager, folder / "root", random)
    where = layout(folder / "layout", [layer(*entries) for entries in made])
    wanted = manager.listed(unpacked(where, folder / "bundle"))
    archive, _file = copies(where, folder)["docker save"]
    counts: Counter[str] = Counter()
    reported = packages("image", "--input", archive, folder=folder) or set()
    for form, content in oracle.by_trivy(archive).items():
        counts[_said("trivy", form, content, wanted, reported)] += 1
    written = oracle.by_syft(archive)
    artifacts = written["syft-json"]["artifacts"] if written["syft-json"] else ()
    reported = {Row(one["name"], one["version"], "", "") for one in artifacts if one["type"] in MANAGERS}
    for form, content in written.items():
        counts[_said("syft", form, content, wanted, reported)] += 1
    rmtree(folder)
    return counts


def _said(tool: str, form: str, content: Any, wanted: set[Row], reported: set[Row]) -> str:
    """Say whether a bill lists what the manager does, or at least what its tool reports."""
    if content is None:
        return f"{tool} does not read it"
    one = _read(json.dumps(content))
    found = {_row(package) for package in one.installed}
    if one.packages and not found:
        return f"{tool} knows no system and gives no URLs"
    if same({one._replace(source="") for one in found}, {one._replace(source="") for one in wanted}):
        return f"{tool} equal"
    if {one[:2] for one in found} == {one[:2] for one in reported}:
        return f"{tool} reports otherwise itself"
    print(f"  {tool}, {form}: {sorted(found - wanted)} instead of {sorted(wanted - found)}")
    return f"{tool} wrong"


def _row(one: InstalledPackage) -> Row:
    return Row(one.name, one.version, one.architecture, one.source)


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
