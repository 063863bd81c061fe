"""What the variables of a shell script are known to hold, and what words come to by that.

Only what the script itself says is known: an assignment of a constant that certainly ran before. A variable that the
script never sets comes from outside, and is its default where the word gives one. A variable that is a part of a word
is taken to hold no blanks; one that stands alone between flags may be any number of words, none included, unless it is
quoted or named after an image.
"""

from __future__ import annotations

from gate.dialects.docker_flags import Word
from gate.syntax.mapped_text import GAP, Builder
from gate.syntax.shell_script import commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from gate.model.location import Location
    from gate.syntax.mapped_text import MappedText
    from gate.syntax.shell_words import Part
    from gate.syntax.shell_words import Word as ShellWord

    #: What a variable holds: a text, the members of an array, or why that is not known.
    Value: TypeAlias = "MappedText | list[MappedText] | str"

#: Expansions inside defaults of expansions that are followed.
MAX_NESTING = 10

#: Characters of a substitution that are looked at.
MAX_SCRIPT = 400

#: Names of variables that hold one image, and so one word.
_IMAGES = ("image", "img", "tag", "repo")

_BLANKS = " \t\n"

#: Where a script is when it starts: some folder of the project.
HERE = "."

#: Variables that say where a script is, in shells, in make and in the runners of CI.
FOLDERS = frozenset({"PWD", "CURDIR"})

#: Commands that write the folder of the project, and what those of the folder of the script have in them.
_FOLDER_COMMANDS = frozenset(
    {"pwd", "pwd -P", "pwd -L", "git rev-parse --show-toplevel", "realpath .", "readlink -f ."}
)
_OF_SCRIPT = ("BASH_SOURCE", "$0", "${0")
_OF_CALLER = frozenset({"id -u", "id -g", "id -un", "id -gn", "whoami"})

#: Characters that one word, and all words of a script, may come to.
MAX_EXPANDED = 16 * 1024
MAX_PRODUCED = 1024 * 1024

_TOO_LONG = "it expands to more text than is looked at"


class Variables:
    """The variables of one script, block by block: what is set under a condition is not known behind it."""

    __slots__ = ("_forgotten", "_layers", "_outside", "kinds", "later", "left")

    def __init__(self, outside: dict[str, Value] | None = None) -> None:
        """Take what is set outside; `later` is where the script sets each name last, `left` what may be expanded."""
        self._outside = outside or {}
        self._layers: list[dict[str, Value]] = [{}]
        self._forgotten = ""
        self.kinds: list[str] = [""]
        self.left = MAX_PRODUCED
        self.later: dict[str, int] = {}

    def set(self, name: str, value: Value) -> None:
        """Set a variable."""
        self._layers[-1][name] = value

    def forget(self, reason: str) -> None:
        """Take everything that is set so far, or was set outside, as unknown."""
        for layer in self._layers:
            for name in layer:
                layer[name] = reason
        self._forgotten = reason

    def find(self, name: str, place: int = -1) -> Value | None:
        """Return what a variable holds at a place of the script; None for one that nobody sets."""
        if place >= 0 and self.later.get(name, -1) > place and any(kind in _AGAIN for kind in self.kinds):
            return f"the variable {name} is set again elsewhere"
        for layer in reversed(self._layers):
            if name in layer:
                return layer[name]
        if name in self._outside:
            return self._forgotten or self._outside[name]
        return self._forgotten or None

    def holds(self, name: str) -> bool:
        """Say whether the script, or whoever runs it in sight, sets a variable at all."""
        return name in self._outside or any(name in layer for layer in self._layers)

    def open(self, kind: str) -> None:
        """Enter a block."""
        self._layers.append({})
        self.kinds.append(kind)

    def close(self) -> None:
        """Leave a block; of a group everything stays, of any other nothing is certain."""
        if len(self._layers) == 1:
            return
        layer, kind = self._layers.pop(), self.kinds.pop()
        for name, value in layer.items():
            sure = kind == "group"
            self._layers[-1][name] = value if sure else f"the variable {name} is set under a condition"


#: Blocks that run more than once, or at a time of their own.
_AGAIN = frozenset({"loop", "function"})


class Field:
    """One word that a word of the script comes to; `many` is that of `Word`."""

    __slots__ = ("at", "many", "mapped", "via")

    def __init__(self, mapped: MappedText, at: Location, via: tuple[Location, ...], *, many: bool) -> None:
        """Take the text, the place where it has none, and where it is used."""
        self.mapped = mapped
        self.at = mapped.at(0, len(mapped.text)) if mapped.is_together() else at
        inside = self.at.path == at.path and at.start <= self.at.start and self.at.end <= at.end
        self.via = () if inside else via
        self.many = many

    @property
    def text(self) -> str:
        """The text, with its gaps."""
        return self.mapped.text

    def word(self) -> Word:
        """Return it as a word of a command."""
        reason = self.mapped.why(0, len(self.text))
        return Word(self.text, self.at, reason, self.via, self.many)


class Expander:
    """Expands the words of one script."""

    __slots__ = ("_mapped", "_variables")

    def __init__(self, mapped: MappedText, variables: Variables) -> None:
        """Take the script and its variables."""
        self._mapped = mapped
        self._variables = variables

    def fields(self, word: ShellWord) -> list[Field]:
        """Return the words that one comes to."""
        splitting = _Splitting(self._mapped.at(word.start, word.end))
        for part in word.parts:
            self._take(part, splitting, 0)
        return splitting.done()

    def text(self, word: ShellWord, start: int = 0) -> MappedText:
        """Return what a word comes to when it is not split, as behind the `=` of an assignment, from a place on."""
        builder = Builder()
        for part in word.parts:
            if part.kind == "text":
                low = max(part.start, start)
                if low < part.end:
                    builder.add_cut(self._mapped, low, part.end)
            elif part.start >= start:
                value = self._joined(part, 0)
                long = builder.length + len(value.text) > MAX_EXPANDED
                builder.add_all(self._gap(part, _TOO_LONG) if long else value)
        return builder.done()

    def _take(self, part: Part, splitting: _Splitting, nesting: int) -> None:
        if part.kind == "text":
            if part.text or part.quoted:
                splitting.add(self._mapped.cut(part.start, part.end), certain=True)
            return
        if part.kind == "name" and part.text in ("@", "*"):
            splitting.add(self._gap(part, "it is given the words of its caller"), certain=False)
            return
        value = self._value(part, nesting)
        if isinstance(value, list):
            splitting.members(value)
        elif part.quoted and not part.text.endswith("[@]"):
            splitting.add(value, certain=True)
        else:
            splitting.split(value, certain=_is_image(part.text or _variable_in(value)))

    def _joined(self, part: Part, nesting: int) -> MappedText:
        value = self._value(part, nesting)
        if not isinstance(value, list):
            return value
        builder = Builder()
        for number, member in enumerate(value):
            source, begin, end = self._mapped.region(part.start, part.end)
            builder.add_as(" " if number else "", source, begin, end)
            builder.add_all(member)
        return builder.done()

    def _value(self, part: Part, nesting: int) -> MappedText | list[MappedText]:
        """Return what a variable or a substitution comes to; a gap with the reason where that is not known."""
        if part.kind == "code":
            return self._written(part)
        if part.kind != "name":
            reason = self._mapped.why(part.start, part.end)
            return self._mapped.cut(part.start, part.end) if reason else self._gap(part, "it is computed")
        return self._named(part, nesting)

    def _named(self, part: Part, nesting: int) -> MappedText | list[MappedText]:
        name = part.text
        value = self._variables.find(name.partition("[")[0], part.start)
        if part.operator in (":+", "+"):
            return self._gap(part, f"the variable {name} is not set here" if value is None else "it is computed")
        if value is None:
            return self._unset(part, nesting)
        if isinstance(value, str):
            return self._gap(part, value)
        self._variables.left -= len(value) if isinstance(value, list) else len(value.text)
        if self._variables.left < 0:
            return self._gap(part, _TOO_LONG)
        if isinstance(value, list) and not name.endswith(("[@]", "[*]")):
            value = value[0] if value else self._as(part, "")
        if not isinstance(value, list) and not value.text and part.operator in (":-", ":="):
            return self._operand(part, nesting)
        return value

    def _unset(self, part: Part, nesting: int) -> MappedText:
        """Return what a variable comes to that the script never sets."""
        if part.text in FOLDERS:
            return self._as(part, HERE)
        if part.text == "HOME":
            return self._as(part, "~")
        if part.operator in (":-", "-", ":=", "="):
            return self._operand(part, nesting)
        return self._gap(part, f"the variable {part.text} is not set here")

    def _operand(self, part: Part, nesting: int) -> MappedText:
        """Expand the word behind an operator."""
        text = self._mapped.text[part.inner : part.stop]
        if not text:
            return self._as(part, "")
        found = commands(self._mapped.text, part.inner, part.stop)
        if nesting >= MAX_NESTING or len(found) != 1:
            return self._gap(part, "its default is not a plain word")
        builder = Builder()
        for number, word in enumerate(found[0].words):
            source, begin, end = self._mapped.region(part.start, part.end)
            builder.add_as(" " if number else "", source, begin, end)
            for inner in word.parts:
                if inner.kind == "text":
                    builder.add_cut(self._mapped, inner.start, inner.end)
                else:
                    builder.add_all(self._joined(inner, nesting + 1))
        return builder.done()

    def _written(self, part: Part) -> MappedText:
        """Return what a substitution writes, where it writes the folder of the project or of the script."""
        script = " ".join(self._mapped.text[part.inner : part.stop][:MAX_SCRIPT].split())
        if script in _FOLDER_COMMANDS:
            value = self._variables.find("PWD", part.start) if script.startswith("pwd") else None
            if isinstance(value, str):
                return self._gap(part, value)
            return value if value is not None and not isinstance(value, list) else self._as(part, HERE)
        if "dirname" in script and any(one in script for one in _OF_SCRIPT):
            folder = self._mapped.region(part.start, part.end)[0].path.rpartition("/")[0]
            return self._as(part, f"{HERE}/{folder}{'/..' * script.count('/..')}" if folder else HERE)
        if script in _OF_CALLER:
            return self._gap(part, "it is whoever runs the script")
        return self._gap(part, "it is what a command writes")

    def _gap(self, part: Part, reason: str) -> MappedText:
        builder = Builder()
        builder.add_gap(reason, *self._mapped.region(part.start, part.end))
        return builder.done()

    def _as(self, part: Part, text: str) -> MappedText:
        builder = Builder()
        builder.add_as(text, *self._mapped.region(part.start, part.end))
        return builder.done()


def _is_image(name: str) -> bool:
    return any(one in name.lower() for one in _IMAGES)


def _variable_in(mapped: MappedText) -> str:
    """Return the name of the variable, or the expression, that a text is not known for; empty for any other reason."""
    reason = mapped.why(0, len(mapped.text))
    if reason.startswith("`"):
        return reason[1:].partition("`")[0]
    words = reason.split(" ", 3)
    return words[2] if words[:2] == ["the", "variable"] else ""


class _Splitting:
    """Gathers the fields of one word; where nothing of a field is `certain` to be one word, it may be many."""

    __slots__ = ("_at", "_begun", "_builder", "_certain", "_fields")

    def __init__(self, at: Location) -> None:
        self._at = at
        self._fields: list[Field] = []
        self._begin()

    def _begin(self) -> None:
        self._builder = Builder()
        self._begun = self._certain = False

    def add(self, mapped: MappedText, *, certain: bool) -> None:
        """Add to the field that is being read; what makes it too long is left out."""
        self._begun = True
        if self._builder.length + len(mapped.text) > MAX_EXPANDED:
            return
        self._certain |= certain or mapped.text.strip(GAP) != ""
        self._builder.add_all(mapped)

    def split(self, mapped: MappedText, *, certain: bool) -> None:
        """Add a text whose blanks end fields."""
        text, start = mapped.text, 0
        for place, character in enumerate(text):
            if character in _BLANKS:
                if place > start:
                    self.add(mapped.cut(start, place), certain=certain)
                self._end()
                start = place + 1
        if start < len(text):
            self.add(mapped.cut(start, len(text)), certain=certain)

    def members(self, members: list[MappedText]) -> None:
        """Add the members of an array, of which each is a field."""
        for number, member in enumerate(members):
            if number:
                self._end()
            self.add(member, certain=member.text != GAP)

    def _end(self) -> None:
        if self._begun:
            self._fields.append(Field(self._builder.done(), self._at, (self._at,), many=not self._certain))
        self._begin()

    def done(self) -> list[Field]:
        """Return the fields."""
        self._end()
        return self._fields
