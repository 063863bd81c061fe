"""Starts trivy on what a run names, each image by itself, and holds its reports to what they have to be of."""

from __future__ import annotations

import os

from gate.freshness.instant import day_of
from gate.model.days import days
from gate.model.errors import InputError, UsageError
from gate.model.image import Identity
from gate.model.location import Location, whole_file
from gate.model.record import Record, replace
from gate.pipeline.packing import scannable
from gate.pipeline.roots import absolute
from gate.pipeline.scanned import bare
from gate.tools.trivy import TrivyError, found
from gate.tools.trivy_report import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.image import Image
    from gate.model.packages import Scan
    from gate.pipeline.files import Files
    from gate.pipeline.options import Options
    from gate.pipeline.reading import Named
    from gate.tools.trivy import Target, Trivy

#: Days after which a database says too little to be asked; from the third day on it costs points (PKG011, B6).
MAX_AGE = 30


class Made(Record):
    """What trivy reports of one image of the run, or of one that only the report knows, which then `is_new`."""

    scan: Scan
    image: Image
    is_new: bool


class Starting:
    """The scans that trivy is started for."""

    __slots__ = ("_options", "_root", "_trivy", "_why")

    def __init__(self, files: Files, options: Options, folder: str) -> None:
        """Find trivy; `folder` is empty and private. Where trivy may not be used, every scan says why."""
        self._root = files.root
        self._options = options
        self._trivy: Trivy | None = None
        self._why: TrivyError | None = None
        try:
            self._trivy = _young(found(options.trivy, options.trivy_cache, files.root, folder), options.now)
        except TrivyError as error:
            self._why = error

    def scans(self, images: list[Named]) -> Iterator[Made | InputError]:
        """Yield a report, or what kept trivy from making it, for every image that was read and all else that is named.

        Of an image that could not be read, the ledger says why.
        """
        for named in images:
            for image in named.images:
                yield self._image(image, named)
        for path in dict.fromkeys(self._options.rootfs):
            yield self._other("rootfs", path)
        for path in dict.fromkeys(self._options.sboms):
            yield self._other("sbom", path)

    def _image(self, image: Image, named: Named) -> Made | InputError:
        at = whole_file(image.at.path)

        def target(folder: str) -> tuple[Target, str]:
            return scannable(image, named, folder)

        scan = self._tried(target, at)
        if isinstance(scan, InputError):
            return scan
        own = image.identity
        if own is None or scan.layers != own.layers:
            remedy = "judge files that nobody changes meanwhile"
            return InputError("is not what trivy reports of: the layers differ", at=at, remedy=remedy)
        return Made(replace(scan, name=image.name, names=(), match="digest"), image, is_new=False)

    def _other(self, kind: Target, path: str) -> Made | InputError:
        """Scan a root filesystem or a bill of materials, of which nothing else is known."""
        if not os.path.lexists(path):
            raise UsageError(f"there is no file or folder {path}", remedy=f"name what is there behind --{kind}")
        full, name = absolute(path), self._shown(path)
        scan = self._tried(lambda _folder: (kind, full), whole_file(name))
        if isinstance(scan, InputError):
            return scan
        scan = replace(scan, name=name, names=())
        image = replace(bare(scan, name, name), identity=Identity(scan.digests, scan.layers, ()))
        return Made(scan, image, is_new=True)

    def _shown(self, path: str) -> str:
        """Return what the report calls a path: relative to the root, or the bare name of what is outside of it."""
        full, below = absolute(path), self._root.rstrip("/") + "/"
        if full == self._root or full.startswith(below):
            return os.path.relpath(full, self._root).replace(os.sep, "/")
        name = os.path.basename(full) or full
        if os.path.lexists(os.path.join(self._root, name)):
            remedy = "name one of them otherwise, so that the report can tell them apart"
            raise UsageError(f"{path} has the name of a file of the repository", remedy=remedy)
        return name

    def _tried(self, target: Callable[[str], tuple[Target, str]], at: Location) -> Scan | InputError:
        """Scan once, in a private folder; return what went wrong instead of a report."""
        from tempfile import TemporaryDirectory

        if self._trivy is None:
            assert self._why is not None
            return _unscanned(self._why, at)
        try:
            with TemporaryDirectory(prefix="boundary-gate-", ignore_cleanup_errors=True) as folder:
                kind, path = target(folder)
                data = self._trivy.report(kind, path, folder)
        except TrivyError as error:
            return _unscanned(error, at)
        except InputError as error:
            return error
        try:
            scan = read(data, _Places(at.path))
        except InputError as error:
            return InputError(f"is scanned, and the report of trivy is none: {error.cause}", at=at, remedy=error.remedy)
        # When trivy looked changes nothing, and what it knows is as old as its data.
        return replace(scan, version=self._trivy.version, created="", database=self._trivy.database)


class _Places:
    """Places for what a report says that is no file: all in the scanned one, each another by its offset alone."""

    __slots__ = ("_count", "_path")

    def __init__(self, path: str) -> None:
        self._path = path
        self._count = 0

    def __call__(self, *_path: str | int) -> Location:
        self._count += 1
        return Location(self._path, 1, 1, 1, 1, self._count, self._count)


def _young(trivy: Trivy, now: str) -> Trivy:
    """Refuse a database that is older than the vulnerabilities to ask it for."""
    made = day_of(trivy.database)
    remedy = "run `trivy image --download-db-only`, or name another cache with --trivy-cache"
    if made is None:
        raise TrivyError("has a database that does not say when it was made", remedy)
    age = days(now) - made
    if age > MAX_AGE:
        raise TrivyError(f"has a database that is {age} days old, and {MAX_AGE} are the most", remedy)
    return trivy


def _unscanned(error: TrivyError, at: Location) -> InputError:
    return InputError(f"is not scanned: trivy {error.cause}", at=at, remedy=error.remedy)
