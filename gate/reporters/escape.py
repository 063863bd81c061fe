"""Keeps what a scanned file says from steering the terminal, the log or the page that shows it."""

from __future__ import annotations

#: Characters that move the cursor, reorder text or hide it: C0, DEL, C1, bidirectional controls, line and paragraph
#: separators, zero-width characters, lone surrogates.
_RANGES = (
    (0x00, 0x1F),
    (0x7F, 0x9F),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x2069),
    (0xD800, 0xDFFF),
    (0xFEFF, 0xFEFF),
)


#: What a CI runner takes for a command in the output of a step: at the start of a line, and anywhere in it
#: (actions/runner `ActionCommand.cs`; Azure Pipelines logging commands).
_LEADING, _ANYWHERE = "::", ("##[", "##vso[")


def visible(text: str) -> str:
    r"""Return the text on one line with every such character spelled out as `\u{...}`, and no command of a runner."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(f"\\u{{{ord(char):x}}}" if _hides(ord(char)) else char for char in text)
    if text.lstrip().startswith(_LEADING):
        text = text.replace(":", "\\u{3a}", 1)
    for command in _ANYWHERE:
        text = text.replace(command, "\\u{23}" + command[1:])
    return text


def _hides(code: int) -> bool:
    return any(first <= code <= last for first, last in _RANGES)
