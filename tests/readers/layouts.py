"""Builds images as files for the tests: OCI layouts, what `docker save` writes, and archives of both."""

from __future__ import annotations

import io
import json
import tarfile
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from gate.model.image import Image
from gate.model.source import Archive, Held, Source
from gate.readers.oci import READER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gate.model.reader import Reading

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"

Files = dict[str, bytes]


def packed(files: Files | list[tuple[str, bytes]], *members: tarfile.TarInfo) -> bytes:
    """Return files as a tar archive, and members without bytes after them."""
    pairs = files.items() if isinstance(files, dict) else files
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, data in pairs:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        for bare in members:
            archive.addfile(bare)
    return made.getvalue()


#: A layer; what is in it is nobody's business here.
FILES = packed({"srv/of-a-layer": b"the files of a layer" * 100})


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def text(document: object) -> bytes:
    return json.dumps(document).encode()


def config(
    layers: Iterable[bytes] = (FILES,), runtime: Mapping[str, object] | None = None, **more: Any
) -> dict[str, Any]:
    """Make the configuration of an image."""
    layers = list(layers)
    history = [{"created": "2026-11-01T10:00:00.5Z", "created_by": f"step {number}"} for number in range(len(layers))]
    return {
        "created": "2026-11-02T10:00:00.5Z",
        "architecture": "amd64",
        "os": "linux",
        "config": dict(runtime or {}),
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest(layer)}" for layer in layers]},
        "history": history,
        **more,
    }


class Layout:
    """An OCI layout while it is being built."""

    def __init__(self) -> None:
        self.blobs: Files = {}
        self.manifests: list[dict[str, Any]] = []

    def blob(self, data: bytes, media_type: str, **more: Any) -> dict[str, Any]:
        """Add a blob, and return its descriptor."""
        self.blobs[f"blobs/sha256/{digest(data)}"] = data
        return {"mediaType": media_type, "digest": f"sha256:{digest(data)}", "size": len(data), **more}

    def manifest(self, config: Any = None, layers: Iterable[bytes] = (FILES,), **more: Any) -> dict[str, Any]:
        """Add the blobs of an image, and return its manifest."""
        layers = list(layers)
        made = globals()["config"](layers) if config is None else config
        return {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.blob(text(made), CONFIG),
            "layers": [self.blob(layer, LAYER) for layer in layers],
            **more,
        }

    def add(
        self, manifest: Mapping[str, Any], name: str = "", media_type: str = MANIFEST, **more: Any
    ) -> dict[str, Any]:
        """List a manifest in the index."""
        if name:
            more["annotations"] = {"org.opencontainers.image.ref.name": name, **more.get("annotations", {})}
        self.manifests.append(self.blob(text(manifest), media_type, **more))
        return self.manifests[-1]

    def files(self, folder: str = "", **index: Any) -> Files:
        """Return all the files, with something else in the index."""
        found = {
            "oci-layout": text({"imageLayoutVersion": "1.0.0"}),
            "index.json": text({"schemaVersion": 2, "manifests": self.manifests, **index}),
            **self.blobs,
        }
        return {f"{folder}{name}": data for name, data in found.items()}


def layout(runtime: Mapping[str, object] | None = None, name: str = "web:1", **more: Any) -> Files:
    """Return the layout of one image."""
    made = Layout()
    made.add(made.manifest(config(runtime=runtime, **more)), name)
    return made.files()


def saved(*tags: str, runtime: Mapping[str, object] | None = None, layers: Iterable[bytes] = (FILES,)) -> Files:
    """Return what `docker save` writes of one image."""
    layers = list(layers)
    made = text(config(layers, runtime))
    names = [f"{digest(layer)}/layer.tar" for layer in layers]
    entry = {"Config": f"{digest(made)}.json", "RepoTags": list(tags) or None, "Layers": names}
    return {**dict(zip(names, layers, strict=True)), f"{digest(made)}.json": made, "manifest.json": text([entry])}


class Tree:
    """The files of a repository, by path."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.opened: list[str] = []

    def open(self, path: str) -> Source | None:
        self.opened.append(path)
        return Source(path, self.files[path]) if path in self.files else None

    def stream(self, path: str) -> Held | None:
        return Held(self.files[path]) if path in self.files else None

    def list(self, folder: str) -> list[str]:
        return sorted(path for path in self.files if path.rpartition("/")[0] == folder)


def read(files: Mapping[str, bytes], path: str = "index.json") -> Reading:
    """Read one file of a repository, which has to be claimed."""
    tree = Tree(files)
    data = files[path]
    source = Archive(path, data[:1024], lambda: digest(data)) if path.endswith(".tar") else Source(path, data)
    assert READER.claims(source)
    return READER.read(source, tree)


def images(reading: Reading) -> dict[str, Image]:
    """Return what was read, by id, when nothing was wrong with it."""
    assert [problem.cause for problem in reading.problems] == []
    found = {subject.id: subject for subject in reading.subjects if isinstance(subject, Image)}
    assert len(found) == len(reading.subjects)
    return found


def image(files: Mapping[str, bytes], path: str = "index.json") -> Image:
    """Return the one image of some files."""
    (found,) = images(read(files, path)).values()
    return found


def problem(files: Mapping[str, bytes], path: str = "index.json") -> str:
    """Return the one thing that is wrong with some files, where nothing was read for it."""
    reading = read(files, path)
    assert reading.subjects == ()
    (found,) = reading.problems
    assert found.remedy
    return found.cause


def blob_of(files: Files, wanted: str) -> str:
    """Return the name of the blob that holds a text."""
    (name,) = (name for name, data in files.items() if name.startswith("blobs/") and wanted.encode() in data)
    return name


def flipped(files: Files, name: str) -> Files:
    data = bytearray(files[name])
    data[len(data) // 2] ^= 1
    return {**files, name: bytes(data)}
