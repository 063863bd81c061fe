"""Re-checks the tables: that they are what was generated, and that their dates make sense."""

from __future__ import annotations

import hashlib
from importlib import import_module

from gate.data.shelf import EMBEDDED, TABLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gate.data.shelf import Dates, Shelf
    from gate.data.tables import Tables


def verify(tables: Tables) -> list[str]:
    """Return what is wrong with the tables, one line each."""
    shelf = tables.shelf
    wrong = [*_generated(shelf)] if shelf.origin == EMBEDDED else []
    wrong += [line for product in sorted(shelf.titles) for line in _disorder(product, shelf.cycles(product))]
    wrong += _points(tables)
    return wrong + [line for official in sorted(shelf.windowed) for line in _windows(official, shelf.windows(official))]


def _generated(shelf: Shelf) -> Iterator[str]:
    """Yield every embedded table that is not what was generated."""
    from gate.data.digests import DIGESTS
    from gate.data.document import digest as digest_of
    from gate.data.document import document

    yield from (f"{key}: is not what was generated" for key in DIGESTS if digest(key) != DIGESTS[key])
    missing = set(keys(shelf.titles, shelf.windowed)) ^ set(DIGESTS)
    yield from (f"{key}: has no digest or no table" for key in sorted(missing))
    content, stamps = document(shelf, ""), shelf.digests()
    yield from (f"{table}: has another digest" for table in TABLES if digest_of(content[table]) != stamps[table])


def keys(products: Iterable[str], windowed: Iterable[str]) -> list[str]:
    """Return the name of every table."""
    lifecycles = [f"lifecycles.{product.replace('-', '_')}" for product in sorted(products)]
    return [*lifecycles, "points", *(f"windows.w_{name.replace('-', '_')}" for name in sorted(windowed))]


def digest(key: str) -> str:
    """Return the digest of one table's content."""
    module = import_module(f"gate.data.{key}")
    content = next(getattr(module, name) for name in ("CYCLES", "POINTS", "WINDOWS") if hasattr(module, name))
    return hashlib.sha256(str(content).encode()).hexdigest()


def _disorder(product: str, cycles: Mapping[str, Dates]) -> Iterator[str]:
    for cycle, (released, active, security, extended) in cycles.items():
        dated = [day for day in (released, active, security, extended) if day[:1].isdigit()]
        if released and any(day < released for day in dated):
            yield f"{product} {cycle}: ends before it is released"
        if security[:1].isdigit() and extended[:1].isdigit() and extended < security:
            yield f"{product} {cycle}: extended support ends before security support"


def _points(tables: Tables) -> Iterator[str]:
    from gate.data.points import POINTS

    for product, table in POINTS.items():
        for line in table.splitlines():
            point = tables.point(product, line.partition("=")[0])
            if point is None or point.first > point.last or (point.next is not None and point.next < point.last):
                yield f"{product} {line}: is followed by an earlier one"


def _windows(official: str, table: str) -> Iterator[str]:
    for line in table.splitlines():
        first, changed, gone, _system = line.rpartition("=")[2].split(",")
        if bool(changed) is bool(gone) or int(changed or gone) < int(first):
            yield f"{official}: the window {first}..{changed or gone} of{line.rpartition('=')[0]} makes no sense"
