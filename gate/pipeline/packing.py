"""Puts an image before a scanner so that it is this image that is scanned.

Which image of a layout or of an archive trivy takes, it decides by rules of its own: the first of an index, whatever
the platform. It reads no layout that is packed into an archive. So anything but an archive of `docker save` with one
image is put before it as a layout of one image. The blobs of a layout are only linked to.
"""

from __future__ import annotations

import os

from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.model.source import Archive
from gate.pipeline.files import PIECE
from gate.syntax.oci import blob_name
from gate.syntax.oci_stores import Folder, Packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gate.model.image import Image
    from gate.model.location import Location
    from gate.pipeline.reading import Named
    from gate.tools.trivy import Target

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def scannable(image: Image, named: Named, folder: str) -> tuple[Target, str]:
    """Return what holds one image alone, by its kind and absolute path, made in a private folder where that is needed.

    Raise InputError where the image is held in a way in which it cannot be had alone.
    """
    full = os.path.join(named.files.root, named.path)
    if not isinstance(named.source, Archive):
        place = named.source.path.rpartition("/")[0]
        return "layout", _Alone(Folder(named.files, place), named, folder).layout(image)
    stream = named.files.stream(named.path)
    if stream is None:
        raise InputError("is gone", at=whole_file(named.path), remedy="judge files that nobody changes meanwhile")
    try:
        store = Packed(stream, named.path)
        if len(named.images) == 1 and "manifest.json" in store.names:
            return "archive", full
        return "layout", _Alone(store, named, folder).layout(image)
    finally:
        stream.close()


class _Alone:
    """A layout of one image in the making."""

    __slots__ = ("_folder", "_named", "_store")

    def __init__(self, store: Folder | Packed, named: Named, folder: str) -> None:
        self._store = store
        self._named = named
        self._folder = os.path.join(folder, "layout")

    def layout(self, image: Image) -> str:
        """Write it, and return its folder."""
        from json import dumps

        digest, data, manifest = self._manifest(image)
        os.makedirs(self._folder)
        if not self._linked(digest):
            os.makedirs(os.path.join(self._folder, "blobs", "sha256"))
            for one in (manifest["config"], *manifest["layers"]):
                self._copy(one["digest"])
            self._write(blob_name(digest), data)
        media_type = manifest.get("mediaType", MANIFEST)
        described = {"mediaType": media_type, "digest": digest, "size": len(data)}
        self._write("oci-layout", dumps({"imageLayoutVersion": "1.0.0"}).encode())
        self._write("index.json", dumps({"schemaVersion": 2, "manifests": [described]}).encode())
        return self._folder

    def _manifest(self, image: Image) -> tuple[str, bytes, dict[str, Any]]:
        """Find the manifest among what an image is known by; its reader has verified it."""
        from json import loads

        for digest in image.identity.digests if image.identity is not None else ():
            source = self._store.document(self._name(digest)) or self._store.document("manifest.json")
            if source is None or f"sha256:{source.digest}" != digest:
                continue
            document = loads(source.data)
            if isinstance(document, dict) and "config" in document and "layers" in document:
                return digest, source.data, document
        remedy = "save each image into an archive of its own, or copy it into an OCI layout"
        raise InputError("holds its images in a way that trivy does not read", at=self._at, remedy=remedy)

    def _name(self, digest: str) -> str:
        """Return the name of a blob: by its algorithm in layouts, bare in the folders that skopeo writes."""
        name = blob_name(digest)
        stream = self._store.stream(name)
        if stream is None:
            return digest.partition(":")[2]
        stream.close()
        return name

    def _linked(self, digest: str) -> bool:
        """Link to the blobs of a folder as a whole, if it names them as layouts do: trivy follows no link to a blob."""
        if not isinstance(self._store, Folder) or self._name(digest) != blob_name(digest):
            return False
        blobs = os.path.join(self._named.files.root, self._store.path, "blobs")
        os.symlink(os.path.realpath(blobs), os.path.join(self._folder, "blobs"))
        return True

    def _copy(self, digest: str) -> None:
        """Copy a blob; of one that is left to others trivy says that it misses it."""
        stream, own = self._store.stream(self._name(digest)), os.path.join(self._folder, blob_name(digest))
        if stream is None:
            return
        try:
            with open(own, "wb") as file:
                file.writelines(stream.piece(start, PIECE) for start in range(0, stream.size, PIECE))
        finally:
            stream.close()

    def _write(self, name: str, data: bytes) -> None:
        with open(os.path.join(self._folder, name), "xb") as file:
            file.write(data)

    @property
    def _at(self) -> Location:
        return whole_file(self._named.source.path)
