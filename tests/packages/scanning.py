"""Images for scanners, and programs that pose as trivy."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.readers import layouts
from tests.verbs import write_all

RELEASE = 'PRETTY_NAME="Debian GNU/Linux 13"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nID=debian\n'

#: The files of a Debian 13 with one package.
SYSTEM = {
    "etc/os-release": RELEASE,
    "etc/debian_version": "13.2\n",
    "var/lib/dpkg/status": (
        "Package: libssl3t64\nStatus: install ok installed\nSource: openssl\nVersion: {version}\n"
        "Architecture: amd64\nMaintainer: nobody\n\n"
    ),
}

OLD, NEW = "3.5.1-1", "3.5.1-1+deb13u1"


def system(version: str = OLD) -> dict[str, str]:
    """Return the files of a system with a version of openssl."""
    return {name: text.replace("{version}", version) for name, text in SYSTEM.items()}


def layer(version: str = OLD) -> bytes:
    """Return the layer of such a system."""
    return layouts.packed({name: text.encode() for name, text in system(version).items()})


def archive(path: Path, version: str = OLD, name: str = "web:1") -> Path:
    """Write what `docker save` writes of an image."""
    path.write_bytes(layouts.packed(layouts.saved(name, layers=[layer(version)])))
    return path


def several() -> layouts.Files:
    """Return a layout of an image with an old package, and behind an index one for another platform with a new one."""
    made = layouts.Layout()
    old, new = layer(OLD), layer(NEW)
    made.add(made.manifest(layouts.config([old]), [old]), "old:1")
    manifest = made.manifest(layouts.config([new], architecture="arm64"), [new])
    platform = {"os": "linux", "architecture": "arm64"}
    listed = [made.blob(layouts.text(manifest), layouts.MANIFEST, platform=platform)]
    index = {"schemaVersion": 2, "mediaType": layouts.INDEX, "manifests": listed}
    made.add(index, "new:1", layouts.INDEX)
    return made.files()


def put(folder: Path, files: layouts.Files) -> Path:
    """Write files that are bytes."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def fake(folder: Path, scan: str, version: str = '{"Version": "0.76.0"}') -> Path:
    """Write a program that answers as trivy does when it is asked for its version, and scans as it is told.

    `$OUTPUT` is where the report has to go, and `$HERE` the folder of the program.
    """
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "trivy"
    lines = (
        "#!/bin/sh",
        f"HERE='{folder}'",
        f"if [ \"$1\" = --version ]; then cat <<'END'\n{version}\nEND\nexit 0; fi",
        'printf "%s\\n" "$@" > "$HERE/arguments"',
        'while [ "$1" != --output ]; do shift; done; OUTPUT=$2',
        scan,
    )
    program.write_text("\n".join(lines) + "\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def real() -> Path:
    """Return trivy itself, or skip the test where `make scanners` has not installed it and nobody else has."""
    beside = Path(sys.executable).with_name("trivy")
    found = str(beside) if beside.exists() else shutil.which("trivy")
    if found is None:
        pytest.skip("trivy is not installed: make scanners")
    return Path(found)


def gaps(report: Any) -> list[str]:
    """Return what was not understood."""
    return [one["reason"] for one in report["coverage"]["not_understood"]]


def hostile(folder: Path) -> Path:
    """Write what trivy would obey if it ran in the tree."""
    return write_all(
        folder,
        {
            "trivy.yaml": "scan:\n  skip-files:\n  - '**/status'\nseverity: LOW\nexit-code: 7\n",
            ".trivyignore": "CVE-2024-1000\nCVE-2024-2000\n",
            ".trivyignore.yaml": "vulnerabilities:\n- id: CVE-2024-1000\n",
        },
    )
