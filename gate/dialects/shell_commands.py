"""The commands of a shell script, in the order they stand, each as words with its place.

Nothing is expanded and no branch is taken: a command counts wherever it stands, except in a comment or in text that is
only written to a file. That is enough to recognise what a provisioning step does, and no more is claimed.
"""

from __future__ import annotations

import re

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

#: Characters of one script, and commands that are looked at.
MAX_TEXT: Final = 256 * 1024
MAX_COMMANDS: Final = 5_000

_SHELLS = frozenset(("sh", "bash", "zsh", "ksh", "dash", "ash", "su", "powershell", "pwsh"))
_KEYWORDS = frozenset(
    ("then", "do", "else", "elif", "if", "while", "until", "!", "{", "}", "(", "time", "exec", "command")
)
_CARRIERS = frozenset(("cmd", "call", "sudo", "doas", "env", "nohup", "nice", "ionice", "eatmydata"))


_PLAIN = re.compile(r"""[^\s'"\\#<$`;&|]+""").match


class Command(Record):
    """One command: its words without quotes, the name of its program without the folder, and where it begins.

    `piped` says that it reads what the command before it writes.
    """

    words: tuple[str, ...]
    program: str
    start: int
    piped: bool


def commands(text: str, *, windows: bool = False) -> list[Command]:
    """Return the commands of a script, those inside `sh -c "…"`, `$(…)` and `<(…)` after the one that holds them.

    In scripts of Windows the backslash is a letter like others.
    """
    found: list[Command] = []
    pending = [(text[:MAX_TEXT], -1)]
    while pending and len(found) < MAX_COMMANDS:
        script, inside = pending.pop(0)
        for words, start, piped in _split(script, windows=windows):
            bare = _bare(words)
            if not bare:
                continue
            place = start if inside < 0 else inside
            found.append(Command(tuple(bare), _name(bare[0]), place, piped))
            if len(pending) < MAX_COMMANDS:
                pending += [(inner, place) for inner in _nested(bare) if len(inner) < len(script)]
    return found[:MAX_COMMANDS]


def _nested(words: list[str]) -> Iterator[str]:
    """Return the scripts that a command carries in its words."""
    program = _name(words[0])
    if program in _SHELLS or program == "eval":
        yield from (word for word in words[1:] if " " in word)
    for word in words:
        for opening in ("$(", "<(", "`"):
            at = word.find(opening)
            if at >= 0:
                yield word[at + len(opening) :].rstrip(')`"')


def _bare(words: list[str]) -> list[str]:
    """Leave away keywords, assignments and what only carries a command: `sudo -E`, `env A=b`."""
    here = 0
    carried = False
    while here < len(words):
        word = words[here]
        is_carrier = _name(word) in _CARRIERS
        if word in _KEYWORDS or is_carrier or _is_assignment(word) or (carried and word.startswith(("-", "/c", "/C"))):
            carried = carried or is_carrier
            here += 1
        else:
            break
    return words[here:]


def _name(word: str) -> str:
    """Return the name of a program without its folder and without the ending that Windows gives it."""
    return word.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")


def _is_assignment(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def _split(text: str, *, windows: bool) -> Iterator[tuple[list[str], int, bool]]:
    """Split a script at what ends a command, giving its words, where it starts and whether it is behind a pipe."""
    state = _Splitter(text, windows=windows)
    while state.here < len(text):
        finished = state.step()
        if finished is not None:
            yield finished
    last = state.finish("")
    if last is not None:
        yield last


class _Splitter:
    """Walks over the characters of a script once."""

    __slots__ = ("begun", "here", "heredocs", "piped", "start", "text", "windows", "word", "words")

    def __init__(self, text: str, *, windows: bool) -> None:
        self.text = text
        self.windows = windows
        self.here = 0
        self.start = 0
        self.words: list[str] = []
        self.word: list[str] = []
        self.begun = False
        self.piped = False
        self.heredocs: list[str] = []

    def step(self) -> tuple[list[str], int, bool] | None:
        """Take one character, or one quoted run; return a command when it ended here."""
        text, here = self.text, self.here
        character = text[here]
        self.here += 1
        if character in "'\"":
            self._quoted(character)
        elif character == "\\" and not self.windows:
            self._escape()
        elif character in " \t\r":
            self._word()
        elif character == "#" and not self.begun:
            end = text.find("\n", here)
            self.here = end if end >= 0 else len(text)
        elif text.startswith("<<", here) and not text.startswith("<<<", here):
            self._heredoc()
        elif character in "$<" and text.startswith("(", here + 1):
            self._substitution()
        elif (
            character == "`"
            and not self.windows
            and (end := text.find("`", self.here)) > 0
            and "\n" not in text[here:end]
        ):
            self._begin(here)
            self.word.append(text[here : end + 1])
            self.here = end + 1
        elif character in "\n;&|":
            return self._separator(character)
        else:
            self._begin(here)
            run = _PLAIN(text, here)
            self.here = max(run.end() if run is not None else 0, self.here)
            self.word.append(text[here : self.here])
        return None

    def _begin(self, at: int) -> None:
        if not self.begun and not self.words:
            self.start = at
        self.begun = True

    def _quoted(self, quote: str) -> None:
        self._begin(self.here - 1)
        end = self.here
        while (
            (end := self.text.find(quote, end)) >= 0
            and quote == '"'
            and self.text[end - 1] == "\\"
            and not self.windows
        ):
            end += 1
        end = end if end >= 0 else len(self.text)
        piece = self.text[self.here : end]
        self.word.append(piece.replace('\\"', '"') if quote == '"' else piece)
        self.here = end + 1

    def _escape(self) -> None:
        follower = self.text[self.here : self.here + 1]
        self.here += 1
        if follower == "\r" and self.text[self.here : self.here + 1] == "\n":
            self.here += 1
        elif follower != "\n":
            self._begin(self.here - 2)
            self.word.append(follower)

    def _substitution(self) -> None:
        """Keep `$(…)` and `<(…)` as one word, up to the parenthesis that closes it."""
        self._begin(self.here - 1)
        depth = 0
        start = self.here - 1
        while self.here < len(self.text):
            depth += {"(": 1, ")": -1}.get(self.text[self.here], 0)
            self.here += 1
            if depth == 0:
                break
        self.word.append(self.text[start : self.here])

    def _heredoc(self) -> None:
        self._word()
        end = self.text.find("\n", self.here)
        rest = self.text[self.here + 1 : end if end >= 0 else len(self.text)].lstrip("-").split()
        if rest:
            self.heredocs.append(rest[0].strip("'\"\\;)|&"))
            self.here = self.text.index(rest[0], self.here) + len(rest[0])

    def _word(self) -> None:
        if self.begun:
            self.words.append("".join(self.word))
            self.word = []
            self.begun = False

    def _separator(self, character: str) -> tuple[list[str], int, bool] | None:
        double = self.text.startswith(character, self.here) and character in "&|;"
        if character == "&" and (self.word[-1:] == [">"] or self.text.startswith(">", self.here)):
            self.word.append(character)
            return None
        self.here += int(double)
        finished = self.finish("|" if character == "|" and not double else character)
        if character == "\n":
            self._skip_heredocs(finished)
        return finished

    def finish(self, separator: str) -> tuple[list[str], int, bool] | None:
        """End the command that is being read."""
        self._word()
        finished = (self.words, self.start, self.piped) if self.words else None
        if finished is not None or separator != "\n":
            self.piped = separator == "|"
        self.words = []
        return finished

    def _skip_heredocs(self, finished: tuple[list[str], int, bool] | None) -> None:
        """Pass over text that is handed to a command; a shell's is a script and is read on."""
        waiting, self.heredocs = self.heredocs, []
        program = _name(next(iter(_bare(finished[0])), "")) if finished is not None else ""
        if program in _SHELLS:
            return
        for word in waiting:
            while self.here < len(self.text):
                end = self.text.find("\n", self.here)
                line = self.text[self.here : end if end >= 0 else len(self.text)]
                self.here = end + 1 if end >= 0 else len(self.text)
                if line.strip() == word:
                    break
