"""Writes a Dockerfile so that a simple line parser reads it as BuildKit reads the original.

Every instruction stands whole on the line it begins on and every other line is a comment, so line numbers stay. Heredoc
bodies, continuations, byte order marks and directives are gone, which is where simple parsers go astray.
"""

from __future__ import annotations

from gate.syntax.characters import SPACE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.syntax.dockerfile import Dockerfile

#: Stands behind an instruction whose last character would continue the line; a private character, to be taken off.
SENTINEL = "\ue000"


def canonical(file: Dockerfile) -> str:
    """Return the text; its words are those of the original, and a sentinel is no part of them."""
    lines = ["#"] * max(instruction.end_line for instruction in file.instructions)
    for instruction in file.instructions:
        text = f"{instruction.spelled} {' '.join([*map(_flag, instruction.flags), instruction.rest])}".rstrip(SPACE)
        lines[instruction.line - 1] = text + (SENTINEL if text.endswith(("\\", "`")) else "")
    return "\n".join(lines) + "\n"


def _flag(flag: str) -> str:
    """Write a flag back, in quotes where it holds white space."""
    return f'"{flag}"' if any(character in SPACE for character in flag) else flag
