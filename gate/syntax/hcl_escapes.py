"""The escapes of HCL's quoted strings and of its templates."""

from __future__ import annotations

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_DIGITS = {"u": 4, "U": 8}


def unescaped(text: str) -> str:
    """Resolve the backslash escapes of a quoted string, and doubled `$` and `%` before a brace."""
    if "\\" in text:
        text = "".join(_characters(text))
    return undoubled(text)


def undoubled(text: str) -> str:
    """Resolve `$${` and `%%{`, which stand for the opening of an interpolation."""
    return text.replace("$${", "${").replace("%%{", "%{")


def _characters(text: str) -> list[str]:
    pieces: list[str] = []
    here = 0
    while (found := text.find("\\", here)) >= 0:
        pieces.append(text[here:found])
        kind = text[found + 1 : found + 2]
        width = _DIGITS.get(kind, 0)
        pieces.append(_codepoint(text[found + 2 : found + 2 + width]) if width else _ESCAPES.get(kind, kind))
        here = found + 2 + width
    return [*pieces, text[here:]]


def _codepoint(digits: str) -> str:
    try:
        return chr(int(digits, 16))
    except (ValueError, OverflowError):
        return "\ufffd"
