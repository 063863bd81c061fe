"""Asks whether the gate and trivy find the same packages in the images of a layout, without which no time compares."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from bench.images import BATCH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.programs import Programs

#: How trivy lists the packages of an image, in the least time: without a database, and with what it knows of layers.
LISTING = (
    *("image", "--scanners", "", "--format", "json", "--list-all-pkgs", "--quiet", "--skip-version-check"),
    *("--config", "/dev/null", "--ignorefile", "/dev/null", "--cache-dir", "trivy"),
)

#: What the gate finds, which its report does not list: it only counts what is old.
FOUND = """\
from json import dumps
from os import getcwd
from gate.model.evidence import known
from gate.pipeline.files import Files
from gate.readers.oci import READER
files = Files(getcwd())
images = READER.read(files.open("layout/index.json"), files).subjects
listed = {image.name: [known(one) for one in image.contents.packages.members] for image in images}
print(dumps({name: [[one.name, one.version] for one in packages] for name, packages in listed.items()}))
"""


def check(programs: Programs, folder: Path) -> None:
    """Raise SystemExit where they differ about an image of `layout` in a folder; trivy knows the layers then."""
    ours = json.loads(_said(folder, programs.python, "-I", "-c", FOUND))
    for number in range(1, BATCH + 1):
        name = f"service-{number}"
        report = json.loads(_said(folder, programs.trivy, *LISTING, "--input", f"layout:{name}"))
        theirs = [[one["Name"], _version(one)] for one in report["Results"][0]["Packages"]]
        if sorted(theirs) != sorted(ours[name]) or not theirs:
            raise SystemExit(f"the gate and trivy differ about the packages of {name}")


def _version(package: dict[str, str]) -> str:
    release = package.get("Release")
    return f"{package['Version']}-{release}" if release else package["Version"]


def _said(folder: Path, *command: str | Path) -> str:
    words: Sequence[str] = [str(word) for word in command]
    return subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True).stdout
