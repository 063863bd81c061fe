"""A guest whose firmware starts whatever lies on its disk."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: libvirt os firmware, its features and loader secure; VMX firmware and uefi.secureBoot.enabled; xl bios;
# VirtualBox Firmware; Hyper-V -Generation and -EnableSecureBoot.
# Allowed: UEFI with Secure Boot on and keys enrolled.

RULE = Rule(
    id="VM009",
    name="unverified-boot",
    title="starts without Secure Boot, so that what replaces its boot code stays",
    severity="low",
    remedy="start it by UEFI, with Secure Boot on and keys enrolled",
    facts=("A.unverified_boot",),
    controls=(Control("MITRE ATT&CK", "Enterprise", "T1542"),),
)
