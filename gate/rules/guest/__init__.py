"""VM: what leads from a virtual machine to its host."""

from __future__ import annotations

from gate.rules import Entry


def _of(module: str, *facts: str) -> Entry:
    return Entry(f"gate.rules.guest.{module}", "workload", facts)


RULES: dict[str, Entry] = {
    "VM001": _of("monitor_on_network", "G.machine_monitor"),
    "VM002": _of("writable_share", "W.project_share", "W.data_share"),
    "VM003": _of("unguarded_hardware", "W.machine_unguarded"),
    "VM004": _of("console_on_network", "W.machine_console"),
    "VM005": _of("desktop_channel", "W.machine_channel"),
    "VM006": _of("nested_machines", "A.nested_virtualization"),
    "VM007": _of("emulated_machine", "A.emulated_machine"),
    "VM008": _of("unfiltered_network_card", "A.machine_card"),
    "VM009": _of("unverified_boot", "A.unverified_boot"),
}
