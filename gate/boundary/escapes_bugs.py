"""Ways out of a container through a known bug of an engine or of the kernel, with the versions that have it.

Versions: the Go vulnerability database and the projects' own advisories; for the kernel the CVE records of its own
numbering authority, and for what is older than that the ranges of the NVD. A row without versions says why.
"""

from __future__ import annotations

from gate.boundary.escape import Escape
from gate.boundary.escapes import MACHINES, SANDBOXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.boundary.runtimes import Kind

_ALWAYS = (("?always",),)
_SHARES_ROOT = ("!H.nonroot", "!H.userns")
_OWN_NAMESPACES = (("G.cap_admin",), ("G.privileged",), ("!H.seccomp_explicit",))


def _bug(
    row: str,
    title: str,
    alternatives: tuple[tuple[str, ...], ...],
    component: str,
    affected: tuple[tuple[str, str], ...],
    cves: str,
    stopped_by: tuple[Kind, ...] = (),
    doubtful: tuple[tuple[str, str], ...] = (),
) -> Escape:
    names = tuple(f"CVE-{name}" for name in cves.split())
    return Escape(row, title, alternatives, ", ".join(names), component, affected, doubtful, names, stopped_by)


ENGINES = (
    _bug(
        "E17",
        "call the shim's abstract socket",
        (("W.host_net", "!H.nonroot"),),
        "containerd",
        (("", "1.3.9"), ("1.4", "1.4.3")),
        "2020-15257",
        SANDBOXES,
    ),
    _bug(
        "E26",
        "set a property of systemd through an annotation",
        (("?systemd-property",),),
        "cri-o",
        (("", "1.27.6"), ("1.28", "1.28.6"), ("1.29", "1.29.4")),
        "2024-3154",
    ),
    _bug("E30", "overwrite runc", (_SHARES_ROOT,), "runc", (("", "1.0.0-rc7"),), "2019-5736", SANDBOXES),
    _bug(
        "E31",
        "exchange a mount's target for a link",
        (("?volumes", *_SHARES_ROOT),),
        "runc",
        (("", "1.0.0-rc95"),),
        "2021-30465",
        MACHINES,
    ),
    _bug(
        "E32",
        "start in a leaked folder of the host",
        _ALWAYS,
        "runc",
        (("1.0.0-rc93", "1.1.12"),),
        "2024-21626",
        SANDBOXES,
    ),
    _bug(
        "E33",
        "redirect writes to the host's /proc",
        _ALWAYS,
        "runc",
        (("", "1.2.8"), ("1.3.0-rc.1", "1.3.3"), ("1.4.0-rc.1", "1.4.0-rc.3")),
        "2025-31133 2025-52565 2025-52881",
        SANDBOXES,
    ),
    _bug(
        "E34",
        "follow a link in the image's /dev",
        _ALWAYS,
        "runc",
        (("", "1.3.6"), ("1.4", "1.4.3"), ("1.5", "1.5.0-rc.3")),
        "2026-41579",
        MACHINES,
    ),
    _bug(
        "E35",
        "write the host's cgroups",
        (("W.host_cgroupns",), ("W.cgroup_writable",)),
        "runc",
        (("", "1.1.5"),),
        "2023-25809",
        SANDBOXES,
    ),
    _bug(
        "E36",
        "read the host through a volume of the image",
        (("?pods",),),
        "containerd",
        (("", "1.4.13"), ("1.5", "1.5.10"), ("1.6", "1.6.1")),
        "2022-23648",
    ),
    _bug(
        "E37",
        "become root by a user number that overflows",
        (("?user-beyond",),),
        "containerd",
        (("", "1.6.38"), ("1.7", "1.7.32"), ("2.0", "2.0.9"), ("2.1", "2.2.4"), ("2.3", "2.3.1")),
        "2024-40635 2026-46680",
        SANDBOXES,
    ),
    _bug(
        "E38",
        "have the engine run a program of the host by a label",
        _ALWAYS,
        "containerd",
        (("1.7.0", "1.7.33"), ("2.0", "2.0.10"), ("2.1", "2.1.9"), ("2.2", "2.2.5"), ("2.3", "2.3.2")),
        "2026-53488",
    ),
    _bug("E39", "race the unpacking of an image", _ALWAYS, "containerd", (("2.1.0", "2.1.1"),), "2025-47290"),
    _bug(
        "E40",
        "restore a hostile checkpoint",
        (("?pods",),),
        "containerd",
        (("2.1.0", "2.1.9"), ("2.2.0", "2.2.5"), ("2.3.0", "2.3.2")),
        "2026-53489 2026-53492 2026-50195",
        doubtful=(("", "2.0"),),
    ),
    _bug(
        "E41",
        "answer `docker cp` with a link",
        (("?docker", "?volumes"),),
        "docker",
        (("", "29.5.1"),),
        "2026-41567 2026-42306",
    ),
    _bug(
        "E42",
        "leave a build through its mounts or its frontend",
        (("?built",),),
        "buildkit",
        (("", "0.12.5"),),
        "2024-23651 2024-23652 2024-23653",
    ),
    _bug(
        "E43",
        "leave a build through a frontend or a folder of Git",
        (("?built",),),
        "buildkit",
        (("", "0.28.1"),),
        "2026-33747 2026-33748",
    ),
    _bug(
        "E44",
        "race the toolkit that mounts the GPU's driver",
        (("?gpu",),),
        "nvidia-container-toolkit",
        (("", "1.17.4"),),
        "2024-0132 2025-23359",
        ("kata",),
    ),
    _bug(
        "E45",
        "preload a library into the toolkit's hook",
        (("?gpu",),),
        "nvidia-container-toolkit",
        (("", "1.17.8"),),
        "2025-23266",
        ("kata",),
    ),
    _bug(
        "E46",
        "set the host's sysctls through a sysctl's value",
        (("?pods", "?sysctl-within"),),
        "cri-o",
        (("1.19", "1.19.6"), ("1.20", "1.20.7"), ("1.21", "1.21.6"), ("1.22", "1.22.3"), ("1.23", "1.23.2")),
        "2022-0811",
    ),
    _bug(
        "E47",
        "run unfiltered by a profile without a file",
        (("A.seccomp_without_file",),),
        "kubelet",
        (("", "1.24.14"), ("1.25", "1.25.10"), ("1.26", "1.26.5"), ("1.27", "1.27.2")),
        "2023-2431",
        SANDBOXES,
    ),
    _bug(
        "E48",
        "run a hook of a repository that the kubelet fetches",
        (("W.git_repo",),),
        "kubelet",
        (("", ""),),
        "2024-10220 2025-1767",
    ),
    _bug(
        "E49",
        "exchange a path within a volume for a link",
        (("?pods", "?subpath"),),
        "kubelet",
        (("", "1.19.15"), ("1.20", "1.20.11"), ("1.21", "1.21.5"), ("1.22", "1.22.2")),
        "2021-25741 2017-1002101",
    ),
    _bug(
        "E50",
        "have the kubelet of Windows run a path",
        (("?pods", "?windows"),),
        "kubelet",
        (("", "1.25.16"), ("1.26", "1.26.11"), ("1.27", "1.27.8"), ("1.28", "1.28.4")),
        "2023-5528 2023-3676 2023-3955",
    ),
    _bug(
        "E51",
        "leave a build of Podman through a mount or a link",
        (("?podman",),),
        "podman",
        (("", "5.7.1"),),
        "2024-9407 2026-55686",
    ),
    _bug("E52", "leave the machine of Kata", (("?kata",),), "kata", (("", "3.31.0"),), "2026-47243", ("peer-vm",)),
    _bug(
        "E53",
        "write the host when an image or a backup is imported",
        (("?incus",),),
        "incus",
        (("", "7.2.0"),),
        "2026-48749 2026-48752",
    ),
)

KERNELS = (
    _bug(
        "E54",
        "write to files that it may only read (Dirty COW)",
        _ALWAYS,
        "kernel",
        (
            *(("2.6.22", "3.2.83"), ("3.3", "3.4.113"), ("3.5", "3.10.104"), ("3.11", "3.12.66"), ("3.13", "3.16.38")),
            *(("3.17", "3.18.44"), ("3.19", "4.1.35"), ("4.2", "4.4.26"), ("4.5", "4.7.9"), ("4.8", "4.8.3")),
        ),
        "2016-5195",
        SANDBOXES,
    ),
    _bug(
        "E55",
        "overflow the kernel through a raw packet socket",
        (("?raw-sockets",),),
        "kernel",
        (
            *(("4.6", "4.9.239"), ("4.10", "4.14.201"), ("4.15", "4.19.150"), ("4.20", "5.4.64"), ("5.5", "5.8.8")),
            ("5.9", "5.9-rc4"),
        ),
        "2020-14386",
        SANDBOXES,
    ),
    _bug(
        "E56",
        "overflow the kernel through fsconfig",
        _OWN_NAMESPACES,
        "kernel",
        (("5.1", "5.4.173"), ("5.5", "5.10.93"), ("5.11", "5.15.16"), ("5.16", "5.16.2")),
        "2022-0185",
        SANDBOXES,
    ),
    _bug(
        "E57",
        "have the kernel run a release agent from a user namespace",
        (("G.cap_admin", "W.mac_off"), ("G.privileged",), ("!H.seccomp_explicit", "W.mac_off")),
        "kernel",
        (
            *(("2.6.24", "4.9.301"), ("4.10", "4.14.266"), ("4.15", "4.19.229"), ("4.20", "5.4.177")),
            *(("5.5", "5.10.97"), ("5.11", "5.15.20"), ("5.16", "5.16.6"), ("5.17", "5.17-rc3")),
        ),
        "2022-0492",
        SANDBOXES,
    ),
    _bug(
        "E58",
        "write to files that it may only read (Dirty Pipe)",
        _ALWAYS,
        "kernel",
        (("5.8", "5.10.102"), ("5.11", "5.15.25"), ("5.16", "5.16.11")),
        "2022-0847",
        SANDBOXES,
    ),
    _bug(
        "E59",
        "write to files that it may only read (Copy Fail)",
        (("?crypto-sockets",),),
        "kernel",
        (
            *(("4.14", "5.10.254"), ("5.11", "5.15.204"), ("5.16", "6.1.170"), ("6.2", "6.6.137"), ("6.7", "6.12.85")),
            *(("6.13", "6.18.22"), ("6.19", "6.19.12")),
        ),
        "2026-31431",
        SANDBOXES,
    ),
    _bug(
        "E60",
        "write to files that it may only read (Dirty Frag)",
        (*_OWN_NAMESPACES, ("?net-admin",)),
        "kernel",
        (
            *(("4.11", "5.10.255"), ("5.11", "5.15.206"), ("5.16", "6.1.172"), ("6.2", "6.6.138"), ("6.7", "6.12.87")),
            *(("6.13", "6.18.28"), ("6.19", "7.0.5")),
        ),
        "2026-43284",
        SANDBOXES,
    ),
    _bug(
        "E61",
        "write to files that it may only read (Fragnesia, RxRPC)",
        (*_OWN_NAMESPACES, ("?net-admin",), ("?socket-family",)),
        "kernel",
        (
            *(("3.9", "5.10.257"), ("5.11", "5.15.208"), ("5.16", "6.1.174"), ("6.2", "6.6.141"), ("6.7", "6.12.91")),
            *(("6.13", "6.18.33"), ("6.19", "7.0.10")),
        ),
        "2026-43500 2026-46300",
        SANDBOXES,
        # The record of the one in RxRPC names no fix below this, and later ones may have come.
        doubtful=(("5.3", "6.12.88"),),
    ),
    # ESXi has the same bugs and is told by builds, not by versions; what a processor leaks to other guests has none.
    _bug(
        "E62",
        "leave the machine of VMware",
        (("?vmware",),),
        "vmware-workstation",
        (("17", "17.6.4"),),
        "2025-22224 2025-22225 2025-22226 2025-41236 2025-41237 2025-41238",
    ),
    _bug(
        "E63",
        "leave the machine of VirtualBox",
        (("?virtualbox",),),
        "virtualbox",
        (("7.1.6", "7.1.7"),),
        "2025-30712",
        # Oracle says which supported version has it, and nothing of those before that.
        doubtful=(("7.1", "7.1.6"),),
    ),
    _bug(
        "E64",
        "leave a paravirtual guest of Xen (XSA-212)",
        (("?xen", "?paravirtual"),),
        "xen",
        # The first release of each line that was fixed is older than the fix; which of the later ones has it first is
        # not in the record.
        (("4.3", "4.4.1"), ("4.5", "4.5.1"), ("4.6", "4.6.1"), ("4.7", "4.7.1"), ("4.8", "4.8.1")),
        "2017-7228",
        doubtful=(("", "4.3"), ("4.4.1", "4.9")),
    ),
    _bug(
        "E65",
        "leave the machine of Hyper-V",
        (("?hyper-v",),),
        "hyper-v",
        (
            *(
                ("9200.0", "9200.24768"),
                ("9600.0", "9600.21871"),
                ("10240.0", "10240.20526"),
                ("14393.0", "14393.6796"),
            ),
            *(
                ("17134.0", "17134.2207"),
                ("17763.0", "17763.5576"),
                ("18363.0", "18363.1556"),
                ("19041.0", "19041.982"),
            ),
            *(
                ("19042.0", "19042.982"),
                ("19044.0", "19044.4170"),
                ("19045.0", "19045.4170"),
                ("20348.0", "20348.2333"),
            ),
            *(
                ("22000.0", "22000.2836"),
                ("22621.0", "22621.3296"),
                ("22631.0", "22631.3296"),
                ("25398.0", "25398.763"),
            ),
        ),
        "2021-28476 2024-21407",
        # Where hot patches are installed the fix has another number, and a build is no version of Windows.
        doubtful=(("20348.2333", "20348.2340"), ("6.0", "11.0")),
    ),
)
