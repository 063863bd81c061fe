"""What a scalar is worth: the resolution rules of go-yaml, version 2 for Kubernetes and version 4 for Compose.

Both know hexadecimal, octal and binary numbers with underscores, and neither knows the sexagesimal ones. They differ
in the booleans: only version 2 takes `yes`, `on` and `y`.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Value: TypeAlias = str | int | float | bool | None

#: The prefix that `!!` stands for.
STANDARD = "tag:yaml.org,2002:"
MERGE = f"{STANDARD}merge"

#: Tags with a meaning to Compose.
OF_COMPOSE = ("!reset", "!override")

_NULLS = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_TRUE = dict.fromkeys(("true", "True", "TRUE"), True)
_FALSE = dict.fromkeys(("false", "False", "FALSE"), False)
_YES = dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True)
_NO = dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False)
_INFINITE = {sign + word: float(sign + "inf") for word in (".inf", ".Inf", ".INF") for sign in ("", "+", "-")}
_FLOATS: dict[str, Value] = {**dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")), **_INFINITE}

_WORDS: dict[str, Value] = {**_NULLS, **_TRUE, **_FALSE, **_FLOATS}
_WORDS_OF_VERSION_2: dict[str, Value] = {**_WORDS, **_YES, **_NO}

#: Words that some readers take as booleans and others as strings.
CONTESTED = frozenset((*_YES, *_NO))

# Regular expressions for the rarer spellings, compiled when there is one.
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"
_PLAIN = r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]+)?\Z"
_SEXAGESIMAL = r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z"
_CLOCK = r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?"
_TIME = rf"([0-9]{{4}})-([0-9]{{1,2}})-([0-9]{{1,2}})(?:[Tt]{_CLOCK}(?:Z|[-+][0-9]{{2}}:[0-9]{{2}})| {_CLOCK})?\Z"
_FRACTION = r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?\Z"
_BASES = {"0x": 16, "0X": 16, "0o": 8, "0O": 8, "0b": 2, "0B": 2}

#: How many plain scalars are remembered, and how long they may be.
MOST_KNOWN = 4096
LONGEST_KNOWN = 64

#: What makes a plain scalar more than a value: the merge key, template expressions, what brackets give a meaning.
UNKNOWN = frozenset("<{?")

_LEAST = -(2**63)
_MOST = 2**64 - 1


class Resolved:
    """What a scalar stands for, its spelling, and how other readers would take it."""

    __slots__ = ("doubt", "text", "value")

    def __init__(self, value: Value, text: str, doubt: str) -> None:
        """Take all three."""
        self.value = value
        self.text = text
        self.doubt = doubt


class Scheme:
    """How one version of go-yaml reads scalars.

    `known` remembers plain scalars that are nothing but a value, because manifests repeat a few hundred words.
    """

    __slots__ = ("_words", "known", "version")

    def __init__(self, words: dict[str, Value], *, version: int) -> None:
        """Take the words that stand for other values, and the version."""
        self._words = words
        self.version = version
        self.known: dict[str, Resolved] = {}

    def resolve(self, text: str) -> Resolved:
        """Return what a plain scalar stands for; ValueError for what JSON has no number for."""
        value = self._value(text)
        found = Resolved(self._settled(value), text, self._doubt(text, value))
        if len(text) < LONGEST_KNOWN and len(self.known) < MOST_KNOWN and not UNKNOWN.intersection(text):
            self.known[text] = found
        return found

    def tagged(self, text: str, tag: str, *, plain: bool) -> Resolved:
        """Return what a scalar with a tag stands for; ValueError when it cannot be what the tag says."""
        if tag == "!" and plain and self.version > 2:
            return self.resolve(text)
        if self.version > 2 and tag in OF_COMPOSE:
            return Resolved(text, text, "")
        if not tag.startswith(STANDARD):
            return Resolved(text, text, f"the tag `{tag[:40]}` is ignored here, and not by all YAML readers")
        kind = tag[len(STANDARD) :]
        if kind == "binary":
            return Resolved(_binary(text), text, "is binary data, which YAML readers treat differently")
        if kind not in ("bool", "int", "float", "null", "timestamp"):
            return Resolved(text, text, "")
        value = text if kind == "timestamp" and is_time(text) else self._converted(text, kind)
        return Resolved(self._settled(value), text, self._doubt(text, value))

    def merges(self, text: str, tag: str | None, *, plain: bool) -> bool:
        """Say whether a key is the merge key; `plain` says that it is written without quotes."""
        if self.version > 2:
            return tag == MERGE or (text == "<<" and plain and tag in (None, "!"))
        return text == "<<" and (tag in (MERGE, "!") or (plain and tag is None))

    def _value(self, text: str) -> Value:
        if text in self._words:
            return self._words[text]
        return _number(text) if text[0] in "+-.0123456789" else text

    def _converted(self, text: str, kind: str) -> Value:
        value = self._value(text)
        found = _TYPES[type(value)]
        if kind == "float" and found == "int" and value < 2**63:  # type: ignore[operator]
            return float(value)  # type: ignore[arg-type]
        if found != kind:
            raise ValueError(f"`{text[:40]}` is not what its tag says, a {kind}")
        return value

    def _settled(self, value: Value) -> Value:
        """Make the detour over JSON that Kubernetes makes, where a number without a fraction is whole."""
        if self.version > 2 or not isinstance(value, int | float):
            return value
        if value - value != 0:
            raise ValueError("JSON has no number for infinity, nor for what is none")
        if isinstance(value, int):
            return value if value < 2**63 else float(value)
        return int(value) if value.is_integer() and -(2**63) <= value < 2**63 else value

    def _doubt(self, text: str, value: Value) -> str:
        if text in CONTESTED:
            other = "a boolean" if isinstance(value, str) else "a string"
            return f"`{text}` is {other} to other YAML readers"
        if isinstance(value, int | float) and text not in self._words and not _is_plain(text):
            return f"`{text[:40]}` is {value!s:.40} here and something else to other YAML readers"
        if isinstance(value, str) and text[:1] in "+-0123456789":
            if ":" in text and re.match(_SEXAGESIMAL, text):
                return f"`{text[:40]}` is a number to base 60 to other YAML readers"
            if self.version > 2 and is_time(text):
                return f"`{text[:40]}` is a point in time to Compose"
        return ""


def _is_plain(text: str) -> bool:
    """Say whether every YAML reader takes this for the same number."""
    whole = text.isascii() and text.isdigit() and len(text) <= 18 and text[0] != "0"
    return whole or re.match(_PLAIN, text) is not None


_TYPES = {bool: "bool", int: "int", float: "float", type(None): "null", str: "str"}


def is_time(text: str) -> bool:
    """Say whether go-yaml would take a plain scalar for a point in time."""
    found = re.match(_TIME, text)
    if not found:
        return False
    from datetime import date

    year, month, day, *clock = (int(part) for part in found.groups() if part)
    try:
        date(year, month, day)
    except ValueError:
        return False
    return all(part < limit for part, limit in zip(clock, (24, 60, 60), strict=False))


def _binary(text: str) -> str:
    from base64 import b64decode

    try:
        return b64decode(text.replace("\r", "").replace("\n", ""), validate=True).decode("utf-8", "replace")
    except ValueError as error:
        raise ValueError("a binary value that is not base64") from error


def _number(text: str) -> Value:
    if text[0] == ".":
        return _float(text.replace("_", "") if re.match(_FRACTION, text) else text, text)
    digits = text.replace("_", "")
    whole = _integer(digits)
    return _float(digits, text) if whole is None else whole


def _integer(digits: str) -> int | None:
    """Read an integer of 64 bits as Go does: the prefix names the base, a leading zero means octal."""
    sign, magnitude = (digits[0], digits[1:]) if digits[0] in "+-" else ("", digits)
    base = _BASES.get(magnitude[:2], 0)
    if base:
        magnitude = magnitude[2:]
    else:
        base = 8 if magnitude[:1] == "0" and len(magnitude) > 1 else 10
    if not magnitude.isascii() or not magnitude.isalnum() or (base == 10 and len(magnitude) > 20):
        return None
    try:
        value = int(magnitude, base)
    except ValueError:
        return None
    value = -value if sign == "-" else value
    return value if _LEAST <= value <= (_MOST if not sign else 2**63 - 1) else None


def _float(digits: str, text: str) -> Value:
    if re.match(_FLOAT, digits):
        value = float(digits)
        if value - value == 0:
            return value
    return text


def key_of(value: Value, text: str) -> str | None:
    """Return the JSON key that Kubernetes makes of a scalar key; None when it refuses it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return None
    if isinstance(value, int) and _integer(text.replace("_", "")) is not None:
        return str(value) if value < 2**63 else None
    return _single(value)


def _single(value: float) -> str:
    """Spell a number in the fewest digits that tell it apart in single precision, as Go does with its `%g`."""
    from struct import pack

    try:
        wanted = pack("<f", value)
    except OverflowError:
        return ".inf" if value > 0 else "-.inf"
    spelled = next(spelled for digits in range(17) if pack("<f", float(spelled := f"{value:.{digits}e}")) == wanted)
    exponent = int(spelled.partition("e")[2])
    if not -4 <= exponent < 6:
        return spelled
    return f"{float(spelled):.{max(0, len(spelled.partition('e')[0].strip('-').replace('.', '')) - 1 - exponent)}f}"


#: How Kubernetes reads, and how Compose does.
KUBERNETES = Scheme(_WORDS_OF_VERSION_2, version=2)
COMPOSE = Scheme(_WORDS, version=4)
