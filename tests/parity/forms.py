"""One workload, `web`, in every form that can express it, and what each of its strengths comes to.

The files are below `workloads/FORM/STRENGTH`. The strengths are *weak* (privileged, or what the platform has instead,
on the network of the host, with the socket of the engine), *default* (nothing said), *hardened* (all that the form can
say), and *gvisor* and *vm* (hardened, behind such a boundary). What a form comes to that differs from the ladder is an
exception, and stands here with the reason of the platform.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent / "workloads"

#: The classes of sensitivity, from the least.
CLASSES = ("public", "internal", "confidential", "restricted")

#: The verdicts per class, by level: everything needs L2, what is confidential L3, what is restricted L5 (R1, R3, R10).
VERDICTS = {
    0: ("fail", "fail", "fail", "fail"),
    1: ("fail", "fail", "fail", "fail"),
    2: ("pass", "pass", "fail", "fail"),
    3: ("pass", "pass", "pass", "fail"),
    4: ("pass", "pass", "pass", "fail"),
    5: ("pass", "pass", "pass", "pass"),
    6: ("pass", "pass", "pass", "pass"),
}

#: The level of each strength where nothing is excepted.
LADDER = {"weak": 0, "default": 2, "hardened": 3, "gvisor": 4, "vm": 5}

HARDENED = ("H.nonroot", "H.drop_all", "H.nnp", "H.seccomp_explicit", "H.no_host_paths", "H.ro_rootfs", "H.limits")

#: The facts that hold of each strength in every form, where nothing is excepted.
FACTS = {
    "weak": ("G.privileged", "W.host_net", "G.runtime_socket"),
    "default": ("H.no_host_paths", "H.seccomp_explicit"),
    "hardened": HARDENED,
    "gvisor": HARDENED,
    "vm": HARDENED,
}

#: Of these no strength but the weak one may show any.
RISKS = ("G.", "W.")


class Other(NamedTuple):
    """What a form comes to at one strength instead, and why the platform has it so.

    `facts` hold besides, `lacks` do not hold; without a level it is the ladder's.
    """

    reason: str
    level: int | None = None
    lacks: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class Form(NamedTuple):
    """A form: the strengths it can express, its exceptions, and why the other strengths are missing."""

    strengths: tuple[str, ...]
    other: dict[str, Other]
    missing: str = ""
    platform: str = ""


ALL = ("weak", "default", "hardened", "vm")
WITH_GVISOR = (*ALL, "gvisor")

NO_FILTER_ASKED = Other(
    "plain Kubernetes filters nothing unless asked or unless the kubelet is told to",
    lacks=("H.seccomp_explicit",),
    facts=("A.seccomp_unconfirmed",),
)
FARGATE = Other("a Fargate task has a virtual machine of its own; it refuses dockerSecurityOptions", lacks=("H.nnp",))
ECS = {"vm": FARGATE}
WINDOWS_WEAK = Other(
    "Windows knows neither privileged containers nor the host's network", lacks=("G.privileged", "W.host_net")
)
WINDOWS_LACKS = ("H.drop_all", "H.nnp", "H.ro_rootfs", "H.seccomp_explicit")
WINDOWS = {
    "weak": WINDOWS_WEAK,
    "default": Other("Windows filters no system calls", lacks=("H.seccomp_explicit",)),
    "hardened": Other("Windows has no L3: no capabilities, no filter, no such flag", 2, WINDOWS_LACKS),
    "vm": Other("Windows has none of the safeguards of Linux, and needs none of them for a machine", 5, WINDOWS_LACKS),
}
RETIRED = Other("nobody maintains Mesos and Marathon", facts=("A.retired_platform",))
ISOLATORS = (
    "filesystem/linux, namespaces/pid, namespaces/ipc, linux/capabilities, linux/seccomp, linux/nnp, cgroups/mem"
)
NO_KATA = "Kata Containers does not support Podman"
NO_MACHINE = "systemd-nspawn starts containers only; a machine is systemd-vmspawn's"
LXC_LACKS = ("H.seccomp_explicit",)

FORMS: dict[str, Form] = {
    "docker_run": Form(WITH_GVISOR, {}),
    "podman_run": Form(("weak", "default", "hardened"), {}, missing=NO_KATA),
    "compose": Form(WITH_GVISOR, {}),
    "compose_config": Form(
        ("hardened",), {}, missing="only `docker compose config` writes this, of what Compose reads"
    ),
    "swarm": Form(
        ("weak", "default", "hardened"),
        {
            "weak": Other(
                "`docker stack deploy` drops `privileged`", lacks=("G.privileged",), facts=("A.ignored_key",)
            ),
            "hardened": Other("no file of a stack can set no-new-privileges", 2, ("H.nnp",), ("A.ignored_key",)),
        },
        missing="stacks have no key for the runtime; only the nodes' daemons choose another",
        platform="swarm: true",
    ),
    "quadlet": Form(WITH_GVISOR, {}, platform="runtimes: {krun: firecracker}"),
    "windows_run": Form(ALL, WINDOWS),
    "windows_compose": Form(ALL, WINDOWS),
    "kubernetes": Form(WITH_GVISOR, {"default": NO_FILTER_ASKED}),
    "gke": Form(("gvisor",), {}, missing="GKE has one kind of sandbox; the other strengths are those of Kubernetes"),
    "aks": Form(("vm",), {}, missing="AKS has one kind of isolation; the other strengths are those of Kubernetes"),
    "eks": Form(("vm",), {}, missing="only Fargate isolates on EKS; the other strengths are those of Kubernetes"),
    "windows_kubernetes": Form(
        ALL,
        {
            **WINDOWS,
            "weak": Other(
                "a host process is what Windows has for a privileged container, and no mount adds to it",
                lacks=("G.privileged", "G.runtime_socket"),
                facts=("G.hostprocess",),
            ),
        },
    ),
    "kubevirt": Form(
        ("vm",),
        {"vm": Other("a whole machine; what runs inside is its guest's business", 6, HARDENED[:4] + HARDENED[5:])},
        missing="KubeVirt starts nothing but machines",
    ),
    "openshift": Form(ALL, {"default": Other("restricted-v2 fills in what the pod leaves out", 3, facts=HARDENED[:5])}),
    "ecs": Form(ALL, ECS),
    "ecs_cloudformation": Form(ALL, ECS),
    "ecs_terraform": Form(ALL, ECS),
    "ecs_managed": Form(("vm",), {}, missing="Managed Instances differ from EC2 in the mode of isolation alone"),
    "marathon": Form(WITH_GVISOR, dict.fromkeys(WITH_GVISOR, RETIRED)),
    "marathon_pod": Form(
        ("default", "hardened"),
        {
            "default": RETIRED,
            "hardened": Other(
                "pods of Marathon have no key for capabilities or a root file system that is only read",
                2,
                ("H.drop_all", "H.ro_rootfs"),
                RETIRED.facts,
            ),
        },
        missing="Mesos itself has neither privileged containers nor another runtime",
        platform=f"mesos: {{isolation: [{ISOLATORS}, cgroups/mem]}}",
    ),
    "nomad": Form(WITH_GVISOR, {}),
    "nomad_api": Form(WITH_GVISOR, {}),
    "nomad_podman": Form(("weak", "default", "hardened"), {}, missing="the driver for Podman has no key for a runtime"),
    "nomad_qemu": Form(
        ("vm",),
        {"vm": Other("a whole machine; what runs inside is its guest's business", 6, (*HARDENED[:4], "H.ro_rootfs"))},
        missing="the driver for QEMU starts nothing but machines",
    ),
    "lxc": Form(
        ("weak", "default", "privileged", "hardened"),
        {
            "default": Other("its own users, and a filter that forbids instead of one that allows", 2, LXC_LACKS),
            "privileged": Other("without a map of users root is the host's root", 1),
            "hardened": Other("LXC's filter forbids some calls and allows the others", 2, LXC_LACKS),
        },
        missing="LXC starts containers only; a machine is Incus's",
    ),
    "nspawn": Form(("weak", "default", "hardened"), {}, missing=NO_MACHINE),
    "nspawn_run": Form(("weak", "default", "hardened"), {}, missing=NO_MACHINE),
    "incus": Form(
        ALL,
        {
            "weak": Other(
                "privileged means the host's users, and weighs as such; a container keeps its own network",
                lacks=("G.privileged", "W.host_net"),
                facts=("W.host_userns_optout",),
            ),
            "default": Other("its own users, and a filter that forbids instead of one that allows", 2, LXC_LACKS),
            "hardened": Other(
                "Incus has no key for the user, capabilities, privileges or the root file system of what it runs",
                2,
                ("H.nonroot", "H.drop_all", "H.nnp", "H.seccomp_explicit", "H.ro_rootfs"),
                ("H.userns",),
            ),
            "vm": Other(
                "a whole machine, in which containers may run",
                6,
                ("H.nonroot", "H.drop_all", "H.nnp", "H.seccomp_explicit", "H.ro_rootfs"),
                ("W.nesting",),
            ),
        },
    ),
}


def declared(sensitivity: str, platform: str = "") -> str:
    """Return the declaration that puts every workload into a class, on hosts that it shares.

    `platform` is what it says of the platform besides: that files are stacks, what Podman's `krun` starts.
    """
    return (
        f"version: 1\nplatform: {{placement: shared{platform and f', {platform}'}}}\n"
        f"workloads:\n- {{name: web, paths: ['**'], sensitivity: {sensitivity}}}\n"
    )


def files(form: str, strength: str) -> dict[str, str]:
    """Return the files of a form at a strength."""
    folder = HERE / form / strength
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
