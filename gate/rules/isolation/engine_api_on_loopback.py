"""An engine that takes orders from whatever runs on its host."""

from __future__ import annotations

from gate.boundary.engines import commanded
from gate.model.rule import Control, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.daemon import Daemon
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: daemon.json hosts, tls, tlsverify, authorization-plugins; the flags of dockerd in units of systemd.
# Allowed: sockets of the host, and TCP with `tlsverify`; other addresses are ISO100's.


def check(one: Daemon, _tables: Tables, _now: str) -> Iterator[Truth]:
    """Ask whether the API listens on the loopback and lets in callers without a certificate."""
    yield from commanded(one, loopback=True)


RULE = Rule(
    id="ISO104",
    name="engine-api-on-loopback",
    title="lets anybody on its host command it",
    severity="high",
    remedy='listen on the socket alone, or set `"tlsverify": true` with certificates of your own',
    check=check,
    controls=(Control("CIS Docker", "1.6.0", "2.7"),),
)
