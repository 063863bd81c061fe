"""Finds the declaration and the policy that govern a path.

The declaration nearest above a file speaks for it, so that the verdict on a file does not depend on what else is
checked in the same run. One that is named on the command line speaks for everything.
"""

from __future__ import annotations

import os

from gate.model.coverage import Skipped
from gate.model.errors import InputError, UsageError
from gate.model.location import whole_file
from gate.model.policy import Declaration
from gate.model.profile import PlatformProfile
from gate.model.record import replace
from gate.pipeline.files import Files
from gate.pipeline.reading import DECLARATION
from gate.policy.shipped import DEFAULT, shipped_policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.policy import Policy
    from gate.model.source import Source
    from gate.pipeline.options import Options
    from gate.pipeline.trees import AnyFiles

SILENT = Declaration("", "", "", PlatformProfile(), (), ())


class Declarations:
    """All declarations and policies of one run, each loaded once."""

    __slots__ = ("_found", "_named", "_policies", "files", "former", "options", "sources")

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
        self._policies: dict[str, Policy] = {}
        self._named = self._load(named_source(files, options.declaration)) if options.declaration else None

    @property
    def loaded(self) -> tuple[Declaration, ...]:
        """The declarations that spoke for something."""
        found = {id(one): one for one in (*self._found.values(), *((self._named,) if self._named else ())) if one.path}
        return tuple(sorted(found.values(), key=lambda declaration: declaration.path))

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies that judged something."""
        return tuple(self._policies.values())

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
        """Say why a file is not judged, if a declaration above it excludes it; the outermost is asked first."""
        folders = path.split("/")[:-1]
        for depth in range(len(folders) + 1):
            here = "/".join(folders[:depth])
            declaration = self.of(f"{here}/{DECLARATION}" if here else DECLARATION)
            if declaration.excluded and (declaration.folder == here or self._named is not None):
                from gate.policy.selection import excluding

                entry = excluding(declaration, path)
                if entry is not None:
                    return Skipped(whole_file(path), f"is excluded by {entry.at}: {entry.reason}")
        return None

    def speaking(self, path: str) -> tuple[tuple[str, Declaration], ...]:
        """Return every declaration above a file and above where it stood before, each with the path it speaks of."""
        places = (path, *self.former.get(path, ()))
        return tuple((place, declaration) for place in places for declaration in self.above(place))

    def policy_of(self, path: str) -> Policy:
        """Return the policy that judges a file: the command line's, else what all declarations above it ask for."""
        if self.options.policy:
            wanted = [("", self.options.policy)]
        else:
            wanted = [(one.folder, one.policy or DEFAULT) for _place, one in self.speaking(path)]
        key = "\0".join(f"{base}\0{name}" for base, name in wanted)
        if key not in self._policies:
            self._policies[key] = self._joined([self._policy(name, base) for base, name in wanted])
        return self._policies[key]

    def _joined(self, policies: list[Policy]) -> Policy:
        distinct = {policy.digest: policy for policy in policies}
        first, *others = distinct.values()
        if others:
            from gate.policy.ceiling import stricter_of

            for other in others:
                first = stricter_of(first, other)
        return first

    def _nearest(self, folder: str) -> Declaration:
        path = f"{folder}/{DECLARATION}" if folder else DECLARATION
        source = _opened(self.files, path)
        if source is not None:
            return self._load(source)
        misnamed = path.removesuffix(".yaml") + ".yml"
        if _opened(self.files, misnamed) is not None:
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

    def _policy(self, name: str, base: str) -> Policy:
        if not name.endswith((".yaml", ".yml")):
            return shipped_policy(name)
        from gate.policy.pack import load_policy

        source = named_source(self.files, f"{base}/{name}" if base else name)
        self.sources[source.path] = source
        return load_policy(source)


def _opened(files: AnyFiles, path: str) -> Source | None:
    try:
        return files.open(path)
    except InputError as error:
        raise UsageError(f"the declaration {error.cause}", at=error.at, remedy=error.remedy) from None


def named_source(files: AnyFiles, path: str) -> Source:
    """Open a file that the command line or a declaration names: below the root, or anywhere the operator says.

    With a trusted commit whatever is below the root comes from there, however it is written.
    """
    source = _opened(files, path) if not os.path.isabs(path) else None
    full = os.path.normpath(os.path.join(os.path.realpath("."), path))
    if source is None and full.startswith(files.root.rstrip("/") + "/"):
        source = _opened(files, os.path.relpath(full, files.root).replace(os.sep, "/"))
    elif source is None:
        folder, name = os.path.split(os.path.realpath(path))
        source = _opened(Files(folder), name)
    if source is None:
        raise UsageError(f"there is no file {path}", remedy="name an existing policy or declaration")
    return source
