"""An image of a registry as an OCI layout that fills itself: what its reader opens is fetched, and nothing else is.

So a reference is read as a layout is, platform by platform, and what a scanner is given is what was verified. The tag
is asked for once; everything behind it is named by digests, so that a tag that moves meanwhile moves nothing here.
"""

from __future__ import annotations

import os

from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.model.record import Record
from gate.model.source import Source
from gate.pipeline.files import MAX_BYTES, MAX_STREAM, Files
from gate.syntax import oci
from gate.syntax.oci_images import INDEX, LAYOUT, NAMES
from gate.syntax.tree import Sequence
from gate.tools.registry import Registry
from gate.tools.registry_http import RegistryError
from gate.tools.registry_logins import Logins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.image_name import ImageName
    from gate.model.source import Stream
    from gate.syntax.oci import Descriptor
    from gate.syntax.tree import Mapping
    from gate.tools.registry import Manifest

#: What a registry is asked for.
ACCEPTED = oci.INDEXES | oci.MANIFESTS


class Wanted(Record):
    """A blob that a document names; a manifest is asked for in another way than other blobs."""

    descriptor: Descriptor
    is_manifest: bool


class Pulled(Files):
    """The files of a private folder in which one image comes to be; `place` is what reports call its layout.

    `digest` is what the reference led to, once it has been asked.
    """

    __slots__ = ("_failed", "_had", "_left", "_logins", "_name", "_over", "_registry", "_wanted", "digest", "place")

    def __init__(self, folder: str, name: ImageName, tree: str) -> None:
        """Take an empty folder; nothing is asked yet. No program in `tree` is started to log in with.

        Raise OSError where nothing can be put there.
        """
        super().__init__(os.path.realpath(folder))
        self.place = reference(name)
        self.digest = ""
        self._name = name
        self._registry: Registry | None = None
        self._logins = Logins(tree)
        self._wanted: dict[str, Wanted] = {}
        self._had: set[str] = set()
        self._failed: dict[str, InputError] = {}
        self._over: InputError | None = None
        self._left = MAX_STREAM
        os.makedirs(os.path.join(self.root, self.place))

    def open(self, path: str) -> Source | None:
        """Return a file as any tree does, fetched first where it has to be; raise InputError where it cannot be had."""
        if path == f"{self.place}/{INDEX}" and path not in self._had:
            self._once(path, self._start)
        self._have(path, MAX_BYTES)
        return super().open(path)

    def stream(self, path: str) -> Stream | None:
        """Open a file as any tree does, with the same answers."""
        self._have(path, MAX_STREAM)
        return super().stream(path)

    def _have(self, path: str, most: int) -> None:
        """Fetch a blob that a document names, if it is not here yet."""
        wanted = self._wanted.get(path)
        if wanted is not None and path not in self._had:
            self._once(path, lambda: self._fetch(wanted, most))

    def _once(self, path: str, action: Callable[[], None]) -> None:
        """Try to have a file, and never again what cannot be had; raise InputError then."""
        known = self._over or self._failed.get(path)
        if known is not None:
            raise known
        try:
            action()
        except RegistryError as error:
            found = InputError(f"cannot be fetched: {error.cause}", at=whole_file(self.place), remedy=error.remedy)
            if error.final:
                self._over = found
            self._failed[path] = found
            raise found from None
        except OSError as error:
            self._over = unkept(self.place, error)
            raise self._over from None
        self._had.add(path)

    def _start(self) -> None:
        """Ask what the reference leads to, and write the index of a layout that holds just that."""
        from json import dumps

        if self._name.digest and self._name.digest.partition(":")[0] not in oci.DIGESTS:
            raise RegistryError("its digest is of an algorithm that images are not named by", "name it by SHA-256")
        found = self._asked.manifest(self._name.digest or self._name.tag or "latest", ACCEPTED, MAX_BYTES)
        self.digest = found.digest
        self._put(oci.blob_name(found.digest), found.data)
        self._note(found)
        described = {"mediaType": found.media_type, "digest": found.digest, "size": len(found.data)}
        listed = [{**described, "annotations": {NAMES[0]: self.place}}]
        self._put(LAYOUT, dumps({"imageLayoutVersion": "1.0.0"}).encode())
        self._put(INDEX, dumps({"schemaVersion": 2, "manifests": listed}).encode())

    @property
    def _asked(self) -> Registry:
        if self._registry is None:
            domain, _, path = self._name.repository.partition("/")
            self._registry = Registry(domain, path, self._logins)
        return self._registry

    def _fetch(self, wanted: Wanted, most: int) -> None:
        described = wanted.descriptor
        if described.size > min(most, self._left):
            cause = f"the blob {oci.short(described.digest)} would be larger than what is left of the limits"
            raise RegistryError(cause, "judge fewer images at once, or smaller ones", final=False)
        self._left -= described.size
        if wanted.is_manifest:
            found = self._asked.manifest(described.digest, ACCEPTED, described.size)
            self._put(oci.blob_name(described.digest), found.data)
            self._note(found)
            return
        full = self._made(oci.blob_name(described.digest))
        try:
            with open(full, "xb") as file:
                self._asked.blob(described.digest, described.size, file)
        except RegistryError:
            os.unlink(full)
            raise

    def _note(self, found: Manifest) -> None:
        """Remember what a manifest or an index names; what is wrong with it, its reader says."""
        source = Source(f"{self.place}/{oci.blob_name(found.digest)}", found.data)
        kinds = oci.INDEXES if found.media_type in oci.INDEXES else oci.MANIFESTS
        try:
            described = list(_named(oci.document(source, kinds, declared=found.media_type)))
        except InputError:
            return
        for one in described:
            wanted = Wanted(one, kinds is oci.INDEXES)
            if not one.media_type.startswith(oci.ELSEWHERE):
                self._wanted.setdefault(f"{self.place}/{one.blob}", wanted)

    def _put(self, name: str, data: bytes) -> None:
        with open(self._made(name), "wb") as file:
            file.write(data)

    def _made(self, name: str) -> str:
        """Return the absolute path of a file of the layout, in a folder that is there."""
        full = os.path.join(self.root, self.place, name)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        return full


def unkept(place: str, error: OSError) -> InputError:
    """Say that there is no room for what is fetched."""
    reason = (error.strerror or "unknown error").lower()
    remedy = "have TMPDIR name a folder with room for the image"
    return InputError(f"cannot be kept once it is fetched: {reason}", at=whole_file(place), remedy=remedy)


def reference(name: ImageName) -> str:
    """Return a reference in full, as it is written for every engine."""
    tag = name.tag or ("" if name.digest else "latest")
    return name.repository + (f":{tag}" if tag else "") + (f"@{name.digest}" if name.digest else "")


def _named(document: Mapping) -> Iterator[Descriptor]:
    """Yield the descriptors of a document that are such."""
    from contextlib import suppress

    for name in ("manifests", "config", "layers"):
        node = document.entries.get(name)
        for one in node.items if isinstance(node, Sequence) else [node] if node is not None else []:
            with suppress(InputError):
                yield oci.descriptor(one, document.at)
