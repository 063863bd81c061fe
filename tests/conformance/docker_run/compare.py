# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's evidence of `docker create` command lines with what Docker's own would ask its engine for.

Of what Docker refuses the gate has to say that it is refused, or that something of it cannot be known, where that is
something that evidence is read from.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

from tests.conformance.docker_run import generate
from tests.conformance.docker_run.evidence import evidence
from tests.conformance.docker_run.expected import facts
from tests.conformance.docker_run.oracle import ask, modules

if TYPE_CHECKING:
    from tests.conformance.docker_run.evidence import Evidence

#: How many disagreements are shown.
SHOWN = 15

#: What Docker refuses that no evidence is read from, and that is read as it is written.
ELSEWHERE = re.compile(
    "cannot specify both --restart and --rm|invalid reference format|specified multiple times|sysctl|gpu|count|"
    "is not an absolute path|flag --health|--no-healthcheck|both user-defined|network-scoped|bad format for path|"
    "no such file|invalid (?:containerPort|hostPort)|invalid argument|invalid boolean"
)


def main(arguments: list[str]) -> int:
    """Compare generated commands; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "5000"))
    print(f"against {modules()}, seed {seed}")
    chance = random.Random(seed)
    commands = [generate.command(chance) for _ in range(count)]
    answers = ask(["create", *words] for words in commands)
    equal, refused, wrong, lenient, stricter = 0, 0, [], [], []
    for words, answer in zip(commands, answers, strict=True):
        ours = evidence(words, "FOLDER")
        if answer.get("error"):
            refused += bool(ours.refused)
            if not ours.refused:
                lenient.append(f"{words}: {answer['error'][:160]}")
            continue
        if ours.refused:
            stricter.append(f"{words}: {ours.refused[0]}")
        differing = _differing(ours, answer)
        equal += len(ours.facts) - len(differing)
        wrong += [f"{words}: {line}" for line in differing]
    unexplained = [line for line in lenient if not ELSEWHERE.search(line.rpartition("]: ")[2])]
    print(
        f"{count} commands, {refused} refused by both, {len(lenient)} by Docker alone ({len(unexplained)} of them for "
        f"what evidence is read from), {len(stricter)} by the gate alone; {equal} facts equal, {len(wrong)} wrong"
    )
    everything = "all" in options
    for line in wrong + stricter + unexplained if everything else [*wrong, *stricter, *unexplained][:SHOWN]:
        print(f"  {line}")
    return int(bool(wrong or stricter or unexplained))


def _differing(ours: Evidence, answer: dict[str, Any]) -> list[str]:
    theirs = {name: _local(words) for name, words in facts(answer).items()}
    return [
        f"{name} is {theirs[name]}, not {mine}"
        for name, mine in ours.facts.items()
        if sorted(set(mine)) != sorted(set(theirs[name]))
    ]


def _local(words: list[str]) -> list[str]:
    """Take out the folder that the oracle runs in."""
    return [re.sub(r"/\S*/engine\d+", "FOLDER", word) for word in words]
