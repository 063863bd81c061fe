# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the files and packages that the gate finds in layers with what is there once they are unpacked.

The gate may leave open what others decide. It is wrong when it names other files or packages without a word. Where
trivy says otherwise than the manager of the packages itself, that is counted, and no fault of the gate.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from gate.model.location import whole_file
from gate.model.source import Held
from gate.syntax.oci_layers import Keep, Layers, Unread, Watch
from gate.syntax.oci_merge import FileSystem
from tests.conformance.layers import debian, generate, oracle
from tests.conformance.layers.found import Tally, compare, image, layout, same
from tests.packages.managers import Apk, Dpkg, Rpm
from tests.readers.rootfs import layer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.packages.managers import Manager
    from tests.readers.rootfs import Entry

WATCH = Watch(dict.fromkeys(generate.WATCHED, Keep(1 << 10, "whole", bytes)))


def main(arguments: list[str]) -> int:
    """Compare every set."""
    absent = oracle.missing()
    if absent:
        print(f"cannot compare: {' and '.join(absent)} are not installed")
        return 1
    print(f"{oracle.version()}, trivy: {oracle.trivy() or 'not installed'}")
    options = dict(one.removeprefix("--").split("=") for one in arguments if one.startswith("--"))
    seed, count = int(options.get("seed", 1)), int(options.get("count", 40))
    wrong = 0
    with TemporaryDirectory() as folder:
        wrong += merged(Path(folder), Random(seed), count * 50).show()
        for name, manager in managers(Path(folder)):
            if manager is None:
                print(f"{name}: is not installed, and was not asked")
                continue
            for tally in worked(name, manager, Path(folder) / "images", Random(seed), count):
                wrong += tally.show()
        wrong += debian.changed(Path(folder) / "debian").show()
    return int(wrong > 0)


def managers(folder: Path) -> Iterator[tuple[str, Manager | None]]:
    """Name every manager; None for one that cannot be asked."""
    yield "dpkg", None if Dpkg.absent() else Dpkg(folder / "dpkg")
    for backend in ("sqlite", "ndb"):
        yield f"rpm, {backend}", None if Rpm.absent(backend) else Rpm(folder / "rpm", backend)
    yield "apk", Apk(folder / "apk") if Apk.program() else None


def merged(folder: Path, random: Random, count: int) -> Tally:
    """Compare the watched files of random layers with those that umoci unpacks."""
    tally = Tally("random layers, six files each")
    for _ in range(count):
        entries = generate.layers(random)
        blobs = [layer(*one) for one in entries]
        try:
            root = oracle.unpacked(layout(folder / "layout", blobs), folder / "bundle")
        except OSError:
            tally.counts["not unpacked by umoci"] += 1
            continue
        reader = Layers(WATCH)
        system = FileSystem([reader.read(Held(one), "sha256", whole_file("layer"), "") for one in blobs], WATCH)
        for path in generate.WATCHED:
            found, wanted = system.file(path), oracle.file(root, path)
            value = found.value if found is not None else None
            if isinstance(value, Unread):
                tally.counts["left open"] += 1
            elif value == wanted:
                tally.counts["equal"] += 1
            else:
                tally.wrong.append(f"{path} is {wanted!r} and not {value!r} in {_shown(entries)}")
    return tally


def _shown(entries: list[list[Entry]]) -> str:
    return " | ".join(
        " ".join(f"{one.name}:{one.kind.decode()}{one.target or one.data.decode()[:4]}" for one in each)
        for each in entries
    )


def worked(name: str, manager: Manager, folder: Path, random: Random, count: int) -> Iterator[Tally]:
    """Compare the packages that a manager has left in an image, in every form, with what it lists; and trivy's."""
    ours, theirs = Tally(f"{name}, {count} images in every form"), Tally(f"{name}, the same, as trivy reads it")
    for number in range(count):
        made = list(generate.images(manager, folder / "root", random))
        where = layout(folder / "layout", [layer(*entries) for entries in made])
        root = oracle.unpacked(where, folder / "bundle")
        wanted = manager.listed(root)
        for form, (path, file) in oracle.copies(where, folder).items():
            compare(image(path, file), wanted, f"image {number}, {form}", ours)
        if oracle.trivy():
            archive = folder / "docker-save"
            for what, target in (("image", ("image", "--input", archive)), ("unpacked", ("rootfs", root))):
                found = oracle.packages(*target, folder=folder)
                theirs.counts[f"{what}: {'equal' if same(found, wanted) else 'otherwise'}"] += 1
        rmtree(folder)
    yield ours
    if oracle.trivy():
        yield theirs
