"""A system container that may start containers of its own."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: LXC lxc.apparmor.allow_nesting, a profile for nesting, nesting.conf; Incus and LXD security.nesting.
# Allowed: absent, 0, false. In a virtual machine it is on by default and widens only what the guest can attack.

RULE = Rule(
    id="ISO060",
    name="nested-containers",
    title="may start containers of its own",
    severity="medium",
    remedy="remove `lxc.apparmor.allow_nesting` or `security.nesting`; give what nests a virtual machine",
    facts=("W.nesting",),
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
