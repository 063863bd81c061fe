"""A download in the build that accepts any certificate, or a package without a signature."""

from __future__ import annotations

from gate.model.rule import Control, Rule
from gate.rules.questions import of_steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: the commands of provisioners and their scripts.
# Allowed: downloads and packages that are verified.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask for every option that turns a check off."""
    yield from of_steps(
        template.provisioning.tls_checks_disabled,
        f"{template.name} turns off a check of where its software comes from: {{}}",
        f"whether {template.name} checks where its software comes from",
    )


RULE = Rule(
    id="TPL014",
    name="tls-checks-disabled",
    title="turns off a check of where its software comes from",
    severity="medium",
    remedy="take the option away, and install the certificate authority or the signing key that is missing",
    check=check,
    controls=(
        Control("NIST SP 800-53", "5", "SC-8"),
        Control("MITRE ATT&CK", "Enterprise", "T1195.002"),
    ),
)
