"""What Packer's provisioners do to the guest, from the commands they carry and the scripts they name.

A script is read when it lies in the tree that is scanned; one that does not, and a provisioner that is another tool's
front end, leave open what was done.
"""

from __future__ import annotations

from gate.dialects.guest_commands import (
    UPDATES,
    cleans,
    fetches,
    removes_account,
    removes_key,
    runs_download,
    runs_script,
    skips_tls,
    updates,
    verifies,
)
from gate.dialects.packer import as_text, first_reason, why, within
from gate.dialects.shell_commands import commands
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.model.template import Provisioning
from gate.syntax.tree import Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.dialects.packer import Recipe, Step
    from gate.dialects.shell_commands import Command
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.source import Source, Sources

#: Scripts that one template may name, and how deep one may call another.
MAX_SCRIPTS = 200
MAX_CALLS = 4

_SHELLS = frozenset(("shell", "powershell", "windows-shell"))
_INERT = frozenset(("file", "shell-local", "breakpoint", "sleep", "windows-restart", "hcp-sbom", "comment", "goss"))


class Done:
    """What the provisioners of one build have done, as far as they could be read."""

    __slots__ = (
        "_fetched",
        "_folder",
        "_scripts",
        "_seen",
        "_sources",
        "_uploads",
        "account",
        "at",
        "cleaned",
        "key",
        "open_because",
        "piped",
        "tls",
        "updated",
    )

    def __init__(self, at: Location, folder: str, sources: Sources) -> None:
        """Start with nothing done."""
        self.at = at
        self._folder = folder
        self._sources = sources
        self._seen: set[str] = set()
        self._scripts = 0
        self._uploads: dict[str, str] = {}
        self._fetched: dict[str, str] = {}
        self.updated: Stated[str] | None = None
        self.cleaned: Stated[bool] | None = None
        self.account: Stated[bool] | None = None
        self.key: Stated[bool] | None = None
        self.tls: list[Stated[str]] = []
        self.piped: list[Stated[str]] = []
        self.open_because = ""

    def take(self, step: Step) -> None:
        """Read one provisioner."""
        if step.type == "file":
            self._upload(step)
        elif step.type == "windows-update":
            self._improve(_windows_update(step), step.keys.at)
        elif step.type in _SHELLS:
            self._commands(step)
            for name in ("script", "scripts"):
                self._files(step, name)
        elif step.type not in _INERT:
            self.leave_open(f"what the `{step.type}` provisioner does is not read")

    def script(self, text: str, place: Callable[[int], Location], depth: int = 0) -> None:
        """Read the commands of a script; `place` gives the location of an offset."""
        before: Command | None = None
        for command in commands(text):
            self._command(command, before, place(command.start), depth)
            before = command

    def _command(self, command: Command, before: Command | None, at: Location, depth: int) -> None:
        self._improve(updates(command), at)
        if self.cleaned is None and cleans(command):
            self.cleaned = Stated(True, at)
        if self.account is None and removes_account(command):
            self.account = Stated(True, at)
        if self.key is None and removes_key(command):
            self.key = Stated(True, at)
        for found, text in ((self.tls, skips_tls(command)), (self.piped, runs_download(command, before))):
            if text and Stated(text, at) not in found:
                found.append(Stated(text, at))
        if verifies(command):
            self._fetched = dict.fromkeys(self._fetched, "")
        elif fetches(command):
            self._fetched[fetches(command)] = command.program
        called = runs_script(command)
        if called:
            self._called(called, at, depth)

    def _called(self, path: str, at: Location, depth: int) -> None:
        """Read a script that a command runs, when the build has uploaded it; one that it has fetched is a download."""
        name = path.rpartition("/")[2]
        if name in self._fetched:
            if self._fetched[name]:
                self.piped.append(Stated(f"{name}, which {self._fetched[name]} fetches", at))
            return
        source = self._uploaded(path)
        if source and depth < MAX_CALLS and self._file(source, depth + 1):
            return
        if source or "." in name:
            self.leave_open(f"the script `{name}` is not in sight")

    def _uploaded(self, path: str) -> str:
        """Return the file that was uploaded to a path, alone or with its folder; empty when none was."""
        for destination, source in self._uploads.items():
            if path == destination:
                return source
            if path.startswith(f"{destination}/"):
                return source.rstrip("/") + path[len(destination) :]
        return ""

    def _improve(self, level: str, at: Location) -> None:
        if level != "none" and (self.updated is None or UPDATES.index(level) > UPDATES.index(self.updated.value)):
            self.updated = Stated(level, at)

    def leave_open(self, reason: str) -> None:
        """Note the first reason why something else may have been done."""
        self.open_because = self.open_because or reason

    def _upload(self, step: Step) -> None:
        pair = [as_text(node) if node is not None else None for node in map(step.keys.node, ("source", "destination"))]
        if pair[0] and pair[1]:
            self._uploads[pair[1].rstrip("/")] = pair[0]

    def _commands(self, step: Step) -> None:
        """Read the commands written into the template itself; a list of them is one script."""
        for name in ("inline",):
            entry = step.keys.entry(name)
            if entry is None:
                continue
            node, at = entry
            lines = node.items if isinstance(node, Sequence) else [node]
            offsets: list[tuple[int, Location]] = []
            text = ""
            for line in lines:
                known = as_text(line)
                if known is None:
                    self.leave_open(first_reason(line) if isinstance(line, Sequence) else why(line, "a string"))
                    continue
                offsets.append((len(text), within(line, at)))
                text += known + "\n"
            self.script(text, lambda start, offsets=offsets, at=at: _place(offsets, start, at))  # type: ignore[misc]

    def _files(self, step: Step, name: str) -> None:
        entry = step.keys.entry(name)
        if entry is None:
            return
        node, _ = entry
        for item in node.items if isinstance(node, Sequence) else [node]:
            path = as_text(item)
            if path is None:
                self.leave_open(why(item, "a string") if not isinstance(item, Sequence) else first_reason(item))
            elif not self._file(path, 0):
                self.leave_open(f"the script `{path.rpartition('/')[2]}` is not in sight")

    def _file(self, path: str, depth: int) -> bool:
        """Read a script; False when it is not there."""
        self._scripts += 1
        opened = open_beside(path, self._folder, self._sources) if self._scripts <= MAX_SCRIPTS else None
        if opened is None:
            return False
        if opened.path not in self._seen:
            self._seen.add(opened.path)
            text = opened.text
            self.script(text, lambda start: _line(opened, start), depth)
        return True


def _line(source: Source, start: int) -> Location:
    """Return the rest of the line at an offset."""
    end = source.text.find("\n", start)
    return source.location(start, end if end >= 0 else len(source.text))


def _place(offsets: list[tuple[int, Location]], start: int, at: Location) -> Location:
    return next((place for offset, place in reversed(offsets) if offset <= start), at)


def open_beside(path: str, folder: str, sources: Sources) -> Source | None:
    """Open a path that a template names: relative to its folder, to the root, or to a folder between them.

    Packer takes it relative to the working directory, which is one of these.
    """
    clean = path.replace("\\", "/")
    if clean.startswith("/") or "{{" in clean.replace("{{template_dir}}", ""):
        return None
    clean = clean.replace("{{template_dir}}", ".")
    here = folder
    while True:
        try:
            opened = sources.open(f"{here}/{clean}" if here else clean)
        except InputError:
            return None
        if opened is not None or not here:
            return opened
        here = here.rpartition("/")[0]


def _windows_update(step: Step) -> str:
    """Say what a windows-update provisioner installs: filters may leave out what matters."""
    filters = [item.value.lower() for item in step.keys.texts("filters").members if isinstance(item, Stated)]
    excluded = any(
        rule.startswith("exclude:") and ("security" in rule or "cumulative" in rule or rule.endswith("$true"))
        for rule in filters
    )
    return "partial" if excluded else "full"


def done(recipe: Recipe, sources: Sources) -> list[Done]:
    """Read the provisioners of every build that uses a source; shutting down may be the last step of the clean-up."""
    found: list[Done] = []
    for steps in recipe.builds or [[]]:
        one = Done(recipe.at, recipe.folder, sources)
        for step in steps:
            one.take(step)
        entry = recipe.keys.entry("shutdown_command")
        if entry is not None and isinstance(entry[0], Scalar):
            at = entry[1]
            one.script(as_text(entry[0]) or "", lambda _start, at=at: at)  # type: ignore[misc]
        if recipe.steps_open:
            one.leave_open(recipe.steps_open)
        found.append(one)
    return found


def provisioning(recipe: Recipe, builds: list[Done]) -> Provisioning:
    """Return what is done in every build; where builds differ the least of them counts."""
    reason = next((one.open_because for one in builds if one.open_because), "")
    return Provisioning(
        min((_updates(one) for one in builds), key=_rank),
        least([_flag(one.cleaned, one) for one in builds]),
        Items(tuple(dict.fromkeys(item for one in builds for item in one.tls)), recipe.at, not reason, reason),
        Items(tuple(dict.fromkeys(item for one in builds for item in one.piped)), recipe.at, not reason, reason),
        recipe.plugins,
        _box(recipe),
    )


def _updates(one: Done) -> Setting[str]:
    if one.updated is not None and (one.updated.value == "full" or not one.open_because):
        return one.updated
    return Unknown(one.open_because, one.at) if one.open_because else Defaulted("none", one.at)


def _rank(setting: Setting[str]) -> float:
    """Order by how much is done; what is not known stands between something and nothing."""
    return UPDATES.index(setting.value) if isinstance(setting, Stated | Defaulted) else 0.5


def _flag(found: Stated[bool] | None, one: Done) -> Setting[bool]:
    if found is not None:
        return found
    return Unknown(one.open_because, one.at) if one.open_because else Defaulted(False, one.at)


def least(settings: list[Setting[bool]]) -> Setting[bool]:
    """Return a setting that does not hold, else one that is not known, else one that holds."""
    return min(settings, key=lambda s: (0 if not s.value else 2) if isinstance(s, Stated | Defaulted) else 1)


def account_removed(builds: list[Done]) -> Setting[bool]:
    """Say whether every build removes or locks the login it used."""
    return least([_flag(one.account, one) for one in builds])


def key_removed(builds: list[Done]) -> Setting[bool]:
    """Say whether every build takes its key away."""
    return least([_flag(one.key, one) for one in builds])


def _box(recipe: Recipe) -> Setting[bool]:
    found = next(
        (step for step in recipe.products if step.type in ("vagrant", "vagrant-cloud", "vagrant-registry")), None
    )
    if found is not None:
        return Stated(True, found.keys.at)
    if recipe.products_open:
        return Unknown(recipe.products_open, recipe.at)
    return Defaulted(False, recipe.at)
