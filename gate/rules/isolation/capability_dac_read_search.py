"""A container that is granted DAC_READ_SEARCH."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes capabilities.add; Compose cap_add.
# Allowed: no DAC_READ_SEARCH, no ALL.

RULE = Rule(
    id="ISO022",
    name="capability-dac-read-search",
    title="may open any file of the host by its handle",
    severity="critical",
    remedy="remove DAC_READ_SEARCH; DAC_OVERRIDE stays inside the container",
    facts=("G.cap_dac_read_search",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.4"),
        Control("CIS Kubernetes", "1.12", "5.2.9"),
        Control("Pod Security Standards", "baseline", "capabilities_baseline"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
