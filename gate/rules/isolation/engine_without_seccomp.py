"""An engine that filters no system calls unless it is asked to."""

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

# Fields: daemon.json seccomp-profile.
# Allowed: no profile named, `builtin`, and a profile of one's own.


def check(one: Daemon, _tables: Tables, _now: str) -> Iterator[Truth]:
    """Ask whether containers that name no profile get none."""
    if isinstance(one.seccomp, Unknown):
        yield unknown(one.seccomp.at, f"which filter containers get is not known: {one.seccomp.reason}")
    elif known(one.seccomp) == "unconfined":
        yield yes(one.seccomp.at, "containers that name no seccomp profile run without a filter")


RULE = Rule(
    id="ISO101",
    name="engine-without-seccomp",
    title="filters no system calls of its containers",
    severity="high",
    remedy="remove `seccomp-profile`; give the container that needs more a profile of its own",
    check=check,
    controls=(Control("CIS Docker", "1.6.0", "2.17"),),
)
