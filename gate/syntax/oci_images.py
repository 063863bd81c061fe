"""Finds the images in a layout, in what `docker save` writes, and in skopeo's folders, each whole or a problem.

Sources: OCI image-spec 1.1 `image-layout.md`; moby `image/tarexport`; containers/image `directory/explanation.md`.
"""

from __future__ import annotations

from gate.model.coverage import Skipped
from gate.model.errors import InputError
from gate.model.record import Record, replace
from gate.syntax import oci
from gate.syntax.json import parse
from gate.syntax.oci_archive import compression
from gate.syntax.oci_blobs import Blobs
from gate.syntax.oci_layers import Layers, left_out
from gate.syntax.tree import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location
    from gate.model.source import Source
    from gate.syntax.oci import Descriptor
    from gate.syntax.oci_blobs import Store
    from gate.syntax.oci_layers import Layer, Watch
    from gate.syntax.tree import Node, Scalar

#: Indexes in indexes, and manifests of one layout or archive.
MAX_DEPTH = 4
MAX_IMAGES = 1_000

LAYOUT, INDEX, MANIFEST = "oci-layout", "index.json", "manifest.json"

#: What Docker saved before it had manifests, and still writes beside them.
OLD = "repositories"

#: Annotations of a descriptor that name the image: containerd's is complete, the specification's may be a mere tag.
NAMES = ("io.containerd.image.name", "org.opencontainers.image.ref.name")

#: How BuildKit's attestations are told from images, and what they are about.
_KIND, _SUBJECT = "vnd.docker.reference.type", "vnd.docker.reference.digest"
_STATEMENT = "application/vnd.in-toto+json"

#: Statements of one attestation, and bytes of one.
MAX_STATEMENTS = 16
MAX_STATEMENT = 4 * 1024 * 1024

_SAVED = frozenset({"Config", "RepoTags", "Layers"})
_DIGEST_LENGTH = 64


class Built(Record):
    """One image: its configuration, whose digest was verified, and what stands around it.

    `digest` is the manifest's, or the configuration's where `docker save` wrote no manifest; `digests` are those by
    which a registry knows it: the manifest's and those of the indexes that list it. `layers` are those that were read,
    each with the place that lists it; None where there is only a configuration.
    """

    config: Source
    digest: str
    digests: tuple[str, ...]
    names: tuple[str, ...]
    annotations: dict[str, Scalar]
    at: Location
    layers: tuple[tuple[Layer, Location], ...] | None = None


class Images:
    """What one folder or archive holds. `flat` is skopeo's way to name files: by the digest alone.

    `attested` are the statements about an image that stand beside it, by the digest of its manifest.
    """

    __slots__ = ("_blobs", "_count", "_flat", "attested", "built", "problems", "skipped")

    def __init__(self, store: Store, *, flat: bool = False, watch: Watch | None = None) -> None:
        """Start empty; `watch` is what is wanted of the layers, without which they are only verified."""
        self._blobs = Blobs(store, Layers(watch))
        self._flat = flat
        self._count = 0
        self.attested: dict[str, list[Source]] = {}
        self.built: dict[str, Built] = {}
        self.problems: list[InputError] = []
        self.skipped: list[Skipped] = []

    @property
    def has_any(self) -> bool:
        """Whether there was anything to say of the store."""
        return bool(self.built or self.problems or self.skipped)

    def layout(self) -> None:
        """Take every image of an OCI layout."""
        try:
            _check_version(self._required(LAYOUT))
            self._index(oci.document(self._required(INDEX), oci.INDEXES), (), ())
        except InputError as error:
            self.problems.append(error)

    def folder(self) -> None:
        """Take the image of a folder that skopeo wrote: its manifest is not named by a descriptor."""
        try:
            source = self._required(MANIFEST)
            if is_index(oci.read(source).root):
                self._index(oci.document(source, oci.INDEXES), (), ())
            else:
                root = oci.document(source, oci.MANIFESTS)
                self._manifest(root, (f"sha256:{source.digest}",), (), {}, root.at)
        except InputError as error:
            self.problems.append(error)

    def saved(self) -> None:
        """Take the images of what `docker save` wrote; one that a layout in the same place has too gets its names."""
        try:
            entries = _saved_entries(self._required(MANIFEST))
        except InputError as error:
            self.problems.append(error)
            return
        for node in entries:
            try:
                self._saved(oci.fields(node, _SAVED, "the entry of an image", node.at))
            except InputError as error:
                self.problems.append(error)
            if self._count > MAX_IMAGES:
                return

    def _required(self, name: str) -> Source:
        source = self._blobs.document(name)
        if source is None:
            raise InputError(f"the file {name} is missing", at=self._blobs.place(name), remedy=oci.AGAIN)
        return source

    def _index(self, index: Mapping, names: tuple[str, ...], digests: tuple[str, ...]) -> None:
        """Take what an index lists; `digests` are its own and those of the indexes around it, the innermost first."""
        if len(digests) > MAX_DEPTH:
            raise InputError(f"indexes are nested deeper than {MAX_DEPTH}", at=index.at, remedy=oci.AGAIN)
        listed = index.entries["manifests"]
        for node in listed.items if isinstance(listed, Sequence) else ():
            try:
                self._entry(oci.descriptor(node, index.at), names, digests)
            except InputError as error:
                self.problems.append(error)
            if self._count > MAX_IMAGES:
                return

    def _entry(self, wanted: Descriptor, names: tuple[str, ...], digests: tuple[str, ...]) -> None:
        self._tally(wanted.at)
        own = tuple(wanted.annotations[name].text for name in NAMES if name in wanted.annotations)[:1]
        is_listed = wanted.media_type in oci.INDEXES
        if not is_listed and wanted.media_type not in oci.MANIFESTS:
            cause = "an entry has a media type that is neither a manifest's nor an index's"
            raise InputError(cause, at=wanted.at, remedy=oci.AGAIN)
        source = oci.blob(self._blobs, wanted, self._name(wanted, is_manifest=True))
        expected = oci.INDEXES if is_listed else oci.MANIFESTS
        root = oci.document(source, expected, declared=wanted.media_type)
        if is_listed:
            self._index(root, own or names, (wanted.digest, *digests))
        else:
            self._manifest(root, (wanted.digest, *digests), own or names, wanted.annotations, wanted.at)

    def _manifest(
        self,
        root: Mapping,
        digests: tuple[str, ...],
        names: tuple[str, ...],
        annotations: dict[str, Scalar],
        at: Location,
    ) -> None:
        """Take one manifest if it is of an image; only an image has filesystem layers."""
        listed = root.entries["layers"]
        layers = [oci.descriptor(node, root.at) for node in (listed.items if isinstance(listed, Sequence) else ())]
        config = oci.descriptor(root.entries.get("config"), root.at)
        is_image = config.media_type in oci.CONFIGS
        has_files = any(layer.media_type.startswith(oci.LAYERS) for layer in layers)
        if (layers and not has_files) or (not is_image and "artifactType" in root.entries):
            self.skipped.append(Skipped(at, "is no image but an attestation, a signature or another artifact"))
            self._attestation(layers, annotations)
            return
        if not is_image:
            raise InputError("the configuration has no media type of an image", at=config.at, remedy=oci.AGAIN)
        read = [self._layer(layer) for layer in layers]
        source = oci.blob(self._blobs, config, self._name(config))
        said = {**annotations, **oci.strings(root.entries.get("annotations"))}
        places = [layer.at for layer in layers]
        checked = self._checked(read, places, layer_sums(source))
        self._keep(Built(source, digests[0], digests, names, said, at, checked))

    def _layer(self, wanted: Descriptor) -> Layer:
        """Read and verify a layer, unless it may be left where it was published."""
        unread = "" if wanted.media_type.startswith(oci.LAYERS) else "its media type is not that of files"
        if wanted.media_type.endswith("+encrypted"):
            unread = "it is encrypted"
        found = self._blobs.layer(self._name(wanted), wanted.digest.partition(":")[0], unread)
        if found is not None:
            oci.compare(found.size, found.digest, wanted)
            return found
        if not wanted.media_type.startswith(oci.ELSEWHERE):
            raise oci.missing(wanted)
        return left_out("it is kept elsewhere")

    def _checked(
        self, layers: list[Layer], places: list[Location], sums: list[str] | None
    ) -> tuple[tuple[Layer, Location], ...]:
        """Compare what the layers unpack to with what the configuration says; raise InputError for another.

        What is wrong with a layer is said once, however many images share it.
        """
        if sums is None or len(sums) != len(layers):
            reason = "the configuration does not speak of the same layers"
            return tuple((left_out(reason), place) for place in places)
        checked: list[Layer] = []
        for layer, place, wanted in zip(layers, places, sums, strict=True):
            if layer.inner and wanted != layer.inner:
                cause = f"a layer unpacks to something else than {oci.short(wanted) or 'nothing'}, as it should"
                raise InputError(cause, at=place, remedy=oci.AGAIN)
            if layer.problem is not None and layer.problem not in self.problems:
                self.problems.append(layer.problem)
            checked.append(layer)
        return tuple(zip(checked, places, strict=True))

    def _attestation(self, layers: list[Descriptor], annotations: dict[str, Scalar]) -> None:
        """Keep the statements of an attestation that BuildKit put beside an image."""
        subject = annotations.get(_SUBJECT)
        if subject is None or _KIND not in annotations or annotations[_KIND].text != "attestation-manifest":
            return
        for layer in layers[:MAX_STATEMENTS]:
            if layer.media_type == _STATEMENT and layer.size <= MAX_STATEMENT:
                try:
                    self.attested.setdefault(subject.text, []).append(oci.blob(self._blobs, layer, self._name(layer)))
                except InputError as error:
                    self.problems.append(error)

    def _name(self, wanted: Descriptor, *, is_manifest: bool = False) -> str:
        if not self._flat:
            return wanted.blob
        return wanted.digest.partition(":")[2] + (".manifest.json" if is_manifest else "")

    def _keep(self, one: Built) -> None:
        """Keep an image once, under all of its names."""
        known = self.built.get(one.digest, one)
        names, digests = (*known.names, *one.names), (*known.digests, *one.digests)
        self.built[one.digest] = replace(known, names=_once(names), digests=_once(digests))

    def _tally(self, at: Location) -> None:
        self._count += 1
        if self._count > MAX_IMAGES:
            raise InputError(f"more than {MAX_IMAGES} manifests", at=at, remedy="judge fewer images at once")

    def _saved(self, entry: Mapping) -> None:
        self._tally(entry.at)
        name = _path_of(entry.entries.get("Config"), entry)
        source = self._blobs.document(name)
        if source is None:
            raise InputError("the configuration of an image is missing", at=entry.at, remedy=oci.AGAIN)
        digest = f"sha256:{source.digest}"
        stated = stated_digest(name)
        if stated and stated != digest:
            cause = "the configuration does not have the digest that its name says"
            raise InputError(cause, at=entry.at, remedy=oci.AGAIN)
        layers = self._saved_layers(entry, source)
        tags = entry.entries.get("RepoTags")
        found = (oci.text(node) for node in (tags.items if isinstance(tags, Sequence) else ()))
        names = tuple(tag for tag in found if tag)
        same = next((one for one in self.built.values() if f"sha256:{one.config.digest}" == digest), None)
        alone = Built(source, digest, (), names, {}, entry.at, layers)
        self._keep(replace(same, names=names) if same is not None else alone)

    def _saved_layers(self, entry: Mapping, config: Source) -> tuple[tuple[Layer, Location], ...]:
        listed = entry.entries.get("Layers")
        nodes = listed.items if isinstance(listed, Sequence) else []
        names = [_path_of(node, entry) for node in nodes]
        sums = layer_sums(config)
        if sums is not None and len(sums) != len(names):
            cause = f"the configuration is of {len(sums)} layers, and {len(names)} are listed"
            raise InputError(cause, at=entry.at, remedy=oci.AGAIN)
        read = [self._saved_layer(name, wanted, entry) for name, wanted in zip(names, sums or (), strict=False)]
        return self._checked(read, [node.at for node in nodes], sums)

    def _saved_layer(self, name: str, wanted: str, entry: Mapping) -> Layer:
        """Verify a layer by the digest that its name or the configuration says; compressed, it may have neither.

        Docker saved a layer that images share, or that an image has twice, once, and links to it. What a link leads to
        is verified as if it stood there.
        """
        linked = self._blobs.linked(name)
        if linked == "":
            return left_out("it is a link to no layer of the archive")
        name = linked or name
        found = self._blobs.layer(name, "sha256")
        if found is None:
            raise InputError(f"the layer {name[:80]} is missing", at=entry.at, remedy=oci.AGAIN)
        stated = stated_digest(name)
        may_differ = compression(found.head) and stated in ("", wanted)
        if found.digest not in (stated, wanted) and not may_differ:
            cause = "a layer does not have its digest: it was changed or damaged"
            raise InputError(cause, at=entry.at, remedy=oci.AGAIN)
        return found


def is_index(root: Node | None) -> bool:
    """Say whether a document lists manifests."""
    return (
        isinstance(root, Mapping)
        and isinstance(root.get("manifests"), Sequence)
        and root.get("schemaVersion") is not None
    )


def is_manifest(root: Node | None) -> bool:
    """Say whether a document is the manifest of an image."""
    if not isinstance(root, Mapping) or root.get("schemaVersion") is None:
        return False
    return isinstance(root.get("config"), Mapping) and isinstance(root.get("layers"), Sequence)


def is_saved(root: Node | None) -> bool:
    """Say whether a document is the manifest that `docker save` writes."""
    entries = root.items if isinstance(root, Sequence) else []
    return bool(entries) and all(
        isinstance(entry, Mapping) and "Config" in entry.entries and "Layers" in entry.entries for entry in entries
    )


def layer_sums(config: Source) -> list[str] | None:
    """Return the digests of a configuration's uncompressed layers; None when it does not say."""
    root = parse(config).root
    rootfs = root.get("rootfs") if isinstance(root, Mapping) else None
    listed = rootfs.get("diff_ids") if isinstance(rootfs, Mapping) else None
    return [oci.text(node) or "" for node in listed.items] if isinstance(listed, Sequence) else None


def _once(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _saved_entries(source: Source) -> list[Node]:
    parsed = oci.read(source)
    if not isinstance(parsed.root, Sequence) or not parsed.root.items:
        raise InputError("lists no images", at=parsed.at, remedy=oci.AGAIN)
    return parsed.root.items


def _check_version(marker: Source) -> None:
    parsed = oci.read(marker)
    found = oci.fields(parsed.root, frozenset({"imageLayoutVersion"}), "oci-layout", parsed.at)
    if oci.text(found.get("imageLayoutVersion")) != "1.0.0":
        raise InputError("has another layout version than 1.0.0", at=parsed.at, remedy=oci.AGAIN)


def _path_of(node: Node | None, entry: Mapping) -> str:
    """Return the name of a file beside the manifest; raise InputError for one that leads elsewhere."""
    name = oci.text(node) or ""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise InputError("names a file outside of the image, or none", at=entry.at, remedy=oci.AGAIN)
    return "/".join(parts)


def stated_digest(name: str) -> str:
    """Return the digest that a file's name says, empty for none."""
    stem = name.rpartition("/")[2].removeprefix("sha256:").partition(".")[0]
    is_digest = len(stem) == _DIGEST_LENGTH and not stem.strip("0123456789abcdef")
    return f"sha256:{stem}" if is_digest else ""
