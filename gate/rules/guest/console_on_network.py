"""A screen or serial line that asks nobody who they are."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: libvirt graphics without passwd, serial lines over TCP; VMX RemoteDisplay.vnc.*, serialN.*; xl vnclisten, vfb,
# spice, serial; VirtualBox RemoteDisplay, UART; Vagrant graphics_ip, --vrde.
# Allowed: no console, one on the loopback address or on a socket.

RULE = Rule(
    id="VM004",
    name="console-on-network",
    title="shows its console to whoever connects",
    severity="high",
    remedy="let it listen on the loopback address or on a socket, or ask for a password over TLS",
    facts=("W.machine_console",),
    controls=(Control("MITRE ATT&CK", "Enterprise", "T1021"),),
)
