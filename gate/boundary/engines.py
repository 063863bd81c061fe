"""On which addresses an engine takes orders from callers that show no certificate.

Source: moby `opts/hosts.go` and `cmd/dockerd`. An address without a protocol is TCP, one without a host the loopback.
"""

from __future__ import annotations

from gate.model.evidence import Stated, known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.daemon import Daemon

_LOOPBACK = ("127.", "localhost", "[::1]")


def open_hosts(one: Daemon) -> Iterator[Stated[str]]:
    """Yield the addresses on which an engine's API asks no caller for a certificate."""
    if known(one.verified) is True:
        return
    for host in one.hosts.members:
        if isinstance(host, Stated) and _parted(host.value)[0] == "tcp":
            yield host


def on_loopback(host: str) -> bool:
    """Say whether only the host itself, and what shares its network, reaches an address; no address is the loopback."""
    address = _parted(host)[1]
    return address[:1] in ("", ":") or address.startswith(_LOOPBACK)


def _parted(host: str) -> tuple[str, str]:
    """Return the protocol of an address, where none is written TCP, and what follows."""
    protocol, separator, rest = host.strip().lower().partition("://")
    return (protocol, rest) if separator else ("tcp", protocol)
