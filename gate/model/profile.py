"""What the files cannot say about the platform; the declaration says it, and it decides what "absent" means."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location


#: Every platform that a reader's subjects can be on.
PLATFORMS = (
    "docker",
    "kubernetes",
    "openshift",
    "ecs",
    "oci",
    "kvm",
    "virtualbox",
    "vmware",
    "hyper-v",
    "xen",
    "lxc",
    "incus",
    "systemd-nspawn",
    "podman",
    "swarm",
    "mesos",
    "nomad",
)

#: Those whose workloads are pods.
OF_PODS = ("kubernetes", "openshift")

#: Platforms that are another one too: what is said of that one holds for them.
IS_ALSO = {"openshift": "kubernetes", "swarm": "docker"}

#: Those whose workloads are virtual machines, as their hypervisors define them.
OF_MACHINES = ("kvm", "virtualbox", "vmware", "hyper-v", "xen")

#: Systems that the guest of a machine may be declared to run.
GUESTS = ("linux", "windows", "other")

#: What a declaration may say that a RuntimeClass or a runtime's name stands for.
RUNTIME_KINDS = (
    "gvisor",
    "kata",
    "kata-confidential",
    "firecracker",
    "nitro",
    "hyperv",
    "peer-pod",
    "runc",
    "crun",
    "sysbox",
)

#: The two ways in which Google runs a cluster; Autopilot filters system calls without being asked.
GKE_MODES = ("autopilot", "standard")


#: Programs whose declared version decides which of their known bugs a workload can leave by.
COMPONENTS = (
    "buildkit",
    "containerd",
    "cri-o",
    "docker",
    "hyper-v",
    "incus",
    "kata",
    "kernel",
    "nvidia-container-toolkit",
    "podman",
    "runc",
    "virtualbox",
    "vmware-workstation",
    "xen",
)


class Named(Record):
    """One entry of a table in the declaration: a runtime and its kind, an image and its recipe, a program's version."""

    name: str
    value: str
    at: Location


class PlatformProfile(Record):
    """The platform as declared; None and empty strings are what nobody declared, and then the worse reading counts.

    `runtimes` maps a RuntimeClass, a runtime or a placement constraint to one of `RUNTIME_KINDS`, `images` an image
    repository to the recipe that builds it (relative to the declaration's folder), `versions` one of `COMPONENTS`, or
    `kubelet`, to its version. `guests` is the system of virtual machines whose definitions do not state one.
    """

    kubernetes_version: str = ""
    kubernetes_seccomp_default: bool | None = None
    gke_mode: str = ""
    openshift_version: str = ""
    openshift_scc: str = ""
    docker_userns_remap: bool | None = None
    docker_no_new_privileges: bool | None = None
    docker_icc: bool | None = None
    placement: str = ""
    runtimes: tuple[Named, ...] = ()
    images: tuple[Named, ...] = ()
    podman_rootless: bool | None = None
    podman_userns_auto: bool | None = None
    swarm: bool | None = None
    versions: tuple[Named, ...] = ()

    def version_of(self, component: str) -> Named | None:
        """Return the declared version of a program, where there is one."""
        return next((one for one in self.versions if one.name == component), None)

    mesos_isolation: tuple[str, ...] | None = None
    guests: str = ""
    nomad_allow_privileged: bool | None = None
    nomad_volumes: bool | None = None
    nomad_host_volumes: tuple[Named, ...] = ()
