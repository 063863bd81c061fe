# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the reports of two builds of trivy by what the gate takes from them.

Versions may differ in what they say besides; the facts that a verdict rests on have to be the same.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from gate.model.location import whole_file
from gate.model.record import replace
from gate.tools.trivy import found
from gate.tools.trivy_report import read
from tests.conformance.layers.oracle import trivy
from tests.conformance.trivy.oracle import built
from tests.packages.bolt import cache
from tests.packages.scanning import NEW, archive, layer, put, system
from tests.packages.test_real_trivy import cyclonedx, spdx
from tests.readers.layouts import Layout, config, text
from tests.verbs import write_all

if TYPE_CHECKING:
    from gate.model.packages import Scan
    from gate.tools.trivy import Target


def main() -> int:
    """Scan everything with both, and return 1 where they differ."""
    wheel = trivy()
    if not wheel:
        print("cannot compare: the wheel is not installed (make scanners)")
        return 1
    wrong = 0
    with TemporaryDirectory() as name:
        folder = Path(name)
        cache(folder / "cache", CVE_2024_1000=NEW, CVE_2024_2000="")
        targets = list(written(folder / "inputs").items())
        for number, (target, (kind, path)) in enumerate(targets):
            one, other = (
                scanned(program, kind, path, folder / f"{which}{number}", folder / "cache")
                for which, program in (("wheel", wheel), ("built", built()))
            )
            same = replace(one, version="", at=other.at) == replace(other, version="", at=other.at)
            said = f"{len(one.vulnerabilities)} vulnerabilities, {one.packages} packages"
            print(f"{target}: {one.version} and {other.version} {'agree' if same else 'differ'}: {said}")
            wrong += not same or len(one.vulnerabilities) != 2
    return int(wrong > 0)


def written(folder: Path) -> dict[str, tuple[Target, Path]]:
    """Write one system in every form."""
    made = Layout()
    made.add(made.manifest(config([layer()]), [layer()]), "web:1")
    put(folder / "layout", made.files())
    write_all(folder / "root", system())
    (folder / "cyclonedx.json").write_bytes(text(cyclonedx()))
    (folder / "spdx.json").write_bytes(text(spdx()))
    return {
        "archive": ("archive", archive(folder / "web.tar")),
        "layout": ("layout", folder / "layout"),
        "root filesystem": ("rootfs", folder / "root"),
        "CycloneDX": ("sbom", folder / "cyclonedx.json"),
        "SPDX": ("sbom", folder / "spdx.json"),
    }


def scanned(program: str, kind: Target, path: Path, folder: Path, data: Path) -> Scan:
    """Start a trivy as the gate does, and read what it reports."""
    folder.mkdir()
    started = found(program, str(data), "/nowhere", str(folder))
    report = started.report(kind, str(path), str(folder))
    scan = read(report, lambda *_path: whole_file("report"))
    return replace(scan, version=started.version, created="", name="", names=())
