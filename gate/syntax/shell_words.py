"""What a shell script consists of: commands, words, and their parts."""

from __future__ import annotations


class Part:
    """A part of a word.

    `text` parts are literal; a `name` is a variable, with its operator and where the operator's word stands; `code` is
    a command substitution, whose script stands from `inner` to `stop`; an `unknown` is anything else that expands.
    """

    __slots__ = ("end", "inner", "kind", "operator", "quoted", "start", "stop", "text")

    def __init__(self, kind: str, start: int, end: int, text: str, *, quoted: bool) -> None:
        """Take the kind, the place and the text: the literal, the variable's name, or what is not known."""
        self.kind = kind
        self.start = start
        self.end = end
        self.text = text
        self.quoted = quoted
        self.operator = ""
        self.inner = self.stop = start


class Word:
    """One word; `array` holds the members of an array that is assigned."""

    __slots__ = ("array", "end", "parts", "start")

    def __init__(self, start: int) -> None:
        """Begin at an offset."""
        self.start = self.end = start
        self.parts: list[Part] = []
        self.array: list[Word] | None = None

    @property
    def literal(self) -> str | None:
        """The word's text, None when something in it expands."""
        if len(self.parts) == 1 and self.parts[0].kind == "text":
            return self.parts[0].text
        return "".join(part.text for part in self.parts) if all(one.kind == "text" for one in self.parts) else None

    @property
    def plain(self) -> str:
        """The word's text when nothing of it is quoted or expands, as a keyword has to be; else nothing."""
        one = self.parts[0] if len(self.parts) == 1 else None
        return one.text if one is not None and one.kind == "text" and not one.quoted else ""


class Body:
    """A heredoc: its place, and whether variables in it are replaced."""

    __slots__ = ("end", "expands", "start")

    def __init__(self, start: int, end: int, *, expands: bool) -> None:
        """Take the place of the text between the lines that announce and end it."""
        self.start = start
        self.end = end
        self.expands = expands


class Command:
    """One simple command, or a bracket: `ended` is the operator behind it, a line feed among them."""

    __slots__ = ("bodies", "end", "ended", "start", "words")

    def __init__(self, start: int) -> None:
        """Begin at an offset."""
        self.start = self.end = start
        self.ended = ""
        self.words: list[Word] = []
        self.bodies: list[Body] = []
