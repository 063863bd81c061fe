"""Dockerfiles as BuildKit's parser reads them: instructions with their words, flags, heredocs and places.

Lines end with a line feed only, a byte order mark counts on the first line alone, comments and empty lines inside a
continued instruction vanish, and a heredoc belongs to RUN, COPY or ADD. What BuildKit refuses raises InputError.
Source: moby/buildkit `frontend/dockerfile/parser`; the conformance suite compares the two.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from gate.model.errors import InputError
from gate.syntax.characters import SPACE
from gate.syntax.dockerfile_directives import Directives, syntax_of
from gate.syntax.dockerfile_words import (
    BadWords,
    flags_of,
    json_strings,
    name_values,
    split_gaps,
    split_kind,
    split_once,
    words_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location
    from gate.model.source import Source
    from gate.syntax.dockerfile_heredoc import Heredoc

#: Bytes of one line; BuildKit's limit.
MAX_LINE = 65_535

#: Instructions of one file; real files have a few hundred at most.
MAX_INSTRUCTIONS = 100_000

#: ONBUILD inside ONBUILD; BuildKit refuses two, in a later step.
MAX_NESTED_TRIGGERS = 8

JSON_OR_TEXT = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL"})
JSON_OR_LIST = frozenset({"ADD", "COPY", "VOLUME"})
LIST = frozenset({"FROM", "EXPOSE"})
TEXT = frozenset({"MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR"})
#: Characters of a refused line that are pointed at.
MAX_SHOWN = 120

AS_DOCUMENTED = "write it as the Dockerfile reference has it"

_FAR = 1 << 62

#: The characters that Go turns into ASCII letters when it lowers a keyword.
_FOLDED = {0x130: "i", 0x212A: "k"}

HOLDS_HEREDOCS = frozenset({"RUN", "COPY", "ADD"})


class Instruction:
    """One instruction.

    `text` is its lines joined, `keyword` its first word in capitals and `spelled` as written. `words` are the values
    that BuildKit's parser splits it into: a FROM's words, a RUN's whole command or, where `is_json`, its strings, an
    ENV's names, values and separators in turn. `rest` is what follows the flags, at offset `rest_at` of the text.
    """

    __slots__ = (
        "_at",
        "_pieces",
        "_source",
        "end_line",
        "flags",
        "heredocs",
        "is_json",
        "keyword",
        "line",
        "rest",
        "rest_at",
        "spans",
        "spelled",
        "text",
        "trigger",
        "words",
    )

    def __init__(self, source: Source, text: str, pieces: list[tuple[int, int]], line: int) -> None:
        """Take the joined text and, for each of its pieces, its offset in that text and in the source."""
        self._source = source
        self._pieces = pieces
        self._at: Location | None = None
        self.text = text
        self.line = self.end_line = line
        self.spelled = self.keyword = self.rest = ""
        self.rest_at = 0
        self.flags: tuple[str, ...] = ()
        self.words: tuple[str, ...] = ()
        self.spans: tuple[tuple[int, int], ...] = ()
        self.is_json = False
        self.heredocs: tuple[Heredoc, ...] = ()
        self.trigger: Instruction | None = None

    @property
    def at(self) -> Location:
        """The place of the whole instruction, heredocs left out."""
        if self._at is None:
            self._at = self.place(0, len(self.text.rstrip(SPACE)))
        return self._at

    @property
    def operand_at(self) -> Location:
        """The place of what follows the keyword and the flags."""
        return self.place(self.rest_at, self.rest_at + len(self.rest)) if self.rest else self.at

    def place(self, start: int, end: int) -> Location:
        """Return where a part of the joined text stands in the source."""
        return self._source.location(self._offset(start), max(self._offset(end - 1) + 1, self._offset(start)))

    def place_in(self, heredoc: Heredoc, start: int, end: int) -> Location:
        """Return where a part of a heredoc stands; that of one without its tabs is the instruction's."""
        if heredoc.chomp:
            return self.at
        return self._source.location(heredoc.start + start, heredoc.start + end)

    def _offset(self, at: int) -> int:
        """Turn an offset in the joined text into one in the source."""
        pieces = self._pieces
        start, place = pieces[0] if len(pieces) == 1 else pieces[max(bisect_right(pieces, (at, _FAR)) - 1, 0)]
        return place + at - start


class Dockerfile:
    """A whole file: its instructions, its escape character and the frontend that its syntax directive asks for."""

    __slots__ = ("escape", "instructions", "source", "syntax", "syntax_line")

    def __init__(self, source: Source) -> None:
        """Start empty."""
        self.source = source
        self.instructions: list[Instruction] = []
        self.escape = "\\"
        self.syntax, self.syntax_line = syntax_of(source.text)


def scan(source: Source) -> Dockerfile:
    """Return the instructions of a file; raise InputError for what BuildKit's parser refuses."""
    known = source.trees.get("dockerfile")
    if isinstance(known, InputError):
        raise known
    if isinstance(known, Dockerfile):
        return known
    try:
        found = _Scanner(source).run()
    except InputError as error:
        source.trees["dockerfile"] = error
        raise
    source.trees["dockerfile"] = found
    return found


class _Scanner:
    """Goes over the lines of one file once."""

    __slots__ = ("_before", "_directives", "_file", "_line", "_lines", "_source")

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lines = source.text.split("\n")
        if not self._lines[-1]:
            self._lines.pop()
        # The characters before each line, line feeds left out.
        self._before = list(accumulate(map(len, self._lines), initial=0))
        self._line = 0
        self._directives = Directives()
        self._file = Dockerfile(source)

    def run(self) -> Dockerfile:
        """Read every instruction."""
        self._check_lines()
        if self._lines and self._lines[0][:1] == "\ufeff":
            self._lines[0] = self._lines[0][1:]
            self._before[0] = 1
        instructions = self._file.instructions
        lines, count = self._lines, len(self._lines)
        while self._line < count:
            if self._directives.done and (not lines[self._line] or lines[self._line][0] == "#"):
                self._line += 1
                continue
            instruction = self._next()
            if instruction is None:
                continue
            if len(instructions) >= MAX_INSTRUCTIONS:
                raise self._error(f"has more than {MAX_INSTRUCTIONS} instructions", instruction.line)
            instructions.append(instruction)
        if not instructions:
            raise self._error("holds no instructions", 1, "a Dockerfile begins with FROM")
        self._file.escape = self._directives.escape
        return self._file

    def _start(self, index: int) -> int:
        """Return where a line begins in the source."""
        return self._before[index] + index

    def _check_lines(self) -> None:
        if len(self._source.text) <= MAX_LINE // 4:
            return
        for number, line in enumerate(self._lines, 1):
            if len(line) > MAX_LINE // 4 and len(line.encode("utf-8", "surrogateescape")) > MAX_LINE:
                raise self._error(f"has a line of more than {MAX_LINE} bytes", number, "break the line")

    def _next(self) -> Instruction | None:
        """Read one instruction; None for a line that holds none."""
        index = self._line
        self._line += 1
        whole = self._lines[index].rstrip("\r")
        line = whole.lstrip(SPACE)
        if not self._directives.done:
            problem = self._directives.take(line)
            if problem:
                raise self._error(problem, index + 1, "keep one valid directive of each name")
        if not line or line[0] == "#":
            return None
        instruction = self._joined(index, line, self._start(index) + len(whole) - len(line))
        try:
            interpret(instruction, self._directives.escape)
            self._take_heredocs(instruction)
        except BadWords as error:
            raise InputError(str(error), at=instruction.at, remedy=AS_DOCUMENTED) from None
        instruction.end_line = self._line
        return instruction

    def _joined(self, index: int, line: str, start: int) -> Instruction:
        """Join a line with those that continue it."""
        escape = self._directives.escape
        piece, goes_on = _continued(line, escape)
        if not goes_on:
            return Instruction(self._source, line, [(0, start)], index + 1)
        texts = [piece]
        pieces = [(0, start)]
        length = len(piece)
        while goes_on and self._line < len(self._lines):
            index_here = self._line
            self._line += 1
            line = self._lines[index_here].rstrip("\r")
            bare = line.lstrip(SPACE)
            if not bare or bare[0] == "#":
                continue
            piece, goes_on = _continued(line, escape)
            texts.append(piece)
            pieces.append((length, self._start(index_here)))
            length += len(piece)
        return Instruction(self._source, "".join(texts), pieces, index + 1)

    def _take_heredocs(self, instruction: Instruction) -> None:
        """Read the bodies of the heredocs that an instruction announces."""
        holder = instruction.trigger or instruction if instruction.keyword == "ONBUILD" else instruction
        if "<<" not in instruction.text or holder.keyword not in HOLDS_HEREDOCS or holder.is_json:
            return
        from gate.syntax.dockerfile_heredoc import heredocs_of

        found: list[Heredoc] = []
        for heredoc in heredocs_of(instruction.text):
            body: list[str] = []
            start = self._line
            while True:
                if self._line >= len(self._lines):
                    raise BadWords(f"holds the heredoc {heredoc.name} that never ends")
                line = self._lines[self._line]
                self._line += 1
                bare = line.rstrip("\r")
                if (bare.lstrip("\t") if heredoc.chomp else bare) == heredoc.name:
                    break
                body.append(line)
            content = "".join(f"{line}\n" for line in body)
            found.append(heredoc.with_content(content, self._start(start)))
        instruction.heredocs = tuple(found)
        if holder is not instruction:
            holder.heredocs = instruction.heredocs

    def _error(self, cause: str, line: int, remedy: str = "split the file") -> InputError:
        start = self._start(line - 1)
        end = start + min(len(self._lines[line - 1]), MAX_SHOWN) if self._lines else start
        return InputError(cause, at=self._source.location(start, end), remedy=remedy)


def _continued(line: str, escape: str) -> tuple[str, bool]:
    """Cut the escape character off a line that continues; one escape before another does not continue."""
    bare = line.rstrip(" \t")
    if bare[-1:] == escape and bare[-2:-1] != escape:
        return bare[:-1], True
    return line, False


def interpret(instruction: Instruction, escape: str, nesting: int = 0) -> None:
    """Split an instruction's text into keyword, flags and words; raise BadWords where BuildKit's parser stops."""
    text = instruction.text
    bare = text.strip(SPACE)
    keyword, rest = split_once(bare)
    instruction.spelled = keyword
    folded = keyword if keyword.isascii() else keyword.translate(_FOLDED)
    instruction.keyword = folded.upper() if folded.isascii() else keyword
    if rest:
        instruction.flags, rest = flags_of(rest, escape)
        rest = rest.strip(SPACE)
    instruction.rest = rest = rest or ""
    instruction.rest_at = len(text.rstrip(SPACE)) - len(rest)
    _split(instruction, escape, nesting)


def _split(instruction: Instruction, escape: str, nesting: int) -> None:
    """Split what follows the flags, each instruction in its own way."""
    keyword, rest = instruction.keyword, instruction.rest
    if keyword in JSON_OR_TEXT or keyword in JSON_OR_LIST:
        strings = json_strings(rest) if rest[:1] == "[" else None
        instruction.is_json = strings is not None
        if strings is not None:
            instruction.words = strings
        elif rest:
            instruction.words = (rest,) if keyword in JSON_OR_TEXT else split_gaps(rest)
    elif keyword in TEXT:
        instruction.words = (rest,) if rest else ()
    elif keyword in LIST:
        instruction.words = split_gaps(rest) if rest else ()
    elif keyword in ("ENV", "LABEL"):
        instruction.words, instruction.spans = name_values(rest, escape, keyword)
    elif keyword == "ARG":
        instruction.words = words_of(rest, escape)
    elif keyword == "ONBUILD":
        _split_trigger(instruction, escape, nesting)
    elif keyword == "HEALTHCHECK":
        _split_healthcheck(instruction)
    else:
        instruction.words = ("",)


def _split_trigger(instruction: Instruction, escape: str, nesting: int) -> None:
    """Read the instruction inside an ONBUILD."""
    if not instruction.rest:
        return
    if nesting >= MAX_NESTED_TRIGGERS:
        raise BadWords(f"nests ONBUILD more than {MAX_NESTED_TRIGGERS} deep")
    pieces = [(start - instruction.rest_at, place) for start, place in instruction._pieces]  # noqa: SLF001
    trigger = Instruction(instruction._source, instruction.rest, pieces, instruction.line)  # noqa: SLF001
    interpret(trigger, escape, nesting + 1)
    instruction.trigger = trigger


def _split_healthcheck(instruction: Instruction) -> None:
    """Part the kind of a check from its command."""
    kind, command = split_kind(instruction.rest)
    if not kind:
        return
    bare = command.lstrip(SPACE)
    strings = json_strings(bare) if bare[:1] == "[" else None
    instruction.is_json = strings is not None
    instruction.words = (kind, *(strings if strings is not None else (command,) if command else ()))
