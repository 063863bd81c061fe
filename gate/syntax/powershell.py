"""PowerShell as far as scripts that make machines use it: commands and their parameters; nothing is run.

Comments, here-strings and line continuation are read; blocks and brackets are flattened, so that a command counts
wherever it stands. Variables are followed where one literal is assigned to them and nothing else is.
"""

from __future__ import annotations

import re

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

#: Commands that are read of one script, and brackets in each other.
MAX_COMMANDS = 20_000
MAX_DEPTH = 64

#: What stands in a command for another one in brackets, whose result nobody knows.
RESULT = "$("

_ASSIGNED = re.compile(r"(\$[\w:]+)=(?!=)(.*)", re.DOTALL)

_WORD = re.compile(
    r"""(?P<blank>[ \t]+|`\r?\n|\#[^\n]*)|(?P<end>[\r\n;|{}]|&&|\|\|)|(?P<open>[$@]?\()|(?P<close>\))"""
    r"""|(?P<text>'(?:[^']|'')*'|"(?:`.|""|[^"`])*")|(?P<bare>(?:(?![$@]\()[^\s;|{}()'"`])+|`.)""",
    re.DOTALL,
)


class Word(Record):
    """One word: what it comes to as far as the text says, whether it was quoted, and its offset."""

    text: str
    is_quoted: bool
    start: int


class Command(Record):
    """One command: its name in lower case, the words behind it, and the offsets of all of it."""

    name: str
    words: tuple[Word, ...]
    start: int
    end: int

    def parameter(self, *names: str) -> str | None:
        """Return the value of a parameter, which may be abbreviated; empty for a switch, None where it is absent."""
        for index, word in enumerate(self.words):
            if word.is_quoted or not word.text.startswith("-"):
                continue
            name, colon, value = word.text[1:].partition(":")
            if not any(name and full.startswith(name.lower()) for full in names):
                continue
            if colon and value:
                return value
            following = self.words[index + 1] if index + 1 < len(self.words) else None
            return (
                ""
                if following is None or (following.text.startswith("-") and not following.is_quoted)
                else following.text
            )
        return None

    @property
    def is_splatted(self) -> bool:
        """Whether a variable hands over more parameters than are written."""
        return any(word.text.startswith("@") and not word.is_quoted for word in self.words)

    @property
    def first(self) -> str | None:
        """The word behind the name, where it is no parameter."""
        word = self.words[0] if self.words else None
        return word.text if word is not None and (word.is_quoted or not word.text.startswith("-")) else None


def commands(text: str) -> Iterator[Command]:
    """Yield the commands of a script, those in brackets before the one around them, `MAX_COMMANDS` at most."""
    words: list[Word] = []
    outer: list[list[Word]] = []
    count = 0
    for kind, word, end in _words(text):
        if word is not None:
            words.append(word)
            continue
        found = _command(words, end) if words else None
        if kind == "open" and len(outer) < MAX_DEPTH:
            outer.append(words)
            words = []
            continue
        words = outer.pop() if kind == "close" and outer else []
        if kind == "close":
            words.append(Word(RESULT, False, end))
        if found is not None and found.name != RESULT:
            yield found
            count += 1
            if count == MAX_COMMANDS:
                return


def _words(text: str) -> Iterator[tuple[str, Word | None, int]]:
    """Yield every word and where it ends, and what ends or interrupts a command.

    A comment or a string without an end ends the script: PowerShell refuses it with all that follows.
    """
    here = 0
    while here < len(text):
        closing = _closing(text, here)
        match = None if closing else _WORD.match(text, here)
        if closing < 0 or (not closing and match is None and text[here] in "'\""):
            break
        end = closing or (match.end() if match is not None else here + 1)
        piece, kind = text[here:end], "text" if closing else match.lastgroup if match is not None else ""
        if kind in ("end", "open", "close"):
            yield kind, None, here
        elif kind == "bare" or (kind == "text" and piece[:2] != "<#"):
            yield "word", Word(_unquoted(piece) if kind == "text" else piece, kind == "text", here), end
        here = end
    # Brackets that nobody closed hold commands too.
    for _ in range(MAX_DEPTH):
        yield "close", None, here
    yield "end", None, here


def _closing(text: str, here: int) -> int:
    """Return where a comment or a here-string that begins here ends, -1 where it has no end, 0 where none begins."""
    for opening, ending in (("<#", "#>"), ("@'\n", "\n'@"), ('@"\n', '\n"@'), ("@'\r\n", "\n'@"), ('@"\r\n', '\n"@')):
        if text.startswith(opening, here):
            end = text.find(ending, here + len(opening) - 1)
            return end + len(ending) if end >= 0 else -1
    return 0


def _command(words: list[Word], end: int) -> Command:
    """Return the command; what a variable takes is the command behind the `=`."""
    assigned = None if words[0].is_quoted else _ASSIGNED.fullmatch(words[0].text)
    if assigned is not None:
        name, mark = Word(assigned[1], False, words[0].start), Word("=", False, words[0].start)
        value = [Word(assigned[2], False, words[0].start + assigned.start(2))] if assigned[2] else []
        words = [name, mark, *value, *words[1:]]
    if len(words) > 2 and words[0].text.startswith("$") and words[1].text == "=" and not words[2].is_quoted:
        words = words[2:] if re.fullmatch(r"[A-Za-z]+-[A-Za-z0-9]+", words[2].text) else words
    return Command(words[0].text.lower(), tuple(words[1:]), words[0].start, end)


def _unquoted(piece: str) -> str:
    if piece[0] == "@":
        return piece.partition("\n")[2].rpartition("\n")[0]
    body = piece[1:-1]
    return body.replace("''", "'") if piece[0] == "'" else re.sub(r"`(.)|\"(\")", r"\1\2", body)


def literals(text: str) -> dict[str, str]:
    """Return the variables, in lower case, that one literal is assigned to and nothing else."""
    found: dict[str, str] = {}
    spoiled: set[str] = set()
    for one in commands(text):
        name = one.name
        if name.startswith("$") and one.words and one.words[0].text == "=":
            value = one.words[1] if len(one.words) == 2 else None
            plain = value is not None and "$" not in value.text and (value.is_quoted or value.text[:1].isalnum())
            if name in found or not plain or value is None:
                spoiled.add(name)
            else:
                found[name] = value.text
    return {name: value for name, value in found.items() if name not in spoiled}
