"""What Packer's provisioners do to the guest, from the commands they carry and the scripts they name.

A script is read when it lies in the tree that is scanned; one that does not, and a provisioner that is another tool's
front end, leave open what was done.
"""

from __future__ import annotations

from gate.dialects.guest_commands import SCRIPTS, script
from gate.dialects.guest_updates import UPDATES
from gate.dialects.packer import as_text, first_reason, within
from gate.dialects.packer_files import WINDOWS, line_at, open_beside
from gate.dialects.packer_installer import answer_media, content_open, installer_updates, unattended_commands
from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.model.template import BuildCommand, Provisioning
from gate.syntax.tree import Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.dialects.guest_commands import Deed, Script
    from gate.dialects.packer import Keys, Recipe, Step
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.source import Source, Sources

#: Scripts that one template may name, and how deep one may call another.
MAX_SCRIPTS = 200
MAX_CALLS = 4

#: Commands of one template that do something of interest.
MAX_DEEDS = 20_000

#: Characters of an answer file that are searched for commands.
MAX_ANSWERS = 256 * 1024

_SHELLS = frozenset(("shell", "powershell", "windows-shell"))
_INERT = frozenset(("file", "shell-local", "breakpoint", "sleep", "windows-restart", "hcp-sbom", "comment", "goss"))


class Done:
    """What the provisioners of one build have done, as far as they could be read."""

    __slots__ = (
        "_deeds",
        "_fetched",
        "_floppy_known",
        "_folder",
        "_media",
        "_scripts",
        "_seen",
        "_sources",
        "_uploads",
        "account",
        "answers_open",
        "at",
        "cleaned",
        "installer",
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
        self._deeds = 0
        self._media: dict[str, str] = {}
        self._floppy_known = False
        self._uploads: dict[str, str] = {}
        self._fetched: dict[str, str] = {}
        self.updated: Stated[str] | None = None
        self.cleaned: Stated[bool] | None = None
        self.account: Stated[bool] | None = None
        self.key: Stated[bool] | None = None
        self.tls: list[Stated[BuildCommand]] = []
        self.piped: list[Stated[BuildCommand]] = []
        self.installer: Setting[str] | None = None
        self.answers_open = ""
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

    def answers(self, keys: Keys) -> None:
        """Read the commands that an answer file of Windows runs from a floppy or a disc."""
        self._media = answer_media(keys)
        floppy = keys.texts("floppy_files")
        listed = floppy.complete and all(isinstance(item, Stated) for item in floppy.members)
        self._floppy_known = listed and not (keys.has("floppy_dirs") or keys.has("floppy_content"))
        for name, path in self._media.items():
            if name not in ("autounattend.xml", "unattend.xml"):
                continue
            opened = open_beside(path, self._folder, self._sources)
            if opened is None:
                self.leave_open(f"`{name}` is not in sight")
                continue
            for line, start in unattended_commands(opened.text[:MAX_ANSWERS]):
                at = line_at(opened, start)
                self.script(script(line, windows=True), lambda _start, at=at: at)  # type: ignore[misc]

    def script(self, script: Script, place: Callable[[int], Location], depth: int = 0) -> None:
        """Take what a script does; `place` gives the location of an offset."""
        self._deeds += len(script.deeds)
        if script.cut or self._deeds > MAX_DEEDS:
            self.leave_open("the scripts are longer than is read")
        for deed in script.deeds if self._deeds <= MAX_DEEDS else ():
            self._deed(deed, place(deed.start), depth)

    def _deed(self, deed: Deed, at: Location, depth: int) -> None:
        self._improve(deed.updates, at)
        if deed.cleans:
            self.cleaned = self.cleaned or Stated(True, at)
        if deed.removes_account:
            self.account = self.account or Stated(True, at)
        if deed.removes_key:
            self.key = self.key or Stated(True, at)
        for found, text in ((self.tls, deed.skips_tls), (self.piped, deed.runs_download)):
            command = Stated(BuildCommand(text, deed.written), at)
            if text and command not in found:
                found.append(command)
        if deed.verifies:
            self._fetched = dict.fromkeys(self._fetched, "")
        elif deed.fetches:
            self._fetched[deed.fetches] = deed.program
        if deed.runs:
            self._called(deed.runs, at, depth)

    def _called(self, path: str, at: Location, depth: int) -> None:
        """Read a script that a command runs, when the build has uploaded it; one that it has fetched is a download."""
        name = path.replace("\\", "/").rpartition("/")[2]
        if name in self._fetched:
            if self._fetched[name]:
                shown = f"{name}, which {self._fetched[name]} fetches"
                self.piped.append(Stated(BuildCommand(shown, path), at))
            return
        source = self._uploaded(path)
        if source and depth < MAX_CALLS and self._file(source, depth + 1):
            return
        if self._floppy_known and _clean(path).startswith("a:/") and not source:
            return
        if source or name.lower().endswith(SCRIPTS):
            self.leave_open(f"the script `{name}` is not in sight")

    def _uploaded(self, path: str) -> str:
        """Return the file that was brought to a path, alone or with its folder; empty when none was."""
        clean = _clean(path)
        if clean[1:3] == ":/" and clean[3:] in self._media:
            return self._media[clean[3:]]
        for destination, source in self._uploads.items():
            if clean == destination:
                return source
            if clean.startswith(f"{destination}/"):
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
            self._uploads[_clean(pair[1])] = pair[0]

    def _commands(self, step: Step) -> None:
        """Read the commands written into the template itself; a list of them is one script."""
        entry = step.keys.entry("inline")
        if entry is None:
            return
        node, at = entry
        offsets: list[tuple[int, Location]] = []
        text = ""
        for line in node.items if isinstance(node, Sequence) else [node]:
            known = as_text(line)
            if known is None:
                self.leave_open(first_reason(line))
            else:
                offsets.append((len(text), within(line, at)))
                text += known + "\n"
        self.script(script(text, windows=step.type != "shell"), lambda start: _place(offsets, start, at))

    def _files(self, step: Step, name: str) -> None:
        entry = step.keys.entry(name)
        if entry is None:
            return
        node, _ = entry
        for item in node.items if isinstance(node, Sequence) else [node]:
            path = as_text(item)
            if path is None:
                self.leave_open(first_reason(item))
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
            self.script(_script_of(opened), lambda start: line_at(opened, start), depth)
        return True


def _clean(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").lower()


def _script_of(source: Source) -> Script:
    """Return what the commands of a file do; several builds may run it."""
    known = source.trees.get("guest")
    if known is None:
        known = source.trees["guest"] = script(source.text, windows=source.path.lower().endswith(WINDOWS))
    return known  # type: ignore[return-value]


def _place(offsets: list[tuple[int, Location]], start: int, at: Location) -> Location:
    return next((place for offset, place in reversed(offsets) if offset <= start), at)


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
        one.answers(recipe.keys)
        for step in steps:
            one.take(step)
        entry = recipe.keys.entry("shutdown_command")
        if entry is not None and isinstance(entry[0], Scalar):
            at = entry[1]
            one.script(script(as_text(entry[0]) or ""), lambda _start, at=at: at)  # type: ignore[misc]
        if recipe.steps_open:
            one.leave_open(recipe.steps_open)
        one.installer = installer_updates(recipe, sources)
        one.answers_open = content_open(recipe.keys)
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
    """Take the better of what the provisioners and the installer do."""
    installed = one.installer if isinstance(one.installer, Stated) else None
    best = max((step for step in (one.updated, installed) if step is not None), key=_rank, default=None)
    if best is not None and (best.value in ("full", "security") or not one.open_because):
        return best
    reason = (
        one.open_because or one.answers_open or (one.installer.reason if isinstance(one.installer, Unknown) else "")
    )
    return Unknown(reason, one.at) if reason else best or Defaulted("none", one.at)


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
