"""Expands the variables of a Dockerfile's words, and splits a line into words, as BuildKit does.

The grammar is that of BuildKit's `frontend/dockerfile/shell`: quotes, an escape character, `$name`, and `${name}` with
the operators `:-` `-` `:+` `+` `:?` `?` `#` `##` `%` `%%` `/` and `//`. Nothing is ever run. A variable may be unknown:
what it decides is then unknown too, and what it does not decide is not.
"""

from __future__ import annotations

from gate.syntax.characters import LETTERS, next_stop, replaced
from gate.syntax.word_list import WordList

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    #: Answers what a variable holds: its text, None when it is not set, or why that cannot be known.
    Lookup: TypeAlias = Callable[[str], "str | Unresolved | None"]

#: Characters of one expanded word; BuildKit has no limit and can be made to fill the memory.
MAX_EXPANDED = 65_535

#: Expansions inside expansions; real files nest two or three.
MAX_NESTING = 64

TOO_LONG = f"it expands to more than {MAX_EXPANDED} characters"

#: Characters that may not mean themselves, depending on the escape character and the operator that is open.
_SPECIAL = "$<'\"\\`}/"

_SPECIAL_PARAMETERS = "@*#?-$!0"


class WordError(Exception):
    """The word is not in the grammar, or demands a variable that is not set: the build would stop here."""


class Unresolved:
    """Why the value of a variable, or of a word that hangs on it, cannot be known; the reason is a clause."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        """Take the reason."""
        self.reason = reason


def expand(word: str, lookup: Lookup, escape: str = "\\") -> str | Unresolved:
    """Return the word with its variables replaced and its quotes removed; raise WordError where BuildKit stops."""
    if word.isascii() and not ("$" in word or '"' in word or "'" in word or escape in word):
        return word
    lexer = _Lexer(word, lookup, escape)
    text = lexer.run("")
    return Unresolved(lexer.unresolved[0]) if lexer.unresolved else text


def expand_text(text: str, lookup: Lookup) -> str | Unresolved:
    """Expand a text in which quotes mean nothing: the body of a heredoc that is copied."""
    lexer = _Lexer(text, lookup, "\\")
    lexer.quotes = ""
    result = lexer.run("")
    return Unresolved(lexer.unresolved[0]) if lexer.unresolved else result


def split(line: str, *, raw_quotes: bool, raw_escapes: bool) -> list[str]:
    """Return the words of a line as BuildKit's search for heredocs sees them; raise WordError for a bad one."""
    lexer = _Lexer(line, _nothing, "\\")
    lexer.raw_quotes = raw_quotes
    lexer.raw_escapes = raw_escapes
    lexer.keep_unset = lexer.collects = True
    lexer.run("")
    return lexer.words.finished()


def _nothing(_name: str) -> None:
    return None


class _Lexer:
    """Goes over one text; `unresolved` collects why the result cannot be known."""

    __slots__ = (
        "_depth",
        "_spent",
        "at",
        "buffer",
        "collects",
        "escape",
        "keep_unset",
        "lookup",
        "quotes",
        "raw_escapes",
        "raw_quotes",
        "text",
        "unresolved",
        "words",
    )

    def __init__(self, text: str, lookup: Lookup, escape: str) -> None:
        text = replaced(text)
        self.text = text[1:] if text[:1] == "\ufeff" else text
        self.at = 0
        self.lookup = lookup
        self.escape = escape
        self.quotes = "'\""
        self.raw_quotes = self.raw_escapes = self.keep_unset = self.collects = False
        self.unresolved: list[str] = []
        self.buffer: list[str] = []
        self.words = WordList(self.buffer)
        self._depth = self._spent = 0

    def run(self, stop: str, *, pattern: bool = False) -> str:
        """Process until the stop character, or to the end when there is none; return what the text comes to."""
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise WordError(f"nests more than {MAX_NESTING} expansions")
        self.buffer.clear()
        words = self.words = WordList(self.buffer)
        result: list[str] = []
        while self.at < len(self.text):
            start = self.at
            self.at = next_stop(self.text, start, _SPECIAL, f"{LETTERS} ")
            if self.at > start:
                self._keep(self.text[start : self.at], result, words)
                continue
            character = self.text[start]
            if character == stop:
                self.at += 1
                break
            self._step(character, result, words, pattern=pattern)
            self.words = words
        else:
            if stop:
                raise WordError(f"lacks the `{stop}` that ends an expansion")
        if stop:
            words.finished()
        self._depth -= 1
        return self._bounded("".join(result))

    def _step(self, character: str, result: list[str], words: WordList, *, pattern: bool) -> None:
        """Take one character, or the quoted or expanded text that it begins."""
        if character == "$":
            self._keep(self._dollar(), result, words)
        elif character == "<":
            self._keep_raw(self._angle(), result, words)
        elif character in self.quotes:
            quoted = self._single(pattern=pattern) if character == "'" else self._double(pattern=pattern)
            self._keep_raw(quoted, result, words)
        elif character == self.escape:
            literal = self.text[self.at + 1 : self.at + 2]
            self.at += 2
            self._keep_raw((self.escape if self.raw_escapes else "") + literal, result, words)
        else:
            self.at += 1
            self._keep(character, result, words)

    def _keep(self, text: str, result: list[str], words: WordList) -> None:
        result.append(text)
        if self.collects:
            words.add(text)

    def _keep_raw(self, text: str, result: list[str], words: WordList) -> None:
        result.append(text)
        if self.collects:
            words.add_raw(text)

    def _bounded(self, text: str) -> str:
        if len(text) > MAX_EXPANDED and not self.keep_unset:
            self.unresolved.append(TOO_LONG)
            return ""
        return text

    def _angle(self) -> str:
        """Take `<<` with the white space behind it, which may stand before a heredoc's name."""
        start = self.at
        self.at += 1
        if self.text[self.at : self.at + 1] == "<":
            self.at += 1
            while self.text[self.at : self.at + 1] in ("\t", "\r", " "):
                self.at += 1
        return self.text[start : self.at]

    def _single(self, *, pattern: bool) -> str:
        end = self.text.find("'", self.at + 1)
        if end < 0:
            raise WordError("lacks a closing single quote")
        inner = self.text[self.at + 1 : end]
        self.at = end + 1
        if pattern:
            inner = inner.replace(self.escape, self.escape * 2)
        return f"'{inner}'" if self.raw_quotes else inner

    def _double(self, *, pattern: bool) -> str:
        self.at += 1
        quote = '"' if self.raw_quotes else ""
        result = [quote]
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == '"':
                self.at += 1
                return "".join(result) + quote
            if character == "$":
                result.append(self._dollar())
                continue
            self.at += 1
            result.append(self._escape_in_quotes(pattern=pattern) if character == self.escape else character)
        raise WordError("lacks a closing double quote")

    def _escape_in_quotes(self, *, pattern: bool) -> str:
        """Take what follows an escape: it hides a quote, a dollar and itself, and stands for itself before the rest."""
        literal = self.text[self.at : self.at + 1]
        if not literal:
            return ""
        if literal in ('"', "$", self.escape):
            self.at += 1
            return self.escape + literal if self.raw_escapes else literal
        return self.escape * 2 if self.raw_escapes and (pattern or not self.raw_quotes) else self.escape

    def _dollar(self) -> str:
        self.at += 1
        if self.text[self.at : self.at + 1] == "{":
            self.at += 1
            return self._braced()
        name = self._name()
        if not name:
            return "$"
        value = self._value(name)
        if value is None and self.keep_unset:
            return "$" + name
        return self._plain(value)

    def _braced(self) -> str:
        """Take `${name}` or `${name` with an operator, behind the brace."""
        if self.at >= len(self.text):
            raise WordError("lacks the `}` that ends an expansion")
        if self.text[self.at] in "{}:":
            raise WordError("has a bad substitution")
        name = self._name()
        operator = self._next()
        if operator == "}":
            value = self._value(name)
            return f"${{{name}}}" if value is None and self.keep_unset else self._plain(value)
        if operator == "/":
            return self._replacement(name)
        colon = operator == ":"
        if colon:
            operator = self._next()
        elif operator not in ("+", "-", "?", "#", "%"):
            raise WordError(f"has an unknown operator `{operator}`")
        trims = operator in ("#", "%")
        if colon and trims:
            raise WordError(f"has an unknown operator `:{operator}`")
        word, reasons = self._operand("}", pattern=trims, raw=trims)
        value = self._value(name)
        if value is None and self.keep_unset:
            return f"${{{name}{':' if colon else ''}{operator}{word}}}"
        if trims:
            return self._trimmed(value, operator, word, reasons)
        return self._chosen(name, value, operator, word, reasons, empty_is_unset=colon)

    def _next(self) -> str:
        character = self.text[self.at : self.at + 1]
        self.at += 1
        return character

    def _name(self) -> str:
        """Take a variable's name: digits, one special parameter, or letters, digits and underscores."""
        start, text, end = self.at, self.text, len(self.text)
        if start >= end:
            return ""
        first = text[start]
        at = start
        if first.isdecimal():
            while at < end and text[at].isdecimal():
                at += 1
        elif first in _SPECIAL_PARAMETERS:
            at += 1
        else:
            while at < end and (text[at].isalpha() or text[at].isdecimal() or text[at] == "_"):
                at += 1
        self.at = at
        return text[start:at]

    def _value(self, name: str) -> str | Unresolved | None:
        value = self.lookup(name)
        if isinstance(value, str):
            self._spent += len(value)
            if self._spent > 2 * MAX_EXPANDED:
                return Unresolved(TOO_LONG)
        return value

    def _plain(self, value: str | Unresolved | None) -> str:
        if isinstance(value, Unresolved):
            self.unresolved.append(value.reason)
            return ""
        return value or ""

    def _operand(self, stop: str, *, pattern: bool, raw: bool) -> tuple[str, list[str]]:
        """Process an operator's word; the reasons why it cannot be known count only where the word does."""
        outer, self.unresolved = self.unresolved, []
        escapes, self.raw_escapes = self.raw_escapes, raw
        word = self.run(stop, pattern=pattern)
        self.raw_escapes = escapes
        reasons, self.unresolved = self.unresolved, outer
        return word, reasons

    def _chosen(
        self,
        name: str,
        value: str | Unresolved | None,
        operator: str,
        word: str,
        reasons: list[str],
        *,
        empty_is_unset: bool,
    ) -> str:
        """Choose between a value and the word of `-`, `+` or `?`."""
        if operator not in ("-", "+", "?"):
            raise WordError(f"has an unknown operator `:{operator}`")
        if isinstance(value, Unresolved):
            return self._plain(value)
        unset = value is None or (empty_is_unset and value == "")
        if operator == "?" and unset:
            raise WordError(f"demands {name}, which is not set")
        if operator != "?" and unset == (operator == "-"):
            self.unresolved += reasons
            return word
        return "" if operator == "+" else value or ""

    def _trimmed(self, value: str | Unresolved | None, operator: str, word: str, reasons: list[str]) -> str:
        """Cut the shortest or, where the operator is doubled, the longest match off an end of the value."""
        longest = word[:1] == operator
        word = word[1:] if longest else word
        if isinstance(value, Unresolved) or reasons:
            self.unresolved += reasons or [value.reason] if isinstance(value, Unresolved) else reasons
            return ""
        from gate.syntax.wildcard import WildcardError, remove_prefix, remove_suffix

        remove = remove_prefix if operator == "#" else remove_suffix
        try:
            return remove(value or "", word, longest=longest)
        except WildcardError as error:
            raise WordError(str(error)) from None

    def _replacement(self, name: str) -> str:
        """Take `${name/pattern/word}` or `${name//pattern/word}`, behind the first slash."""
        everywhere = self.text[self.at : self.at + 1] == "/"
        if everywhere:
            self.at += 1
        pattern, reasons = self._operand("/", pattern=True, raw=True)
        word, more = self._operand("}", pattern=False, raw=True)
        value = self._value(name)
        if value is None and self.keep_unset:
            return f"${{{name}/{pattern}/{word}}}"
        if isinstance(value, Unresolved) or reasons or more:
            self.unresolved += [*reasons, *more, *([value.reason] if isinstance(value, Unresolved) else [])]
            return ""
        from gate.syntax.wildcard import WildcardError, substitute

        try:
            return self._bounded(substitute(value or "", pattern, word, everywhere=everywhere))
        except WildcardError as error:
            raise WordError(str(error)) from None
