"""Writes indexes of packages by their documented forms, and images to compare with them."""

from __future__ import annotations

import gzip
import io
import tarfile
from hashlib import sha256
from typing import TYPE_CHECKING

from gate.model.days import days
from tests.readers.layouts import packed
from tests.readers.rootfs import Entry, files, header, layer, sqlite
from tests.verbs import NOW

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ALPINE = b'ID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME="Alpine Linux v3.22"\n'
DEBIAN = b'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n'
ROCKY = b'ID="rocky"\nVERSION_ID="9.6"\n'


def second(day: str) -> int:
    """Return when a day begins, in seconds since 1970."""
    return days(day) * 86_400


def put(folder: Path, content: dict[str, bytes]) -> Path:
    """Write files into a folder."""
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def alpine(folder: Path, *rows: tuple[str, str, str], release: bytes = ALPINE) -> Path:
    """Write a layout of an image with packages of apk: name, version and the day of their build."""
    text = "".join(f"P:{name}\nV:{version}\nA:x86_64\nt:{second(day)}\n\n" for name, version, day in rows)
    made = layer(Entry("etc/os-release", release), Entry("lib/apk/db/installed", text.encode()))
    return put(folder, files(made))


def debian(folder: Path, *rows: tuple[str, str], release: bytes = DEBIAN) -> Path:
    """Write a layout of an image with packages of dpkg."""
    text = "".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n"
        for name, version in rows
    )
    made = layer(Entry("etc/os-release", release), Entry("var/lib/dpkg/status", text.encode()))
    return put(folder, files(made))


def rocky(folder: Path, *rows: tuple[str, str, str, str], release: bytes = ROCKY) -> Path:
    """Write a layout of an image with packages of rpm: name, version, release and the day of their build."""
    headers = (
        header({1000: name, 1001: version, 1002: build, 1006: second(day), 1022: "x86_64"})
        for name, version, build, day in rows
    )
    made = layer(Entry("etc/os-release", release), Entry("var/lib/rpm/rpmdb.sqlite", sqlite(*headers)))
    return put(folder, files(made))


def apkindex(*rows: tuple[str, str, str], description: str = "v3.22.1-101-g0123456789a", signed: bool = True) -> bytes:
    """Return an APKINDEX.tar.gz: a signature, compressed by itself and without an end, before the index."""
    text = "\n".join(
        f"C:Q1abc=\nP:{name}\nV:{version}\nA:x86_64\nS:1\nt:{second(day)}\n" for name, version, day in rows
    )
    signature = io.BytesIO()
    with tarfile.open(fileobj=signature, mode="w") as archive:
        member = tarfile.TarInfo(".SIGN.RSA.alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub")
        member.size = 512
        archive.addfile(member, io.BytesIO(bytes(range(256)) * 2))
    index = packed({**({"DESCRIPTION": description.encode()} if description else {}), "APKINDEX": text.encode()})
    start = gzip.compress(signature.getvalue()[:1024], mtime=0) if signed else b""
    return start + gzip.compress(index, mtime=0)


def packages(*rows: tuple[str, str]) -> bytes:
    """Return a `Packages`."""
    return "\n".join(
        f"Package: {name}\nSource: other\nVersion: {version}\nArchitecture: amd64\nDescription: text\n more\n"
        for name, version in rows
    ).encode()


def release(*listed: bytes, suite: str = "stable", codename: str = "trixie", **more: str) -> bytes:
    """Return a `Release` that lists files."""
    said = {"Origin": "Debian", "Suite": suite, "Codename": codename, "Date": "Sat, 14 Nov 2026 10:00:00 UTC", **more}
    sums = "".join(f" {sha256(data).hexdigest()} {len(data)} main/binary-amd64/Packages\n" for data in listed)
    fields = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in said.items())
    return f"{fields}MD5Sum:\n d41d8cd98f00b204e9800998ecf8427e 0 main/binary-amd64/Packages\nSHA256:\n{sums}".encode()


def repodata(
    *rows: tuple[str, str, str, str],
    issued: Iterable[tuple[str, str, str, str]] = (),
    written: str = NOW,
    primary: bytes | None = None,
) -> dict[str, bytes]:
    """Return the files of `repodata`: name, version, release and day of build; of advisories the day last."""
    listed = "".join(
        f'<package type="rpm"><name>{name}</name><arch>x86_64</arch><version epoch="0" ver="{version}" rel="{build}"/>'
        f'<time file="{second(day) + 5}" build="{second(day)}"/><format><rpm:license>X</rpm:license></format></package>'
        for name, version, build, day in rows
    )
    spaces = 'xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm"'
    text = primary or f'<?xml version="1.0" encoding="UTF-8"?><metadata {spaces}>{listed}</metadata>'.encode()
    updates = "".join(
        f'<update type="security"><id>RLSA-2026:1</id><issued date="{day} 10:00:00"/><pkglist><collection>'
        f'<package name="{name}" epoch="0" version="{version}" release="{build}" arch="x86_64"/>'
        f"</collection></pkglist></update>"
        for name, version, build, day in issued
    )
    parts = {"primary": text, **({"updateinfo": f"<updates>{updates}</updates>".encode()} if updates else {})}
    packed_ = {kind: gzip.compress(data, mtime=0) for kind, data in parts.items()}
    entries = "".join(
        f'<data type="{kind}"><checksum type="sha256">{sha256(data).hexdigest()}</checksum>'
        f'<location href="repodata/{kind}.xml.gz"/><timestamp>{second(written)}</timestamp></data>'
        for kind, data in packed_.items()
    )
    repomd = f'<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1</revision>{entries}</repomd>'
    return {"repomd.xml": repomd.encode(), **{f"{kind}.xml.gz": data for kind, data in packed_.items()}}
