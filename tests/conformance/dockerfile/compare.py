# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's reading of Dockerfiles with BuildKit's."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gate.syntax.characters import widened
from tests.conformance.dockerfile import answers, generate
from tests.conformance.dockerfile.oracle import ask, module
from tests.truth.dockerfile import Case, cases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILES, BUILDS, WORDS, REFERENCES = 20_000, 6_000, 60_000, 20_000
SEED = 1
REPOSITORY = Path(__file__).resolve().parents[3]
SHOWN = 20


class Tally:
    """What one comparison counted."""

    def __init__(self, what: str) -> None:
        """Start at nothing."""
        self.what = what
        self.compared = self.refused = self.unknown = self.decided = self.open = 0
        self.different: list[str] = []

    def say(self) -> int:
        """Print the counts and the first differences; return how many there were."""
        settings = ""
        if self.decided:
            settings = f"{self.decided} settings equal, {self.unknown} unknown to the gate, "
            settings += f"{self.open} refused for what the gate leaves open, "
        differ = len(self.different)
        print(f"{self.what}: {self.compared} compared, {self.refused} refused by both, {settings}{differ} differ")
        for line in self.different[:SHOWN]:
            print(f"  {line}")
        return len(self.different)


def main(arguments: list[str]) -> int:
    """Compare everything; further folders may be named. Return the exit status."""
    seed = SEED
    folders = [Path(argument) for argument in arguments if not argument.startswith("--")]
    for argument in arguments:
        if argument.startswith("--seed="):
            seed = int(argument.removeprefix("--seed="))
    print(f"compared with {module()}")
    known = cases()
    named = [(name, case.data) for name, case in known.items()]
    sets = [
        ("cases", named),
        ("Dockerfiles of this repository", list(_found(REPOSITORY))),
        *((f"Dockerfiles below {folder.name}", list(_found(folder))) for folder in folders),
        ("random files", [(f"seed {seed}", data) for data in generate.files(seed, FILES)]),
        ("random builds", [(f"seed {seed}", data) for data in generate.builds(seed, BUILDS)]),
    ]
    wrong = _stored(known).say()
    for what, files in sets:
        wrong += _files(what, files).say() if files else 0
    wrong += _words(generate.words(seed, WORDS)).say()
    wrong += _references(generate.references(seed, REFERENCES)).say()
    return 1 if wrong else 0


def _stored(known: dict[str, Case]) -> Tally:
    """Compare the answers that the tests keep with those of today."""
    tally = Tally("kept answers")
    asked = ({"dockerfile": case.data.decode("latin-1"), "build": True} for case in known.values())
    for (name, case), theirs in zip(known.items(), ask(asked), strict=True):
        tally.compared += 1
        user = theirs["image"]["user"] if theirs["image"] else None
        answer = (theirs["failure"] is not None, theirs["syntax"], theirs["escape"] or None, user or None)
        kept = (case.error is not None, case.syntax, case.escape, case.user and widened(case.user))
        tally.refused += case.error is not None
        if kept != answer:
            tally.different.append(f"{name}: {kept} is kept, and it is {answer}")
    return tally


def _found(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files that are named like Dockerfiles."""
    seen = set()
    for path in sorted(folder.rglob("*")):
        name = path.name.lower()
        if ("dockerfile" in name or "containerfile" in name) and path.is_file() and path.stat().st_size < 1_000_000:
            data = path.read_bytes()
            if data not in seen and path.suffix not in (".py", ".json", ".pyc", ".go"):
                seen.add(data)
                yield str(path.relative_to(folder)), data


def _files(what: str, files: list[tuple[str, bytes]]) -> Tally:
    """Compare structure and, where there is a stage to build, what it ships."""
    tally = Tally(what)
    asked = ({"dockerfile": data.decode("latin-1"), "build": True} for _, data in files)
    for (name, data), theirs in zip(files, ask(asked), strict=True):
        _file(tally, name, data, theirs)
    return tally


def _file(tally: Tally, name: str, data: bytes, theirs: dict[str, Any]) -> None:
    ours = answers.structure(data)
    failure = theirs["failure"]
    early = failure is not None and failure["phase"] != "build"
    stageless = failure is not None and failure["message"].endswith("contains no stages to build")
    tally.compared += 1
    expected = {
        "failure": early or stageless or (not data and failure is not None),
        "escape": theirs["escape"],
        "syntax": theirs["syntax"] or "",
        "nodes": theirs["nodes"],
        "stages": theirs["stages"],
    }
    for key, value in expected.items():
        if ours.get(key) != value:
            tally.different.append(f"{name}: {key}: {ours.get(key)!r:.300} is not {value!r:.300} in {data!r:.300}")
            return
    if expected["failure"]:
        tally.refused += 1
    else:
        _shipped(tally, name, data, theirs)


def _shipped(tally: Tally, name: str, data: bytes, theirs: dict[str, Any]) -> None:
    """Compare what the last stage ships; what the gate does not know is counted, and what it knows must be right."""
    ours = answers.image(data)
    built = theirs["image"]
    if ours is None or built is None:
        if ours is None and built is None:
            tally.refused += 1
        elif ours is not None and _leaves_open(theirs["failure"]["message"]):
            tally.open += 1
        else:
            message = theirs["failure"]["message"] if theirs["failure"] else "built"
            tally.different.append(f"{name}: refused by {'the gate' if ours is None else message} in {data!r:.400}")
        return
    built["environment"] = dict(entry.split("=", 1) for entry in built["environment"])
    if "PATH" not in (ours["environment"] or {}):
        built["environment"].pop("PATH", None)
    built["volumes"] = sorted(built["volumes"])
    built["resolved"] = sorted(built["resolved"])
    for key, value in ours.items():
        theirs_known = _known(built[key], value)
        ours_known = _known(value, value)
        if value is None:
            tally.unknown += 1
        elif ours_known != theirs_known:
            tally.different.append(f"{name}: {key}: {ours_known!r:.200} is not {theirs_known!r:.200} in {data!r:.400}")
        else:
            tally.decided += 1


def _known(found: Any, ours: Any) -> Any:
    """Leave out the variables whose value the gate does not know."""
    if not isinstance(ours, dict):
        return found
    return {name: value for name, value in found.items() if ours.get(name, "") is not None}


def _leaves_open(message: str) -> bool:
    """Say whether BuildKit stopped at something the gate leaves unknown, such as a build argument nobody passed."""
    return any(part in message.lower() for part in _OPEN)


_OPEN = (
    "should not be blank",
    "failed to parse platform",
    "empty platform value",
    "invalid reference format",
    "invalid field",
    "mount",
    "checksum",
    "chmod",
    "signal",
    "port",
    "volume",
    "git",
)


def _words(words: Iterable[tuple[str, dict[str, str], str]]) -> Tally:
    tally = Tally("random words")
    asked = list(words)
    questions = (
        {
            "word": widened(word),
            "environment": {name: widened(value) for name, value in environment.items()},
            "escape": escape,
        }
        for word, environment, escape in asked
    )
    for (word, environment, escape), theirs in zip(asked, ask(questions), strict=True):
        tally.compared += 1
        ours = answers.word(word, environment, escape)
        result = None if theirs["failure"] else theirs["result"]
        tally.refused += ours is None and result is None
        if ours != result:
            tally.different.append(f"{word!r} (escape {escape}): {ours!r} is not {result!r} {theirs['failure']}")
    return tally


def _references(references: Iterable[str]) -> Tally:
    tally = Tally("random references")
    asked = list(references)
    for text, theirs in zip(asked, ask({"reference": text} for text in asked), strict=True):
        tally.compared += 1
        ours = answers.reference(text)
        result = None if theirs["failure"] else theirs["name"]
        tally.refused += ours is None and result is None
        if ours != result:
            tally.different.append(f"{text!r}: {ours!r} is not {result!r}")
    return tally


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
