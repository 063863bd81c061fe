"""Lines of `key = value`, as liblxc cuts them (`src/lxc/parse.c`, `parse_line` in `src/lxc/confile.c`).

A line ends with a line feed or a carriage return, and the whole text at a null character. `#` begins a comment only
as the first character of a line; lines that do not begin with the wanted prefix are passed over. One pair of quotes
around a value is taken off, and nothing inside it is an escape.
"""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.location import Location

    #: Turns two offsets into the text to the place that they are.
    Place = Callable[[int, int], Location]

_BLANKS = " \t"

#: Lines that are read of one text; the rest is as if it were not in sight.
MAX_LINES = 5000


class Pair(Record):
    """One line: the value without what is around it, None where there is no `=`; the place of the whole statement."""

    key: str
    value: str | None
    at: Location


def pairs(text: str, prefix: str, place: Place) -> Iterator[Pair]:
    """Yield the lines that begin with the prefix, in order, `MAX_LINES` at most."""
    end = text.find("\0")
    found = 0
    for start, line in _lines(text if end < 0 else text[:end]):
        bare = line.lstrip(_BLANKS)
        if not bare.startswith(prefix) or found == MAX_LINES:
            continue
        found += 1
        begin = start + len(line) - len(bare)
        bare = bare.rstrip(_BLANKS)
        key, equals, value = bare.partition("=")
        at = place(begin, begin + len(bare))
        yield Pair(key.rstrip(_BLANKS), _unquoted(value.strip(_BLANKS)) if equals else None, at)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield every line with the offset that it begins at."""
    start = 0
    for line in text.replace("\r", "\n").split("\n"):
        yield start, line
        start += len(line) + 1


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] in "'\"" and value[-1] == value[0] else value
