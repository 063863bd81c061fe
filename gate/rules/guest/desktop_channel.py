"""What a desktop hypervisor shares between guest and host."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: libvirt shmem, input of type evdev or passthrough; VMX isolation.tools.*.disable; xl spice_*; VirtualBox
# Clipboard, DragAndDrop; Hyper-V enhanced sessions, guest service interface.
# Allowed: none of these; on a desktop hypervisor they have to be turned off.

RULE = Rule(
    id="VM005",
    name="desktop-channel",
    title="shares clipboard, files or devices with the desktop of its host",
    severity="medium",
    remedy="turn the clipboard, drag and drop and shared folders of the hypervisor off for this machine",
    facts=("W.machine_channel",),
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
