"""A real Debian, made by mmdebstrap, changed by dpkg and packed by umoci, layer upon layer."""

from __future__ import annotations

from shutil import which
from typing import TYPE_CHECKING

from tests.conformance.layers import oracle
from tests.conformance.layers.found import Tally, compare, image, layout, same
from tests.packages.managers import Dpkg, Package, run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUITE = "bookworm"


def changed(folder: Path, forms: Iterable[str] = oracle.FORMS) -> Tally:
    """Compare the packages of every form, and trivy's, with what dpkg lists once a package is new and two are gone."""
    tally = Tally(f"Debian {SUITE} of mmdebstrap, three layers")
    if which("mmdebstrap") is None:
        tally.counts["not made: mmdebstrap is not installed"] += 1
        return tally
    where = base(folder)
    dpkg = Dpkg(folder / "pool")
    root = oracle.unpacked(where, folder / "bundle")
    dpkg.install(root, Package("new-package", "1:1.0~rc1-1+b2", "new-source"))
    repacked(folder)
    for name in ("hostname", "ncurses-bin"):
        run("dpkg", f"--root={root}", "--force-all", "--purge", name)
    repacked(folder)
    wanted = dpkg.listed(oracle.unpacked(where, folder / "again"))
    tally.counts[f"of {len(wanted)} packages"] += 1
    for form, (path, file) in oracle.copies(where, folder, forms).items():
        compare(image(path, file), wanted, form, tally)
    if oracle.trivy():
        found = oracle.packages("image", "--input", folder / "docker-save", folder=folder)
        tally.counts[f"trivy: {'equal' if same(found, wanted) else 'otherwise'}"] += 1
    return tally


def base(folder: Path) -> Path:
    """Make a layout of a Debian with what is essential."""
    folder.mkdir(parents=True)
    archive = folder / "debian.tar"
    run("mmdebstrap", "--quiet", "--variant=essential", SUITE, archive)
    return layout(folder / "layout", [archive.read_bytes()])


def repacked(folder: Path) -> None:
    """Add what has changed in the bundle as a layer."""
    run("umoci", "repack", "--refresh-bundle", "--image", f"{folder / 'layout'}:web", folder / "bundle")
