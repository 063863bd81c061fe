"""A system container for which the host does in its kernel what the container may not do itself."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Incus and LXD security.syscalls.intercept.mount and .bpf, security.bpffs.delegate_*, security.delegate_bpf,
# linux.kernel_modules.
# Allowed: absent, false.

RULE = Rule(
    id="ISO061",
    name="delegated-kernel-access",
    title="has the host's kernel work for it",
    severity="medium",
    remedy="remove the setting; load modules and mount file systems on the host, or give it a virtual machine",
    facts=("W.userns_delegation",),
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
