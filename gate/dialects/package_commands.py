"""What the commands of a build step do with packages and with the network, as far as their words tell.

Sources: the manual pages of apt, apk, dnf, zypper, pip, npm, gem, pacman, curl, wget and git.
"""

from __future__ import annotations

import re

from gate.syntax.shell_commands import Command, split, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.image import PackageAction

#: Text without any of these holds nothing to find, which most instructions do not.
_WORTH_READING = re.compile(
    r"apt|apk|dnf|yum|zypper|pip|npm|gem|pacman|curl|wget|git\b|https?://|/var/cache|/var/lib/apt"
)

_APT: dict[str, PackageAction] = {
    "update": "update",
    **dict.fromkeys(("install", "reinstall", "build-dep"), "install"),
    **dict.fromkeys(("upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade"), "upgrade"),
    **dict.fromkeys(("remove", "purge", "autoremove"), "remove"),
    **dict.fromkeys(("clean", "autoclean"), "clean"),
}
_DNF: dict[str, PackageAction] = {
    **dict.fromkeys(("makecache", "check-update"), "update"),
    **dict.fromkeys(("install", "localinstall", "groupinstall", "reinstall", "builddep"), "install"),
    **dict.fromkeys(
        ("update", "upgrade", "update-minimal", "upgrade-minimal", "distro-sync", "dist-upgrade"), "upgrade"
    ),
    **dict.fromkeys(("remove", "erase", "autoremove"), "remove"),
    "clean": "clean",
}
_ACTIONS: dict[str, dict[str, PackageAction]] = {
    "apt": _APT,
    "apk": {
        "add": "install",
        "fix": "install",
        "update": "update",
        "upgrade": "upgrade",
        "del": "remove",
        "cache": "clean",
    },
    "dnf": _DNF,
    "yum": _DNF,
    "microdnf": _DNF,
    "tdnf": _DNF,
    "zypper": {
        **dict.fromkeys(("refresh", "ref"), "update"),
        **dict.fromkeys(("install", "in"), "install"),
        **dict.fromkeys(("update", "up", "patch", "dup", "dist-upgrade"), "upgrade"),
        **dict.fromkeys(("remove", "rm"), "remove"),
        **dict.fromkeys(("clean", "cc"), "clean"),
    },
    "pip": {"install": "install", "uninstall": "remove", "cache": "clean"},
    "npm": {
        **dict.fromkeys(("install", "i", "add", "ci", "clean-install"), "install"),
        **dict.fromkeys(("update", "up", "upgrade"), "upgrade"),
        **dict.fromkeys(("uninstall", "rm", "remove"), "remove"),
        "cache": "clean",
    },
    "gem": {"install": "install", "update": "upgrade", "uninstall": "remove", "cleanup": "clean"},
}
_ALIASES = {"apt-get": "apt", "aptitude": "apt"}
_PIP = re.compile(r"pip[0-9.]*")
_PYTHON = re.compile(r"python[0-9.]*")

#: Options whose value is the next word.
_VALUED: dict[str, frozenset[str]] = {
    "apt": frozenset({"-t", "--target-release", "-o", "--option", "-c", "--config-file", "-a"}),
    "apk": frozenset({"-t", "--virtual", "-X", "--repository", "-p", "--root", "--repositories-file", "--arch"}),
    "dnf": frozenset({"-c", "-x", "--releasever", "--installroot", "--setopt", "--repo", "--enablerepo", "--disablerepo"}),
    "zypper": frozenset({"-R", "--root", "-r", "--repo", "--from", "-t", "--type"}),
    "pip": frozenset(
        {"-c", "--constraint", "-e", "--editable", "-i", "--index-url", "--extra-index-url", "-f", "--find-links"}
        | {"-t", "--target", "--prefix", "--root", "--trusted-host", "--cache-dir", "--no-binary", "--only-binary"}
    ),
    "npm": frozenset({"--prefix", "--registry", "--cache", "-w", "--workspace", "--loglevel"}),
    "gem": frozenset({"-v", "--version", "-i", "--install-dir", "-n", "--bindir", "-s", "--source"}),
}
_VALUED["yum"] = _VALUED["microdnf"] = _VALUED["tdnf"] = _VALUED["dnf"]

#: Words before the command that is meant: shell grammar, and programs that run another.
_GRAMMAR = frozenset({"if", "then", "elif", "else", "while", "until", "do", "!", "{", "time"})
_RUNNERS = frozenset({"sudo", "env", "exec", "command", "nice", "nohup", "xargs", "eatmydata", "busybox", "builtin"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=", re.ASCII)
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh", "ksh"})
_INTERPRETERS = re.compile(r"(?:ba|a|da|z|k)?sh|python[0-9.]*|perl|ruby|node|php[0-9.]*")
_EVALUATORS = frozenset({"eval", "source", "."})

_CACHES = {"/var/lib/apt/lists": "apt", "/var/cache/apt": "apt", "/var/cache/apk": "apk"} | {
    "/var/cache/yum": "yum",
    "/var/cache/dnf": "dnf",
    "/var/cache/zypp": "zypper",
}
_CHECKERS = re.compile(r"(?:sha\d+|md5|b2|b3)sum|shasum|rhash|cosign|minisign|gpgv?2?|openssl")
_URL = re.compile(r"(?:https?|ftp)://", re.IGNORECASE)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_LOCAL = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)", re.IGNORECASE)


class PackageUse:
    """One use of a package manager, with where it stands in the script."""

    __slots__ = ("action", "end", "manager", "packages", "start")

    def __init__(self, manager: str, action: PackageAction, packages: tuple[str, ...], span: tuple[int, int]) -> None:
        """Take what is done to which packages, and the span."""
        self.manager = manager
        self.action = action
        self.packages = packages
        self.start, self.end = span


class Fetch:
    """One download: the URL as written, and whether something checks or runs what comes."""

    __slots__ = ("checked", "end", "piped_to_shell", "start", "tool", "url")

    def __init__(self, tool: str, url: str, span: tuple[int, int], *, piped_to_shell: bool) -> None:
        """Take what fetches what, and the span."""
        self.tool = tool
        self.url = url
        self.start, self.end = span
        self.piped_to_shell = piped_to_shell
        self.checked = False


class Script:
    """What one script does, as far as it can be read."""

    __slots__ = ("_nesting", "fetches", "packages")

    def __init__(self, nesting: int = 0) -> None:
        """Start empty; `nesting` counts shells inside shells."""
        self.packages: list[PackageUse] = []
        self.fetches: list[Fetch] = []
        self._nesting = nesting

    def read(self, commands: list[Command]) -> None:
        """Take the commands of a script."""
        every = list(walk(commands))
        checks: set[str] = set()
        for command, outer in every:
            words = meant(command.words)
            if not words:
                continue
            program = words[0].rpartition("/")[2]
            checks |= _checks(program, words)
            self._command(program, words, command)
            for url in _fetched(program, words):
                runs = _runs_inner(outer) or _is_run(command, commands if outer is None else outer.inner)
                self.fetches.append(Fetch(program, url, (command.start, command.end), piped_to_shell=runs))
        for fetch in self.fetches:
            fetch.checked = not fetch.piped_to_shell and ("commit" if fetch.tool == "git" else "sum") in checks

    def _command(self, program: str, words: list[str], command: Command) -> None:
        span = (command.start, command.end)
        inner = shell_script(program, words)
        if inner and self._nesting < 3:
            script = Script(self._nesting + 1)
            script.read(split(inner))
            for use in script.packages:
                self.packages.append(PackageUse(use.manager, use.action, use.packages, span))
            for fetch in script.fetches:
                self.fetches.append(Fetch(fetch.tool, fetch.url, span, piped_to_shell=fetch.piped_to_shell))
            return
        for manager, action, packages in _package_use(program, words):
            self.packages.append(PackageUse(manager, action, packages, span))


def is_worth_reading(text: str) -> bool:
    """Say whether a script can hold anything that this module finds."""
    return _WORTH_READING.search(text) is not None


def meant(words: list[str]) -> list[str]:
    """Return the words of the command that is meant, without grammar, assignments and runners before it."""
    at = 0
    while at < len(words):
        word = words[at].rpartition("/")[2]
        if word in _RUNNERS:
            at += 1
            while at < len(words) and words[at].startswith("-"):
                at += 1
        elif word == "timeout":
            at += 2
        elif word in ("gosu", "su-exec"):
            at += 2
        elif words[at] in _GRAMMAR or _ASSIGNMENT.match(words[at]):
            at += 1
        else:
            break
    return words[at:]


def shell_script(program: str, words: list[str]) -> str:
    """Return the script that a shell is given as a word, empty when there is none."""
    if program in _SHELLS:
        for at, word in enumerate(words[1:], 1):
            if word.startswith("-") and not word.startswith("--") and "c" in word:
                return words[at + 1] if at + 1 < len(words) else ""
            if not word.startswith(("-", "+")):
                break
    return ""


def _package_use(program: str, words: list[str]) -> Iterator[tuple[str, PackageAction, tuple[str, ...]]]:
    if program == "rm":
        for word in words[1:]:
            for folder, manager in _CACHES.items():
                if word.startswith(folder):
                    yield manager, "clean", (word,)
        return
    manager, words = _manager(program, words)
    if manager == "pacman":
        yield from _pacman(words)
    operands = _operands(manager, words[1:]) if manager in _ACTIONS else []
    if operands:
        action = _ACTIONS[manager].get(operands[0])
        if action is not None:
            yield manager, action, tuple(operands[1:])


def _manager(program: str, words: list[str]) -> tuple[str, list[str]]:
    """Name the package manager behind a program, `python -m pip` and `uv pip` included."""
    if _PYTHON.fullmatch(program) and words[1:3] == ["-m", "pip"]:
        return "pip", words[2:]
    if program == "uv" and words[1:2] == ["pip"]:
        return "pip", words[1:]
    if _PIP.fullmatch(program):
        return "pip", words
    return _ALIASES.get(program, program), words


def _operands(manager: str, words: list[str]) -> list[str]:
    """Return the words that are no options; pip's requirement files stay with their option."""
    found: list[str] = []
    valued = _VALUED.get(manager, frozenset())
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word in valued:
            at += 1
        elif manager == "pip" and word in ("-r", "--requirement"):
            found.append(f"-r {words[at]}" if at < len(words) else "-r")
            at += 1
        elif not word.startswith("-"):
            found.append(word)
    return found


def _pacman(words: list[str]) -> Iterator[tuple[str, PackageAction, tuple[str, ...]]]:
    options = "".join(word[1:] for word in words[1:] if word.startswith("-") and not word.startswith("--"))
    packages = tuple(word for word in words[1:] if not word.startswith("-"))
    if "R" in options:
        yield "pacman", "remove", packages
    elif "S" in options and "c" in options:
        yield "pacman", "clean", packages
    elif "S" in options and "u" in options:
        yield "pacman", "upgrade", packages
    elif "S" in options or "U" in options:
        yield "pacman", "install" if packages else "update", packages


def _fetched(program: str, words: list[str]) -> list[str]:
    """Return the URLs that a command fetches."""
    if program == "git":
        return _cloned(words)
    if program not in ("curl", "wget", "curl.exe"):
        return []
    operands = [word for word in words[1:] if not word.startswith("-")]
    urls = [word for word in operands if _URL.match(word)]
    if not urls:
        urls = [word for word in operands if word.startswith("$")][-1:]
    if not urls:
        urls = [word for word in operands if "." in word and "/" in word and not word.startswith(("/", "."))][-1:]
    return [url for url in urls if not _LOCAL.match(url)]


def _cloned(words: list[str]) -> list[str]:
    if "clone" not in words:
        return []
    operands = [word for word in words[words.index("clone") + 1 :] if not word.startswith("-")]
    return [word for word in operands if "://" in word or word.startswith(("git@", "$"))][:1]


def _checks(program: str, words: list[str]) -> set[str]:
    """Say what a command verifies: a checksum or signature, or that a clone is at one commit."""
    if program == "git" and ("checkout" in words or "reset" in words) and any(map(_COMMIT.fullmatch, words)):
        return {"commit"}
    if _CHECKERS.fullmatch(program) and any(
        word in ("-c", "--check", "--verify", "verify", "-verify", "verify-blob", "-V") or "c" in word[1:].split("-")[0]
        for word in words[1:]
        if word.startswith("-") or word.startswith("verify")
    ):
        return {"sum"}
    return {"sum"} if program.startswith("gpgv") else set()


def _runs_inner(outer: Command | None) -> bool:
    """Say whether the command around a substitution runs what comes out of it."""
    words = meant(outer.words) if outer is not None else []
    program = words[0].rpartition("/")[2] if words else ""
    return program in _EVALUATORS or program in _SHELLS


def _is_run(command: Command, beside: list[Command]) -> bool:
    """Say whether a later command of the same pipeline runs what it is given."""
    later = (other for other in beside if other.pipeline == command.pipeline and other.start > command.start)
    return any(_runs_its_input(meant(other.words)) for other in later)


def _runs_its_input(words: list[str]) -> bool:
    """Say whether an interpreter reads its program from a pipe: it is given neither a script nor a text."""
    if not words or not _INTERPRETERS.fullmatch(words[0].rpartition("/")[2]):
        return False
    for word in words[1:]:
        if word == "-" or (word.startswith("-") and not word.startswith("--") and "s" in word):
            return True
        if word == "--":
            return False
        if not word.startswith("-"):
            return word in ("/dev/stdin", "/proc/self/fd/0")
        if not word.startswith("--") and any(letter in word[1:] for letter in "cempn"):
            return False
    return True


def read_script(text: str) -> Script:
    """Read a shell script."""
    script = Script()
    if is_worth_reading(text):
        script.read(split(text))
    return script


def reads_its_input(text: str) -> bool:
    """Say whether a script hands its heredocs to a shell as programs."""
    programs = (meant(command.words) for command in split(text))
    return any(words and words[0].rpartition("/")[2] in _SHELLS and _runs_its_input(words) for words in programs)


def read_arguments(words: tuple[str, ...]) -> Script:
    """Read a command that is given as words, without a shell."""
    script = Script()
    if any(map(is_worth_reading, words)):
        command = Command(0, 0)
        command.words = list(words)
        script.read([command])
    return script
