"""A registry whose images are fetched from whoever answers in its name."""

from __future__ import annotations

from gate.model.evidence import Stated, Unknown
from gate.model.rule import Control, Rule
from gate.model.truth import unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.daemon import Daemon
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: daemon.json insecure-registries.
# Allowed: registries on the loopback, which the engine trusts anyway.

_LOOPBACK = ("127.", "localhost", "[::1]", "::1")


def check(one: Daemon, _tables: Tables, _now: str) -> Iterator[Truth]:
    """Ask for every registry whether it is one that is reached over a network."""
    for member in one.insecure_registries.members:
        if isinstance(member, Stated) and not member.value.strip().lower().startswith(_LOOPBACK):
            yield yes(member.at, f"images of {member.value[:80]} come over plain HTTP, or with any certificate")
        elif isinstance(member, Unknown):
            yield unknown(member.at, f"which registry needs no certificate is not known: {member.reason}")
    if not one.insecure_registries.complete:
        why = one.insecure_registries.open_because
        yield unknown(one.insecure_registries.at, f"which registries need no certificate is not known: {why}")


RULE = Rule(
    id="ISO103",
    name="insecure-registry",
    title="fetches images from whoever answers in a registry's name",
    severity="medium",
    remedy="give the registry a certificate, and put its authority into /etc/docker/certs.d/REGISTRY/ca.crt",
    check=check,
    controls=(Control("CIS Docker", "1.6.0", "2.5"),),
)
