"""Finds the heredocs that a Dockerfile's instruction announces."""

from __future__ import annotations

from gate.model.record import Record, replace
from gate.syntax.dockerfile_words import BadWords
from gate.syntax.shellword import WordError, split

#: What `\s` means to Go's regular expressions.
_BLANK = "\t\n\f\r "


class Heredoc(Record):
    """A document inside an instruction: `expand` without quotes around its name, `chomp` for `<<-`.

    `content` is its lines as written, `start` their offset in the source.
    """

    name: str
    descriptor: int
    expand: bool
    chomp: bool
    content: str
    start: int

    @property
    def text(self) -> str:
        """The content without the leading tabs that `<<-` takes off."""
        if not self.chomp:
            return self.content
        return "\n".join(line.lstrip("\t") for line in self.content.split("\n"))

    def with_content(self, content: str, start: int) -> Heredoc:
        """Return the heredoc with its body."""
        return replace(self, content=content, start=start)


def heredocs_of(line: str) -> list[Heredoc]:
    """Return the heredocs that a joined line announces, still without content."""
    try:
        words = split(line, raw_quotes=True, raw_escapes=True)
    except WordError:
        return []
    return [found for word in words if (found := heredoc_of(word)) is not None]


def heredoc_of(word: str) -> Heredoc | None:
    """Return the heredoc that one word announces, `<<NAME` with an optional descriptor before it."""
    before, arrows, rest = word.partition("<<")
    if not arrows or "<" in rest or (before and not (before.isascii() and before.isdecimal())):
        return None
    chomp = rest[:1] == "-"
    rest = (rest[1:] if chomp else rest).lstrip(_BLANK)
    if not rest:
        return None
    try:
        words = split(rest, raw_quotes=False, raw_escapes=False)
        if len(words) != 1:
            return None
        raw = split(rest, raw_quotes=True, raw_escapes=False)
    except WordError as error:
        raise BadWords(f"holds a heredoc whose name {error}") from None
    if len(raw) != 1:
        raise BadWords("holds a heredoc whose name has quotes that cannot be read")
    expand = _quotes(words[0]) == _quotes(raw[0])
    return Heredoc(words[0], min(int(before[:20] or 0), 2**64 - 1), expand, chomp, "", 0)


def _quotes(text: str) -> int:
    return text.count("'") + text.count('"')
