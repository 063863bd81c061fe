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

_NULLS = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_TRUE = dict.fromkeys(("true", "True", "TRUE"), True)
_FALSE = dict.fromkeys(("false", "False", "FALSE"), False)
_YES = dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True)
_NO = dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False)
_INFINITE = {sign + word: float(sign + "inf") for word in (".inf", ".Inf", ".INF") for sign in ("", "+", "-")}
_FLOATS: dict[str, Value] = {**dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")), **_INFINITE}

#: Words that stand for a value of another type.
WORDS: dict[str, Value] = {**_NULLS, **_TRUE, **_FALSE, **_FLOATS}
WORDS_OF_VERSION_2: dict[str, Value] = {**WORDS, **_YES, **_NO}

#: Words that some readers take as booleans and others as strings.
CONTESTED = frozenset((*_YES, *_NO))

_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]+)?\Z")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_TIME = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]| )[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?.*)?\Z")
_BASES = {"0x": 16, "0X": 16, "0o": 8, "0O": 8, "0b": 2, "0B": 2}

_LEAST = -(2**63)
_MOST = 2**64 - 1


def resolve(text: str, words: dict[str, Value]) -> Value:
    """Return what a plain scalar stands for."""
    if text in words:
        return words[text]
    first = text[0]
    if first.isdigit() or first in "+-.":
        return _number(text)
    return text


def doubt(text: str, value: Value, words: dict[str, Value]) -> str:
    """Say how other readers would take a plain scalar; empty when they agree."""
    if text in CONTESTED:
        other = "a boolean" if isinstance(value, str) else "a string"
        return f"`{text}` is {other} to other YAML readers"
    if isinstance(value, int | float) and text not in words and not _PLAIN.match(text):
        return f"`{text[:40]}` is {value!s:.40} here and something else to other YAML readers"
    if isinstance(value, str) and ":" in text and _SEXAGESIMAL.match(text):
        return f"`{text[:40]}` is a number to base 60 to other YAML readers"
    return ""


def tagged(text: str, tag: str, words: dict[str, Value]) -> Value:
    """Return what a scalar with a tag stands for; ValueError when it cannot be what the tag says."""
    if not tag.startswith(STANDARD):
        return text
    kind = tag[len(STANDARD) :]
    if kind == "binary":
        return _binary(text)
    if kind not in ("bool", "int", "float", "null", "timestamp"):
        return text
    if kind == "timestamp" and _TIME.match(text):
        return text
    value = resolve(text, words)
    found = _TYPES[type(value)]
    if kind == "float" and found == "int":
        return float(value)  # type: ignore[arg-type]
    if found != kind:
        raise ValueError(f"`{text[:40]}` is not what its tag says, a {kind}")
    return value


_TYPES = {bool: "bool", int: "int", float: "float", type(None): "null", str: "str"}


def _binary(text: str) -> str:
    from base64 import b64decode

    try:
        return b64decode(text.replace("\r", "").replace("\n", ""), validate=True).decode("utf-8", "replace")
    except ValueError as error:
        raise ValueError("a binary value that is not base64") from error


def _number(text: str) -> Value:
    if text[0] == ".":
        return _float(text)
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


def _float(digits: str, text: str | None = None) -> Value:
    if _FLOAT.match(digits):
        value = float(digits)
        if value - value == 0:
            return value
    return digits if text is None else text


def key_of(value: Value) -> str | None:
    """Return the JSON key that Kubernetes makes of a scalar key; None when it refuses it."""
    if isinstance(value, str):
        return value
    if value is None or (type(value) is int and value >= 2**63):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else _single(value)


def _single(value: float) -> str:
    """Spell a number in the fewest digits that single precision needs, as Go's `FormatFloat` does."""
    from struct import pack

    if value != value:
        return ".nan"
    if value - value != 0:
        return ".inf" if value > 0 else "-.inf"
    try:
        wanted = pack("f", value)
    except OverflowError:
        return ".inf" if value > 0 else "-.inf"
    for digits in range(1, 10):
        spelled = f"{value:.{digits - 1}e}"
        if pack("f", float(spelled)) == wanted:
            break
    mantissa, _, exponent = spelled.partition("e")
    if -4 <= int(exponent) < 21:
        return f"{float(spelled):.{max(0, digits - 1 - int(exponent))}f}"
    return f"{mantissa}e{exponent}"
