"""Configuration escapes: documented ways out that need no bug, each decided from facts.

A row is open when any of its alternatives holds, an alternative when all of its facts do. What a sandbox contains does
not open a row. Sources: badPods, moby's seccomp and capability sources, CIS Docker, Kubernetes KEP-1981.
"""

from __future__ import annotations

from gate.boundary.facts import FACTS
from gate.boundary.pass_through import passes
from gate.model.record import Record
from gate.model.truth import either, every

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.boundary.facts import Facts
    from gate.boundary.runtimes import Kind
    from gate.model.truth import Truth


class Escape(Record):
    """One technique and the combinations of facts that permit it."""

    id: str
    title: str
    alternatives: tuple[tuple[str, ...], ...]


ESCAPES = (
    Escape("E01", "mount the host's disk", (("G.privileged",), ("G.block_device",))),
    Escape("E02", "cgroup release_agent", (("G.privileged",), ("G.cap_admin", "W.mac_off"))),
    Escape("E03", "enter the namespaces of init", (("W.host_pid", "G.privileged"), ("W.host_pid", "G.cap_admin"))),
    Escape("E04", "inject into a process of the host", (("G.hostpid_ptrace",),)),
    Escape("E05", "load a kernel module", (("G.cap_module",), ("G.privileged",))),
    Escape("E06", "read any file by handle", (("G.cap_dac_read_search",), ("G.privileged",))),
    Escape("E07", "read physical memory or drive ports", (("G.cap_rawio", "G.block_device"), ("G.privileged",))),
    Escape("E08", "write a block device of the host", (("G.block_device",),)),
    Escape("E09", "ask the engine for a privileged container", (("G.runtime_socket",),)),
    Escape("E10", "write the host's files", (("G.host_root_path",), ("G.raw_exec",))),
    Escape("E13", "have the kernel run a helper program", (("G.core_pattern",), ("W.proc_unmasked", "G.cap_admin"))),
    Escape("E14", "sniff the host's network, call its local services", (("W.host_net",),)),
    Escape("E16", "read the host's shared memory", (("W.host_ipc",),)),
    Escape("E19", "plant mounts on the host", (("W.mount_propagation_shared", "G.privileged"),)),
    Escape("E21", "run as a process of the Windows host", (("G.hostprocess",),)),
    Escape("E25", "choose the programs of the sandbox's monitor", (("B.opened",),)),
    Escape("E27", "reach other tenants through a shared host folder", (("W.host_path_other",),)),
)


def decide(escape: Escape, facts: Facts, kind: Kind) -> Truth:
    """Say whether the technique is open to this workload behind this kind of boundary."""
    return either(every(_reaches(fact, facts, kind) for fact in combination) for combination in escape.alternatives)


def _reaches(fact: str, facts: Facts, kind: Kind) -> Truth:
    truth = facts.truth(fact)
    contained = kind not in ("none", "unknown") and passes(fact, kind) == "contained"
    return truth & ~truth if contained and FACTS[fact].is_risk and truth.answer == "yes" else truth
