"""Gathers the words of a line while it is expanded."""

from __future__ import annotations

from gate.syntax.characters import SPACE


class WordList:
    """Collects the words of a line.

    BuildKit shares one buffer between a line and the operators inside it, so that an operator drops the part of the
    word before it; which lines hold a heredoc hangs on that.
    """

    __slots__ = ("buffer", "found", "inside")

    def __init__(self, buffer: list[str]) -> None:
        """Take the buffer of the word that is being read."""
        self.buffer = buffer
        self.found: list[str] = []
        self.inside = False

    def add(self, text: str) -> None:
        """Add characters of which white space ends the word."""
        for character in text:
            if character not in SPACE:
                self.add_raw(character)
            elif self.inside and self.buffer:
                self._end()

    def add_raw(self, text: str) -> None:
        """Add characters that are part of the word whatever they are."""
        if text:
            self.buffer.append(text)
        self.inside = True

    def finished(self) -> list[str]:
        """End the last word and return them all."""
        if self.buffer:
            self._end()
        return self.found

    def _end(self) -> None:
        self.found.append("".join(self.buffer))
        self.buffer.clear()
        self.inside = False
