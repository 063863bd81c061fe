"""The text of a YAML string with the place of every character: block scalars, quoted and plain ones.

The tree holds the text alone. Whoever reads a script that stands in a YAML file needs to know where each of its words
stands; a line loses its indentation, and in folded and flow strings a line end becomes a space.
"""

from __future__ import annotations

import re

from gate.syntax.mapped_text import Builder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source
    from gate.syntax.mapped_text import MappedText

_HEADER = re.compile(r"([|>])([-+0-9]*)[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")

#: An anchor or a tag before the text.
_PROPERTIES = re.compile(r"(?:[&!]\S{0,200}\s{1,200}){1,2}")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "e": "\x1b", "a": "\a", "b": "\b", "v": "\v", "f": "\f"}
_CODED = {"x": 2, "u": 4, "U": 8}
_BLANKS = " \t"


def written(source: Source, start: int, end: int) -> MappedText:
    """Return the text of the string that stands at a place."""
    text = source.text
    builder = Builder()
    properties = _PROPERTIES.match(text, start, end)
    start = properties.end() if properties is not None else start
    header = _HEADER.match(text, start, end)
    if header is not None:
        _block(source, header.end(), end, builder, folded=header[1] == ">", indicator=header[2].strip("+-"))
    elif text.startswith('"', start):
        _double(source, start + 1, end, builder)
    elif text.startswith("'", start):
        _flow(source, start + 1, max(end - 1, start + 1), builder, quote="'")
    else:
        _flow(source, start, end, builder, quote="")
    return builder.done()


def _block(source: Source, start: int, end: int, builder: Builder, *, folded: bool, indicator: str) -> None:
    """Add the lines of a block, without the indentation of the first that has a text."""
    text = source.text
    indentation = -1
    # How the line before ended, and whether it kept its end: an empty or an indented one does.
    pending: tuple[int, int] | None = None
    kept = True
    here = start
    while here < end:
        stop = text.find("\n", here, end)
        stop = end if stop < 0 else stop
        line = text[here:stop].rstrip("\r")
        if indentation < 0 and line.strip(_BLANKS):
            indentation = len(line) - len(line.lstrip(" "))
            if indicator.isdecimal():
                indentation = min(indentation, _column(text, start, indicator, indentation))
        begin = min(here + max(indentation, 0), here + len(line))
        content = here + len(line)
        indented = text[begin : begin + 1] in (" ", "\t") or begin == content
        if pending is not None:
            joint = " " if folded and not kept and not indented else "\n"
            builder.add_as(joint, source, *pending)
        builder.add(source, begin, content)
        pending, kept = (content, min(stop + 1, end)), indented
        here = stop + 1
    if pending is not None and text.startswith("\n", pending[1] - 1):
        builder.add_as("\n", source, *pending)


def _column(text: str, start: int, indicator: str, found: int) -> int:
    """Return the indentation that an indicator asks for, which counts from that of the line with the key."""
    line = text.rfind("\n", 0, start - 1) + 1
    own = len(text[line:start]) - len(text[line:start].lstrip(" -"))
    return min(found, own + int(indicator[:1]))


def _flow(source: Source, start: int, end: int, builder: Builder, *, quote: str) -> None:
    """Add a plain or single-quoted string: a line end and what is around it are one space."""
    text, here = source.text, start
    while here < end:
        stop = text.find("\n", here, end)
        stop = end if stop < 0 else stop
        last = stop
        while last > here and stop < end and text[last - 1] in " \t\r":
            last -= 1
        _unquoted(source, here, last, builder, quote)
        here = _next_line(source, stop, end, builder)


def _unquoted(source: Source, start: int, end: int, builder: Builder, quote: str) -> None:
    while quote and (found := source.text.find("''", start, end)) >= 0:
        builder.add(source, start, found + 1)
        start = found + 2
    builder.add(source, start, end)


def _next_line(source: Source, stop: int, end: int, builder: Builder) -> int:
    """Fold the line end at a place; return where the next line's text begins."""
    if stop >= end:
        return end
    text, here, feeds = source.text, stop, 0
    while here < end and text[here] in " \t\r\n":
        feeds += text[here] == "\n"
        here += 1
    builder.add_as(" " if feeds == 1 else "\n" * (feeds - 1), source, stop, here)
    return here


def _double(source: Source, start: int, end: int, builder: Builder) -> None:
    text, here = source.text, start
    while here < end and text[here] != '"':
        character = text[here]
        if character == "\\":
            here = _escape(source, here, end, builder)
        elif character == "\n":
            here = _next_line(source, here, end, builder)
        else:
            stop = here + 1
            while stop < end and text[stop] not in '\\"\n':
                stop += 1
            builder.add(source, here, stop)
            here = stop


def _escape(source: Source, here: int, end: int, builder: Builder) -> int:
    text = source.text
    following = text[here + 1 : here + 2]
    if following in ("\n", "\r"):
        here = text.find("\n", here, end)
        here = end if here < 0 else here + 1
        while here < end and text[here] in _BLANKS:
            here += 1
        return here
    if following in _CODED:
        digits = text[here + 2 : here + 2 + _CODED[following]]
        code = int(digits, 16) if re.fullmatch(r"[0-9A-Fa-f]+", digits) else 0
        character = chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"
        builder.add_as(character, source, here, here + 2 + len(digits))
        return here + 2 + len(digits)
    if following in _ESCAPES:
        builder.add_as(_ESCAPES[following].replace("\0", "\ufffd"), source, here, here + 2)
    else:
        builder.add(source, here + 1, min(here + 2, end))
    return here + 2
