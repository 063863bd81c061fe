"""The images that a run names: files and folders wherever they are, and references to registries where it may ask them.

What is fetched stays in a private folder for as long as a scanner may need it.
"""

from __future__ import annotations

import os

from gate.model.errors import UsageError
from gate.model.report import Fetched
from gate.pipeline.files import Files
from gate.pipeline.roots import absolute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tempfile import TemporaryDirectory
    from typing import Self

    from gate.model.image_name import ImageName
    from gate.pipeline.options import Options
    from gate.pipeline.reading import Ledger


class Given:
    """Reads every image on entering; on leaving, what was fetched is gone. `fetched` says what references led to."""

    __slots__ = ("_files", "_ledger", "_options", "_private", "_taken", "fetched")

    def __init__(self, files: Files, options: Options, ledger: Ledger) -> None:
        """Take the tree that is judged, and where to put what is read."""
        self._files = files
        self._options = options
        self._ledger = ledger
        self._private: list[TemporaryDirectory[str]] = []
        self._taken: set[str] = set()
        self.fetched: list[Fetched] = []

    def __enter__(self) -> Self:
        """Read the images; raise UsageError for what names none."""
        try:
            for text in self._options.images:
                self._take(text)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        """Remove what was fetched."""
        for folder in self._private:
            folder.cleanup()

    def _take(self, text: str) -> None:
        is_there = os.path.lexists(text)
        name = self._reference(text) if self._options.online or not is_there else None
        if is_there and name is not None:
            remedy = f"write ./{text} for the file, or judge the reference where no file has its name"
            raise UsageError(f"{text} is a file or folder, and the name of an image in a registry", remedy=remedy)
        if is_there:
            self._local(text)
        elif name is None:
            remedy = "name an archive, a layout's folder or a configuration, or an image of a registry with --online"
            raise UsageError(f"there is no file or folder {text}", remedy=remedy)
        elif not self._options.online:
            remedy = "add --online to `gate check` to have it fetched, or save it and name the archive or the layout"
            raise UsageError(f"there is no file or folder {text}, and registries are not asked", remedy=remedy)
        else:
            self._pull(name)

    @staticmethod
    def _reference(text: str) -> ImageName | None:
        from gate.dialects.image_name import parse

        return parse(text)

    def _pull(self, name: ImageName) -> None:
        """Read an image of a registry, once however often and in whatever way it is named."""
        from tempfile import TemporaryDirectory

        from gate.pipeline.pulling import Pulled, reference, unkept

        place = reference(name)
        if place in self._taken:
            return
        self._taken.add(place)
        if os.path.lexists(os.path.join(self._files.root, place)):
            remedy = "name one of them otherwise, so that the report can tell them apart"
            raise UsageError(f"{place} is also a file or folder of the repository", remedy=remedy)
        try:
            folder = TemporaryDirectory(prefix="boundary-gate-", ignore_cleanup_errors=True)
            self._private.append(folder)
            pulled = Pulled(folder.name, name, self._files.root)
        except OSError as error:
            self._ledger.refuse(unkept(place, error))
            return
        self._ledger.image(place, pulled)
        if pulled.digest:
            self.fetched.append(Fetched(place, pulled.digest, is_pinned=bool(name.digest)))

    def _local(self, path: str) -> None:
        """Read an image that is a file or a folder, maybe outside of the repository, where builds like to leave it."""
        full, root = absolute(path), self._files.root
        if full == root or full.startswith(root.rstrip("/") + "/"):
            inner = os.path.relpath(full, root).replace(os.sep, "/") if full != root else ""
            self._ledger.image(inner, self._files)
            return
        folder, name = os.path.split(full)
        if os.path.lexists(os.path.join(root, name)):
            remedy = "name one of them otherwise, so that the report can tell them apart"
            raise UsageError(f"{path} has the name of a file of the repository", remedy=remedy)
        self._ledger.image(name, Files(folder))
