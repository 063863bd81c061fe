"""How the parts of one Dockerfile instruction are split, each kind in its own way."""

from __future__ import annotations

from gate.syntax.characters import LETTERS, SPACE, narrowed, replaced, run_end, widened

#: What parts a keyword from its operands, and the operands of most instructions from each other.
_GAP = "\t\v\f\r "
_TO_BLANK = dict.fromkeys(map(ord, _GAP), " ")

#: Characters that mean themselves in and outside quotes, whatever the escape character.
_PLAIN = f"{LETTERS}./:,@=$+-"

_ASCII_SPACE = "\t\n\v\f\r "

#: White space as a byte, for what BuildKit reads byte by byte.
_BYTE_SPACE = "\t\n\v\f\r \x85\xa0"

_JSON_SPACE = " \t\r\n"


class BadWords(Exception):
    """The instruction cannot be split: BuildKit's parser stops here."""


def split_once(text: str) -> tuple[str, str | None]:
    """Split at the first gap; None when there is none."""
    end = next((at for at, character in enumerate(text) if character in _GAP), None)
    return (text, None) if end is None else (text[:end], text[end:].lstrip(_GAP))


def split_gaps(text: str) -> tuple[str, ...]:
    """Split at every gap; there is none at the ends."""
    return tuple(word for word in text.translate(_TO_BLANK).split(" ") if word)


def split_kind(text: str) -> tuple[str, str]:
    """Split at the first white space, byte by byte: a HEALTHCHECK's kind and its command."""
    wide = widened(text)
    end = next((at for at, byte in enumerate(wide) if byte in _BYTE_SPACE), len(wide))
    return narrowed(wide[:end]), narrowed(wide[end:].lstrip(_BYTE_SPACE))


def flags_of(text: str, escape: str) -> tuple[tuple[str, ...], str]:
    """Take the flags off the front of an instruction's operands; return them and the rest."""
    rest = text.lstrip(_ASCII_SPACE)
    if rest[:2] != "--" and rest[:1] not in ("\udc85", "\udca0"):
        return (), rest
    flags, end, wide = _Flags(widened(text), escape).take()
    return tuple(flags), narrowed(wide[end:])


class _Flags:
    """Goes over the front of an instruction byte by byte."""

    __slots__ = ("_at", "_escape", "_text")

    def __init__(self, text: str, escape: str) -> None:
        self._text = text
        self._escape = escape
        self._at = 0

    def take(self) -> tuple[list[str], int, str]:
        """Return the flags, where the rest begins, and the text that this offset is in."""
        text = self._text
        found: list[str] = []
        while True:
            while self._at < len(text) and text[self._at] in _BYTE_SPACE:
                self._at += 1
            if text[self._at : self._at + 2] != "--":
                return found, self._at, text
            word, quoted = self._word()
            if word == "--":
                return found, self._at, text
            if word or quoted:
                found.append(word)

    def _word(self) -> tuple[str, bool]:
        """Take one word without its quotes; say whether there were any."""
        text = self._text
        pieces: list[str] = []
        quote = ""
        quoted = False
        while self._at < len(text):
            character = text[self._at]
            if not quote and character in _BYTE_SPACE:
                break
            self._at += 1
            if character == quote:
                quote = ""
            elif not quote and character in "'\"":
                quote = character
                quoted = True
            elif character == self._escape:
                pieces.append(text[self._at : self._at + 1])
                self._at += 1
            else:
                pieces.append(character)
        return "".join(pieces), quoted


def json_strings(text: str) -> tuple[str, ...] | None:
    """Return the strings of a JSON array, None for what is no JSON array; raise BadWords for other members."""
    if text[-1:] != "]":
        return None
    plain = _plain_strings(text)
    if plain is not None:
        return plain
    if text[1:].lstrip(_ASCII_SPACE)[:1] not in '"[{]-0123456789tfn':
        return None
    import json

    try:
        found = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_no_constant)
    except ValueError:
        return None
    except RecursionError:
        found = [None]
    if not all(isinstance(member, str) for member in found):
        raise BadWords("is written as a JSON array with members that are not strings")
    return tuple(replaced(member) for member in found)


def _plain_strings(text: str) -> tuple[str, ...] | None:
    """Read an array of strings without escapes, which nearly all are; None for anything else."""
    if "\\" in text:
        return None
    pieces = text.split('"')
    strings = pieces[1::2]
    between = [piece.strip(_JSON_SPACE) for piece in pieces[::2]]
    if not strings:
        return () if text[1:-1].strip(_JSON_SPACE) == "" else None
    if len(between) == len(strings) or [*between[:1], *between[-1:]] != ["[", "]"]:
        return None
    if any(piece != "," for piece in between[1:-1]) or any(min(string, default=" ") < " " for string in strings):
        return None
    return tuple(map(replaced, strings))


def _number(text: str) -> float:
    """Take a number as Go does, which refuses what is too large for a float."""
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return value


def _no_constant(text: str) -> float:
    raise ValueError(text)


def words_of(text: str, escape: str) -> tuple[str, ...]:
    """Split at white space outside quotes; quotes and escapes stay."""
    return tuple(word for word, _, _ in _spanned(text, escape))


def _spanned(text: str, escape: str) -> list[tuple[str, int, int]]:
    """Split at white space outside quotes; return each word with where it begins and ends."""
    text = replaced(text)
    found: list[tuple[str, int, int]] = []
    at = 0
    while True:
        while at < len(text) and text[at] in SPACE:
            at += 1
        if at >= len(text):
            return found
        start = at
        word, at = _quoted_word(text, at, escape)
        if word:
            found.append((word, start, at))


def _quoted_word(text: str, at: int, escape: str) -> tuple[str, int]:
    """Take one word that may hold quotes; an escape at the very end is dropped."""
    start = at
    quote = ""
    while True:
        at = run_end(text, at, _PLAIN)
        character = text[at : at + 1]
        if not character or (not quote and character in SPACE):
            return text[start:at], at
        at += 1
        if character == escape and quote != "'":
            if at == len(text):
                return text[start : at - 1], at
            at += 1
        elif character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character


def name_values(text: str, escape: str, keyword: str) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
    """Split `name=value` words, or the old `name value`, into names, values and separators in turn, with their spans.

    A span covers the name and the value together.
    """
    spanned = _spanned(text, escape)
    if not spanned:
        return (), ()
    if "=" not in spanned[0][0]:
        name, value = split_once(text)
        if value is None:
            raise BadWords(f"has a name without a value, and {keyword} needs both")
        return (name, value, ""), ((0, len(text)),)
    found: list[str] = []
    for word, _, _ in spanned:
        name, equals, value = word.partition("=")
        if not equals:
            raise BadWords(f"has a word without `=` among its names and values: {word[:60]}")
        found += (name, value, "=")
    return tuple(found), tuple((start, end) for _, start, end in spanned)
