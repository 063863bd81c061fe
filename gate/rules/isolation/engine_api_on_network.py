"""An engine that takes orders over the network from whoever calls."""

from __future__ import annotations

from gate.boundary.engines import on_loopback, open_hosts
from gate.model.rule import Control, Rule
from gate.model.truth import unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.daemon import Daemon
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: daemon.json hosts, tls, tlsverify, authorization-plugins; the flags of dockerd in units of systemd.
# Allowed: sockets of the host, and TCP with `tlsverify`.


def check(one: Daemon, _tables: Tables, _now: str) -> Iterator[Truth]:
    """Ask whether the API listens on TCP and lets in callers without a certificate."""
    if not one.hosts.complete:
        yield unknown(one.hosts.at, f"where the engine takes orders is not known: {one.hosts.open_because}")
    for host in open_hosts(one):
        whom = "everybody on the host" if on_loopback(host.value) else "everybody who reaches it"
        text = f"the engine takes orders at {host.value[:80]} from {whom}"
        if one.authorized.members:
            yield unknown(host.at, f"whether {text} is up to its plug-ins")
        else:
            yield yes(host.at, text)


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
)
