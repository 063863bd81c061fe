"""A commit beside the working tree: its files, and which of them are not what they were."""

from __future__ import annotations

import os

from gate.model.errors import InputError, UsageError
from gate.model.record import Record
from gate.pipeline.files import MAX_BYTES
from gate.pipeline.trees import Tree
from gate.tools.git import GitError, Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.pipeline.files import Files


class Changes(Record):
    """Paths that differ between a commit and the working tree: in both, in the tree alone, in the commit alone."""

    modified: frozenset[str]
    added: frozenset[str]
    deleted: frozenset[str]

    @property
    def paths(self) -> frozenset[str]:
        """All of them."""
        return self.modified | self.added | self.deleted

    @property
    def places(self) -> frozenset[str]:
        """All of them, and every folder (`folder/`) whose list of files is another, as readers ask for it."""
        return self.paths | {f"{path.rpartition('/')[0]}/" for path in self.added | self.deleted}


class Revision:
    """One commit of the repository that is judged; `name` is how it was asked for."""

    __slots__ = ("_changes", "_files", "commit", "name", "repository", "tree")

    def __init__(self, files: Files, name: str, option: str, *, fork: bool = False) -> None:
        """Resolve a name, with `fork` to where the history of HEAD left it; raise UsageError where that cannot be."""
        self.name = name
        self._files = files
        self._changes: Changes | None = None
        if not os.path.lexists(os.path.join(files.root, ".git")):
            remedy = "run it inside a clone"
            raise UsageError(f"{option} needs a git repository, and {files.root} is none", remedy=remedy)
        try:
            self.repository = Repository(files.root)
            self.commit = self.repository.commit(name)
            if fork:
                self.commit = self.repository.merge_base(self.commit, self.repository.commit("HEAD"))
            self.tree = Tree(self.repository, self.commit)
        except GitError as error:
            remedy = "fetch it first; a checkout of depth 1 holds no other commit (actions/checkout: fetch-depth: 0)"
            raise UsageError(f"{option}: {error}", remedy=remedy) from None

    @property
    def changes(self) -> Changes:
        """What differs between the commit and the working tree, found once."""
        if self._changes is None:
            try:
                self._changes = self._compared()
            except GitError as error:
                raise UsageError(f"{self.name}: {error}", remedy="repair the clone") from None
        return self._changes

    def _compared(self) -> Changes:
        suspects = self.repository.differing(self.commit)
        here = self._here()
        inside = self.tree.entries
        there = {path for path in suspects if os.path.lexists(os.path.join(self._files.root, path))}
        return Changes(
            frozenset(path for path in suspects & inside.keys() & there if self._differs(path)),
            frozenset((here | there) - inside.keys()),
            frozenset((suspects & inside.keys()) - there),
        )

    def _here(self) -> set[str]:
        """Return the files that are there, or of a tree that is too large for that, those that git does not know."""
        try:
            return set(self._files.walk(""))
        except InputError:
            found = self.repository.untracked()
            inner = (path for other in found if other.endswith("/") for path in self._files.walk(other.rstrip("/")))
            return {path for path in found if not path.endswith("/")}.union(inner)

    def _differs(self, path: str) -> bool:
        """Compare bytes, because the index only knows times and sizes."""
        entry = self.tree.entries[path]
        if not entry.is_regular:
            return True
        try:
            source = self._files.open(path)
        except InputError:
            return True
        return source is None or source.data != self.tree.blob(entry, MAX_BYTES)
