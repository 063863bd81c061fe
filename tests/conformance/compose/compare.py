# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's evidence of Compose projects with the model that Compose itself loads.

The gate may say that it does not know where a variable that nobody sets decides; any other difference is wrong, a
container that only one side sees included. What Compose refuses is never deployed and only counted; what the gate
alone refuses is shown.
"""

from __future__ import annotations

import random
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gate.pipeline.files import Files
from gate.readers.compose import READER
from tests.conformance.compose import cases, evidence, expected, generate, words
from tests.conformance.compose.facts import Fact, judged
from tests.conformance.compose.oracle import ask, modules

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gate.model.reader import Reading
    from tests.conformance.compose.facts import Facts

#: How many disagreements are shown for each set.
SHOWN = 15

NOTHING = Fact([], [])

#: What a variable may be set to by whoever deploys; the gate expects of one in a volume that it is no more than a part.
VALUES = ("host", "true", "vol", "/srv", "a/../b", "ro", "ALL", "50", "x,ro")

#: The variable that Compose sets by itself, to a name that whoever deploys may choose.
PROJECT_NAME = "COMPOSE_PROJECT_NAME"


class Project(NamedTuple):
    """A file below a root, with everything that goes with it."""

    root: Path
    path: str

    def request(self, settings: dict[str, str] | None = None) -> dict[str, Any]:
        """Return what the oracle is asked, in an environment."""
        return {"file": str(self.root / self.path), "settings": settings or {}}


class Tally:
    """What one set of projects showed."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.projects = self.containers = self.equal = self.unknown = 0
        self.refused = 0
        self.lenient: list[str] = []
        self.stricter: list[str] = []
        self.wrong: list[str] = []

    def add(self, project: Project, answer: dict[str, Any], reading: Reading, unset: set[str]) -> None:
        """Compare one project; `unset` are the variables that its files do not set."""
        self.projects += 1
        label = f"{project.root.name}/{project.path}"
        refused = bool(answer.get("error"))
        if refused:
            self.refused += bool(reading.problems)
            self.lenient += [] if reading.problems else [f"{label}: {answer['error'][:200]}"]
            return
        if reading.problems:
            self.stricter.append(f"{label}: {reading.problems[0]}")
            return
        theirs = expected.containers(answer, str(project.root))
        ours = evidence.containers(reading, str(project.root))
        for name in sorted(theirs.keys() | ours.keys()):
            self.containers += 1
            if name not in ours or name not in theirs:
                self.wrong.append(f"{label}: {name} is seen by {'the gate' if name in ours else 'Compose'} alone")
            else:
                self._facts(f"{label}: {name}", ours[name], theirs[name], unset)

    def _facts(self, label: str, ours: Facts, theirs: Facts, unset: set[str]) -> None:
        for key, mine in ours.items():
            other = theirs.get(key, NOTHING)
            verdict = judged(mine, other, unset)
            if key == "build recipe" and not mine.words and len(unset) > 1:
                verdict = "unknown"  # it is a reference, which is there or is not
            self.equal += verdict == "equal"
            self.unknown += verdict == "unknown"
            if verdict == "wrong":
                doubts = f" or unknown ({'; '.join(mine.doubts)})" if mine.doubts else ""
                self.wrong.append(f"{label}: {key} is {other.words}, not {mine.words}{doubts}")

    def show(self, name: str, *, everything: bool) -> None:
        """Print one line, and what deserves a look."""
        print(
            f"{name}: {self.projects} projects, {self.refused} refused by both, {len(self.lenient)} by Compose alone, "
            f"{len(self.stricter)} by the gate alone; {self.containers} containers, {self.equal} facts equal, "
            f"{self.unknown} unknown for a variable, {len(self.wrong)} wrong"
        )
        for line in self.wrong + self.lenient + self.stricter if everything else self.wrong[:SHOWN]:
            print(f"  {line}")


def main(arguments: list[str]) -> int:
    """Compare all sets; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    folders = [Path(argument).resolve() for argument in arguments if not argument.startswith("-")]
    seed, count = int(options.get("seed", "1")), int(options.get("count", "1000"))
    print(f"against {modules()}, seed {seed}")
    wrong = 0
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        inputs = Path(options.get("keep") or scratch).resolve()
        for name, projects in _sets(inputs, random.Random(seed), count, folders):
            tallies = compare(projects, chance)
            for title, tally in zip((name, f"{name}, with what nobody sets set"), tallies, strict=True):
                tally.show(title, everything="all" in options)
                wrong += len(tally.wrong)
    for name, total, differing in words.sets(chance, 5 * count):
        print(f"{name}s: {total} compared, {len(differing)} wrong")
        for line in differing if "all" in options else differing[:SHOWN]:
            print(f"  {line}")
        wrong += len(differing)
    return int(wrong > 0)


def compare(projects: list[Project], chance: random.Random) -> tuple[Tally, Tally]:
    """Compare some projects, and again those with variables that nobody sets, in an environment where somebody does.

    The gate reads them the same both times: what it is certain of has to hold whatever the environment is.
    """
    empty, filled = Tally(), Tally()
    answers = ask(project.request() for project in projects)
    named = [{*(answer.get("unset") or []), PROJECT_NAME} for answer in answers]
    readings = [_reading(project) for project in projects]
    for project, answer, (reading, _), unset in zip(projects, answers, readings, named, strict=True):
        empty.add(project, answer, reading, unset)
    # The gate takes defaults, and what files set, for what they are; nobody is to set such a variable.
    free = [
        {name for name in answer.get("unset") or [] if name not in (answer.get("default") or []) and name not in files}
        for answer, (_, files) in zip(answers, readings, strict=True)
    ]
    again = [index for index, names in enumerate(free) if names]
    settings = [{name: chance.choice(VALUES) for name in sorted(free[index])} for index in again]
    requests = (projects[index].request(values) for index, values in zip(again, settings, strict=True))
    for index, answer in zip(again, ask(requests), strict=True):
        filled.add(projects[index], answer, readings[index][0], named[index] | {*(answer.get("unset") or [])})
    return empty, filled


def _reading(project: Project) -> tuple[Reading, set[str]]:
    """Read a project with the gate; return also the words of its environment files."""
    files = Files(str(project.root))
    source = files.open(project.path)
    assert source is not None
    reading = READER.read(source, files)
    consulted = [path for path, there in files.consulted.items() if there and path.endswith(".env")]
    return reading, {word for path in consulted for word in re.findall(r"\w+", (project.root / path).read_text())}


def _sets(scratch: Path, chance: random.Random, count: int, folders: list[Path]) -> Iterator[tuple[str, list[Project]]]:
    yield "the cases", [_written(scratch / name, files) for name, files in cases.PROJECTS.items()]
    random_ones = (generate.project(chance) for _ in range(count))
    yield "random projects", [_written(scratch / f"r{index}", files) for index, files in enumerate(random_ones)]
    for folder in folders:
        yield folder.name, list(_below(folder))


def _written(root: Path, files: dict[str, str]) -> Project:
    """Write a project's files; the first one is the one that is read."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Project(root, next(iter(files)))


def _below(folder: Path) -> Iterator[Project]:
    """Yield every file below a folder that the reader claims."""
    files = Files(str(folder))
    for path in sorted(folder.rglob("*.y*ml")):
        if path.is_file() and not path.is_symlink():
            source = files.open(str(path.relative_to(folder)))
            if source is not None and READER.claims(source):
                yield Project(folder, source.path)
