r"""Generate the tables of `gate/data/`.

    python -m scripts.data.generate --endoflife REPOSITORY --release-data REPOSITORY --official-images REPOSITORY \
        --distro-info FOLDER

The repositories are git directories with their history; the folder holds the CSV files of distro-info-data, as the
Debian package of that name installs them. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import importlib
import pathlib
import subprocess

from . import independent, lifecycles, points, tag_windows
from .writing import HEAD, quoted, write

DATA = pathlib.Path("gate/data")


def main() -> None:
    """Make everything from the given sources."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for option in ("--endoflife", "--release-data", "--official-images", "--distro-info"):
        parser.add_argument(option, required=True)
    options = parser.parse_args()
    folder = pathlib.Path(options.distro_info)
    products = lifecycles.generate(options.endoflife, folder)
    windowed = tag_windows.generate(options.official_images)
    points.generate(options.release_data)
    write(DATA / "index.py", index(products, windowed))
    write(pathlib.Path("tests/data/independent_dates.py"), independent.rendered(folder, options.trivy))
    write(DATA / "digests.py", digests(products, windowed))
    sources = [
        ("endoflife.date", *commit(options.endoflife), "MIT"),
        ("docker-library/official-images", *commit(options.official_images), "Apache-2.0"),
        ("endoflife-date/release-data", *commit(options.release_data), "MIT"),
        ("distro-info-data", independent.version(folder), independent.day(folder), "ISC"),
        ("boundary-gate, scripts/data/curated.py", "", "", "Apache-2.0"),
    ]
    write(DATA / "__init__.py", stamp(sources))


def index(products: dict[str, str], windowed: tuple[str, ...]) -> str:
    """Render what there are tables of: products with their names, official images."""
    names = "".join(f"    {quoted(product)}: {quoted(title)},\n" for product, title in sorted(products.items()))
    images = "".join(f"        {quoted(name)},\n" for name in windowed)
    head = f'"""What there are tables of. {HEAD}"""\n\n'
    return f"{head}PRODUCTS = {{\n{names}}}\n\nWINDOWED = frozenset(\n    (\n{images}    )\n)\n"


def digests(products: dict[str, str], windowed: tuple[str, ...]) -> str:
    """Render the digest of every table."""
    checks = importlib.import_module("gate.data.checks")
    lines = [f"    {quoted(key)}: {quoted(checks.digest(key))},\n" for key in checks.keys(products, windowed)]
    return f'"""SHA-256 of every table, by its module. {HEAD}"""\n\nDIGESTS = {{\n{"".join(lines)}}}\n'


def commit(repository: str) -> tuple[str, str]:
    """Return the newest commit and its day."""
    command = ["git", f"--git-dir={repository}", "log", "-1", "--format=%H %cs"]
    name, day = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return name, day


def stamp(sources: list[tuple[str, str, str, str]]) -> str:
    """Render what the tables are made of, and as of when."""
    date = min(source[2] for source in sources[:2])
    rows = "".join(f"    ({', '.join(map(quoted, source))}),\n" for source in sources)
    return (
        f'"""Compiled tables: lifecycles, tag windows and policy packs. {HEAD}"""\n\n'
        "from __future__ import annotations\n\n"
        "#: The day of the oldest source: what happened later is not in the tables.\n"
        f"DATA_DATE = {quoted(date)}\n\n"
        "#: Name, version, day and licence of everything that the dates come from.\n"
        f"SOURCES = (\n{rows})\n"
    )


if __name__ == "__main__":
    main()
