"""A console of the build that listens to the whole network."""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.rule import Rule
from gate.rules.questions import answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: vnc_bind_address, vrdp_bind_address.
# Allowed: absent, the loopback address, one address of the build host.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask where the console listens."""
    yield answer(
        holds(template.access.console_bind_address, _is_everywhere, ""),
        f"{template.name} opens its console on every address of the build host",
        f"whether {template.name} opens its console to the network",
    )


def _is_everywhere(address: str) -> bool:
    """Recognise the unspecified address of either family, whatever its spelling."""
    digits = address.strip("[]").replace(":", "").replace(".", "")
    return set(digits) <= {"0", "*"}


RULE = Rule(
    id="TPL007",
    name="console-on-all-addresses",
    title="opens its console on every address",
    severity="medium",
    remedy="leave the console on 127.0.0.1 and reach it through SSH",
    check=check,
)
