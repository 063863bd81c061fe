# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares what the gate makes of definitions of machines with what their own programs make of them.

What libxlutil refuses the gate has to refuse, and the other way round; every key that the file sets has to have the
same value, and the same number where it is asked for as one. A domain and libvirt's own writing of it, in which every
default that it knows is filled in, have to come to the same level and facts.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from gate.cli.main import main as gate
from gate.model.errors import InputError
from gate.model.source import Source
from gate.syntax.xl import number, parse
from tests.conformance.machines import domains, guests, virsh, xlutil

#: How many disagreements are shown for each set.
SHOWN = 15

#: Characters by their number: libxlutil copies what lies behind its buffer, so that it is no oracle for them.
_BY_NUMBER = re.compile(r"\\[0-7x]")


def main(arguments: list[str]) -> int:
    """Compare all sets; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "4000"))
    xlutil.is_there()
    print(f"against {xlutil.LIBRARY} and libvirt {virsh.version()}, seed {seed}")
    chance = random.Random(seed)
    wrong = _guests("the cases of xl", list(guests.CASES))
    wrong += _guests("random ones", [guests.configuration(chance) for _ in range(count)])
    wrong += _domains({f"d{index}": domains.domain(chance, f"d{index}") for index in range(count // 4)})
    for line in wrong if "all" in options else wrong[:SHOWN]:
        print(f"  {line}")
    return int(bool(wrong))


def _guests(name: str, texts: list[str]) -> list[str]:
    """Compare configurations of Xen, print the counts, and return what differs."""
    texts = [text for text in texts if _BY_NUMBER.search(text) is None]
    wrong: list[str] = []
    refused = values = 0
    for text, theirs in zip(texts, xlutil.ask(texts, guests.KEYS), strict=True):
        ours = _read(text)
        refused += ours is None and theirs is None
        if theirs is None or ours is None:
            wrong += [f"{text!r}: {'libxlutil' if theirs is None else 'the gate'} alone refuses it"] * (theirs != ours)
            continue
        values += len(theirs)
        wrong += (
            f"{text!r}: {key} is {theirs.get(key)!r}, not {ours.get(key)!r}"
            for key in guests.KEYS
            if ours.get(key) != theirs.get(key)
        )
    print(f"{name}: {len(texts)} texts, {refused} refused by both, {values} values, {len(wrong)} differ")
    return wrong


def _read(text: str) -> dict[str, list[Any]] | None:
    """Return the gate's values and numbers by key, as the oracle has them; None for a text that it refuses."""
    try:
        found = parse(Source("a.cfg", text.encode("utf-8", "surrogateescape")))
    except InputError:
        return None
    return {key: [_plain(one.value), number(one)] for key, one in found.items()}


def _plain(value: Any) -> Any:
    return value.partition("\0")[0] if isinstance(value, str) else [_plain(one) for one in value]


def _domains(texts: dict[str, str]) -> list[str]:
    """Compare domains with libvirt's own writing of them, print the counts, and return what differs."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        written = {name: _written(root / "written" / f"{name}.xml", text) for name, text in texts.items()}
        normalised = virsh.normalised(written)
        for name, text in normalised.items():
            _written(root / "normalised" / f"{name}.xml", text)
        odd = virsh.invalid([path for name, path in written.items() if _is_regular(texts[name])])
        ours, theirs = _said(root / "written"), _said(root / "normalised")
    wrong = [f"{name}: the schema refuses {texts[name]}" for name in normalised if written[name] in odd]
    facts = 0
    for name in sorted(normalised):
        facts += len(theirs[name][1]) if name in theirs else 0
        if name not in ours or name not in theirs:
            wrong.append(f"{texts[name]}: is not judged")
        elif ours[name] != theirs[name]:
            wrong.append(f"{texts[name]}: {ours[name][0]} {theirs[name][0]} {sorted(ours[name][1] ^ theirs[name][1])}")
    print(
        f"random domains: {len(texts)}, {len(texts) - len(normalised)} of which libvirt refuses, "
        f"{facts} facts, {len(wrong)} differ"
    )
    return wrong


def _is_regular(text: str) -> bool:
    """Say whether nothing is there twice that the schema has once; libvirt itself takes the first, or all."""
    return text.count("<devices>") == 1 and text.count("<cpu ") < 2


def _written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _said(folder: Path) -> dict[str, tuple[tuple[str, str], frozenset[tuple[str, str]]]]:
    """Judge a folder; return the levels and the facts of every domain by its name."""
    captured = TextIOWrapper(BytesIO(), encoding="utf-8")
    with redirect_stdout(captured):
        gate(["check", "--now", "2026-11-23", "--format", "json", str(folder)])
    captured.flush()
    captured.seek(0)
    found = {}
    for subject in json.loads(captured.read())["subjects"]:
        boundary = subject["boundary"]
        facts = frozenset((one["id"], one["holds"]) for one in boundary["facts"])
        found[Path(subject["location"]["path"]).stem] = ((boundary["worst"], boundary["best"]), facts)
    return found
