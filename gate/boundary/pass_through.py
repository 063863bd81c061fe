"""What a fact still means behind a sandbox: contained in it, weakening it, or going around it.

Sources: gVisor's production guide and `runsc` flags (the gofer serves the real host file); Kata's Limitations and
privileged-containers pages; Microsoft's persistent storage page (bind mounts are served as LocalSystem); for machines
the sources of their facts.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from gate.boundary.runtimes import Kind

    #: A number is the most that the boundary is worth then.
    Effect: TypeAlias = Literal["contained", "weaken", "bypass"] | int

#: Facts that are not simply contained, by kind of boundary. A fact without a row is an in-guest weakness only.
EFFECTS: dict[str, dict[Kind, Effect]] = {
    "G.host_root_path": {
        "gvisor": "bypass",
        "kata": "bypass",
        "hyperv": "bypass",
        "microvm": "bypass",
        "peer-vm": "weaken",
        "vm": "bypass",
    },
    "W.host_path_other": {
        "gvisor": "weaken",
        "kata": "weaken",
        "hyperv": "weaken",
        "microvm": "weaken",
        "peer-vm": "weaken",
        "vm": "weaken",
    },
    "W.git_repo": {
        "gvisor": "weaken",
        "kata": "weaken",
        "hyperv": "weaken",
        "microvm": "weaken",
        "peer-vm": "weaken",
    },
    "G.runtime_socket": {
        "gvisor": "weaken",
        "kata": "weaken",
        "hyperv": "bypass",
        "microvm": "weaken",
        "peer-vm": "weaken",
        "vm": "weaken",
    },
    "W.host_net": {"gvisor": "weaken", "kata": "bypass", "microvm": "bypass", "hyperv": "weaken", "peer-vm": "weaken"},
    "G.block_device": {"gvisor": "weaken", "kata": "weaken", "microvm": "weaken", "hyperv": "weaken", "vm": "weaken"},
    "W.host_device_other": {
        "gvisor": "weaken",
        "kata": "weaken",
        "microvm": "weaken",
        "hyperv": "weaken",
        "vm": "weaken",
    },
    "G.privileged": {"kata": "weaken", "microvm": "weaken"},
    "G.hostprocess": {
        "gvisor": "bypass",
        "kata": "bypass",
        "hyperv": "bypass",
        "microvm": "bypass",
        "peer-vm": "bypass",
    },
    "W.mount_propagation_shared": {"gvisor": "weaken", "kata": "weaken", "microvm": "weaken", "hyperv": "weaken"},
    "G.machine_monitor": {"vm": "bypass"},
    "W.project_share": {"vm": "bypass"},
    "W.data_share": {"vm": 3},
    "W.machine_unguarded": {"vm": "bypass"},
    "W.machine_console": {"vm": "weaken"},
    "W.machine_channel": {"vm": "weaken"},
    "B.opened": {"gvisor": "bypass", "kata": "bypass", "microvm": "bypass"},
    "B.tuned": {"gvisor": "weaken", "kata": "weaken", "microvm": "weaken", "hyperv": "weaken", "vm": "weaken"},
}


def passes(fact: str, kind: Kind) -> Effect:
    """Return what the fact means behind this kind of boundary."""
    return EFFECTS.get(fact, {}).get(kind, "contained")
