"""Shell patterns of literals, `?` and `*`, matched in linear time; brackets mean nothing, as in BuildKit."""

from __future__ import annotations

import re

#: Steps one match may take: characters of the text times characters of the pattern.
MAX_STEPS = 4_000_000


class WildcardError(Exception):
    """The pattern escapes something that needs no escape, or the match would take too long."""


def remove_prefix(text: str, pattern: str, *, longest: bool) -> str:
    """Return the text without the shortest or longest prefix that matches."""
    end = _Wildcard(pattern, text).end(0, longest=longest)
    return text if end is None else text[end:]


def remove_suffix(text: str, pattern: str, *, longest: bool) -> str:
    """Return the text without the shortest or longest suffix that matches."""
    backward = text[::-1]
    end = _Wildcard(_reversed(pattern), backward).end(0, longest=longest)
    return text if end is None else text[: len(text) - end]


def substitute(text: str, pattern: str, word: str, *, everywhere: bool) -> str:
    """Return the text with the first match, or every one, replaced; the longest match from the leftmost start."""
    wildcard = _Wildcard(pattern, text)
    result: list[str] = []
    at = last = 0
    previous = -1
    while at <= len(text):
        found = wildcard.search(at)
        if found is None:
            break
        start, end = found
        if not (start == end == previous):
            result += [text[last:start], _template(word, text[start:end]) if everywhere else word]
            last = end
            previous = end
        if not everywhere:
            break
        at = end if end > at else at + 1
    return "".join([*result, text[last:]])


def _template(word: str, matched: str) -> str:
    """Resolve the `$0`, `$name` and `$$` that Go's `ReplaceAllString` finds in a replacement."""
    if "$" not in word:
        return word

    def resolved(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        return matched if (match[1] or match[2]) in ("0", "00", "000") else ""

    return re.sub(r"\$\$|\$(\w+)|\$\{(\w+)\}", resolved, word)


def _reversed(pattern: str) -> str:
    """Turn a pattern around, leaving every escape before what it escapes."""
    pieces: list[str] = []
    at = 0
    while at < len(pattern):
        width = 2 if pattern[at] == "\\" and at + 1 < len(pattern) else 1
        pieces.append(pattern[at : at + width])
        at += width
    return "".join(reversed(pieces))


def _pieces(pattern: str) -> list[str]:
    """Split a pattern at its stars and turn each piece into a regular expression of fixed width."""
    pieces = [""]
    at = 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            pieces.append("")
            continue
        if character == "?":
            pieces[-1] += "."
            continue
        if character == "\\" and pattern[at : at + 1] not in ("}", "/"):
            character = pattern[at : at + 1]
            at += 1
            if character not in ("*", "?", "\\"):
                raise WildcardError(f"has an invalid escape `\\{character}` in a pattern")
        elif character == "\\":
            continue
        pieces[-1] += re.escape(character)
    return pieces


class _Wildcard:
    """One pattern over one text."""

    __slots__ = ("_first", "_last", "_middle", "_stars", "_text")

    def __init__(self, pattern: str, text: str) -> None:
        if len(pattern) * len(text) > MAX_STEPS:
            raise WildcardError("matches a pattern that is too long for its value")
        pieces = [re.compile(piece) for piece in _pieces(pattern)]
        self._text = text
        self._stars = len(pieces) > 1
        self._first = pieces[0]
        self._middle = pieces[1:-1]
        self._last = pieces[-1]

    def end(self, start: int, *, longest: bool) -> int | None:
        """Return where the match from this start ends, None when there is none."""
        match = self._first.match(self._text, start)
        if match is None or not self._stars:
            return None if match is None else match.end()
        at = match.end()
        for piece in self._middle:
            found = piece.search(self._text, at)
            if found is None:
                return None
            at = found.end()
        return self._tail(at, longest=longest)

    def _tail(self, at: int, *, longest: bool) -> int | None:
        """Place the last piece: at its first occurrence, or at its last one."""
        if not longest:
            found = self._last.search(self._text, at)
            return None if found is None else found.end()
        for start in range(len(self._text), at - 1, -1):
            match = self._last.match(self._text, start)
            if match is not None:
                return match.end()
        return None

    def search(self, at: int) -> tuple[int, int] | None:
        """Return the leftmost match from here on, as long as it can be."""
        match = self._first.search(self._text, at)
        if match is None:
            return None
        end = self.end(match.start(), longest=True)
        return None if end is None else (match.start(), end)
