"""Places of a Dockerfile that a person, or another program, reads differently from BuildKit."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.subject import Doubt
    from gate.syntax.dockerfile import Dockerfile

#: Characters at which some programs end a line and BuildKit does not, and those that turn the direction of text.
_HIDDEN = r"\r(?!\r*(?:\n|\Z))|[\v\f\x1c-\x1e\x85\u2028\u2029]|[\u202a-\u202e\u2066-\u2069]"
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_ASCII = "\r\v\f\x1c\x1d\x1e"

#: Places that are reported of one file.
MAX_DOUBTS = 20


def doubts(file: Dockerfile) -> tuple[Doubt, ...]:
    """Return the places where hidden characters make a reader see other lines than BuildKit does."""
    text = file.source.text
    if text.isascii() and not any(character in text for character in _ASCII):
        return ()
    import re

    from gate.model.subject import Doubt

    found: list[Doubt] = []
    for match in re.finditer(_HIDDEN, text):
        if len(found) >= MAX_DOUBTS:
            break
        place = file.source.location(match.start(), match.end())
        number = f"U+{ord(match[0]):04X}"
        reason = (
            f"{number} turns the direction of the text, so that it reads differently from what is built"
            if match[0] in _TURNING
            else f"{number} ends a line for some programs and not for BuildKit"
        )
        found.append(Doubt(reason, place))
    return tuple(found)
