"""VMX: the dictionary of `key = "value"` lines that VMware configures a machine with.

Grammar: open-vm-tools `lib/dict/dictll.c` and `lib/misc/escape.c`. Lines end with a line feed, a carriage return or
both; keys are case-insensitive, the last line of a key counts, `#` begins a comment, and `|XX` is a byte by its
hexadecimal number. A value without quotes has no blanks. A line that is no entry sets nothing.
"""

from __future__ import annotations

import re

from gate.model.errors import InputError
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location
    from gate.model.source import Source

#: A byte by its number, or a bar that begins none: what follows that does not begin one either.
_ESCAPE = re.compile(rb"\|(?:([0-9A-Fa-f]{2})|[0-9A-Fa-f]?.)", re.DOTALL)

_LINE = re.compile(r"[^\r\n]*")
_ENTRY = re.compile(r'[ \t]*([^ \t#=]+)[ \t]*=[ \t]*(?:"([^"]*)"|(?!")([^ \t#]*))[ \t]*(?:#.*)?\Z', re.DOTALL)
_UNCLOSED = re.compile(r'[ \t]*[^ \t#=]+[ \t]*=[ \t]*"[^"]*\Z')

#: Entries that are read of one file; real ones have a few hundred.
MAX_ENTRIES = 20_000


class Entry(Record):
    """The value that counts of one key, and the line that it stands on."""

    value: str
    at: Location


def entries(source: Source) -> dict[str, Entry]:
    """Return what counts of every key, by its name in lower case; raise InputError for quotes that are not closed."""
    found: dict[str, Entry] = {}
    for line in _LINE.finditer(source.text):
        # What reads a line ends at a zero byte, as strings of C do.
        text, start = line[0].partition("\0")[0], line.start()
        if start == 0 and text.startswith("\ufeff"):
            text = " " + text[1:]
        entry = _ENTRY.match(text)
        if entry is not None and len(found) < MAX_ENTRIES:
            value = _plain(entry[2] if entry[2] is not None else entry[3])
            at = source.location(start + entry.start(1), start + len(text.rstrip(" \t")))
            found[entry[1].lower()] = Entry(value, at)
        elif _UNCLOSED.match(text):
            raise InputError(
                "has a value whose quotes are not closed",
                at=source.location(start, start + len(text)),
                remedy="close them; VMware reads the file as a whole or not at all",
            )
    return found


def _plain(value: str) -> str:
    """Return a value without its escapes."""
    data = _ESCAPE.sub(lambda one: one[0] if one[1] is None else bytes((int(one[1], 16),)), _bytes(value))
    return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")
