"""Addresses that a console or a monitor listens on, and whether more than the host itself reaches them."""

from __future__ import annotations

_LOOPBACK = ("127.", "localhost", "::1", "[::1]")


def is_open(address: str) -> bool:
    """Say whether others than the host reach an address; none at all is every address of the host."""
    return not address.strip().lower().startswith(_LOOPBACK)
