"""Compose's variable interpolation, as compose-go's `template` package does it.

Forms: `$$`, `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?error}`, `${NAME?error}`,
`${NAME:+alternative}`, `${NAME+alternative}`; what stands after the operator is interpolated in turn, and any other
dollar sign is text. The shell of whoever deploys is not known, so a name that no file sets and that has no default is
unknown, not empty.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    #: A text, with a gap wherever something is not known, and why; the reason is empty when there is no gap.
    Text: TypeAlias = tuple[str, str]

#: What stands in a text for what is not known.
GAP = "\0"

#: Nesting of `${A:-${B:-...}}` beyond which a value is given up.
MAX_DEPTH = 20

#: Characters that the variables of one project may produce before the rest is given up.
MAX_PRODUCED = 16 * 1024 * 1024

_OPERATORS = (":-", ":?", ":+", "-", "?", "+")

#: What Go's case-insensitive `[a-z]` takes besides ASCII: the long s and the Kelvin sign.
_FOLDED = "\u017f\u212a"

_MALFORMED = "it has a variable that is not well formed"


class Environment:
    """The variables that files set; `values` maps each name to its text, `unread` says why there may be others."""

    __slots__ = ("_left", "unread", "values")

    def __init__(self, values: dict[str, Text], unread: str = "") -> None:
        """Take the variables, and why they may be not all."""
        self.values = values
        self.unread = unread
        self._left = MAX_PRODUCED

    def interpolate(self, text: str, depth: int = 0) -> Text:
        """Return the text with every variable replaced."""
        if depth > MAX_DEPTH:
            return GAP, "its variables are nested too deeply"
        pieces: list[str] = []
        why = ""
        at, last = 0, -1
        while (dollar := text.find("$", at)) >= 0:
            pieces.append(text[at:dollar])
            follower = text[dollar + 1 : dollar + 2]
            if follower == "{":
                if last < dollar:
                    last = _last_brace(text, dollar)
                (value, reason), at = self._braced(text, dollar, last, depth)
            else:
                (value, reason), at = self._plain(text, dollar, follower)
            why = why or reason
            self._left -= len(value)
            if self._left < 0:
                return GAP, "its variables produce more text than is looked at"
            pieces.append(value)
        return "".join([*pieces, text[at:]]), why

    def _plain(self, text: str, dollar: int, follower: str) -> tuple[Text, int]:
        """Read `$$`, `$NAME` or a dollar sign that is text; return the value and the place behind it."""
        if follower == "$":
            return ("$", ""), dollar + 2
        end = name_end(text, dollar + 1)
        return (("$", "") if end == dollar + 1 else self._value(text[dollar + 1 : end])), end

    def _braced(self, text: str, dollar: int, last: int, depth: int) -> tuple[Text, int]:
        """Read `${...}`; `last` is the last closing brace of the line, up to which the form may reach."""
        end = name_end(text, dollar + 2)
        name = text[dollar + 2 : end]
        if name and text[end : end + 1] == "}":
            return self._value(name), end + 1
        operator = next((one for one in _OPERATORS if text.startswith(one, end)), "")
        if not name or not operator or last < end:
            return (GAP, _MALFORMED), len(text)
        closing = _closing(text, dollar + 1, last)
        return self._chosen(name, operator, text[end + len(operator) : closing], depth), closing + 1

    def _chosen(self, name: str, operator: str, rest: str, depth: int) -> Text:
        """Choose between the variable and what stands after the operator."""
        unset = (GAP, self.unread or f"the variable {name} is not set here")
        if name not in self.values and self.unread:
            return unset
        value, why = self.values.get(name, ("", ""))
        is_set = name in self.values and (operator[0] != ":" or value != "")
        if operator[-1] == "+":
            if name not in self.values:
                return unset
            if is_set and operator[0] == ":" and not value.strip(GAP):
                return GAP, why
            return self.interpolate(rest, depth + 1) if is_set else ("", "")
        if is_set:
            return value, why
        return unset if operator[-1] == "?" else self.interpolate(rest, depth + 1)

    def _value(self, name: str) -> Text:
        return self.values.get(name) or (GAP, self.unread or f"the variable {name} is not set here")


def name_end(text: str, at: int) -> int:
    """Return the end of the name that starts here; a name is letters, digits and underscores, no digit first."""
    end = at
    while end < len(text):
        char = text[end]
        if char != "_" and char not in _FOLDED and not (char.isascii() and char.isalnum()):
            break
        if end == at and char.isdigit():
            break
        end += 1
    return end


def _last_brace(text: str, at: int) -> int:
    line_end = text.find("\n", at)
    return text.rfind("}", at, line_end if line_end >= 0 else len(text))


def _closing(text: str, opening: int, last: int) -> int:
    """Return the brace that closes the one at `opening`; the last one where they do not add up.

    As in compose-go, the character after an opening brace is not looked at.
    """
    level = 0
    place = opening
    while place <= last:
        if text[place] == "}":
            level -= 1
            if level == 0:
                return place
        elif text[place] == "{":
            level += 1
            place += 1
        place += 1
    return last
