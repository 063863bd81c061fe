"""argparse as the gate speaks: what is wrong in one line, and what to write instead in the next."""

from __future__ import annotations

from argparse import ArgumentParser

from gate.cli.outputs import show
from gate.model.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

#: How argparse words what is missing, and what there is to choose from.
_MISSING, _CHOICES, _NO_CHOICE = "the following arguments are required: ", " (choose from ", "invalid choice: "


class Parser(ArgumentParser):
    """A parser whose errors name a remedy."""

    def print_help(self, _file: object = None) -> None:
        """Write the help as all else is written: argparse takes no notice of a reader who went away."""
        show(self.format_help())

    def error(self, message: str) -> NoReturn:
        """Raise UsageError for what cannot be parsed."""
        wrong, _, choices = message.partition(_CHOICES)
        names = choices.rstrip(")").replace("'", "")
        remedy = f"one of: {names}" if names else f"`{self.prog} --help` says what it takes"
        if wrong.startswith(_MISSING):
            raise UsageError(f"`{self.prog}` needs {wrong.removeprefix(_MISSING)}", remedy=remedy)
        raise UsageError(f"`{self.prog}` takes no such value: {wrong.replace(_NO_CHOICE, '')}", remedy=remedy)

    def refuse(self, command: str, words: list[str]) -> NoReturn:
        """Raise UsageError for words that a command does not take."""
        remedy = f"`gate {command} --help` says what it takes"
        raise UsageError(f"`gate {command}` takes no {words[0]}", remedy=remedy)
