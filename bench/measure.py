"""Starts programs in turn and notes the time of each."""

from __future__ import annotations

import os
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


#: Connects the standard streams to nothing.
NOWHERE = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in range(3)]

#: What the system counts memory in, for one MiB: kibibytes on Linux, bytes on macOS.
_MIB = 1 << 20 if sys.platform == "darwin" else 1 << 10


class Case(NamedTuple):
    """A command, where it runs, how often, and the exit statuses with which it has done its work."""

    name: str
    command: Sequence[str | Path]
    folder: Path
    runs: int
    expected: frozenset[int] = frozenset({0})


class Times(NamedTuple):
    """Every run of one case: seconds of the processor, children included, and on the clock, and the most of memory.

    Memory is in MiB, the largest that one process of the run had.
    """

    processor: tuple[float, ...]
    clock: tuple[float, ...]
    memory: tuple[float, ...]

    @property
    def least(self) -> float:
        """The least processor time, which the machine disturbed least."""
        return min(self.processor)

    @property
    def middle(self) -> float:
        """The median processor time."""
        return median(self.processor)


def measure(cases: Sequence[Case]) -> dict[str, Times]:
    """Run every case as often as it says, all of them in turn, after one run of each that does not count."""
    for case in cases:
        _run(case)
    times: dict[str, list[tuple[float, float, float]]] = {case.name: [] for case in cases}
    for case in _in_turn(cases):
        times[case.name].append(_run(case))
    return {name: Times(*zip(*runs, strict=True)) for name, runs in times.items()}


def _in_turn(cases: Sequence[Case]) -> Iterable[Case]:
    for turn in range(max(case.runs for case in cases)):
        yield from (case for case in cases if turn < case.runs)


def _run(case: Case) -> tuple[float, float, float]:
    """Start a program with nothing to read and nobody to write to, and wait for it.

    It is spawned and not forked: a fork would count the copying of this process as the program's time.
    """
    command = [str(word) for word in case.command]
    os.chdir(case.folder)
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=NOWHERE)
    _, status, usage = os.wait4(child, 0)
    clock = time.perf_counter() - start
    ended = os.waitstatus_to_exitcode(status)
    if ended not in case.expected:
        raise SystemExit(f"{case.name} ended with {ended}: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, clock, usage.ru_maxrss / _MIB
