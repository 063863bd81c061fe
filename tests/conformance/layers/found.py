# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""What the gate finds in an image, held against what is there."""

from __future__ import annotations

from collections import Counter
from shutil import rmtree
from typing import TYPE_CHECKING

from gate.model.evidence import known
from gate.model.image import Image
from gate.pipeline.files import Files
from gate.readers.oci import READER
from tests.packages.managers import Row
from tests.packages.scanning import put
from tests.readers.layouts import Layout, config

if TYPE_CHECKING:
    from pathlib import Path


class Tally:
    """What one set of images showed."""

    def __init__(self, name: str) -> None:
        """Start at nothing."""
        self.name = name
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []

    def show(self) -> int:
        """Print one line, and what is wrong; return how much that is."""
        parts = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        print(f"{self.name}: {parts}, {len(self.wrong)} wrong")
        for one in self.wrong[:10]:
            print(f"  {one}")
        return len(self.wrong)


def same(found: set[Row] | None, wanted: set[Row]) -> bool:
    """Tell whether trivy lists the same; it takes a package without a source for its own."""
    return {one._replace(source=one.source or one.name) for one in found or ()} == {
        one._replace(source=one.source or one.name) for one in wanted
    }


def compare(found: Image | str, wanted: set[Row], what: str, tally: Tally) -> None:
    """Compare the packages of one image with what there has to be."""
    if isinstance(found, str):
        tally.wrong.append(f"{what}: {found}")
        return
    assert found.contents is not None
    packages = [one for one in map(known, found.contents.packages.members) if one is not None]
    listed = {Row(one.name, one.version, one.architecture, one.source) for one in packages}
    has_source = {one.name for one in packages if one.source}
    wanted = {one if one.name in has_source else one._replace(source="") for one in wanted}
    if not found.contents.packages.complete:
        tally.counts[f"left open ({found.contents.packages.open_because[:60]})"] += 1
    elif listed == wanted:
        tally.counts["equal"] += 1
    else:
        tally.wrong.append(f"{what}: {sorted(listed - wanted)} instead of {sorted(wanted - listed)}")


def image(path: Path, file: str) -> Image | str:
    """Let the gate read the one image of a form; return what is wrong with it instead."""
    files = Files(str(path.parent.resolve()))
    source = files.open(f"{path.name}/{file}") if file else files.archive(path.name)
    assert source is not None
    reading = READER.read(source, files)
    images = [subject for subject in reading.subjects if isinstance(subject, Image)]
    return images[0] if len(images) == 1 and not reading.problems else f"not read: {reading.problems}"


def layout(folder: Path, blobs: list[bytes]) -> Path:
    """Write a layout of one image."""
    rmtree(folder, ignore_errors=True)
    made = Layout()
    made.add(made.manifest(config(blobs), blobs), "web")
    put(folder, made.files())
    return folder
