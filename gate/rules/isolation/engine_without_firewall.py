"""An engine that does not keep its networks apart."""

from __future__ import annotations

from gate.model.evidence import Unknown, known
from gate.model.rule import Control, Rule
from gate.model.truth import unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.daemon import Daemon
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: daemon.json iptables.
# Allowed: no option, and true.


def check(one: Daemon, _tables: Tables, _now: str) -> Iterator[Truth]:
    """Ask whether the rules that keep networks apart are left out."""
    if isinstance(one.firewall, Unknown):
        yield unknown(one.firewall.at, f"whether networks are kept apart is not known: {one.firewall.reason}")
    elif known(one.firewall) is False:
        yield yes(one.firewall.at, "the engine writes no rules that keep its networks apart")


RULE = Rule(
    id="ISO102",
    name="engine-without-firewall",
    title="does not keep its networks apart",
    severity="medium",
    remedy="remove `iptables`, or see to it that the host's own rules keep each network apart",
    check=check,
    controls=(Control("CIS Docker", "1.6.0", "2.4"),),
)
