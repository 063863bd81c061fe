"""The comments at the top of a Dockerfile that direct its parser, and the frontend that one of them asks for."""

from __future__ import annotations

from gate.syntax.characters import SPACE

_NAMES = ("syntax", "escape", "check")

#: What `\s` means to Go's regular expressions.
_BLANK = "\t\n\f\r "


class Directives:
    """Takes the lines from the top of a file until one is no directive."""

    __slots__ = ("_comment", "_seen", "done", "escape", "syntax")

    def __init__(self, comment: str = "#") -> None:
        """Take what begins a comment."""
        self._comment = comment
        self._seen: set[str] = set()
        self.done = False
        self.escape = "\\"
        self.syntax = ""

    def take(self, line: str) -> str:
        """Take one line; return what is wrong with it, empty for nothing."""
        name, value = _split(line, self._comment)
        if name not in _NAMES:
            self.done = True
            return ""
        if name in self._seen:
            return f"has more than one {name} directive"
        self._seen.add(name)
        if name == "syntax":
            self.syntax = value
        elif name == "escape":
            if value not in ("`", "\\"):
                return f"has an escape directive that is neither ` nor \\: {value[:20]}"
            self.escape = value
        return ""


def _split(line: str, comment: str) -> tuple[str, str]:
    """Return the name and the value of a line that looks like a directive, an empty name for any other."""
    if not line.startswith(comment):
        return "", ""
    name, equals, value = line[len(comment) :].lstrip(SPACE).partition("=")
    name = name.rstrip(_BLANK)
    if not equals or not value or not name.isascii() or not name.isalnum() or not name[0].isalpha():
        return "", ""
    return name.lower(), value.strip(_BLANK) or value[-1]


def syntax_of(text: str) -> tuple[str, int]:
    """Return the image of the frontend that a file asks for and the line that says so; empty and 0 for none.

    BuildKit looks for it in more than Dockerfiles: behind a shebang, in `//` comments, in a JSON object.
    """
    text = text.removeprefix("\ufeff")
    first = 1
    if text.startswith("#!"):
        text = text.partition("\n")[2]
        first = 2
    for comment in ("#", "//"):
        found = _syntax_in(text, comment)
        if found[0]:
            return found[0], found[1] + first
    return _syntax_in_json(text), first


def _syntax_in(text: str, comment: str) -> tuple[str, int]:
    directives = Directives(comment)
    start = number = 0
    while start < len(text) and text.startswith(comment, start):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if directives.take(text[start:end].removesuffix("\r")) or directives.done:
            break
        if directives.syntax:
            return directives.syntax.partition(" ")[0], number
        start = end + 1
        number += 1
    return "", 0


def _syntax_in_json(text: str) -> str:
    if text.lstrip(_BLANK)[:1] != "{" or ('"syntax"' not in text and "\\u" not in text):
        return ""
    import json

    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    value = found.get("syntax") if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""
