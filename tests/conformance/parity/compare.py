# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares what the gate says of a workload with what it says of its twins, which converters made."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple

from gate.cli.main import main as gate
from tests.conformance.parity import converters, generate
from tests.conformance.parity.converters import Converted, Missing
from tests.parity.forms import CLASSES, declared

#: How many disagreements are shown.
SHOWN = 15


class Said(NamedTuple):
    """What the gate says of a workload."""

    levels: tuple[str, str]
    facts: frozenset[tuple[str, str]]
    verdicts: tuple[str, ...]


class Twins(NamedTuple):
    """Two sides of a conversion, by folder, and what it cannot carry: how a word begins, with the reason.

    Between two platforms only some facts are carried: how those begin. Levels and verdicts are then left out.
    """

    converter: str
    original: str
    made: str
    drops: dict[str, str]
    carries: tuple[str, ...] = ()


#: What of a service kompose carries to Kubernetes, by the facts that rest on it alone.
CARRIED = ("G.privileged", "G.cap_", "W.cap_", "H.drop_all", "H.ro_rootfs")

#: Each conversion. What a converter leaves out makes another workload, which is not compared.
CONVERSIONS = (
    Twins("composerize", "command", "composerize", {"--user=0": "it takes 0 for nothing"}),
    Twins("compose-go", "composerize", "compose-go", {}),
    Twins("decomposerize", "composerize", "decomposerize", {}),
    Twins("podlet", "podman", "podlet", {}),
    Twins("kompose", "composerize", "kompose", {"--cap-add=ALL": "dropping ALL undoes it in a pod"}, CARRIED),
)


def main(arguments: list[str]) -> int:
    """Compare generated commands; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "300"))
    chance = random.Random(seed)
    commands = [generate.command(chance) for _ in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / ".git").mkdir()
        _write(root, "command", [Converted("run.sh", f"#!/bin/sh\n{' '.join(words)}\n") for words in commands])
        _write(
            root, "podman", [Converted("run.sh", f"#!/bin/sh\npodman {' '.join(words[1:])}\n") for words in commands]
        )
        refused = _convert(root, commands)
        said = _said(root)
        wrong = [line for twins in CONVERSIONS for line in _compared(twins, commands, said, refused)]
    for line in wrong if "all" in options else wrong[:SHOWN]:
        print(f"  {line}")
    return int(bool(wrong))


def _convert(root: Path, commands: list[list[str]]) -> dict[str, dict[int, str]]:
    """Write what every converter makes; return what each refuses, and name those that cannot be had."""
    composed = [root / f"composerize/{number}/compose.yaml" for number in range(len(commands))]
    steps: dict[str, Callable[[], list[Converted]]] = {
        "composerize": lambda: converters.composerize(commands),
        "compose-go": lambda: converters.loaded(composed),
        "decomposerize": lambda: converters.decomposerize([path.read_text(encoding="utf-8") for path in composed]),
        "podlet": lambda: converters.podlet(commands),
        "kompose": lambda: converters.kompose(composed),
    }
    refused: dict[str, dict[int, str]] = {}
    for name, step in steps.items():
        try:
            made = step()
        except Missing as error:
            print(f"{name} cannot be had: {error}")
            continue
        _write(root, name, made)
        refused[name] = {number: one.error for number, one in enumerate(made) if one.error}
    return refused


def _write(root: Path, name: str, made: list[Converted]) -> None:
    for number, one in enumerate(made):
        if not one.error:
            path = root / name / str(number) / one.name
            path.parent.mkdir(parents=True)
            path.write_text(one.text, encoding="utf-8")


def _said(root: Path) -> dict[str, Said]:
    """Judge the whole tree once for every class of sensitivity; the answers by folder."""
    reports = []
    for name in CLASSES:
        (root / ".gate.yaml").write_text(declared(name), encoding="utf-8")
        captured = TextIOWrapper(BytesIO(), encoding="utf-8")
        with redirect_stdout(captured):
            gate(["check", "--now", "2026-11-23", "--format", "json", str(root)])
        captured.flush()
        captured.seek(0)
        subjects = json.loads(captured.read())["subjects"]
        reports.append({"/".join(one["location"]["path"].split("/")[-3:-1]): one for one in subjects})
    return {place: _of(one, [report[place]["verdict"] for report in reports]) for place, one in reports[0].items()}


def _of(subject: Any, verdicts: list[str]) -> Said:
    found = subject["boundary"]
    facts = frozenset((one["id"], one["holds"]) for one in found["facts"])
    return Said((found["worst"], found["best"]), facts, tuple(verdicts))


def _carried(said: Said, begins: tuple[str, ...]) -> Said:
    return Said(("", ""), frozenset(fact for fact in said.facts if fact[0].startswith(begins)), ())


def _compared(
    twins: Twins, commands: list[list[str]], said: dict[str, Said], refused: dict[str, dict[int, str]]
) -> list[str]:
    """Compare one conversion, print its counts, and return what differs."""
    if twins.made not in refused:
        return []
    equal, dropped, facts, wrong = 0, 0, 0, []
    for number, words in enumerate(commands):
        ours, theirs = said.get(f"{twins.original}/{number}"), said.get(f"{twins.made}/{number}")
        if number in refused[twins.made] or ours is None:
            continue
        if theirs is not None and twins.carries:
            ours, theirs = _carried(ours, twins.carries), _carried(theirs, twins.carries)
        if any(word.startswith(drop) for word in words for drop in twins.drops):
            dropped += 1
        elif theirs is None:
            wrong.append(f"{twins.converter}: {' '.join(words)}: nothing is judged")
        elif ours == theirs:
            equal += 1
            facts += len(ours.facts)
        else:
            differing = sorted(ours.facts ^ theirs.facts)
            wrong.append(f"{twins.converter}: {' '.join(words[3:-1])}: {ours[::2]} {theirs[::2]} {differing}")
    besides = "" if twins.carries else f", their levels and {equal * len(CLASSES)} verdicts"
    print(
        f"{twins.converter}: {equal} pairs agree in {facts} facts{besides}, "
        f"{len(wrong)} differ, {dropped} hold what it drops, {len(refused[twins.made])} it refuses"
    )
    return wrong
