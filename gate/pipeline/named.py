"""Files that somebody names: below the root of the scan, or anywhere the operator says."""

from __future__ import annotations

import os

from gate.model.errors import InputError, UsageError
from gate.pipeline.files import Files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source
    from gate.pipeline.trees import AnyFiles


def named_source(files: AnyFiles, path: str, what: str = "declaration") -> Source:
    """Return a file; raise UsageError where there is none."""
    found = whereabouts(files, path, what)
    if found is None:
        raise UsageError(f"there is no file {path}", remedy=f"name an existing {what}")
    return found[0]


def whereabouts(files: AnyFiles, path: str, what: str) -> tuple[Source, str] | None:
    """Find a file and its absolute path; outside of the root it is called by its name alone.

    With a trusted commit whatever is below the root comes from there, however it is written.
    """
    root = files.root.rstrip("/") + "/"
    source = opened(files, path, what) if not os.path.isabs(path) else None
    full = os.path.normpath(os.path.join(os.path.realpath("."), path))
    if source is None and full.startswith(root):
        source = opened(files, os.path.relpath(full, files.root).replace(os.sep, "/"), what)
    elif source is None:
        real = os.path.realpath(path)
        folder, name = os.path.split(real)
        source = opened(Files(folder), name, what)
        return (source, real) if source is not None else None
    return (source, root + source.path) if source is not None else None


def opened(files: AnyFiles, path: str, what: str) -> Source | None:
    """Open a file; raise UsageError where it is there and may not be read."""
    try:
        return files.open(path)
    except InputError as error:
        raise UsageError(f"the {what} {error.cause}", at=error.at, remedy=error.remedy) from None
