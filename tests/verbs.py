"""The verbs of the tests: write files, run the gate on them, look at what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gate.cli.main import main

if TYPE_CHECKING:
    import pytest

#: The day that every test judges as of.
NOW = "2026-11-23"


class NoFiles:
    """A tree without any files, for readers that are asked directly."""

    def open(self, path: str) -> None:
        """Find nothing."""

    def stream(self, path: str) -> None:
        """Find nothing."""

    def list(self, folder: str) -> tuple[str, ...]:  # noqa: ARG002 - the protocol's
        """Find nothing."""
        return ()


def write(folder: Path, **files: str) -> Path:
    """Write files into a folder; `__` in a name is a dot, so that names can be keywords."""
    return write_all(folder, {name.replace("__", "."): text for name, text in files.items()})


def write_all(folder: Path, files: dict[str, str]) -> Path:
    """Write files into a folder, with their own folders."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


class Answer(NamedTuple):
    """What one run answered."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> Any:
        """The JSON report."""
        return json.loads(self.out)

    def subject(self, ending: str) -> Any:
        """The one subject whose id ends like this."""
        (found,) = (one for one in self.report["subjects"] if one["id"].endswith(ending))
        return found


def gate(capsys: pytest.CaptureFixture[str], *arguments: object) -> Answer:
    """Run a command line in this process."""
    capsys.readouterr()
    status = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return Answer(status, out, err)


def check(capsys: pytest.CaptureFixture[str], *arguments: object) -> Answer:
    """Run `gate check` as of the tests' day, for its JSON report."""
    return gate(capsys, "check", "--now", NOW, "--format", "json", *arguments)


def rules(subject: Any, outcome: str = "failed") -> set[str]:
    """The rules with an outcome at a subject."""
    return {finding["rule"] for finding in subject["findings"] if finding["outcome"] == outcome}
