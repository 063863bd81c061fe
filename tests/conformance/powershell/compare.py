# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the commands that the gate finds in PowerShell with those of tree-sitter's grammar.

Every command of Hyper-V's has to be there, and no other, with the same values of the parameters that evidence rests on.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

from gate.syntax.powershell import Command, Word, commands
from tests.conformance.powershell import generate, grammar

#: How many disagreements are shown.
SHOWN = 15

#: What the gate asks for, by cmdlet.
ASKED = {
    "New-VM": ("name", "memorystartupbytes", "gueststateisolationtype"),
    "Set-VMProcessor": ("vmname", "exposevirtualizationextensions"),
    "Add-VMHardDiskDrive": ("vmname", "disknumber", "path"),
    "Set-VMHost": ("enableenhancedsessionmode",),
    "Enable-VMIntegrationService": ("vmname", "name"),
}


def main(arguments: list[str]) -> int:
    """Compare generated scripts, and the documentation where there is one; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "4000"))
    print(f"against {', '.join(grammar.PACKAGES)}, seed {seed}")
    chance = random.Random(seed)
    texts = [generate.script(chance) for _ in range(count)]
    wrong: list[str] = []
    found = refused = 0
    for text, theirs in zip(texts, grammar.ask(texts), strict=True):
        if theirs is None:
            refused += 1
            continue
        expected = [_said(_theirs(one)) for one in theirs if _is_asked(one[0])]
        ours = [_said(one) for one in commands(text) if _is_asked(one.name)]
        found += len(expected)
        wrong += [f"{text!r}: {ours} {expected}"] * (sorted(ours) != sorted(expected))
    print(f"{count} scripts, {refused} not taken by the grammar, {found} commands, {len(wrong)} differ")
    wrong += _documented(options["documentation"]) if "documentation" in options else []
    for line in wrong if "all" in options else wrong[:SHOWN]:
        print(f"  {line}")
    return int(bool(wrong))


def _is_asked(name: str) -> bool:
    return name.lower() in {one.lower() for one in generate.CMDLETS}


def _theirs(words: list[str]) -> Command:
    """Return the grammar's words as a command, so that both are asked alike."""
    found: list[Word] = []
    for index, word in enumerate(words[1:]):
        if word != ":" and word[:1] not in "({":
            found.append(Word(_plain(word) + ":" * (words[index + 2 : index + 3] == [":"]), word[:1] in "'\"", 0))
    return Command(words[0].lower(), tuple(found), 0, 0)


def _plain(word: str) -> str:
    if word[:1] == "'":
        return word[1:-1].replace("''", "'")
    if word[:1] == '"':
        return re.sub(r"`(.)", r"\1", word[1:-1].replace('""', '"'))
    return word


def _said(one: Command) -> tuple[str, ...]:
    asked = (one.parameter(name.lower()) for name in generate.PARAMETERS)
    return (one.name, one.first or "", str(one.is_splatted), *(f"{value}" for value in asked))


def _documented(folder: str) -> list[str]:
    """Return what the documentation of Hyper-V's cmdlets has otherwise, and print how much was asked."""
    wrong: list[str] = []
    asked = 0
    for cmdlet, names in ASKED.items():
        page = Path(folder) / "docset" / "winserver2025-ps" / "Hyper-V" / f"{cmdlet}.md"
        known = re.findall(r"(?m)^### -(\w+)$", page.read_text(encoding="utf-8"))
        lower = [one.lower() for one in known]
        for name in names:
            asked += 1
            wrong += [f"{cmdlet} has no parameter {name}"] * (name not in lower)
        for full in lower:
            for length in range(1, len(full) + 1):
                short = full[:length]
                # A machine that is handed over as an object is one that nobody can name.
                if short == "vm" or (sum(other.startswith(short) for other in lower) > 1 and short != full):
                    continue
                command = Command(cmdlet.lower(), (Word(f"-{short}", False, 0), Word("x", False, 0)), 0, 0)
                for name in names:
                    asked += 1
                    wrong += [f"{cmdlet} -{short} is taken for {name}"] * (
                        (command.parameter(name) == "x") != (full == name)
                    )
    print(f"documentation: {asked} questions")
    return wrong
