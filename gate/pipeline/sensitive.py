"""Of what it counts who keeps it up to date."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.policy import Policy
    from gate.model.sensitivity import Sensitivity

#: The classes of which it counts who keeps their images and templates.
SENSITIVE = ("confidential", "restricted")


def is_asked(policy: Policy, sensitivity: Sensitivity) -> bool:
    """Say whether a subject is sensitive enough to be asked who keeps it."""
    return (sensitivity.cls or ("" if sensitivity.declared else policy.undeclared)) in SENSITIVE
