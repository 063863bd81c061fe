"""A workload that leaves the user namespace its engine would give it."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Compose userns_mode, where the declaration says that the engine remaps users; LXC lxc.idmap, Incus and LXD
# security.privileged, raw.idmap; systemd-nspawn PrivateUsers=, --private-users, -U.
# Allowed: absent, any mode but `host`; in LXC and systemd-nspawn a map that gives root of the host to nobody.

RULE = Rule(
    id="ISO007",
    name="user-namespace-opt-out",
    title="opts out of the engine's user namespace",
    severity="high",
    remedy="leave the user namespace on, with a map that makes root of the container nobody on the host",
    facts=("W.host_userns_optout",),
    controls=(
        Control("CIS Docker", "1.6.0", "5.31"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
