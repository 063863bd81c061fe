"""Finds the declaration and the policy that govern a path.

The declaration nearest above a file speaks for it, so that the verdict on a file does not depend on what else is
checked in the same run. One that is named on the command line speaks for everything.
"""

from __future__ import annotations

from gate.model.coverage import Skipped
from gate.model.errors import UsageError
from gate.model.location import whole_file
from gate.model.policy import Declaration
from gate.model.profile import PlatformProfile
from gate.model.record import Record, replace
from gate.pipeline.named import named_source, opened
from gate.pipeline.packs import Packs
from gate.pipeline.reading import DECLARATION
from gate.policy.shipped import DEFAULT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.policy import Policy
    from gate.model.source import Source
    from gate.pipeline.options import Options
    from gate.pipeline.trees import AnyFiles

SILENT = Declaration("", "", "", PlatformProfile(), (), ())


class Ruling(Record):
    """What judges a file: the policy with its dates, what of it is in force, and what comes when."""

    whole: Policy
    now: Policy
    upcoming: tuple[tuple[str, Policy], ...]


class Declarations:
    """All declarations and policies of one run, each loaded once."""

    __slots__ = ("_excluding", "_found", "_named", "_packs", "_rulings", "files", "former", "options", "sources")

    def __init__(self, files: AnyFiles, options: Options) -> None:
        """Load the declaration named on the command line, if there is one.

        `files` are the working tree's, or those of the trusted commit. `former` tells of a path where its file stood in
        that commit: what was declared there still counts, so that nothing escapes its declaration by moving.
        """
        self.files = files
        self.options = options
        self.former: dict[str, tuple[str, ...]] = {}
        self.sources: dict[str, Source] = {}
        self._found: dict[str, Declaration] = {}
        self._excluding: dict[str, tuple[Declaration, ...]] = {}
        self._packs = Packs(files, self.sources)
        self._rulings: dict[str, Ruling] = {}
        self._named = self._load(named_source(files, options.declaration)) if options.declaration else None

    @property
    def loaded(self) -> tuple[Declaration, ...]:
        """The declarations that spoke for something."""
        found = {id(one): one for one in (*self._found.values(), *((self._named,) if self._named else ())) if one.path}
        return tuple(sorted(found.values(), key=lambda declaration: declaration.path))

    @property
    def policies(self) -> tuple[Policy, ...]:
        """What is in force of the policies that judged something."""
        return tuple(ruling.now for ruling in self._rulings.values())

    @property
    def upcoming(self) -> tuple[tuple[str, Policy], ...]:
        """What the policies that judged something come to on later days."""
        return tuple(one for ruling in self._rulings.values() for one in ruling.upcoming)

    def of(self, path: str) -> Declaration:
        """Return the declaration that speaks for a file."""
        if self._named is not None:
            return self._named
        folder = path.rpartition("/")[0]
        if folder not in self._found:
            self._found[folder] = self._nearest(folder)
        return self._found[folder]

    def above(self, path: str) -> tuple[Declaration, ...]:
        """Return every declaration above a file, the nearest first: a nearer one adds to the others and hides none."""
        found = [self.of(path)]
        while self._named is None and found[-1].folder:
            found.append(self.of(found[-1].folder))
        return tuple(found)

    def excluded(self, path: str) -> Skipped | None:
        """Say why a file is not judged, if a declaration above it excludes it.

        The outermost is asked first: what it excludes may hold declarations that cannot be read.
        """
        folder = path.rpartition("/")[0]
        known = self._excluding.get(folder)
        asked = []
        for declaration in known if known is not None else self._downward(folder):
            from gate.policy.selection import excluding

            entry = excluding(declaration, path)
            if entry is not None:
                return Skipped(whole_file(path), f"is excluded by {entry.at}: {entry.reason}")
            asked.append(declaration)
        self._excluding[folder] = tuple(asked)
        return None

    def _downward(self, folder: str) -> Iterator[Declaration]:
        """Yield the declarations at and above a folder that exclude anything, the outermost first."""
        if self._named is not None:
            yield from [self._named] if self._named.excluded else []
            return
        here = ""
        for name in ("", *folder.split("/")) if folder else ("",):
            here = f"{here}/{name}" if here else name
            declaration = self.of(f"{here}/{DECLARATION}" if here else DECLARATION)
            if declaration.excluded and declaration.folder == here:
                yield declaration

    def speaking(self, path: str) -> tuple[tuple[str, Declaration], ...]:
        """Return every declaration above a file and above where it stood before, each with the path it speaks of."""
        places = (path, *self.former.get(path, ()))
        return tuple((place, declaration) for place in places for declaration in self.above(place))

    def policy_of(self, path: str) -> Policy:
        """Return what judges a file on the day of the run."""
        return self.ruling(path).now

    def ruling(self, path: str) -> Ruling:
        """Return what judges a file: the command line's policy and those that the declarations above it name, joined.

        A declaration that names none is content with the command line's, and where there is none, with the default.
        """
        wanted: list[tuple[str | None, str]]
        root = self.files.root
        named = [(f"{root}/{one.folder}" if one.folder else root, one.policy) for _, one in self.speaking(path)]
        if self.options.policy:
            wanted = [(None, self.options.policy), *((folder, policy) for folder, policy in named if policy)]
        else:
            wanted = [(folder, policy or DEFAULT) for folder, policy in named]
        key = "\0".join(f"{folder}\0{policy}" for folder, policy in wanted)
        if key not in self._rulings:
            self._rulings[key] = self._on_the_day(self._packs.joined(wanted))
        return self._rulings[key]

    def _on_the_day(self, whole: Policy) -> Ruling:
        if not whole.dated:
            return Ruling(whole, whole, ())
        from gate.policy.calendar import in_force, upcoming

        day = self.options.now
        return Ruling(whole, in_force(whole, day), upcoming(whole, day))

    def _nearest(self, folder: str) -> Declaration:
        path = f"{folder}/{DECLARATION}" if folder else DECLARATION
        source = opened(self.files, path, "declaration")
        if source is not None:
            return self._load(source)
        misnamed = path.removesuffix(".yaml") + ".yml"
        if opened(self.files, misnamed, "declaration") is not None:
            remedy = f"rename it to {DECLARATION}"
            raise UsageError("a declaration of this name is not read", at=whole_file(misnamed), remedy=remedy)
        if not folder:
            return self._as_asked(SILENT)
        above = folder.rpartition("/")[0]
        if above not in self._found:
            self._found[above] = self._nearest(above)
        return self._found[above]

    def _load(self, source: Source) -> Declaration:
        from gate.policy.declaration import load_declaration

        self.sources[source.path] = source
        return self._as_asked(load_declaration(source))

    def _as_asked(self, declaration: Declaration) -> Declaration:
        """Let the command line's version win."""
        version = self.options.kubernetes_version
        if not version:
            return declaration
        return replace(declaration, platform=replace(declaration.platform, kubernetes_version=version))
