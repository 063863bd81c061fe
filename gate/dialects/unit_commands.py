"""The commands of container engines in the services of systemd.

A command of systemd is no shell's: it has words, quotes, specifiers (`%h`) and variables of its own, which only stand
for what the unit sets (systemd.service(5), "Command lines"; systemd.unit(5), "Specifiers").
"""

from __future__ import annotations

from gate.dialects.nspawn_options import PROGRAM, SETS
from gate.dialects.shell_engines import Run, engine_commands, set_to
from gate.dialects.shell_variables import Field, Variables
from gate.syntax.mapped_text import Builder
from gate.syntax.systemd_unit import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.docker_flags import Word
    from gate.dialects.shell_engines import Invocation
    from gate.dialects.shell_variables import Value
    from gate.model.location import Location
    from gate.syntax.mapped_text import MappedText
    from gate.syntax.systemd_unit import Entry, Unit

SERVICE = "Service"
_COMMANDS = frozenset(
    {"ExecStart", "ExecStartPre", "ExecStartPost", "ExecCondition", "ExecReload", "ExecStop", "ExecStopPost"}
)
_PREFIXES = "-:+!|@"


def unit_commands(unit: Unit, path: str) -> list[Invocation]:
    """Return the commands of engines that a unit's service runs."""
    variables = unit_variables(unit)
    found: list[Invocation] = []
    for entry in unit.entries:
        if entry.section == SERVICE and entry.key in _COMMANDS:
            for command in _commands(entry):
                found += _command(command, entry, variables, path)
    return found


def started(unit: Unit, path: str, program: str) -> Iterator[tuple[list[Word], Location]]:
    """Yield the words behind a program that a unit's service is, with the place of the line."""
    variables = unit_variables(unit)
    for entry in unit.entries:
        if entry.section == SERVICE and entry.key == "ExecStart":
            for command in _commands(entry):
                run = Run([field for word in command for field in _fields(word, entry, variables, path)])
                if run.program == program:
                    yield run.words(), entry.at


def _commands(entry: Entry) -> list[list[MappedText]]:
    """Take the commands of one line apart, which a semicolon of its own separates, without their marks."""
    found: list[list[MappedText]] = [[]]
    for word in words(entry.value):
        if word.text == ";":
            found.append([])
        else:
            found[-1].append(word)
    return [_unmarked(command) for command in found if command]


def _unmarked(command: list[MappedText]) -> list[MappedText]:
    first = command[0]
    bare = first.text.lstrip(_PREFIXES)
    marks = first.text[: len(first.text) - len(bare)]
    program = first.cut(len(marks), len(first.text))
    return [program, *command[2 if "@" in marks else 1 :]]


def unit_variables(unit: Unit) -> dict[str, Value]:
    """Return what the unit sets; a file that it names may set anything."""
    found: dict[str, Value] = {}
    for entry in unit.all(SERVICE, "Environment"):
        for word in words(entry.value):
            name, equals, _ = word.text.partition("=")
            if equals:
                found[name] = word.cut(len(name) + 1, len(word.text))
    if unit.all(SERVICE, "EnvironmentFile") or unit.all(SERVICE, "PassEnvironment"):
        return dict.fromkeys(found, "an environment file may set it")
    return found


def _command(command: list[MappedText], entry: Entry, variables: dict[str, Value], path: str) -> list[Invocation]:
    fields = [field for word in command for field in _fields(word, entry, variables, path)]
    run = Run(fields)
    if run.engine:
        known = [set_to(name, variables[name], entry.at) for name in SETS if name in variables]
        return [run.invocation(entry.at, (*known, *run.settings()) if run.engine == PROGRAM else ())]
    carried = run.carried()
    return engine_commands(carried, Variables(variables), entry.at) if carried is not None else []


def _fields(word: MappedText, entry: Entry, variables: dict[str, Value], path: str) -> list[Field]:
    """Expand one word: `$NAME` alone is as many words as it holds, `${NAME}` a part of one."""
    text = word.text
    if text.startswith("$") and text[1:].isidentifier():
        value = variables.get(text[1:])
        if value is None or isinstance(value, str | list):
            reason = value if isinstance(value, str) else f"the variable {text[1:]} is not set here"
            return [Field(_gap(word, 0, len(text), reason), entry.at, (entry.at,), many=True)]
        return [Field(one, entry.at, (entry.at,), many=False) for one in words(value)]
    return [Field(filled_in(word, variables, path), entry.at, (entry.at,), many=False)]


def filled_in(word: MappedText, variables: dict[str, Value], path: str) -> MappedText:
    """Replace the specifiers and variables in one word, as systemd does before it starts a command."""
    text = word.text
    builder, here = Builder(), 0
    while here < len(text):
        stop = min((at for at in (text.find("$", here), text.find("%", here)) if at >= 0), default=len(text))
        builder.add_cut(word, here, stop)
        here = _special(word, stop, builder, variables, path) if stop < len(text) else stop
    return builder.done()


def _special(word: MappedText, at: int, builder: Builder, variables: dict[str, Value], path: str) -> int:
    """Take `$$`, `${NAME}`, `%%` or a specifier; return the place behind it."""
    text = word.text
    following = text[at + 1 : at + 2]
    if following == text[at]:
        builder.add_cut(word, at, at + 1)
        return at + 2
    if text[at] == "%":
        _specified(word, at, builder, path)
        return at + 2
    end = text.find("}", at)
    if following != "{" or end < 0:
        builder.add_cut(word, at, at + 1)
        return at + 1
    name = text[at + 2 : end]
    value = variables.get(name)
    if value is None or isinstance(value, str | list):
        reason = value if isinstance(value, str) else f"the variable {name} is not set here"
        builder.add_all(_gap(word, at, end + 1, reason))
    else:
        builder.add_all(value)
    return end + 1


def _gap(word: MappedText, start: int, end: int, reason: str) -> MappedText:
    builder = Builder()
    builder.add_gap(reason, *word.region(start, end))
    return builder.done()


#: What specifiers come to for the system's manager and for a user's.
_SPECIFIERS = {
    "C": ("/var/cache", "~/.cache"),
    "E": ("/etc", "~/.config"),
    "L": ("/var/log", "~/.local/state/log"),
    "S": ("/var/lib", "~/.local/state"),
    "T": ("/tmp", "/tmp"),  # noqa: S108 - what the specifier stands for
    "V": ("/var/tmp", "/var/tmp"),  # noqa: S108 - what the specifier stands for
    "h": ("/root", "~"),
    "t": ("/run", "/run/user/0"),
}


def _specified(word: MappedText, at: int, builder: Builder, path: str) -> None:
    """Add what a specifier comes to: what a file's name decides, and the folders of whoever runs it."""
    letter = word.text[at + 1 : at + 2]
    name = path.rpartition("/")[2]
    stem = name.rpartition(".")[0]
    instance = stem.partition("@")[2]
    named = {"N": stem, "n": name, "p": stem.partition("@")[0], "i": instance, "I": instance}
    end = min(at + 2, len(word.text))
    if letter in _SPECIFIERS:
        builder.add_as(_SPECIFIERS[letter][is_for_user(path)], *word.region(at, end))
    elif named.get(letter) and ("@." not in name or letter == "p"):
        builder.add_as(named[letter], *word.region(at, end))
    else:
        builder.add_gap(f"`%{letter}` is filled in when the unit is started", *word.region(at, end))


#: Folders of units that the manager of a user runs, and of quadlets that the system's does.
_OF_USERS = ("/.config/", "/systemd/user/", "/containers/systemd/users/")
_OF_SYSTEM = ("/etc/containers/systemd/", "/usr/share/containers/systemd/", "/run/containers/systemd/")
_QUADLETS = (".container", ".pod", ".kube", ".volume", ".network", ".build", ".image")


def is_rootless(path: str) -> bool | None:
    """Say whether the folder of a unit makes a user run it; None for a quadlet that lies in neither kind of folder."""
    inside = f"/{path}"
    if any(part in inside for part in _OF_USERS):
        return True
    if any(part in inside for part in _OF_SYSTEM) or not any(one in path for one in _QUADLETS):
        return False
    return None


def is_for_user(path: str) -> bool:
    """Say whose folders specifiers stand for; a quadlet that may be either's is taken for a user's, as most are."""
    return is_rootless(path) is not False
