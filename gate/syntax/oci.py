"""The documents of OCI layouts and of what `docker save` writes: what they look like, and whether they are whole.

A document is only parsed after its size and digest were found to be what the descriptor that names it says. Keys are
found as Go's `encoding/json` finds them, in whatever case, because all engines read these documents with it.

Sources: OCI image-spec 1.1 (descriptor, manifest, index, layout); containerd's check against documents that are a
manifest and an index at once (CVE-2021-41190).
"""

from __future__ import annotations

from gate.model.errors import InputError
from gate.model.record import Record
from gate.syntax.json import parse
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location
    from gate.model.source import Source
    from gate.syntax.document import Document
    from gate.syntax.oci_blobs import Blobs
    from gate.syntax.tree import Node

INDEXES = frozenset(
    {"application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"}
)
MANIFESTS = frozenset(
    {"application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"}
)
CONFIGS = frozenset({"application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"})

#: How the media types of filesystem layers begin; those of the last two may be left out of a layout.
LAYERS = (
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
)
ELSEWHERE = LAYERS[2:]

#: Hexadecimal digits of a digest, by its algorithm.
DIGESTS = {"sha256": 64, "sha512": 128}

AGAIN = "save or copy the image again"

_DOCUMENT = frozenset({"schemaVersion", "mediaType", "artifactType", "manifests", "config", "layers", "fsLayers"})
_DESCRIPTOR = frozenset({"mediaType", "digest", "size", "annotations", "platform", "urls", "data", "artifactType"})


class Descriptor(Record):
    """What one document says of another: its type, digest and size."""

    media_type: str
    digest: str
    size: int
    annotations: dict[str, Scalar]
    at: Location

    @property
    def blob(self) -> str:
        """The name of its file in a layout."""
        return blob_name(self.digest)


def blob_name(digest: str) -> str:
    """Return the name of the file in a layout that has a digest."""
    algorithm, _, value = digest.partition(":")
    return f"blobs/{algorithm}/{value}"


def read(source: Source) -> Document:
    """Return a document that could be parsed; raise InputError for any other."""
    parsed = parse(source)
    if parsed.error is not None:
        raise InputError(parsed.error.cause, at=parsed.error.at, remedy=parsed.error.remedy or AGAIN)
    return parsed


def folded(node: Mapping, names: frozenset[str]) -> Mapping:
    """Return a mapping with the known keys spelled as they are known; what only Go reads so is in doubt."""
    known = {_fold(name): name for name in names}
    if all(key in names or _fold(key) not in known for key in node.entries):
        return node
    entries: dict[str, Node] = {}
    keys: dict[str, Scalar] = {}
    for key, value in node.items():
        name, place = known.get(_fold(key), key), node.keys[key]
        if name != key or name in entries:
            place.doubt = f"the key `{key[:40]}` is `{name}` to some readers of JSON and nothing to others"
        entries[name], keys[name] = value, place
    return Mapping(node.source, node.start, node.end, entries, keys, node.doubt)


def _fold(name: str) -> str:
    """Fold the case as Go does, to which the long s is an s (and the sign for Kelvin a k)."""
    return name.replace("\u017f", "s").lower()


def fields(node: Node | None, names: frozenset[str], what: str, at: Location) -> Mapping:
    """Return a mapping that every reader of JSON sees alike; raise InputError for anything else."""
    if not isinstance(node, Mapping):
        raise InputError(f"{what} is not a mapping", at=at if node is None else node.at, remedy=AGAIN)
    found = folded(node, names)
    doubt = next((key for name, key in found.keys.items() if name in names and key.doubt), None)
    if doubt is not None:
        raise InputError(f"{what} is ambiguous: {doubt.doubt}", at=doubt.at, remedy=AGAIN)
    return found


def text(node: Node | None) -> str | None:
    """Return a string, None for what is none."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def strings(node: Node | None) -> dict[str, Scalar]:
    """Return the members of a mapping that are strings."""
    found = node.entries if isinstance(node, Mapping) else {}
    return {key: value for key, value in found.items() if isinstance(value, Scalar) and isinstance(value.value, str)}


def descriptor(node: Node | None, at: Location) -> Descriptor:
    """Read a descriptor; raise InputError for one that names nothing that could be checked."""
    entries = fields(node, _DESCRIPTOR, "a descriptor", at).entries
    place = at if node is None else node.at
    digest, media_type, size = text(entries.get("digest")), text(entries.get("mediaType")), entries.get("size")
    algorithm, _, value = (digest or "").partition(":")
    if DIGESTS.get(algorithm) != len(value) or value.strip("0123456789abcdef"):
        raise InputError("a descriptor has no SHA-256 or SHA-512 digest", at=place, remedy=AGAIN)
    if not media_type:
        raise InputError("a descriptor has no media type", at=place, remedy=AGAIN)
    number = size.value if isinstance(size, Scalar) else None
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise InputError("a descriptor has no size", at=place, remedy=AGAIN)
    return Descriptor(media_type, f"{algorithm}:{value}", number, strings(entries.get("annotations")), place)


def blob(store: Blobs, wanted: Descriptor, name: str = "") -> Source:
    """Return the document that a descriptor names; raise InputError unless its size and digest are right."""
    source = store.document(name or wanted.blob)
    if source is None:
        raise missing(wanted)
    compare(len(source.data), _sum(wanted, source), wanted)
    return source


def missing(wanted: Descriptor) -> InputError:
    """Say that a blob is not there."""
    return InputError(f"the blob {short(wanted.digest)} is missing", at=wanted.at, remedy=AGAIN)


def compare(size: int, digest: str, wanted: Descriptor) -> None:
    """Raise InputError unless size and digest are those of the descriptor."""
    name = short(wanted.digest)
    if size != wanted.size:
        cause = f"the blob {name} has {size} bytes and not the {wanted.size} that its descriptor says"
        raise InputError(cause, at=wanted.at, remedy=AGAIN)
    if digest != wanted.digest:
        cause = f"the blob {name} does not have that digest: it was changed or damaged"
        raise InputError(cause, at=wanted.at, remedy=AGAIN)


def short(digest: str) -> str:
    """Shorten a digest for people."""
    return digest[: digest.find(":") + 13]


def _sum(wanted: Descriptor, source: Source) -> str:
    if wanted.digest.startswith("sha256:"):
        return f"sha256:{source.digest}"
    from hashlib import sha512

    return f"sha512:{sha512(source.data).hexdigest()}"


def document(source: Source, media_types: frozenset[str], *, declared: str = "") -> Mapping:
    """Read a manifest or an index; `declared` is the media type that its descriptor says.

    Raise InputError for what is neither, both, or another than it was declared to be.
    """
    parsed = read(source)
    found = fields(parsed.root, _DOCUMENT, "a manifest", parsed.at)
    entries = found.entries
    is_index = media_types is INDEXES
    others = {"config", "layers", "fsLayers"} if is_index else {"manifests"}
    if others & entries.keys():
        raise InputError("is a manifest and an index at once", at=parsed.at, remedy=AGAIN)
    said = text(entries.get("mediaType"))
    if "mediaType" in entries and (said not in media_types or (declared and said != declared)):
        cause = "its media type is another than what it was declared to be"
        raise InputError(cause, at=entries["mediaType"].at, remedy=AGAIN)
    version = entries.get("schemaVersion")
    if not isinstance(version, Scalar) or version.value != 2:
        raise InputError("has another schema version than 2", at=parsed.at, remedy=AGAIN)
    if not isinstance(entries.get("manifests" if is_index else "layers"), Sequence):
        cause = f"has no list of {'manifests' if is_index else 'layers'}"
        raise InputError(cause, at=parsed.at, remedy=AGAIN)
    return found
