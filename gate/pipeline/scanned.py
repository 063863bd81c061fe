"""Reads the reports of scanners, and makes an image of what a report is about where nothing else holds it."""

from __future__ import annotations

import os

from gate.dialects.image_name import identity
from gate.model.errors import InputError, UsageError
from gate.model.evidence import Inapplicable, Items, Stated, Unknown
from gate.model.image import Identity, Image
from gate.model.loading import module
from gate.model.location import whole_file
from gate.model.record import Record, replace
from gate.model.reference import Definition
from gate.model.source import Source
from gate.pipeline.files import PIECE, Files
from gate.syntax.json_outline import Outline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.packages import Scan, Scanner

#: Bytes of one report.
MAX_REPORT = 64 * 1024 * 1024


class Report(Record):
    """One report with the file that it stands in."""

    scan: Scan
    source: Source
    outline: Outline


def report(files: Files, path: str, scanner: Scanner) -> Report:
    """Read a report of a scanner; raise UsageError for one that is not there, InputError for what is none."""
    source = opened(files, path)
    adapter = module(f"gate.tools.{scanner}_report")
    outline = Outline(source, adapter.WANTED)
    return Report(adapter.read(source.data, outline.at), source, outline)


def database(files: Files, path: str) -> tuple[str, Source]:
    """Read when trivy's data was made from what it keeps beside it; raise as `report` does."""
    source = opened(files, path)
    outline = Outline(source, None)
    updated: str = module("gate.tools.trivy_report").database(source.data, outline.at)
    return updated, source


def opened(files: Files, path: str) -> Source:
    """Open a report, which may be outside of the repository, where builds like to leave it."""
    if not os.path.lexists(path):
        raise UsageError(f"there is no file {path}", remedy="name a file that a scanner has written")
    folder, name = os.path.split(os.path.abspath(path))
    full, root = os.path.join(os.path.realpath(folder), name), files.root.rstrip("/") + "/"
    if full.startswith(root):
        return _read(files, full[len(root) :].replace(os.sep, "/"))
    if os.path.lexists(os.path.join(files.root, name)):
        remedy = "name one of them otherwise, so that the report can tell them apart"
        raise UsageError(f"{path} has the name of a file of the repository", remedy=remedy)
    return _read(Files(os.path.dirname(full)), name)


def _read(files: Files, path: str) -> Source:
    stream = files.stream(path)
    if stream is None:
        raise InputError("is gone", at=whole_file(path), remedy="judge files that nobody changes meanwhile")
    try:
        if stream.size > MAX_REPORT:
            remedy = "leave descriptions and packages' files out of it, or scan fewer packages at once"
            raise InputError(f"is larger than {MAX_REPORT} bytes", at=whole_file(path), remedy=remedy)
        pieces = [stream.piece(start, PIECE) for start in range(0, stream.size, PIECE)]
        return Source(path, b"".join(pieces))
    finally:
        stream.close()


def image_of(found: Report) -> tuple[Image, tuple[Definition, ...]]:
    """Make the image that a report is about, and the names by which workloads refer to it.

    trivy repeats the image's configuration; without it nothing is known of how the image runs, and it answers to no
    name. Raise InputError for a configuration that no engine would take.
    """
    scan = found.scan
    name = next(iter(scan.names), scan.name)
    image_id = f"{found.source.path}#{scan.name}"
    configured = _configured(found, image_id, name)
    image = configured or bare(scan, image_id, name)
    names = tuple(dict.fromkeys(called for called in map(identity, scan.names) if called))
    known = (*names, *(f"@{digest}" for digest in scan.digests))
    definitions = (Definition("image", one, scan.at, Stated(image_id, scan.at)) for one in dict.fromkeys(known))
    return (
        replace(image, identity=Identity(scan.digests, scan.layers, names)),
        tuple(definitions) if configured is not None else (),
    )


def _configured(found: Report, image_id: str, name: str) -> Image | None:
    """Read the configuration in a report; None where it has none."""
    from gate.dialects.image_config import Config, is_config
    from gate.syntax.document import Document
    from gate.syntax.json import Scanner
    from gate.syntax.oci_images import Built

    scan = found.scan
    region = found.outline.regions.get(("Metadata", "ImageConfig"))
    if region is None or not scan.layers:
        return None
    node, _end = Scanner(found.source).value(region[0])
    if not is_config(node):
        return None
    built = Built(found.source, next(iter(scan.digests), ""), scan.digests, scan.names, {}, scan.at)
    return Config(built, Document(node, None, node.at, {})).image(built, id=image_id, name=name)


def bare(scan: Scan, image_id: str, name: str) -> Image:
    """Make an image of which no more is known than that it was scanned."""
    reason = "the report does not hold the configuration of the image"
    unknown = Unknown(reason, scan.at)
    return Image(
        image_id,
        name,
        "oci",
        scan.at,
        (),
        0,
        unknown,
        Items((), scan.at, complete=False, open_because=reason),
        Items((), scan.at, complete=False, open_because=reason),
        unknown,
        Items((), scan.at, complete=False, open_because=reason),
        unknown,
        Inapplicable("an image that was built has no syntax of its recipe", scan.at),
        unknown,
        Items((), scan.at, complete=False, open_because=reason),
        unknown,
    )
