"""Takes a makefile apart: what its variables are set to, and the lines of its recipes with variables replaced.

The grammar is GNU make's as far as assignments, `define`, conditionals and recipes go. No function is evaluated but
`call`, no shell is run, no other makefile is included: what hangs on those is not known.
"""

from __future__ import annotations

import re

from gate.syntax.characters import run_end
from gate.syntax.mapped_text import Builder
from gate.syntax.shell_script import closing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from gate.model.location import Location
    from gate.model.source import Source
    from gate.syntax.mapped_text import MappedText

    #: Answers what a function or an automatic variable comes to: a text, or nothing for what is not known.
    Known: TypeAlias = Callable[[str], str]

#: Variables inside variables that are followed, and characters that all recipes of a file may come to.
MAX_NESTING = 20
MAX_PRODUCED = 1024 * 1024

#: What one expansion counts for, in characters, however short its text is.
EXPANSION = 16

#: Lines of one makefile that are read.
MAX_LINES = 50_000

_ASSIGNS = re.compile(
    r"[ ]*(?:(?:export|override|private)[ \t]+)*([^\s:#=?+!$(){}]{1,100})[ \t]*(:::=|::=|:=|\?=|\+=|!=|=)[ \t]*"
)
_TARGETS = re.compile(r"[^\t#=:]{1,400}::?(?!=)")
_CONDITION = re.compile(r"[ ]*(ifdef|ifndef|ifeq|ifneq|else|endif)\b")
_DEFINE = re.compile(r"[ ]*(?:override[ \t]+)?define[ \t]+([^\s=:]{1,100})")
_ENDEF = re.compile(r"[ ]*endef\b")
_AUTOMATIC = "@<^+?*%|"


class _Line:
    """One logical line: `end` is where its last physical line ends."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


class Makefile:
    """The variables and recipes of one file."""

    __slots__ = ("_conditional", "_known", "_left", "_recipes", "_source", "_values")

    def __init__(self, source: Source, known: Known) -> None:
        """Read the file; `known` answers for what make itself would work out."""
        self._source = source
        self._known = known
        self._left = MAX_PRODUCED
        self._conditional = 0
        #: Where the value of each variable stands; a reason where there are several, or a condition.
        self._values: dict[str, list[tuple[int, int]] | str] = {}
        self._recipes: list[tuple[int, int]] = []
        self._read()

    def recipes(self) -> Iterator[tuple[MappedText, Location]]:
        """Yield every line of every recipe, continuation lines joined, as the shell is given it, with its place."""
        for start, end in self._recipes:
            builder = Builder()
            self._expand(start, end, builder, (), {})
            yield builder.done(), self._source.location(start, end)

    def _read(self) -> None:
        inside = ""
        for line in self._lines():
            text = self._source.text
            if inside:
                if _ENDEF.match(text, line.start):
                    inside = ""
                else:
                    self._define(inside, line.start, line.end)
            elif text.startswith("\t", line.start):
                self._recipe(line.start + 1, line.end)
            elif condition := _CONDITION.match(text, line.start):
                self._conditional += {"else": 0, "endif": -1}.get(condition[1], 1)
            elif define := _DEFINE.match(text, line.start):
                inside = define[1]
                self._set(inside, [])
            else:
                self._statement(line)

    def _lines(self) -> Iterator[_Line]:
        """Yield the logical lines: one goes on behind a backslash."""
        text = self._source.text
        start = here = 0
        for _ in range(MAX_LINES):
            end = text.find("\n", here)
            end = len(text) if end < 0 else end
            if _goes_on(text, start, end) and end < len(text):
                here = end + 1
                continue
            yield _Line(start, end)
            start = here = end + 1
            if start > len(text):
                return

    def _statement(self, line: _Line) -> None:
        """Read an assignment, or a rule with a recipe on its own line or a variable of its own."""
        text = self._source.text
        found = _ASSIGNS.match(text, line.start, line.end)
        if found is not None:
            self._assigned(found[1], found[2], found.end(), line.end)
            return
        rule = _TARGETS.match(text, line.start, line.end)
        if rule is None:
            return
        start = run_end(text, rule.end(), " \t")
        own = _ASSIGNS.match(text, start, line.end)
        if own is not None:
            self._values[own[1]] = f"the variable {own[1]} is set for some targets"
            return
        semicolon = text.find(";", rule.end(), line.end)
        if semicolon >= 0:
            self._recipe(semicolon + 1, line.end)

    def _assigned(self, name: str, operator: str, start: int, end: int) -> None:
        text = self._source.text
        comment = _comment(text, start, end)
        stop = len(text[start:comment].rstrip()) + start
        if operator == "!=":
            self._values[name] = f"the variable {name} is what a command writes"
        elif operator == "+=":
            before = self._values.get(name)
            if isinstance(before, list) and not self._conditional:
                before.append((start, stop))
            elif not isinstance(before, str):
                self._set(name, [(start, stop)])
        elif operator != "?=" or name not in self._values:
            self._set(name, [(start, stop)])

    def _set(self, name: str, value: list[tuple[int, int]]) -> None:
        if self._conditional:
            self._values[name] = f"the variable {name} is set under a condition"
        elif name in self._values:
            self._values[name] = f"the variable {name} is set in several places"
        else:
            self._values[name] = value

    def _define(self, name: str, start: int, end: int) -> None:
        value = self._values.get(name)
        if isinstance(value, list):
            value.append((start, min(end + 1, len(self._source.text))))

    def _recipe(self, start: int, end: int) -> None:
        """Keep a line of a recipe, without the marks before it that are make's."""
        text = self._source.text
        start = run_end(text, start, " \t@+-")
        if start < end and text[start] != "#":
            self._recipes.append((start, end))

    def _expand(
        self, start: int, end: int, into: Builder, trail: tuple[str, ...], given: dict[str, MappedText]
    ) -> None:
        """Add a stretch of the file with its variables replaced."""
        text, here = self._source.text, start
        while here < end:
            dollar = text.find("$", here, end)
            stop = end if dollar < 0 else dollar
            self._verbatim(here, stop, into)
            if dollar < 0:
                return
            here = self._dollar(dollar, end, into, trail, given)

    def _verbatim(self, start: int, end: int, into: Builder) -> None:
        """Add text as it is, but for the tab that begins the next line of a recipe."""
        text = self._source.text
        while start < end and self._left > 0:
            tab = text.find("\n\t", start, end)
            stop = end if tab < 0 else tab + 1
            into.add(self._source, start, stop)
            self._left -= stop - start
            start = stop if tab < 0 else tab + 2

    def _dollar(self, at: int, end: int, into: Builder, trail: tuple[str, ...], given: dict[str, MappedText]) -> int:
        """Take `$$`, `$X`, `$(…)` or `${…}`; return the place behind it."""
        text = self._source.text
        follower = text[at + 1 : at + 2]
        if follower == "$" or not follower or at + 1 >= end:
            into.add_as("$", self._source, at, min(at + 2, end))
            return at + 2
        if follower not in ("(", "{"):
            self._variable(follower, (at, at + 2), into, trail, given)
            return at + 2
        stop = min(closing(text, at + 1, end, follower), end)
        self._variable(text[at + 2 : stop], (at, min(stop + 1, end)), into, trail, given)
        return stop + 1

    def _variable(
        self, inner: str, span: tuple[int, int], into: Builder, trail: tuple[str, ...], given: dict[str, MappedText]
    ) -> None:
        name = inner.strip()
        self._left -= EXPANSION
        if name.startswith("call "):
            name, given = self._called(name[5:], span, trail, given)
        value = self._values.get(name)
        known = self._known(name)
        if name in given:
            into.add_all(given[name])
        elif isinstance(value, list) and name not in trail and len(trail) < MAX_NESTING and self._left > 0:
            for number, (start, end) in enumerate(value):
                if number and not self._source.text.startswith("\n", start - 1):
                    into.add_as(" ", self._source, *span)
                self._expand(start, end, into, (*trail, name), given)
        elif known:
            into.add_as(known, self._source, *span)
        else:
            into.add_gap(value if isinstance(value, str) else _why(name), self._source, *span)

    def _called(
        self, text: str, span: tuple[int, int], trail: tuple[str, ...], given: dict[str, MappedText]
    ) -> tuple[str, dict[str, MappedText]]:
        """Read `call NAME,ARGUMENT,…`; return the name and what its parameters hold."""
        name, *arguments = text.split(",")
        start = self._source.text.find(text, *span) + len(name) + 1
        found: dict[str, MappedText] = {}
        for number, argument in enumerate(arguments[:20], 1):
            builder = Builder()
            if "$" in argument and len(trail) < MAX_NESTING:
                self._expand(start, start + len(argument), builder, (*trail, name), given)
            else:
                builder.add(self._source, start, start + len(argument))
            found[str(number)] = builder.done()
            start += len(argument) + 1
        return name.strip(), found


def _why(name: str) -> str:
    plain = name.replace("_", "").replace("-", "").replace(".", "").isalnum()
    return f"the variable {name} is not set here" if plain else f"`$({name[:40]})` is worked out when make runs"


def _goes_on(text: str, start: int, end: int) -> bool:
    """Say whether a line ends in an odd number of backslashes."""
    stop = end - 1 if text[end - 1 : end] == "\r" else end
    count = 0
    while stop - count > start and text[stop - count - 1] == "\\":
        count += 1
    return count % 2 == 1


def _comment(text: str, start: int, end: int) -> int:
    """Return where the comment of an assignment begins, the end where it has none."""
    here = text.find("#", start, end)
    while here > start and text[here - 1] == "\\":
        here = text.find("#", here + 1, end)
    return end if here < 0 else here
