"""Compose's variable interpolation, as compose-go's `template` package does it.

Forms: `$$`, `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?error}`, `${NAME?error}`,
`${NAME:+alternative}`, `${NAME+alternative}`; what stands after the operator is interpolated in turn. The shell of
whoever deploys is not known, so a name that no file sets and that has no default is unknown, not empty.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

#: Nesting of `${A:-${B:-...}}` beyond which a value is given up.
MAX_DEPTH = 20

_OPERATORS = (":-", ":?", ":+", "-", "?", "+")


class Unresolved(Exception):
    """A value that hangs on something no file says; the argument is a clause."""


def interpolate(text: str, variables: Mapping[str, str], depth: int = 0) -> str:
    """Return the text with every variable replaced; raise Unresolved when one of them cannot be."""
    if depth > MAX_DEPTH:
        raise Unresolved("its variables are nested too deeply")
    pieces = []
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        pieces.append(text[at:dollar])
        value, at = _variable(text, dollar + 1, variables, depth)
        pieces.append(value)
    return "".join([*pieces, text[at:]])


def _variable(text: str, at: int, variables: Mapping[str, str], depth: int) -> tuple[str, int]:
    """Read what follows a dollar sign; return its value and the place behind it."""
    if text[at : at + 1] == "$":
        return "$", at + 1
    if text[at : at + 1] != "{":
        end = _name_end(text, at)
        if end == at:
            raise Unresolved("it has a stray dollar sign")
        return _value(text[at:end], variables), end
    end = _closing(text, at)
    return _braced(text[at + 1 : end], variables, depth), end + 1


def _braced(inside: str, variables: Mapping[str, str], depth: int) -> str:
    end = _name_end(inside, 0)
    name, rest = inside[:end], inside[end:]
    operator = next((one for one in _OPERATORS if rest.startswith(one)), "")
    if not name or (rest and not operator):
        raise Unresolved("it has a variable that is not well formed")
    if not operator:
        return _value(name, variables)
    value = variables.get(name)
    is_set = value is not None and (value != "" or operator[0] != ":")
    if operator[-1] == "+":
        if value is None:
            raise Unresolved(f"the variable {name} is not set here")
        return interpolate(rest[len(operator) :], variables, depth + 1) if is_set else ""
    if is_set and value is not None:
        return value
    if operator[-1] == "?":
        raise Unresolved(f"the variable {name} is not set here")
    return interpolate(rest[len(operator) :], variables, depth + 1)


def _value(name: str, variables: Mapping[str, str]) -> str:
    if name not in variables:
        raise Unresolved(f"the variable {name} is not set here")
    return variables[name]


def _name_end(text: str, at: int) -> int:
    """Return the end of the name that starts here; a name is letters, digits and underscores, no digit first."""
    end = at
    while end < len(text) and (text[end] == "_" or (text[end].isascii() and text[end].isalnum())):
        if end == at and text[end].isdigit():
            break
        end += 1
    return end


def _closing(text: str, at: int) -> int:
    """Return the place of the brace that closes the one at `at`."""
    level = 0
    for place in range(at, len(text)):
        if text[place] == "{":
            level += 1
        elif text[place] == "}":
            level -= 1
            if level == 0:
                return place
    raise Unresolved("it has a variable without a closing brace")


def environment_file(text: str) -> dict[str, str]:
    """Read the variables of an `.env` file; lines that are not `NAME=value` are left out."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        name = name.strip()
        if equals and name and name[0] != "#" and _name_end(name, 0) == len(name):
            found[name] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    if value[:1] in ("'", '"') and value.find(value[0], 1) > 0:
        return value[1 : value.find(value[0], 1)]
    comment = value.find(" #")
    return value[:comment].rstrip() if comment >= 0 else value
