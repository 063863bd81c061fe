"""Parses the words of `docker run`, `docker create` and their like into flags, as spf13/pflag does.

Flags come before the image, in any of their spellings: `--name value`, `--name=value`, `-n value`, `-nvalue`,
`-n=value`, and several booleans of one letter behind one dash. A word that cannot be known is read for what it can be:
as the value of a flag it is one word; between flags it may be any number of them, and then there may be more flags than
are in sight. Behind a flag that is not known nobody can tell a value from the image, so that nothing is read there.
"""

from __future__ import annotations

from gate.dialects.interpolation import GAP
from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.model.location import Location
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from gate.dialects.docker_grammar import Grammar
    from gate.model.evidence import Setting

    T = TypeVar("T")

#: Words of one command that are read; nobody writes more.
MAX_WORDS = 2_000

#: What Go's `strconv.ParseBool` takes.
TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})


class Word(Record):
    """One word of a command, with a gap for everything in it that cannot be known, and why; `via` leads to it.

    `many` says that it may be any number of words, none included.
    """

    text: str
    at: Location
    reason: str = ""
    via: tuple[Location, ...] = ()
    many: bool = False


class Flag(Record):
    """One flag as given: its full name, its value, and the place of both."""

    name: str
    value: str
    at: Location
    reason: str = ""
    via: tuple[Location, ...] = ()

    def setting(self, convert: Callable[[str], T | None], wanted: str) -> Setting[T]:
        """Return the value; `convert` answers None for what is not `wanted`."""
        if self.reason:
            return Unknown(self.reason, self.at)
        value = convert(self.value)
        if value is None:
            return Unknown(f"`{_shown(self.value)}` stands where {wanted} should", self.at)
        return Stated(value, self.at, self.via)


class Flags:
    """The flags of one command in their order, and what stands behind them.

    `open_because` and `open_at` say why there may be others and where; `unknown` are the flags that the engine refuses,
    with their places.
    """

    __slots__ = ("at", "given", "grammar", "open_at", "open_because", "operands", "unknown")

    def __init__(self, grammar: Grammar, at: Location) -> None:
        """Start with nothing given; `at` is the command's place."""
        self.grammar = grammar
        self.at = at
        self.given: dict[str, list[Flag]] = {}
        self.operands: tuple[Word, ...] = ()
        self.open_because = ""
        self.open_at = at
        self.unknown: list[tuple[str, Location]] = []

    def add(self, flag: Flag) -> None:
        """Take one more flag."""
        self.given.setdefault(flag.name, []).append(flag)

    def open(self, reason: str, at: Location) -> None:
        """Say that there may be more flags than are in sight, and where; the first reason stays."""
        if not self.open_because:
            self.open_because, self.open_at = reason, at

    def last(self, name: str) -> Flag | None:
        """Return the flag that counts where the engine takes the last one."""
        return self.given[name][-1] if name in self.given else None

    def each(self, name: str) -> Iterator[Flag]:
        """Yield every flag of a name, a list with commas taken apart."""
        for flag in self.given.get(name, ()):
            if name in self.grammar.listed and not flag.reason:
                parts = csv_fields(flag.value) or [flag.value]
                yield from (Flag(name, part, flag.at, "", flag.via) for part in parts)
            else:
                yield flag

    def setting(self, name: str, default: T, wanted: str, convert: Callable[[str], T | None]) -> Setting[T]:
        """Return what the last flag of a name says, or the default."""
        flag = self.last(name)
        return Defaulted(default, self.at) if flag is None else flag.setting(convert, wanted)

    def boolean(self, name: str) -> Setting[bool]:
        """Return a boolean that is off unless somebody asks for it."""
        return self.setting(name, False, "true or false", as_boolean)

    def text(self, name: str) -> Setting[str]:
        """Return a text, empty where nobody says anything."""
        return self.setting(name, "", "a text", _same)

    def texts(self, name: str, convert: Callable[[str], str] = lambda value: value) -> Items[str]:
        """Return the values of every flag of a name."""
        members = tuple(flag.setting(convert, "a text") for flag in self.each(name))
        return Items(members, self.at)


def parse(words: list[Word], grammar: Grammar, at: Location) -> Flags:
    """Read the words behind `run`: the flags, and from the first word on that is none, the operands."""
    flags = Flags(grammar, at)
    here = _read(words[:MAX_WORDS], flags)
    if len(words) > MAX_WORDS and here >= MAX_WORDS:
        flags.open(f"it has more than {MAX_WORDS} words", at)
    flags.operands = tuple(words[here:])
    return flags


def _read(words: list[Word], flags: Flags) -> int:
    """Take the flags from the front; return where the operands begin."""
    here = 0
    while here < len(words):
        word = words[here]
        if word.many:
            flags.open(word.reason, word.at)
            here += 1
        elif word.text == "--":
            return here + 1
        elif not word.text.startswith("-") or word.text == "-":
            return here
        elif word.text.startswith("--"):
            here = _long(words, here, flags)
        else:
            here = _short(words, here, flags)
    return here


def _long(words: list[Word], here: int, flags: Flags) -> int:
    """Take `--name`, `--name=value` or `--name value`; return the place behind it."""
    word = words[here]
    name, equals, value = word.text[2:].partition("=")
    full = flags.grammar.aliases.get(name, name)
    if full in flags.grammar.booleans:
        flags.add(_flag(full, value if equals else "true", word))
    elif full in flags.grammar.valued:
        return _valued(full, value if equals else None, words, here, flags)
    else:
        return _unknown(f"--{name}", words, here, flags, ends=not equals)
    return here + 1


def _short(words: list[Word], here: int, flags: Flags) -> int:
    """Take the letters behind one dash; return the place behind them and behind the value of the last."""
    word = words[here]
    letters = word.text[1:]
    while letters:
        letter, rest = letters[0], letters[1:]
        name = flags.grammar.shorts.get(letter, "")
        if not name:
            return _unknown(f"-{letter}", words, here, flags, ends=True)
        if len(rest) > 1 and rest[0] == "=":
            flags.add(_flag(name, rest[1:], word))
            return here + 1
        if name not in flags.grammar.booleans:
            return _valued(name, rest or None, words, here, flags)
        flags.add(_flag(name, "true", word))
        letters = rest
    return here + 1


def _valued(name: str, value: str | None, words: list[Word], here: int, flags: Flags) -> int:
    """Take a flag with its value, which may be the next word."""
    word = words[here]
    if value is not None:
        flags.add(_flag(name, value, word))
        return here + 1
    if here + 1 == len(words):
        flags.unknown.append((f"`--{name}` lacks its value", word.at))
        return here + 1
    following = words[here + 1]
    at, via = spanned(word.at, following.at), (*word.via, *following.via)
    flags.add(Flag(name, following.text, at, following.reason, via))
    return here + 2


def _flag(name: str, value: str, word: Word) -> Flag:
    return Flag(name, value, word.at, word.reason if GAP in value else "", word.via)


def _unknown(name: str, words: list[Word], here: int, flags: Flags, *, ends: bool) -> int:
    """Take a flag that is not known; what follows one without `=` may be its value, and cannot be read."""
    word = words[here]
    if GAP in name:
        flags.open(word.reason, word.at)
    else:
        flags.open(f"`{_shown(name)}` is no flag of {flags.grammar.engine} that is known here", word.at)
        flags.unknown.append((f"`{_shown(name)}` is no flag of {flags.grammar.engine}", word.at))
    return len(words) if ends else here + 1


def as_boolean(text: str) -> bool | None:
    """Read a boolean as Go does."""
    return True if text in TRUE else False if text in FALSE else None


def _same(text: str) -> str:
    return text


def _shown(text: str) -> str:
    return text.replace(GAP, "…")[:40]


def spanned(first: Location, last: Location) -> Location:
    """Return the region from one place to another, the first alone where the other is elsewhere or before it."""
    if first.path != last.path or last.end < first.end or last.start - first.end > _FAR:
        return first
    return Location(first.path, first.line, first.column, last.end_line, last.end_column, first.start, last.end)


#: Characters between two words beyond which they do not stand side by side.
_FAR = 400


def csv_fields(text: str) -> list[str] | None:
    """Split one record as Go's `encoding/csv` does; None for what it refuses. A gap is an ordinary character."""
    fields: list[str] = []
    here = 0
    while True:
        if text.startswith('"', here):
            found = _quoted_field(text, here + 1)
            if found is None:
                return None
            field, here = found
        else:
            end = text.find(",", here)
            end = len(text) if end < 0 else end
            field, here = text[here:end], end
            if '"' in field or "\n" in field:
                return None
        fields.append(field)
        if here >= len(text):
            return fields
        here += 1


def _quoted_field(text: str, here: int) -> tuple[str, int] | None:
    pieces: list[str] = []
    while True:
        end = text.find('"', here)
        if end < 0:
            return None
        pieces.append(text[here:end])
        following = text[end + 1 : end + 2]
        if following == '"':
            pieces.append('"')
            here = end + 2
        elif following in ("", ","):
            return "".join(pieces), end + 1
        else:
            return None
