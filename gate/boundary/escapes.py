"""Ways out of a container that need no bug: what configuration alone permits.

Sources: badPods, moby's seccomp and capability sources, CIS Docker, Kubernetes KEP-1981, each row's own.
"""

from __future__ import annotations

from gate.boundary.escape import Escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.boundary.runtimes import Kind

MACHINES: tuple[Kind, ...] = ("kata", "hyperv", "microvm", "peer-vm", "vm")
SANDBOXES: tuple[Kind, ...] = ("gvisor", *MACHINES)

ESCAPES = (
    Escape("E01", "mount the host's disk", (("G.privileged",), ("G.block_device",)), "badPods, moby"),
    Escape(
        "E02",
        "cgroup release_agent",
        (("G.privileged",), ("G.cap_admin", "W.mac_off"), ("G.cap_admin", "W.seccomp_off")),
        "Unit 42 on CVE-2022-0492",
    ),
    Escape(
        "E03",
        "enter the namespaces of init",
        (("W.host_pid", "G.privileged"), ("W.host_pid", "G.cap_admin")),
        "badPods",
    ),
    Escape("E04", "inject into a process of the host", (("G.hostpid_ptrace",),), "badPods, moby"),
    Escape("E05", "load a kernel module", (("G.cap_module",), ("G.privileged",)), "moby"),
    Escape("E06", "read any file by handle", (("G.cap_dac_read_search",), ("G.privileged",)), "moby"),
    Escape(
        "E07", "read physical memory or drive ports", (("G.cap_rawio", "G.block_device"), ("G.privileged",)), "moby"
    ),
    Escape("E08", "write a block device of the host", (("G.block_device",),), "moby"),
    Escape(
        "E09",
        "ask the engine for a privileged container",
        (("G.runtime_socket",),),
        "containerd's operator guidelines, CIS Docker 5.32",
    ),
    Escape("E10", "write the host's files", (("G.host_root_path",),), "badPods"),
    Escape("E11", "take the kubelet's keys, or start static pods", (("?pods", "?kubelet-folder"),), "badPods"),
    Escape(
        "E12",
        "read files of the node through its logs",
        (("?pods", "?log-folder", "?node-logs"),),
        "Aqua KHV047",
    ),
    Escape(
        "E13",
        "have the kernel run a helper program",
        (("G.core_pattern",), ("W.proc_unmasked", "G.cap_admin")),
        "moby, Datadog",
    ),
    Escape("E14", "sniff the host's network, call its local services", (("W.host_net",),), "badPods"),
    Escape(
        "E15",
        "take the credentials of the cloud's metadata server",
        (("?cloud", "W.host_net"), ("?cloud", "?metadata")),
        "badPods, Amazon ECS on task networking",
    ),
    Escape("E16", "read the host's shared memory", (("W.host_ipc",),), "badPods"),
    Escape("E18", "take over the cluster by a service account", (("?pods", "!H.no_sa_token", "?roles"),), "badPods"),
    Escape(
        "E19",
        "plant mounts on the host",
        (("W.mount_propagation_shared", "G.privileged"),),
        "StackRox, CIS Docker 5.20",
    ),
    Escape("E20", "take over the builder", (("G.build_insecure",),), "BuildKit on entitlements"),
    Escape("E21", "run as a process of the Windows host", (("G.hostprocess",),), "Kubernetes KEP-1981"),
    Escape(
        "E22",
        "leave a Windows container that shares the kernel",
        (("?windows",),),
        "Microsoft: Secure Windows containers",
        stopped_by=MACHINES,
    ),
    Escape(
        "E23",
        "leave a system container that is privileged, nests or sees /proc",
        (
            ("?system-container", "!H.userns"),
            ("?system-container", "W.nesting"),
            ("?system-container", "W.proc_unmasked"),
        ),
        "Incus and LXD on security",
        stopped_by=("vm",),
    ),
    Escape(
        "E24",
        "leave a systemd-nspawn container without a user namespace",
        (("?nspawn", "!H.userns"),),
        "systemd.nspawn(5)",
    ),
    Escape("E25", "choose the programs of the sandbox's monitor", (("B.opened",),), "CVE-2026-44210"),
    Escape("E27", "reach other tenants through a shared host folder", (("W.host_path_other",),), "judgement"),
    Escape(
        "E28",
        "reach the host through what gVisor was told to let through",
        (
            ("?gvisor", "W.host_net"),
            ("?gvisor", "G.block_device"),
            ("?gvisor", "W.host_device_other"),
            ("?gvisor", "B.opened"),
        ),
        "gVisor's flags",
    ),
    Escape("E29", "rely on what Swarm leaves out", (("?swarm", "A.ignored_key"),), "Docker CLI, stack types"),
)
