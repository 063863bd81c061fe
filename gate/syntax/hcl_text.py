"""The text of HCL strings: escapes, heredocs, and the pieces between interpolations."""

from __future__ import annotations

from gate.syntax.hcl_escapes import undoubled, unescaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from tree_sitter import Node as Syntax

    from gate.syntax.hcl import Document

    #: Literal text, or something to evaluate.
    Piece: TypeAlias = str | Syntax


def pieces(document: Document, node: Syntax) -> list[Piece]:
    """Split a quoted string, a bare literal or a heredoc into literal text and what is to be evaluated."""
    if node.type == "heredoc_template":
        return _trimmed(_heredoc(document, node))
    raw = _between(document, node.children, node.children[0].end_byte, node.children[-1].start_byte)
    return _trimmed([unescaped(piece) if isinstance(piece, str) else piece for piece in raw])


def _between(document: Document, children: list[Syntax], start: int, end: int) -> list[Piece]:
    """Return the interpolations among the children with the exact text around them.

    The text is cut from the file because the grammar passes over blanks that belong to a heredoc.
    """
    data = document.data
    found: list[Piece] = []
    here = start
    for child in children:
        if child.type in ("template_interpolation", "template_directive") and child.start_byte >= here:
            found += [data[here : child.start_byte].decode("utf-8", "surrogateescape"), child]
            here = child.end_byte
    return [*found, data[here : max(here, end)].decode("utf-8", "surrogateescape")]


def _heredoc(document: Document, node: Syntax) -> list[Piece]:
    """Return the lines between the two markers, without the indentation that `<<-` takes away."""
    names = [child for child in node.children if child.type == "heredoc_identifier"]
    data = document.data
    start = data.find(b"\n", names[0].end_byte) + 1
    end = max(start, data.rfind(b"\n", 0, names[-1].start_byte) + 1)
    found = _between(document, node.children, start, end)
    if document.text(node.children[0]) == "<<-":
        found = _dedented(found)
    return [undoubled(piece) if isinstance(piece, str) else piece for piece in found]


def _dedented(found: list[Piece]) -> list[Piece]:
    """Take away the blanks that all lines begin with; a blank line neither counts nor changes."""
    margins: list[int] = []
    starts: list[tuple[list[str], int]] = []
    result: list[list[str] | Syntax] = []
    fresh = True
    for piece in found:
        if not isinstance(piece, str):
            margins += [0] * fresh
            fresh = False
            result.append(piece)
            continue
        lines = [line + "\n" for line in piece.split("\n")]
        lines[-1] = lines[-1][:-1]
        for number, line in enumerate(lines):
            if (number or fresh) and line and (line.strip() or not line.endswith("\n")):
                margins.append(len(line) - len(line.lstrip()))
                starts.append((lines, number))
        fresh = lines[-1] == "" and (len(lines) > 1 or fresh)
        result.append(lines)
    margin = min(margins, default=0)
    for lines, number in starts:
        lines[number] = lines[number][margin:]
    return ["".join(part) if isinstance(part, list) else part for part in result]


def _trimmed(found: list[Piece]) -> list[Piece]:
    """Apply the `~` of an interpolation, which takes away the blanks beside it."""
    result = list(found)
    for place, piece in enumerate(found):
        if isinstance(piece, str):
            continue
        left, right = _strips(piece)
        before = result[place - 1] if place else None
        after = result[place + 1] if place + 1 < len(result) else None
        if left and isinstance(before, str):
            result[place - 1] = before.rstrip()
        if right and isinstance(after, str):
            result[place + 1] = after.lstrip()
    return [piece for piece in result if piece != ""]


def trims(node: Syntax) -> bool:
    """Say whether an interpolation takes away the blanks beside it."""
    return any(_strips(node))


def _strips(node: Syntax) -> tuple[bool, bool]:
    """Say whether an interpolation trims the text before it and the text behind it."""
    if node.type != "template_interpolation":
        return False, False
    marks = [child for child in node.children if child.type == "strip_marker"]
    start = node.children[0].end_byte
    return any(mark.start_byte == start for mark in marks), any(mark.start_byte != start for mark in marks)
