"""Re-checks the tables: that they are what was generated, and that their dates make sense."""

from __future__ import annotations

import hashlib
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.data.tables import Tables


def verify(tables: Tables) -> list[str]:
    """Return what is wrong with the tables, one line each."""
    from gate.data.digests import DIGESTS
    from gate.data.index import PRODUCTS, WINDOWED

    wrong = [f"{key}: is not what was generated" for key in DIGESTS if digest(key) != DIGESTS[key]]
    missing = set(keys(PRODUCTS, WINDOWED)) ^ set(DIGESTS)
    wrong += [f"{key}: has no digest or no table" for key in sorted(missing)]
    wrong += [line for product in sorted(PRODUCTS) for line in _disorder(product, tables.cycles(product))]
    return wrong + [line for official in sorted(WINDOWED) for line in _windows(official)]


def keys(products: Iterable[str], windowed: Iterable[str]) -> list[str]:
    """Return the name of every table."""
    lifecycles = [f"lifecycles.{product.replace('-', '_')}" for product in sorted(products)]
    return lifecycles + [f"windows.w_{name.replace('-', '_')}" for name in sorted(windowed)]


def digest(key: str) -> str:
    """Return the digest of one table's content."""
    module = import_module(f"gate.data.{key}")
    content = repr(module.CYCLES) if key.startswith("lifecycles.") else module.WINDOWS
    return hashlib.sha256(content.encode()).hexdigest()


def _disorder(product: str, cycles: dict[str, tuple[str, str, str, str]]) -> Iterator[str]:
    for cycle, (released, active, security, extended) in cycles.items():
        dated = [day for day in (released, active, security, extended) if day[:1].isdigit()]
        if released and any(day < released for day in dated):
            yield f"{product} {cycle}: ends before it is released"
        if security[:1].isdigit() and extended[:1].isdigit() and extended < security:
            yield f"{product} {cycle}: extended support ends before security support"


def _windows(official: str) -> Iterator[str]:
    table: str = import_module(f"gate.data.windows.w_{official.replace('-', '_')}").WINDOWS
    for line in table.splitlines():
        first, changed, gone, _system = line.rpartition("=")[2].split(",")
        if bool(changed) is bool(gone) or int(changed or gone) < int(first):
            yield f"{official}: the window {first}..{changed or gone} of{line.rpartition('=')[0]} makes no sense"
