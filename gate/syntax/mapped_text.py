"""A text that is put together from pieces of files and still knows where every character stands.

A script inside a YAML file loses its indentation, a make variable is replaced by its value, a line goes on behind a
backslash: what is then parsed is no stretch of a file any more. A piece is either a stretch of the file, character by
character, or stands for one place as a whole. What cannot be known is one character, `GAP`, with the reason.
"""

from __future__ import annotations

from bisect import bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location
    from gate.model.source import Source

#: What stands in a text for what is not known.
GAP = "\0"


class MappedText:
    """The text, and the piece that each of its characters comes from."""

    __slots__ = ("_pieces", "_starts", "text")

    def __init__(self, text: str, pieces: list[Piece]) -> None:
        """Take the text and its pieces in order, which cover it."""
        self.text = text
        self._pieces = pieces
        self._starts = [piece.start for piece in pieces]

    def at(self, start: int, end: int) -> Location:
        """Return where a stretch of the text is written; where its end is elsewhere, where it begins."""
        source, begin, stop = self.region(start, end)
        return source.location(begin, stop)

    def region(self, start: int, end: int) -> tuple[Source, int, int]:
        """Return the file and the offsets of a stretch, which may be empty; raise ValueError in an empty text."""
        if not self._pieces:
            raise ValueError("an empty text stands nowhere")
        first = self._piece(start)
        if first is None:
            piece = self._pieces[-1]
            return piece.source, piece.end_offset(piece.length), piece.end_offset(piece.length)
        begin = first.offset(start)
        last = self._piece(end - 1)
        if end <= start or last is None:
            return first.source, begin, begin
        if self.is_together(start, end):
            return first.source, begin, last.end_offset(end - last.start)
        return first.source, begin, first.end_offset(first.length)

    def is_together(self, start: int = 0, end: int = -1) -> bool:
        """Say whether a stretch, which is not empty, stands in one place: but for quotes and line ends in between."""
        end = len(self.text) if end < 0 else end
        found = self.pieces(start, end)
        if not found:
            return False
        source, here = found[0].source, found[0].at
        for piece in found:
            if piece.source is not source or not 0 <= piece.at - here < _FAR:
                return False
            if source.text[here : piece.at].strip(_BETWEEN):
                return False
            here = piece.end_offset(piece.length)
        return True

    def why(self, start: int, end: int) -> str:
        """Return why the first gap in a stretch is one; empty where there is none."""
        place = self.text.find(GAP, start, end)
        piece = self._piece(place) if place >= 0 else None
        return piece.reason if piece is not None else ""

    def cut(self, start: int, end: int) -> MappedText:
        """Return a stretch as a text of its own."""
        builder = Builder()
        builder.add_cut(self, start, end)
        return builder.done()

    def pieces(self, start: int, end: int) -> list[Piece]:
        """Return the pieces of a stretch, cut to it, from an offset of nought."""
        found: list[Piece] = []
        for index in range(max(bisect_right(self._starts, start) - 1, 0), len(self._pieces)):
            piece = self._pieces[index]
            if piece.start >= end:
                break
            low, high = max(start, piece.start), min(end, piece.start + piece.length)
            if low < high:
                found.append(piece.moved(low - start, low - piece.start, high - low))
        return found

    def _piece(self, place: int) -> Piece | None:
        index = bisect_right(self._starts, place) - 1
        if index < 0:
            return None
        piece = self._pieces[index]
        return piece if place < piece.start + piece.length else None


#: Characters of a file between two pieces beyond which they do not stand together, and what may be there.
_FAR = 400
_BETWEEN = " \t\r\n\\'\""


class Piece:
    """A run of characters: `verbatim` ones stand one by one from `at` on, others together from `at` to `to`."""

    __slots__ = ("at", "length", "reason", "source", "start", "to", "verbatim")

    def __init__(
        self, start: int, length: int, source: Source, at: int, to: int, *, verbatim: bool, reason: str = ""
    ) -> None:
        """Take the place in the text, the length, the place in the file, and why a gap is one."""
        self.start = start
        self.length = length
        self.source = source
        self.at = at
        self.to = to
        self.verbatim = verbatim
        self.reason = reason

    def offset(self, place: int) -> int:
        """Return where the character at a place of the text stands in the file."""
        return self.at + place - self.start if self.verbatim else self.at

    def end_offset(self, length: int) -> int:
        """Return where the first so many characters of the piece end in the file."""
        return self.at + length if self.verbatim else self.to

    def moved(self, start: int, skipped: int, length: int) -> Piece:
        """Return a part of the piece at another place."""
        at = self.at + skipped if self.verbatim else self.at
        return Piece(start, length, self.source, at, self.to, verbatim=self.verbatim, reason=self.reason)


class Builder:
    """Puts a text together."""

    __slots__ = ("_length", "_pieces", "_texts")

    def __init__(self) -> None:
        """Start with nothing."""
        self._texts: list[str] = []
        self._pieces: list[Piece] = []
        self._length = 0

    @property
    def length(self) -> int:
        """How long the text is so far."""
        return self._length

    def add(self, source: Source, start: int, end: int) -> None:
        """Add a stretch of a file as it is."""
        if start < end:
            self._put(source.text[start:end], Piece(self._length, end - start, source, start, end, verbatim=True))

    def add_as(self, text: str, source: Source, start: int, end: int) -> None:
        """Add a text that a stretch of a file stands for."""
        if text:
            self._put(text, Piece(self._length, len(text), source, start, end, verbatim=False))

    def add_gap(self, reason: str, source: Source, start: int, end: int) -> None:
        """Add what a stretch of a file comes to and nobody knows."""
        self._put(GAP, Piece(self._length, 1, source, start, end, verbatim=False, reason=reason))

    def add_cut(self, mapped: MappedText, start: int, end: int) -> None:
        """Add a stretch of another text."""
        base = self._length
        for piece in mapped.pieces(start, end):
            self._pieces.append(piece.moved(base + piece.start, 0, piece.length))
        text = mapped.text[start:end]
        self._texts.append(text)
        self._length += len(text)

    def add_all(self, mapped: MappedText) -> None:
        """Add another text."""
        self.add_cut(mapped, 0, len(mapped.text))

    def done(self) -> MappedText:
        """Return the text."""
        return MappedText("".join(self._texts), self._pieces)

    def _put(self, text: str, piece: Piece) -> None:
        self._texts.append(text)
        self._pieces.append(piece)
        self._length += len(text)


def whole(source: Source) -> MappedText:
    """Return a file's text as it is."""
    builder = Builder()
    builder.add(source, 0, len(source.text))
    return builder.done()
