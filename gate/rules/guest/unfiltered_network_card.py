"""A network card that sees what is meant for others, or sends in their names."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: libvirt interface trustGuestRxFilters; VirtualBox promiscuousModePolicy and --nic-promisc; Hyper-V
# -MacAddressSpoofing and -PortMirroring.
# Allowed: what each is where nothing is said: no, Deny, Off and None.

RULE = Rule(
    id="VM008",
    name="unfiltered-network-card",
    title="has a network card that nothing filters",
    severity="medium",
    remedy="leave the card the addresses that it was given, and what is sent to them",
    facts=("A.machine_card",),
    controls=(Control("MITRE ATT&CK", "Enterprise", "T1040"),),
)
