"""Unit files of systemd and of Podman: sections of `Key=value` lines, and values as words.

Sources: systemd.syntax(7), systemd's `extract_first_word`, and Podman's `pkg/systemd/parser`, which follows it. A line
goes on behind a backslash; comments in between are left out. What systemd puts between the two is a space, and what
Podman does nothing, so that whoever reads says which.
"""

from __future__ import annotations

from gate.syntax.characters import LETTERS, next_stop
from gate.syntax.mapped_text import Builder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.location import Location
    from gate.model.source import Source
    from gate.syntax.mapped_text import MappedText

#: Lines of one file that are read, and words of one value.
MAX_LINES = 20_000
MAX_WORDS = 2_000

_BLANKS = " \t\r\n"
_ORDINARY = f"{LETTERS}-=/:.,@%"
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " "}
_LITERAL = "\\\"'"

#: Escapes by the code of a character: how many digits follow, and of what base.
_CODED = {"x": (2, 16), "u": (4, 16), "U": (8, 16)}


class Entry:
    """One `Key=value`: `at` is the place of both."""

    __slots__ = ("at", "key", "section", "value")

    def __init__(self, section: str, key: str, value: MappedText, at: Location) -> None:
        """Take the section, the key, the value with its lines joined, and the place."""
        self.section = section
        self.key = key
        self.value = value
        self.at = at


class Unit:
    """The entries of one file in order; `stray` is the first line that is none, with its place.

    `unclosed` is the place of the first section that does not end with a bracket.
    """

    __slots__ = ("_source", "entries", "sections", "stray", "unclosed")

    def __init__(self, source: Source, joint: str) -> None:
        """Read a file; `joint` is what a backslash at the end of a line stands for."""
        self._source = source
        self.entries: list[Entry] = []
        self.sections: dict[str, Location] = {}
        self.stray: tuple[str, Location] | None = None
        self.unclosed: Location | None = None
        section = ""
        for start, line in self._lines(joint):
            text = line.text
            if text.startswith("[") and not text.endswith("]") and self.unclosed is None:
                self.unclosed = source.location(start, start + 1)
            if text.startswith("[") and text.rstrip(" \t").endswith("]"):
                section = text[1 : text.index("]")]
                self.sections.setdefault(section, line.at(0, len(text)))
            elif text.find("=") > 0 and section:
                self._entry(section, line)
            elif self.stray is None:
                shown = text.strip()[:40]
                self.stray = (
                    f"`{shown}` is neither a section nor a key with a value",
                    source.location(start, start + 1),
                )

    def at(self, section: str) -> Location:
        """Return the place of a section, of any other where there is none, or of the file."""
        first = next(iter(self.sections.values()), None)
        return self.sections.get(section) or first or self._source.location(0, 0)

    def merge(self, other: Unit) -> None:
        """Lay a file over this one, as a drop-in is."""
        self.entries += other.entries
        self.stray = self.stray or other.stray
        for section, at in other.sections.items():
            self.sections.setdefault(section, at)

    def all(self, section: str, key: str) -> list[Entry]:
        """Return the entries of a key behind the last empty one, which takes back those before it."""
        found: list[Entry] = []
        for entry in self.entries:
            if entry.section == section and entry.key == key:
                if entry.value.text.strip(_BLANKS):
                    found.append(entry)
                else:
                    found.clear()
        return found

    def last(self, section: str, key: str) -> Entry | None:
        """Return the last entry of a key."""
        return next((one for one in reversed(self.entries) if one.section == section and one.key == key), None)

    def _entry(self, section: str, line: MappedText) -> None:
        text = line.text
        equals = text.index("=")
        start = equals + 1
        while start < len(text) and text[start] in _BLANKS:
            start += 1
        source, begin, _ = line.region(0, 1)
        stop = line.region(len(text) - 1, len(text))[2]
        value = line.cut(start, len(text)) if start < len(text) else Builder().done()
        self.entries.append(Entry(section, text[:equals].rstrip(_BLANKS), value, source.location(begin, stop)))

    def _lines(self, joint: str) -> Iterator[tuple[int, MappedText]]:
        """Yield every logical line, without what is around it, with the offset that it begins at."""
        source, text = self._source, self._source.text
        # A mark of the byte order at the beginning is passed over (`config_parse`).
        builder, begun, here = Builder(), -1, int(text.startswith("\ufeff"))
        for _ in range(MAX_LINES):
            if here >= len(text):
                break
            end = text.find("\n", here)
            end = len(text) if end < 0 else end
            start, stop = _stripped(text, here, end)
            here = end + 1
            if start == stop or text[start] in "#;":
                continue
            begun = start if begun < 0 else begun
            if text[stop - 1] == "\\" and here < len(text):
                builder.add(source, start, stop - 1)
                builder.add_as(joint, source, stop - 1, stop)
                continue
            builder.add(source, start, stop - (text[stop - 1] == "\\"))
            line = builder.done()
            if line.text:
                yield begun, line
            builder, begun = Builder(), -1
        if builder.length:
            yield begun, builder.done()


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _BLANKS:
        start += 1
    while end > start and text[end - 1] in _BLANKS:
        end -= 1
    return start, end


def words(value: MappedText, *, escapes: bool = True) -> list[MappedText]:
    """Split a value at blanks; quotes hide them and are taken off, and escapes, where there are any, are those of C."""
    splitter = _Splitter(value, escapes=escapes)
    return splitter.run()


class _Splitter:
    __slots__ = ("_at", "_begun", "_builder", "_escapes", "_found", "_text", "_value")

    def __init__(self, value: MappedText, *, escapes: bool) -> None:
        self._value = value
        self._text = value.text
        self._escapes = escapes
        self._at = 0
        self._found: list[MappedText] = []
        self._builder = Builder()
        self._begun = False

    def run(self) -> list[MappedText]:
        text, quote = self._text, ""
        stops = f"{_BLANKS}'\"" + "\\" * self._escapes
        while self._at < len(text) and len(self._found) < MAX_WORDS:
            character = text[self._at]
            if character == "\\" and self._escapes:
                self._begun = True
                self._escape()
            elif quote and character == quote:
                quote = ""
                self._at += 1
            elif not quote and character in "'\"":
                quote, self._begun = character, True
                self._at += 1
            elif not quote and character in _BLANKS:
                self._end()
                self._at += 1
            else:
                self._begun = True
                end = next_stop(text, self._at + 1, quote + "\\" if quote else stops, _ORDINARY)
                self._builder.add_cut(self._value, self._at, end)
                self._at = end
        self._end()
        return self._found

    def _end(self) -> None:
        if self._begun:
            self._found.append(self._builder.done())
        self._builder, self._begun = Builder(), False

    def _escape(self) -> None:
        """Take an escape; an unknown one stays as it is written."""
        text, at = self._text, self._at
        following = text[at + 1 : at + 2]
        source, begin, stop = self._value.region(at, min(at + 2, len(text)))
        self._at = at + 2
        if following in _LITERAL and following:
            self._builder.add_cut(self._value, at + 1, at + 2)
        elif following in _SIMPLE and following:
            self._builder.add_as(_SIMPLE[following], source, begin, stop)
        else:
            length, base = _CODED.get(following, (3, 8))
            start = at + 2 if following in _CODED else at + 1
            code = _number(text[start : start + length], length, base)
            if code:
                self._builder.add_as(chr(code), *self._value.region(at, start + length))
                self._at = start + length
            else:
                self._builder.add_cut(self._value, at, self._at)


def _number(digits: str, length: int, base: int) -> int:
    if len(digits) != length or not digits.isalnum():
        return 0
    try:
        code = int(digits, base)
    except ValueError:
        return 0
    return code if code < 0xD800 or 0xDFFF < code < 0x110000 else 0
