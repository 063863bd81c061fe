"""Asks umoci for the file system of an image, skopeo for its other forms, and trivy for its packages."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conformance.oci.oracle import missing, version
from tests.packages.managers import Row, run

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FORMS", "copies", "missing", "packages", "trivy", "unpacked", "version"]

#: Forms of an image, by what they show: skopeo's name, the file that speaks for it, and how its layers are compressed.
FORMS = {
    "layout, gzip": ("oci", "index.json", ("--dest-compress-format", "gzip")),
    "layout in an archive": ("oci-archive", "", ()),
    "docker save": ("docker-archive", "", ()),
    "folder, plain": ("dir", "manifest.json", ("--dest-decompress",)),
    "folder, gzip": ("dir", "manifest.json", ("--dest-compress", "--dest-compress-format", "gzip")),
    "folder, zstd": ("dir", "manifest.json", ("--dest-compress", "--dest-compress-format", "zstd")),
}

#: The most links that a path may lead through, as on Linux.
MAX_LINKS = 40


def unpacked(layout: Path, bundle: Path) -> Path:
    """Unpack the image of a layout as umoci does, and return its root."""
    shutil.rmtree(bundle, ignore_errors=True)
    run("umoci", "unpack", *(() if os.geteuid() == 0 else ("--rootless",)), "--image", f"{layout}:web", bundle)
    return bundle / "rootfs"


def copies(layout: Path, folder: Path, forms: Iterable[str] = FORMS) -> dict[str, tuple[Path, str]]:
    """Copy the image of a layout to forms; return where each is, in a folder, and the file that speaks for it."""
    made: dict[str, tuple[Path, str]] = {}
    for name in forms:
        form, file, options = FORMS[name]
        target = folder / name.replace(", ", " ").replace(" ", "-")
        tag = "" if form == "dir" else ":shop/web:1.0"
        run("skopeo", "--insecure-policy", "copy", "--quiet", *options, f"oci:{layout}:web", f"{form}:{target}{tag}")
        made[name] = (target, file)
    return made


def trivy() -> str:
    """Return trivy; empty where it is not installed."""
    named = os.environ.get("GATE_TRIVY")
    beside = Path(sys.executable).with_name("trivy")
    return named or (str(beside) if beside.exists() else shutil.which("trivy") or "")


def packages(*target: str | Path, folder: Path) -> set[Row] | None:
    """Return what trivy lists of an image or a root, without a database; None where it finds no system."""
    output = folder / "trivy.json"
    options = ("--format", "json", "--output", output, "--list-all-pkgs", "--quiet", "--cache-backend", "memory")
    nothing = ("--scanners", "", "--config", os.devnull, "--ignorefile", os.devnull, "--cache-dir", folder / "cache")
    run(trivy(), *target, *options, *nothing, "--skip-version-check")
    report = json.loads(output.read_bytes())
    results = [one for one in report.get("Results") or () if one.get("Class") == "os-pkgs"]
    return {_row(one) for result in results for one in result.get("Packages") or ()} if results else None


def _row(package: dict[str, Any]) -> Row:
    version = package.get("Version", "") + (f"-{package['Release']}" if package.get("Release") else "")
    epoch = f"{package['Epoch']}:" if package.get("Epoch") else ""
    return Row(package["Name"], epoch + version, package.get("Arch", ""), package.get("SrcName", ""))


def file(root: Path, path: str) -> bytes | None:
    """Return the file that a path leads to when the root is one, as in a container; None where there is none."""
    here: list[str] = []
    parts, links = path.split("/")[::-1], 0
    while parts:
        part = parts.pop()
        if part in ("", "."):
            continue
        if part == "..":
            del here[-1:]
            continue
        place = root.joinpath(*here, part)
        if place.is_symlink():
            links += 1
            if links > MAX_LINKS:
                return None
            target = str(place.readlink())
            if target.startswith("/"):
                here.clear()
            parts += target.split("/")[::-1]
            continue
        if parts and not place.is_dir():
            return None
        here.append(part)
    found = root.joinpath(*here)
    return found.read_bytes() if found.is_file() else None
