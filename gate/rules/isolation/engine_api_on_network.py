"""An engine that takes orders over the network from whoever calls."""

from __future__ import annotations

from gate.boundary.engines import commanded
from gate.model.evidence import Unknown
from gate.model.rule import Control, Rule
from gate.model.truth import unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.daemon import Daemon
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: daemon.json hosts, tls, tlsverify, authorization-plugins; the flags of dockerd in units of systemd.
# Allowed: sockets of the host, and TCP with `tlsverify`; the loopback is ISO104's.


def check(one: Daemon, _tables: Tables, _now: str) -> Iterator[Truth]:
    """Ask whether the API listens on a network and lets in callers without a certificate."""
    if not one.hosts.complete:
        yield unknown(one.hosts.at, f"where the engine takes orders is not known: {one.hosts.open_because}")
    for host in one.hosts.members:
        if isinstance(host, Unknown):
            yield unknown(host.at, f"where the engine takes orders is not known: {host.reason}")
    yield from commanded(one, loopback=False)


RULE = Rule(
    id="ISO100",
    name="engine-api-on-network",
    title="lets anybody who reaches it command the engine",
    severity="critical",
    remedy='listen on the socket alone, or set `"tlsverify": true` with certificates of your own; ssh:// needs neither',
    check=check,
    controls=(
        Control("CIS Docker", "1.6.0", "2.7"),
        Control("MITRE ATT&CK", "Containers", "T1610"),
    ),
    version=2,
)
