"""What other programs mean by white space and how their texts carry bytes that are not UTF-8."""

from __future__ import annotations

#: Go's `unicode.IsSpace`; Python's `str.isspace` also takes the separators U+001C to U+001F.
SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)

#: The letters, digits and the underscore of ASCII.
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

#: What a Go program that goes over a string rune by rune puts in the place of a byte that is not UTF-8.
REPLACEMENT = "\ufffd"


def replaced(text: str) -> str:
    """Return the text with U+FFFD for every byte that is not UTF-8; its length stays the same."""
    if text.isascii():
        return text
    return "".join(REPLACEMENT if "\ud800" <= character <= "\udfff" else character for character in text)


def widened(text: str) -> str:
    """Return the UTF-8 bytes of the text, each as the character of the same number."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("latin-1")


def narrowed(text: str) -> str:
    """Undo `widened`."""
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "surrogateescape")


def run_end(text: str, at: int, characters: str) -> int:
    """Return where the run of these characters that begins at a place ends."""
    while True:
        piece = text[at : at + 128]
        rest = piece.lstrip(characters)
        at += len(piece) - len(rest)
        if rest or not piece:
            return at


def next_stop(text: str, at: int, stops: str, others: str) -> int:
    """Return where the next of the stops is, else the end; `others` are the usual characters before one, for speed."""
    at = run_end(text, at, others)
    while at < len(text) and text[at] not in stops:
        at += 1
    return at
