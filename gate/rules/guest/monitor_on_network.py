"""A hypervisor that takes orders for a machine from whoever connects."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: libvirt qemu:commandline with -monitor, -qmp, -gdb or -s on a network; VMX debugStub.listen.*.remote;
# VirtualBox GuestDebug.
# Allowed: no monitor, one on a socket or a pipe, or one on the loopback address.

RULE = Rule(
    id="VM001",
    name="monitor-on-network",
    title="is controlled by whoever reaches its hypervisor's monitor",
    severity="critical",
    remedy="let the monitor listen on a socket of the host's file system, or remove it",
    facts=("G.machine_monitor",),
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
