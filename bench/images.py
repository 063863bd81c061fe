"""An image of a gigabyte as `docker save` writes it, the same on every machine."""

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

#: Layers, and files of each; some sixteen thousand bytes a file on average.
LAYERS = 3
FILES = 20_000

PACKAGES = 400

#: 2026-11-01.
MADE = 1_793_491_200

_OS_RELEASE = b'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n'


def write(path: Path) -> None:
    """Write the archive, unless it is there."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with tarfile.open(part, "w") as archive:
        digests = [_add_layer(archive, path.with_name("layer.part"), number) for number in range(LAYERS)]
        config = {
            "created": "1970-01-01T00:00:00Z",
            "architecture": "amd64",
            "os": "linux",
            "config": {"User": "1000"},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in digests]},
            "history": [{"created": "1970-01-01T00:00:00Z"} for _ in digests],
        }
        data = json.dumps(config).encode()
        name = f"{sha256(data).hexdigest()}.json"
        layers = [f"{digest}.tar" for digest in digests]
        manifest = [{"Config": name, "RepoTags": ["bench:1"], "Layers": layers}]
        for member, text in ((name, data), ("manifest.json", json.dumps(manifest).encode())):
            _add(archive, member, text)
    part.rename(path)


def _add_layer(archive: tarfile.TarFile, part: Path, number: int) -> str:
    with tarfile.open(part, "w", format=tarfile.GNU_FORMAT) as layer:
        for name, data in _files(number):
            _add(layer, name, data)
    with part.open("rb") as file:
        digest = sha256()
        while piece := file.read(1 << 20):
            digest.update(piece)
    archive.add(part, f"{digest.hexdigest()}.tar")
    part.unlink()
    return digest.hexdigest()


def _files(number: int) -> Iterator[tuple[str, bytes]]:
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
    for one in range(PACKAGES):
        yield f"var/lib/dpkg/info/package-{one}.list", b"/.\n"
    for one in range(FILES):
        size = min(len(noise), int(random.paretovariate(0.95) * 1900))
        start = random.randrange(len(noise) - size + 1)
        yield f"usr/lib/part-{number}/folder-{one % 700}/file-{one}.so", noise[start : start + size]


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime = len(data), MADE
    archive.addfile(member, io.BytesIO(data))
