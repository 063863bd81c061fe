"""An installation medium that nobody compares with what was published."""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.rule import Control, Rule
from gate.rules.questions import answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: iso_checksum, iso_skip_cache; checksum of virtualbox-ovf.
# Allowed: any checksum; `none`, nothing and iso_skip_cache are none.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask what the checksum is worth."""
    truth = holds(template.media.checksum_kind, lambda kind: kind == "none", "")
    yield answer(
        truth,
        f"{template.name} installs from a medium without a checksum",
        f"whether the medium of {template.name} has a checksum",
    )


RULE = Rule(
    id="TPL001",
    name="missing-medium-checksum",
    title="installs from a medium without a checksum",
    severity="high",
    remedy="state the publisher's SHA-256 or SHA-512 sum in `iso_checksum`",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SI-7"),),
)
