"""A build that talks to its Windows guest in clear text."""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.rule import Control, Rule
from gate.rules.questions import answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: communicator, winrm_use_ssl.
# Allowed: winrm_use_ssl, any other communicator.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask whether WinRM runs over TLS."""
    yield answer(
        ~holds(template.access.winrm_encrypted, bool, ""),
        f"{template.name} sends the password and every command over WinRM in clear text",
        f"whether {template.name} encrypts WinRM",
    )


RULE = Rule(
    id="TPL006",
    name="unencrypted-winrm",
    title="talks to its guest over unencrypted WinRM",
    severity="medium",
    remedy="set `winrm_use_ssl = true` and give the guest a certificate, or use OpenSSH",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SC-8"),),
)
