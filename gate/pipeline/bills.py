"""Reads bills of materials, and makes an image of what one is about where nothing else holds it."""

from __future__ import annotations

from gate.dialects.bill import OtherFormError
from gate.dialects.bills import REMEDY, WANTED, bill
from gate.dialects.image_name import identity
from gate.model.errors import InputError
from gate.model.evidence import Items, Stated
from gate.model.image import Identity, Variable
from gate.model.packages import Scan
from gate.model.record import Record, replace
from gate.model.reference import Definition
from gate.model.source import Source
from gate.pipeline.scanned import bare, opened
from gate.syntax.json_outline import Outline
from gate.syntax.json_values import values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.bill import Bill
    from gate.model.image import Image
    from gate.model.location import Location
    from gate.pipeline.files import Files

#: Why nothing follows from the vulnerabilities that a bill does not report, and from those that it does.
BLIND = "a bill of materials lists packages, and no vulnerability"
UNREAD = "its vulnerabilities ({count}) are not read: only the report of their scanner says what it could see"


class Read(Record):
    """One bill with the file that it stands in, and what it says as a scan."""

    bill: Bill
    scan: Scan
    source: Source


def read(files: Files, path: str) -> Read:
    """Read a bill; raise UsageError for one that is not there, InputError for what is none."""
    source = opened(files, path)
    if not source.data.lstrip().startswith(b"{"):
        raise OtherFormError("is no bill of materials in JSON", at=source.location(0, 0), remedy=REMEDY)
    content = values(source, REMEDY)
    outline = Outline(source, WANTED)
    found = bill(content, outline.at)
    return Read(found, _scan(found), source)


def _scan(found: Bill) -> Scan:
    blind = UNREAD.format(count=found.vulnerabilities) if found.vulnerabilities else BLIND
    return Scan(
        "sbom",
        ", ".join(part for part in (found.form, found.tool) if part),
        found.name or found.at.path,
        found.names,
        found.digests,
        found.layers,
        found.system,
        "",
        "",
        found.packages,
        0,
        f"{blind}; {found.doubt}" if found.doubt else blind,
        (),
        found.at,
        installed=found.installed,
    )


def image_of(found: Read) -> tuple[Image, tuple[Definition, ...]]:
    """Make the image that a bill is about, and the names by which workloads refer to it.

    syft repeats the image's configuration; without it the labels are known at most. Raise InputError for a
    configuration that no engine would take.
    """
    scan, path = found.scan, found.source.path
    name = next(iter(scan.names), scan.name)
    configured = _configured(found, path, name)
    image = configured or _labelled(bare(scan, path, name), found.bill)
    names = tuple(dict.fromkeys(called for called in map(identity, scan.names) if called))
    layers = configured.identity.layers if configured is not None and configured.identity is not None else scan.layers
    known = (*names, *(f"@{digest}" for digest in scan.digests))
    definitions = (Definition("image", one, scan.at, Stated(path, scan.at)) for one in dict.fromkeys(known))
    return (
        replace(image, identity=Identity(scan.digests, layers, names)),
        tuple(definitions) if configured is not None else (),
    )


def _labelled(image: Image, found: Bill) -> Image:
    """Return an image with the labels that a bill tells; there may be others."""
    from gate.dialects.image_config import statements

    at = found.at
    members = tuple(Stated(Variable(name, Stated(value, at), at), at) for name, value in found.labels)
    labels = Items(members, at, complete=False, open_because="the bill need not list all labels")
    return replace(image, labels=labels, statements=tuple(statements(labels)))


class _Encoded(Source):
    """A document that stands encoded in another: wherever something is in it, it is there."""

    __slots__ = ("_place",)

    def __init__(self, data: bytes, place: Location) -> None:
        super().__init__(place.path, data)
        self._place = place

    def location(self, start: int, end: int) -> Location:  # noqa: ARG002 - all of it is in one place
        return self._place


def _configured(found: Read, image_id: str, name: str) -> Image | None:
    """Read the configuration in a bill; None where it has none."""
    if found.bill.config is None:
        return None
    from gate.dialects.image_config import Config, is_config
    from gate.syntax.json import parse
    from gate.syntax.oci_images import Built

    scan = found.scan
    source = _Encoded(*found.bill.config)
    document = parse(source)
    if document.error is not None or not is_config(document.root):
        raise InputError("holds a configuration that is none", at=scan.at, remedy=REMEDY)
    built = Built(source, next(iter(scan.digests), ""), scan.digests, scan.names, {}, scan.at)
    return Config(built, document).image(built, id=image_id, name=name)
