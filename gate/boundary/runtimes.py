"""Which container runtimes put what between a workload and the host's kernel.

Handlers: the RuntimeClasses that kata-deploy and gVisor install, GKE Sandbox, AKS Pod Sandboxing, EKS sandboxes, and
containerd's Windows defaults. A name alone is an assertion; only a handler in sight or the operator's word resolves it.
"""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Kind = Literal["none", "gvisor", "kata", "hyperv", "microvm", "peer-vm", "vm", "unknown"]


class RuntimeKind(Record):
    """A kind of boundary: its level, and whether it also keeps the host's operator out."""

    kind: Kind
    level: int
    confidential: bool = False


NONE = RuntimeKind("none", 0)
UNKNOWN = RuntimeKind("unknown", 0)
GVISOR = RuntimeKind("gvisor", 4)
KATA = RuntimeKind("kata", 5)
KATA_CONFIDENTIAL = RuntimeKind("kata", 5, confidential=True)
HYPERV = RuntimeKind("hyperv", 5)
MICROVM = RuntimeKind("microvm", 5)
PEER_VM = RuntimeKind("peer-vm", 6)
VM = RuntimeKind("vm", 6)

#: What is no boundary that its makers promise anything of: QEMU's security page, "Non-virtualization use case".
EMULATED = RuntimeKind("vm", 2)

#: A paravirtual guest of Xen: no hardware keeps it apart, and hypercalls do (SUPPORT.md).
PARAVIRTUAL = RuntimeKind("vm", 5)

HANDLERS: dict[str, RuntimeKind] = {
    "runsc": GVISOR,
    "gvisor": GVISOR,
    "io.containerd.runsc.v1": GVISOR,
    "kata": KATA,
    "kata-qemu": KATA,
    "kata-clh": KATA,
    "kata-fc": KATA,
    "kata-dragonball": KATA,
    "kata-stratovirt": KATA,
    "kata-qemu-runtime-rs": KATA,
    "kata-cloud-hypervisor": KATA,
    "kata-vm-isolation": KATA,
    "kata-mshv-vm-isolation": KATA,
    "kata-qemu-coco-dev": KATA,
    "kata-qemu-coco-dev-runtime-rs": KATA,
    "kata-qemu-nvidia-gpu": KATA,
    "io.containerd.kata.v2": KATA,
    "runv": KATA,
    "kata-qemu-snp": KATA_CONFIDENTIAL,
    "kata-qemu-tdx": KATA_CONFIDENTIAL,
    "kata-qemu-se": KATA_CONFIDENTIAL,
    "kata-qemu-sev": KATA_CONFIDENTIAL,
    "kata-qemu-snp-runtime-rs": KATA_CONFIDENTIAL,
    "kata-qemu-tdx-runtime-rs": KATA_CONFIDENTIAL,
    "kata-qemu-se-runtime-rs": KATA_CONFIDENTIAL,
    "kata-qemu-nvidia-gpu-snp": KATA_CONFIDENTIAL,
    "kata-qemu-nvidia-gpu-tdx": KATA_CONFIDENTIAL,
    "kata-cc-isolation": KATA_CONFIDENTIAL,
    "kata-remote": PEER_VM,
    "isolated-sandbox": MICROVM,
    "confidential-sandbox": RuntimeKind("microvm", 5, confidential=True),
    "fargate": MICROVM,
    "runhcs-wcow-hypervisor": HYPERV,
    "runhcs-wcow-process": NONE,
    "runc": NONE,
    "crun": NONE,
    "youki": NONE,
    "nvidia": NONE,
    "nvidia-cdi": NONE,
    "nvidia-legacy": NONE,
    "sysbox-runc": NONE,
    "io.containerd.runc.v2": NONE,
}

#: How hcsshim's handlers for Hyper-V begin; what follows is the version of Windows inside.
_HYPERV = "runhcs-wcow-hypervisor"

#: Shim names that the engine itself turns into a binary, so that no configuration can point them elsewhere.
SHIMS = frozenset({"io.containerd.runsc.v1", "io.containerd.kata.v2", "io.containerd.runc.v2"})

#: The kinds that a declaration may give a runtime name.
DECLARED: dict[str, RuntimeKind] = {
    "gvisor": GVISOR,
    "kata": KATA,
    "kata-confidential": KATA_CONFIDENTIAL,
    "firecracker": MICROVM,
    "nitro": MICROVM,
    "hyperv": HYPERV,
    "peer-pod": PEER_VM,
    "runc": NONE,
    "crun": NONE,
    "sysbox": NONE,
}

#: Boundaries that a field of a platform states by itself.
NATIVE: dict[str, RuntimeKind] = {
    "hyperv": HYPERV,
    "process": NONE,
    "fargate": MICROVM,
    "sandbox": MICROVM,
    "vm": VM,
    "emulated-vm": EMULATED,
    "paravirtual-vm": PARAVIRTUAL,
    "confidential-vm": RuntimeKind("vm", 6, confidential=True),
    "confidential-sandbox": HANDLERS["confidential-sandbox"],
}


def of_handler(handler: str) -> RuntimeKind:
    """Return the kind behind a handler's name; an unheard-of handler is unknown, which raises nothing."""
    if handler.startswith(_HYPERV):
        return HYPERV
    return HANDLERS.get(handler, UNKNOWN)
