"""The blocks of a shell script: branches, loops, functions and subshells, as far as they decide what variables hold."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.shell_variables import Variables
    from gate.syntax.shell_words import Command, Word

_OPENING = {"if": "if", "while": "loop", "until": "loop", "for": "loop", "select": "loop", "case": "case"}
_CLOSING = frozenset({"fi", "done", "esac", "}"})
_BRANCHES = frozenset({"else", "elif"})
_BETWEEN = frozenset({"then", "do", "!", "time"})

#: Blocks inside blocks that are told apart.
MAX_DEPTH = 100


class Blocks:
    """Follows the keywords and brackets of one script, and opens and closes the blocks of its variables."""

    __slots__ = ("_base", "_function", "_pattern", "_variables")

    def __init__(self, variables: Variables) -> None:
        """Begin in a block of the script's own."""
        self._variables = variables
        self._base = len(variables.kinds)
        self._function = self._pattern = False
        variables.open("subshell")

    def end(self) -> None:
        """Leave every block that was begun."""
        while len(self._variables.kinds) > self._base:
            self._variables.close()

    def enter(self, command: Command) -> list[Word]:
        """Return the words of a command without keywords, and enter and leave the blocks that those begin and end."""
        words = list(command.words)
        if not words:
            self._bracket(command.ended)
            return []
        if self._pattern and words[0].plain != "esac":
            self._pattern = command.ended != ")"
            return []
        while words:
            if words[0].plain in ("for", "select", "case"):
                self._open(_OPENING[words[0].plain])
                self._heading(words, command.ended)
                return []
            skipped = self._keyword(words[0].plain)
            if not skipped:
                break
            words = words[skipped:]
        if command.ended == "(" and len(words) == 1:
            self._function = True
            return []
        return words

    def _keyword(self, keyword: str) -> int:
        """Follow one keyword; return how many words it is, none for a word that is no keyword."""
        if keyword in _OPENING:
            self._open(_OPENING[keyword])
        elif keyword in _CLOSING:
            self._pattern = False
            self._close()
        elif keyword in _BRANCHES:
            self._close()
            self._open("if")
        elif keyword == "{":
            self._open("function" if self._function else "group")
            self._function = False
        elif keyword == "function":
            self._function = True
            return 2
        elif keyword not in _BETWEEN:
            return 0
        return 1

    def leave(self, command: Command) -> None:
        """Follow the operator behind a command."""
        if command.ended in (";;", ";&", ";;&") and self._variables.kinds[-1] == "case":
            self._pattern = True
        elif command.ended == ")" and command.words and self._variables.kinds[-1] == "bracket":
            self._close()

    def _bracket(self, ended: str) -> None:
        """Enter or leave a subshell; the brackets behind the name of a function are neither."""
        if self._function or self._pattern:
            return
        if ended == "(":
            self._open("bracket")
        elif ended == ")" and self._variables.kinds[-1] == "bracket":
            self._close()

    def _heading(self, words: list[Word], ended: str) -> None:
        """Read `for NAME in …` and `case WORD in`, behind which a pattern comes."""
        if words[0].plain == "case":
            self._pattern = not (len(words) > 3 and ended == ")")
        elif len(words) > 1 and words[1].plain:
            self._variables.set(words[1].plain, f"the variable {words[1].plain} is set by a loop")

    def _open(self, kind: str) -> None:
        if len(self._variables.kinds) < MAX_DEPTH:
            self._variables.open(kind)

    def _close(self) -> None:
        if len(self._variables.kinds) > self._base + 1:
            self._variables.close()


def assignment(word: Word) -> tuple[str, bool]:
    """Return the name that a word assigns to and whether it adds to it; no name for a word that is no assignment."""
    first = word.parts[0] if word.parts else None
    if first is None or first.kind != "text" or first.quoted:
        return "", False
    name, equals, _ = first.text.partition("=")
    adds = name.endswith("+")
    name = name[: len(name) - adds]
    return (name, adds) if equals and name.isidentifier() else ("", False)


def assigned(commands: list[Command]) -> Iterator[tuple[str, int]]:
    """Yield the names that a script assigns to, each with the place, in order."""
    for command in commands:
        for word in command.words:
            name, _ = assignment(word)
            if name:
                yield name, word.start
