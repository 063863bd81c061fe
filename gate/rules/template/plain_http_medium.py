"""An installation medium that anybody on the way can exchange."""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.rule import Control, Rule
from gate.model.truth import unknown
from gate.rules.questions import answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: iso_url, iso_urls, source_path, with iso_checksum.
# Allowed: https and local files; any transport with a SHA-2 sum in the template.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask for an open transport that no strong checksum makes up for."""
    ways = template.media.transports
    question = f"whether {template.name} fetches its medium unprotected"
    weak = holds(template.media.checksum_kind, lambda kind: kind not in ("sha256", "sha512"), "")
    for way in ways.members:
        fact = f"{template.name} fetches its medium over an open connection, and no strong checksum protects it"
        yield answer(holds(way, lambda transport: transport in ("http", "ftp"), "") & weak, fact, question)
    if not ways.complete:
        yield answer(unknown(ways.at, ways.open_because) & weak, "", question)


RULE = Rule(
    id="TPL002",
    name="plain-http-medium",
    title="fetches its medium over an open connection",
    severity="high",
    remedy="fetch it over https, and state its SHA-256 or SHA-512 sum",
    check=check,
    controls=(
        Control("NIST SP 800-53", "5", "SC-8"),
        Control("MITRE ATT&CK", "Enterprise", "T1557"),
    ),
)
