"""A build that gives its credentials to whoever answers in the hypervisor's name."""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.rule import Control, Rule
from gate.rules.questions import answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: insecure_connection.
# Allowed: absent, false.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask whether the certificate of the hypervisor is checked."""
    yield answer(
        ~holds(template.access.hypervisor_verified, bool, ""),
        f"{template.name} does not check the certificate of its hypervisor",
        f"whether {template.name} checks the certificate of its hypervisor",
    )


RULE = Rule(
    id="TPL018",
    name="unverified-hypervisor",
    title="does not check the certificate of its hypervisor",
    severity="low",
    remedy="set `insecure_connection = false` and trust the authority that signed the certificate",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SC-8"),),
)
