"""On which addresses an engine takes orders from callers that show no certificate.

Source: moby `opts/hosts.go` and `cmd/dockerd`. An address without a protocol is TCP, one without a host the loopback.
"""

from __future__ import annotations

from gate.model.evidence import Stated, Unknown, known
from gate.model.truth import unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.daemon import Daemon
    from gate.model.truth import Truth

_LOOPBACK = ("127.", "localhost", "[::1]")


def open_hosts(one: Daemon) -> Iterator[Stated[str]]:
    """Yield the addresses on which an engine's API asks no caller for a certificate."""
    if known(one.verified) is True:
        return
    for host in one.hosts.members:
        if isinstance(host, Stated) and _parted(host.value)[0] == "tcp":
            yield host


def commanded(one: Daemon, *, loopback: bool) -> Iterator[Truth]:
    """Ask of each address on TCP, those on the loopback or all others, whether anybody commands the engine there.

    A plug-in may refuse those who call, and a setting that cannot be read may ask for their certificates.
    """
    whom = "everybody on the host" if loopback else "everybody who reaches it"
    for host in open_hosts(one):
        if on_loopback(host.value) is loopback:
            text = f"the engine takes orders at {host.value[:80]} from {whom}"
            if isinstance(one.verified, Unknown):
                yield unknown(host.at, f"whether {text} is not known: {one.verified.reason}")
            elif one.authorized.members or not one.authorized.complete:
                yield unknown(host.at, f"whether {text} is up to its plug-ins")
            else:
                yield yes(host.at, text)


def on_loopback(host: str) -> bool:
    """Say whether only the host itself, and what shares its network, reaches an address; no address is the loopback."""
    address = _parted(host)[1]
    return address[:1] in ("", ":") or address.startswith(_LOOPBACK)


def _parted(host: str) -> tuple[str, str]:
    """Return the protocol of an address, where none is written TCP, and what follows."""
    protocol, separator, rest = host.strip().lower().partition("://")
    return (protocol, rest) if separator else ("tcp", protocol)
