"""What a desktop hypervisor shares between guest and host."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: libvirt shmem, and input of type evdev or passthrough.
# Allowed: neither.

RULE = Rule(
    id="VM005",
    name="desktop-channel",
    title="shares clipboard, files or devices with the desktop of its host",
    severity="medium",
    remedy="turn the clipboard, drag and drop and shared folders of the hypervisor off for this machine",
    facts=("W.machine_channel",),
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
