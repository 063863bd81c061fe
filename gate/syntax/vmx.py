"""VMX: the dictionary of `key = "value"` lines that VMware configures a machine with.

Grammar: open-vm-tools `lib/dict`. Keys are case-insensitive, the last line of a key counts, `#` begins a comment, and
`|XX` is a character by its hexadecimal number. A line that is no entry sets nothing.
"""

from __future__ import annotations

import re

from gate.model.errors import InputError
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location
    from gate.model.source import Source

_ESCAPE = re.compile(r"\|([0-9A-Fa-f]{2})")

#: Entries that are read of one file; real ones have a few hundred.
MAX_ENTRIES = 20_000


class Entry(Record):
    """The value that counts of one key, and the line that it stands on."""

    value: str
    at: Location


def entries(source: Source) -> dict[str, Entry]:
    """Return what counts of every key, by its name in lower case; raise InputError for quotes that are not closed."""
    found: dict[str, Entry] = {}
    start = 0
    for line in source.text.split("\n"):
        try:
            entry = _entry(line)
        except ValueError as error:
            at = source.location(start, start + len(line))
            raise InputError(
                str(error), at=at, remedy="close them; VMware reads the file as a whole or not at all"
            ) from None
        if entry is not None and len(found) < MAX_ENTRIES:
            key, value = entry
            begin = start + line.index(key)
            found[key.lower()] = Entry(value, source.location(begin, start + len(line.rstrip())))
        start += len(line) + 1
    return found


def _entry(line: str) -> tuple[str, str] | None:
    """Return the key as written and the value of one line; None for what is no entry."""
    key, equals, rest = line.partition("=")
    key, rest = key.strip(" \t\ufeff"), rest.strip(" \t\r")
    if not equals or not key or any(char in key for char in ' \t#"'):
        return None
    if rest.startswith('"'):
        value, closing, tail = rest[1:].partition('"')
        if not closing:
            raise ValueError("has a value whose quotes are not closed")
        if not (tail.strip() == "" or tail.lstrip().startswith("#")):
            return None
    else:
        value = rest.partition("#")[0].rstrip()
        if '"' in value:
            return None
    return key, _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), value)
