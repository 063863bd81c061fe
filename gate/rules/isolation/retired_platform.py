"""A workload of a platform that its maintainers gave up."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: every app and pod of Marathon.
# Allowed: platforms that somebody maintains.

RULE = Rule(
    id="ISO090",
    name="retired-platform",
    title="runs on a platform that nobody maintains any more",
    severity="high",
    remedy="move it to a platform that gets security fixes",
    facts=("A.retired_platform",),
    controls=(Control("NIST SP 800-53", "5", "SA-22"),),
)
