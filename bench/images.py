"""Images, the same on every machine: a gigabyte as `docker save` writes it, and a layout of twenty on one base."""

from __future__ import annotations

import io
import json
import tarfile
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Layers of the large image, and files of each; some sixteen thousand bytes a file on average.
LAYERS = 3
FILES = 20_000

#: Images of the layout, and files of their base and of the layer that each has for its own.
BATCH = 20
BASE_FILES = 4_500
OWN_FILES = 300

#: Packages of an image, and those of them that a layer above the base brings anew.
PACKAGES = 400
CHANGED = 40

MANIFEST = "application/vnd.oci.image.manifest.v1+json"

#: 2026-11-01.
MADE = 1_793_491_200

_OS_RELEASE = b'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n'


def write(folder: Path) -> None:
    """Write what is not there: `image.tar`, and `layout/`."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "image.tar").exists():
        _archive(folder / "image.tar")
    if not (folder / "layout" / "index.json").exists():
        _layout(folder / "layout")


def _archive(path: Path) -> None:
    part = path.with_name(f"{path.name}.part")
    with tarfile.open(part, "w") as archive:
        digests = []
        for number in range(LAYERS):
            layer = path.with_name("layer.part")
            digests.append(_layer(layer, number, FILES))
            archive.add(layer, f"{digests[-1]}.tar")
            layer.unlink()
        data = _config(digests)
        name = f"{sha256(data).hexdigest()}.json"
        manifest = [{"Config": name, "RepoTags": ["bench:1"], "Layers": [f"{digest}.tar" for digest in digests]}]
        for member, text in ((name, data), ("manifest.json", json.dumps(manifest).encode())):
            _add(archive, member, text)
    part.rename(path)


def _layout(folder: Path) -> None:
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)

    def layer(number: int, files: int) -> str:
        digest = _layer(blobs / "part", number, files)
        (blobs / "part").rename(blobs / digest)
        return digest

    def described(kind: str, digest: str) -> dict[str, object]:
        return {"mediaType": kind, "digest": f"sha256:{digest}", "size": (blobs / digest).stat().st_size}

    def document(kind: str, data: bytes) -> dict[str, object]:
        digest = sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return described(kind, digest)

    base, listed = layer(0, BASE_FILES), []
    for number in range(1, BATCH + 1):
        digests = [base, layer(number, OWN_FILES)]
        layers = [described("application/vnd.oci.image.layer.v1.tar", digest) for digest in digests]
        config = document("application/vnd.oci.image.config.v1+json", _config(digests))
        manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}).encode()
        name = {"org.opencontainers.image.ref.name": f"service-{number}"}
        listed.append({**document(MANIFEST, manifest), "annotations": name})
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', encoding="utf-8")
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": listed}), encoding="utf-8")


def _config(digests: list[str]) -> bytes:
    config = {
        "created": "1970-01-01T00:00:00Z",
        "architecture": "amd64",
        "os": "linux",
        "config": {"User": "1000"},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in digests]},
        "history": [{"created": "1970-01-01T00:00:00Z"} for _ in digests],
    }
    return json.dumps(config).encode()


def _layer(path: Path, number: int, files: int) -> str:
    """Write a layer, and return its digest."""
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as layer:
        for name, data in _files(number, files):
            _add(layer, name, data)
    with path.open("rb") as file:
        digest = sha256()
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _files(number: int, files: int) -> Iterator[tuple[str, bytes]]:
    """Yield the files of one layer, of sizes as a system has them: most small, a few large."""
    random = Random(number)  # noqa: S311 - the same on every machine
    noise = random.randbytes(2 << 20)
    if not number:
        yield "etc/os-release", _OS_RELEASE
        yield "etc/debian_version", b"13.2\n"
    stanzas = (
        f"Package: package-{one}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.{number}-{one}\n"
        for one in range(PACKAGES)
    )
    yield "var/lib/dpkg/status", "\n".join(stanzas).encode()
    for one in range(PACKAGES if not number else CHANGED):
        yield f"var/lib/dpkg/info/package-{one}.list", b"/.\n"
    for one in range(files):
        size = min(len(noise), int(random.paretovariate(0.95) * 1900))
        start = random.randrange(len(noise) - size + 1)
        yield f"usr/lib/part-{number}/folder-{one % 700}/file-{one}.so", noise[start : start + size]


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime = len(data), MADE
    archive.addfile(member, io.BytesIO(data))
