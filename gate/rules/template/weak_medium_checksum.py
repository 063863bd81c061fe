"""A checksum that can be met by another medium, or exchanged with it."""

from __future__ import annotations

from gate.model.evidence import holds, known
from gate.model.rule import Control, Rule
from gate.rules.questions import answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: iso_checksum, iso_checksum_type; checksum of virtualbox-ovf.
# Allowed: sha256, sha512, and a file of sums that is local or comes over https.

WEAK = {
    "md5": "MD5, for which collisions are made in seconds",
    "sha1": "SHA-1, for which collisions have been made",
    "plain-sums-file": "sums that come over an open connection",
}


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask for an algorithm with known collisions, and for sums that come unprotected."""
    truth = holds(template.media.checksum_kind, lambda kind: kind in WEAK, "")
    kind = WEAK.get(known(template.media.checksum_kind) or "", "")
    yield answer(
        truth,
        f"{template.name} checks its medium with {kind}",
        f"whether the medium of {template.name} has a strong checksum",
    )


RULE = Rule(
    id="TPL003",
    name="weak-medium-checksum",
    title="checks its medium with a weak checksum",
    severity="medium",
    remedy="state the publisher's SHA-256 or SHA-512 sum in the template itself",
    check=check,
    controls=(Control("NIST SP 800-131A", "2", "9"),),
)
