"""Reads the scripts of build steps: which packages they handle, what they fetch. Nothing is run."""

from __future__ import annotations

from gate.dialects.download_commands import (
    SHELLS,
    VERIFIERS,
    VERSION,
    fetched,
    runs_its_input,
    runs_substitutions,
    verifies,
)
from gate.dialects.package_commands import MANAGERS, package_uses
from gate.syntax.shell_commands import Command, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.package_commands import Use

#: Text without any of these holds nothing to find, which most instructions do not.
_WORTH_READING = (
    *("apt", "apk", "dnf", "yum", "zypper", "pip", "npm", "gem", "pacman", "curl", "wget", "git"),
    *("://", "/var/cache"),
)

#: Programs that are looked at, without the version at the end of their names.
_KNOWN = MANAGERS | VERIFIERS | SHELLS | {"curl", "wget", "git", "su"}

#: Shells inside shells that are read.
MAX_NESTING = 3

#: Words before the command that is meant: the shell's grammar, and programs that run another, each with the options
#: whose value is the next word and with how many operands of its own stand before the command.
_GRAMMAR = frozenset({"if", "then", "elif", "else", "while", "until", "do", "!", "{", "time"})
_RUNNERS: dict[str, tuple[frozenset[str], int]] = {
    **dict.fromkeys(("exec", "command", "builtin", "nohup", "eatmydata", "busybox"), (frozenset[str](), 0)),
    "sudo": (frozenset({"-u", "-g", "-h", "-p", "-C", "-D", "-T"}), 0),
    "env": (frozenset({"-u", "-C", "-S"}), 0),
    "nice": (frozenset({"-n"}), 0),
    "ionice": (frozenset({"-c", "-n"}), 0),
    "xargs": (frozenset({"-n", "-I", "-P", "-L", "-d", "-a", "-E", "-s"}), 0),
    "timeout": (frozenset({"-s", "-k", "--signal", "--kill-after"}), 1),
    "gosu": (frozenset(), 1),
    "su-exec": (frozenset(), 1),
    "chroot": (frozenset(), 1),
}


class PackageUse:
    """One use of a package manager, with where it stands in the script."""

    __slots__ = ("end", "start", "use")

    def __init__(self, use: Use, span: tuple[int, int]) -> None:
        """Take what is done to which packages, and the span."""
        self.use = use
        self.start, self.end = span


class Fetch:
    """One download: the URL as written, and whether something checks or runs what comes."""

    __slots__ = ("end", "is_checked", "is_run", "start", "tool", "url")

    def __init__(self, tool: str, url: str, span: tuple[int, int], *, is_run: bool) -> None:
        """Take what fetches what, and the span."""
        self.tool = tool
        self.url = url
        self.start, self.end = span
        self.is_run = is_run
        self.is_checked = False


class Script:
    """What one script does, as far as it can be read."""

    __slots__ = ("_nesting", "_verified", "fetches", "packages")

    def __init__(self, nesting: int = 0) -> None:
        """Start empty; `nesting` counts shells inside shells."""
        self.packages: list[PackageUse] = []
        self.fetches: list[Fetch] = []
        self._nesting = nesting
        self._verified: set[str] = set()

    def read(self, commands: list[Command]) -> Script:
        """Take the commands of a script."""
        self._siblings(commands, is_run=False)
        for fetch in self.fetches:
            kind = "commit" if fetch.tool == "git" else "files"
            fetch.is_checked = fetch.is_checked or (not fetch.is_run and kind in self._verified)
        return self

    def _siblings(self, commands: list[Command], *, is_run: bool) -> None:
        """Take the commands of one list; what they write is run when an interpreter ends their pipeline."""
        every = [(command, meant(command.words)) for command in commands]
        running = {command.pipeline: command.start for command, words in every if runs_its_input(words)}
        for command, words in every:
            if words:
                piped = running.get(command.pipeline, -1) > command.start
                self._command(command, words, is_run=is_run or piped)
            else:
                self._siblings(command.inner, is_run=is_run)

    def _command(self, command: Command, words: list[str], *, is_run: bool) -> None:
        program = words[0].rpartition("/")[2]
        if not command.inner and program.rstrip(VERSION) not in _KNOWN:
            return
        span = command.start, command.end
        script = _carried(program, words)
        if script and self._nesting < MAX_NESTING:
            self._carry(Script(self._nesting + 1).read(split(script)), span)
            return
        if command.inner:
            self._siblings(command.inner, is_run=is_run or runs_substitutions(words))
        verified = verifies(program, words)
        if verified:
            self._verified.add(verified)
        self.packages += [PackageUse(use, span) for use in package_uses(program, words)]
        self.fetches += [Fetch(program, url, span, is_run=is_run) for url in fetched(program, words)]

    def _carry(self, inner: Script, span: tuple[int, int]) -> None:
        """Take over what a script inside a word does, at the place of the command that runs it."""
        self._verified |= inner._verified
        self.packages += [PackageUse(found.use, span) for found in inner.packages]
        for found in inner.fetches:
            fetch = Fetch(found.tool, found.url, span, is_run=found.is_run)
            fetch.is_checked = found.is_checked
            self.fetches.append(fetch)


def is_worth_reading(text: str) -> bool:
    """Say whether a script can hold anything that is looked for."""
    return any(word in text for word in _WORTH_READING)


def read_script(text: str) -> Script:
    """Read a shell script."""
    return Script().read(split(text)) if is_worth_reading(text) else Script()


def read_arguments(words: tuple[str, ...]) -> Script:
    """Read a command that is given as words, without a shell."""
    command = Command(0, 0)
    command.words = list(words)
    return Script().read([command]) if any(map(is_worth_reading, words)) else Script()


def is_shell_fed(text: str) -> bool:
    """Say whether a script hands its heredocs to a shell as programs."""
    programs = (meant(command.words) for command in split(text))
    return any(words and words[0].rpartition("/")[2] in SHELLS and runs_its_input(words) for words in programs)


def meant(words: list[str]) -> list[str]:
    """Return the words of the command that is meant, without grammar, assignments and runners before it."""
    at = 0
    while at < len(words):
        runner = _RUNNERS.get(words[at].rpartition("/")[2])
        if runner is not None:
            at = _behind_options(words, at + 1, runner[0]) + runner[1]
        elif words[at] in _GRAMMAR or _is_assignment(words[at]):
            at += 1
        else:
            break
    return words[at:]


def _is_assignment(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return equals == "=" and name.removesuffix("+").isidentifier()


def _behind_options(words: list[str], at: int, valued: frozenset[str]) -> int:
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in valued else 1
    return at


def _carried(program: str, words: list[str]) -> str:
    """Return the script that a shell, or `su`, is given as a word; empty when there is none."""
    if program not in SHELLS and program != "su":
        return ""
    for at, word in enumerate(words[1:], 1):
        if word.startswith("-") and not word.startswith("--") and "c" in word:
            return words[at + 1] if at + 1 < len(words) else ""
        if not word.startswith(("-", "+")) and program != "su":
            break
    return ""
