"""Finds the commands of container engines in a shell script, wherever it would run them. Nothing is run.

A command counts in a branch, a loop, a function, a substitution, behind `sudo` and its like, inside `sh -c "…"`,
`ssh host "…"` and heredocs for shells. It does not count in a comment, nor in a text that is only printed or written.
"""

from __future__ import annotations

import re

from gate.dialects import docker_grammar
from gate.dialects.build_scripts import meant
from gate.dialects.docker_flags import Word, parse
from gate.dialects.nspawn_options import GRAMMAR as NSPAWN
from gate.dialects.nspawn_options import PROGRAM, SETS
from gate.dialects.shell_blocks import Blocks, assigned, assignment
from gate.dialects.shell_variables import HERE, MAX_EXPANDED, Expander
from gate.model.record import Record
from gate.syntax.mapped_text import GAP, Builder
from gate.syntax.shell_script import commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.docker_flags import Flags
    from gate.dialects.shell_variables import Field, Value, Variables
    from gate.model.location import Location
    from gate.model.subject import Doubt
    from gate.syntax.mapped_text import MappedText
    from gate.syntax.shell_words import Command
    from gate.syntax.shell_words import Word as ShellWord

#: Commands of engines in one file, and scripts inside scripts, that are read.
MAX_FOUND = 500
MAX_NESTING = 6

_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "zsh"})

#: Programs that run another, beyond those that every build knows, with their options that take the next word.
_RUNNERS: dict[str, frozenset[str]] = {
    "doas": frozenset({"-u", "-C"}),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "setsid": frozenset(),
    "unbuffer": frozenset(),
    "chronic": frozenset(),
    "travis_retry": frozenset(),
    "retry": frozenset({"-t", "-d", "-n"}),
    "winpty": frozenset(),
    "lima": frozenset(),
    "systemd-run": frozenset(
        {"-p", "--property", "-u", "--unit", "-E", "--setenv", "--slice", "--uid", "--gid", "-M", "-H", "--nice"}
    ),
}

#: Options of `ssh` that take the next word.
_SSH_VALUED = frozenset(f"-{letter}" for letter in "BbcDEeFIiJLlmOopQRSWw")

_DECLARES = frozenset({"export", "readonly", "declare", "typeset", "local"})
_READS = frozenset({"read", "mapfile", "readarray", "getopts", "unset", "let"})
_CONDITIONS = ("&&", "||")

#: How a function begins, characters of one that are looked at, and what runs all that it is given.
_FUNCTION = re.compile(r"(?m)^[ \t]{0,40}(?:function[ \t]{1,10})?([A-Za-z_][\w-]{0,60})[ \t]{0,10}\(\)")
MAX_BODY = 4_000
_RUNS_ALL = re.compile(r"""(?m)(?:^|[;&|({!]|\b(?:if|then|do|else|while|until|time))[ \t]{0,80}"\$@\"""")

#: The grammar of what stands before a program's command, by program; `systemd-nspawn` has flags and no commands.
ENGINES = {**{name: grammars[0] for name, grammars in docker_grammar.ENGINES.items()}, PROGRAM: NSPAWN}


class Invocation(Record):
    """One command of an engine: the words behind its own flags, which are `before`; the place of the whole command.

    `doubts` are what others may read differently of the file that the command stands in. `environment` are the
    variables that change what `systemd-nspawn` does, each a word `NAME=value`.
    """

    engine: str
    before: Flags
    words: tuple[Word, ...]
    at: Location
    doubts: tuple[Doubt, ...] = ()
    environment: tuple[Word, ...] = ()


def engine_commands(script: MappedText, variables: Variables, home: Location | None = None) -> list[Invocation]:
    """Return the commands of engines in a script, in order; `home` is the place of one that is put together."""
    search = _Search(variables, home)
    search.run(script, 0)
    return search.found


def names_engine(text: str) -> str:
    """Return the engine that a program or a variable is named after; empty for any other."""
    name = text.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe").removesuffix("-remote")
    return name if name in ENGINES else ""


class _Search:
    __slots__ = ("_before", "_blocks", "_conditional", "_home", "_variables", "_wrappers", "found")

    def __init__(self, variables: Variables, home: Location | None) -> None:
        self._variables = variables
        self._home = home
        self._blocks = Blocks(variables)
        self._conditional = False
        self._wrappers: frozenset[str] = frozenset()
        #: What is set for the command at hand alone.
        self._before: list[Word] = []
        self.found: list[Invocation] = []

    def run(self, script: MappedText, nesting: int) -> None:
        """Go over a script; one inside another sees its variables."""
        found = commands(script.text)
        if nesting == 0:
            self._variables.later = dict(assigned(found))
            self._wrappers = wrappers(script.text)
        before = ""
        for command in found:
            if len(self.found) >= MAX_FOUND:
                return
            self._conditional = before in _CONDITIONS
            words = self._blocks.enter(command)
            if words:
                self._command(command, words, script, nesting)
            self._blocks.leave(command)
            before = command.ended

    def _inside(self, script: MappedText, nesting: int) -> None:
        """Go over a script that a command carries, in a shell of its own."""
        if nesting < MAX_NESTING and script.text:
            conditional, blocks = self._conditional, self._blocks
            self._blocks = Blocks(self._variables)
            self.run(script, nesting + 1)
            self._blocks.end()
            self._conditional, self._blocks = conditional, blocks

    def _command(self, command: Command, words: list[ShellWord], script: MappedText, nesting: int) -> None:
        for word in words:
            for one in (word, *(word.array or ())):
                for part in one.parts:
                    if part.kind == "code":
                        self._inside(script.cut(part.inner, part.stop), nesting)
        expander = Expander(script, self._variables)
        here = 0
        while here < len(words) and assignment(words[here])[0]:
            here += 1
        if here == len(words):
            for word in words:
                self._assign(word, expander)
        else:
            self._before = [
                field.word() for word in words[:here] if assignment(word)[0] in SETS for field in expander.fields(word)
            ]
            self._simple(command, words[here:], expander, _Place(script, nesting))

    def _assign(self, word: ShellWord, expander: Expander) -> None:
        name, adds = assignment(word)
        value: Value = (
            [one.mapped for member in word.array for one in expander.fields(member)]
            if (word.array is not None)
            else expander.text(word, word.start + len(name) + 1 + adds)
        )
        if adds:
            value = _added(name, self._variables.find(name), value)
        self._variables.set(name, f"the variable {name} is set under a condition" if self._conditional else value)

    def _simple(self, command: Command, words: list[ShellWord], expander: Expander, place: _Place) -> None:
        """Take a command that is no assignment: what the shell does itself, else a program."""
        name = words[0].literal or ""
        if name in _DECLARES:
            for word in words[1:]:
                if assignment(word)[0]:
                    self._assign(word, expander)
        elif name in ("cd", "pushd", "popd"):
            self._variables.set("PWD", self._folder(words[1:], expander))
        elif name in (".", "source"):
            self._variables.forget("the script runs another one before, which may set it")
        elif name == "alias":
            for word in words[1:]:
                start = word.start + len((word.parts[0].text if word.parts else "").partition("=")[0]) + 1
                self._inside(expander.text(word, start), place.nesting)
        elif name in _READS or (name == "printf" and len(words) > 1 and words[1].plain == "-v"):
            self._read(words[1:])
        else:
            self._program(command, words, expander, place)

    def _read(self, words: list[ShellWord]) -> None:
        for name in (word.plain for word in words):
            if name.isidentifier():
                self._variables.set(name, f"the variable {name} is read when the script runs")

    def _folder(self, words: list[ShellWord], expander: Expander) -> Value:
        """Return the folder that `cd` leads to, relative to the project while it is in there."""
        words = [word for word in words if word.plain not in ("-P", "-L", "--")]
        if len(words) != 1 or self._conditional:
            return "it runs in a folder that cannot be known"
        path = expander.text(words[0])
        before = self._variables.find("PWD")
        start = before.text if before is not None and not isinstance(before, list | str) else HERE
        if GAP in path.text or isinstance(before, str) or path.text in ("-", ""):
            return "it runs in a folder that cannot be known"
        if path.text.startswith(("/", "~", "..")) or path.text == HERE:
            return path if path.text != HERE or before is None else before
        builder = Builder()
        builder.add_as(f"{start}/{path.text.removeprefix('./')}", *path.region(0, len(path.text)))
        return builder.done()

    def _program(self, command: Command, words: list[ShellWord], expander: Expander, place: _Place) -> None:
        if not _may_count(words, place.script.text[words[0].start : command.end]):
            return
        fields = [(field, word) for word in words for field in expander.fields(word)]
        run = Run([field for field, _ in fields], self._wrappers)
        if not run.program:
            return
        if run.engine:
            at = self._at(fields[run.here][1].start, command.end, place.script)
            self.found.append(run.invocation(at, self._environment(run, at)))
            return
        carried = run.carried()
        if carried is not None:
            self._inside(carried, place.nesting)
        elif run.program in _CARRIERS:
            for body in command.bodies:
                self._inside(place.script.cut(body.start, body.end), place.nesting)
        if run.program == "eval":
            self._variables.forget("the script evaluates a text before, which may set it")

    def _environment(self, run: Run, at: Location) -> tuple[Word, ...]:
        """Return what a program finds in its environment of what it is changed by, the least particular first."""
        if run.engine != PROGRAM:
            return ()
        exported = ((name, self._variables.find(name)) for name in SETS if self._variables.holds(name))
        words = [set_to(name, value, at) for name, value in exported if value is not None]
        return (*words, *self._before, *run.settings())

    def _at(self, start: int, end: int, script: MappedText) -> Location:
        """Return the place of a command: where a variable of make is a part of it, its line's."""
        if self._home is not None and not script.is_together(start, end):
            return self._home
        return script.at(start, end)


#: Programs that run what they are given as a text.
_CARRIERS = _SHELLS | {"ssh", "su", "eval"}

_ENGINE = re.compile("|".join(ENGINES), re.IGNORECASE)


def _may_count(words: list[ShellWord], text: str) -> bool:
    """Say whether a command is worth expanding: it names an engine, or what it runs is not in sight."""
    if _ENGINE.search(text) or words[0].literal is None:
        return True
    return any((word.literal or "").rpartition("/")[2] in _CARRIERS for word in words[:8])


class Run:
    """The words of one program that is run: `program` is its name, and `engine` the engine that it is of."""

    __slots__ = ("_fields", "engine", "here", "program")

    def __init__(self, fields: list[Field], wrappers: frozenset[str] = frozenset()) -> None:
        """Take the words of a command, with whatever runs the program before it: `wrappers` are the script's own."""
        texts = [field.text for field in fields]
        self._fields = fields
        self.here = _behind_runners(texts, wrappers)
        self.program = self.engine = ""
        if self.here < len(fields):
            self.program = texts[self.here].rpartition("/")[2]
            following = texts[self.here + 1 : self.here + 2]
            self.engine = names_engine(self.program) or _hinted(fields[self.here], following)

    def words(self) -> list[Word]:
        """Return the words behind the program."""
        return [field.word() for field in self._fields[self.here + 1 :]]

    def settings(self) -> list[Word]:
        """Return what a runner before the program sets for it, such as `env NAME=value`."""
        return [field.word() for field in self._fields[: self.here] if _is_setting(field.text)]

    def invocation(self, at: Location, environment: tuple[Word, ...] = ()) -> Invocation:
        """Return it as a command of the engine."""
        words = self.words()
        before = parse(words, ENGINES[self.engine], at)
        operands = before.operands
        if not operands:
            # Behind a flag of the engine's own that is not known, its command is still what it is.
            verbs = (place for place, word in enumerate(words) if word.text in ("run", "create", "container"))
            operands = tuple(words[next(verbs, len(words)) :])
        return Invocation(self.engine, before, operands, at, (), environment)

    def carried(self) -> MappedText | None:
        """Return the script that a shell, `su`, `ssh` or `eval` is given as words; None when there is none."""
        rest, program = self._fields[self.here + 1 :], self.program
        if program in _SHELLS or program == "su":
            return _option_c(rest, any_place=program == "su")
        if program == "eval":
            return _joined(rest)
        if program != "ssh":
            return None
        here = 0
        while here < len(rest) and rest[here].text.startswith("-"):
            here += 2 if rest[here].text in _SSH_VALUED else 1
        return _joined(rest[here + 1 :])


class _Place:
    """A script and how deep it is inside others."""

    __slots__ = ("nesting", "script")

    def __init__(self, script: MappedText, nesting: int) -> None:
        self.script = script
        self.nesting = nesting


def _is_setting(text: str) -> bool:
    return text.partition("=")[0] in SETS


def set_to(name: str, value: Value, at: Location) -> Word:
    """Return a variable of the environment as a word; `at` is the place of a value that is not in sight."""
    if isinstance(value, list | str):
        return Word(f"{name}={GAP}", at, value if isinstance(value, str) else f"the variable {name} is an array")
    where = value.at(0, len(value.text)) if value.text and value.is_together() else at
    return Word(f"{name}={value.text}", where, value.why(0, len(value.text)))


def _added(name: str, before: Value | None, more: Value) -> Value:
    """Return what `+=` makes of a variable."""
    if before is None or isinstance(before, str):
        return before or f"the variable {name} is not set here"
    if isinstance(before, list) and isinstance(more, list):
        return [*before, *more]
    if isinstance(before, list) or isinstance(more, list | str):
        return f"the variable {name} is both an array and none"
    builder = Builder()
    builder.add_all(before)
    builder.add_all(more)
    return builder.done() if builder.length < MAX_EXPANDED else f"the variable {name} is too long"


def wrappers(text: str) -> frozenset[str]:
    """Return the functions of a script that run what they are given, as `retry() { "$@"; }` does."""
    found = set()
    for match in _FUNCTION.finditer(text):
        body = text[match.end() : match.end() + MAX_BODY].partition("\n}")[0]
        if _RUNS_ALL.search(body):
            found.add(match[1])
    return frozenset(found)


def _behind_runners(texts: list[str], wrappers: frozenset[str]) -> int:
    """Return where the program stands that is meant: behind `sudo -u app`, `env A=b` and their like."""
    here = 0
    while here < len(texts):
        here = len(texts) - len(meant(texts[here:]))
        runner = _RUNNERS.get(texts[here].rpartition("/")[2]) if here < len(texts) else None
        if runner is not None:
            here += 1
            while here < len(texts) and (texts[here].startswith("-") or texts[here].isdecimal()):
                here += 2 if texts[here] in runner else 1
        elif here + 1 < len(texts) and names_engine(texts[here + 1]) and _runs(texts[here], wrappers):
            here += 1
        else:
            break
    return here


def _runs(text: str, wrappers: frozenset[str]) -> bool:
    """Say whether a word before an engine runs it: a function of the script, or `$SUDO`, which else is nothing."""
    return text in wrappers or not text.strip(GAP)


def _hinted(program: Field, following: list[str]) -> str:
    """Return the engine that a variable in the place of the program is named after, such as `$DOCKER run`."""
    reason = program.mapped.why(0, len(program.text)).lower()
    if program.text.strip(GAP) or not reason.startswith("the variable ") or not following:
        return ""
    if following[0] not in ("run", "create", "container") and not following[0].startswith("-"):
        return ""
    return next((engine for engine in ENGINES if engine.rpartition("-")[2] in reason), "")


def _option_c(rest: list[Field], *, any_place: bool) -> MappedText | None:
    for place, field in enumerate(rest[:-1]):
        text = field.text
        if text.startswith("-") and not text.startswith("--") and text.endswith("c"):
            return rest[place + 1].mapped
        if not text.startswith(("-", "+")) and not any_place:
            return None
    return None


def _joined(fields: list[Field]) -> MappedText | None:
    builder = Builder()
    for number, field in enumerate(fields):
        if number and field.text:
            builder.add_as(" ", *field.mapped.region(0, 1))
        builder.add_all(field.mapped)
    return builder.done() if builder.length else None
