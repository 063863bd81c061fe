"""A folder of the host that a guest may write to."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: libvirt filesystem without readonly; VMX sharedFolderN.*; xl p9; VirtualBox SharedFolder; Vagrant
# synced_folder, which is there for the project unless it is disabled.
# Allowed: no share, or one that is read-only.

RULE = Rule(
    id="VM002",
    name="writable-share",
    title="may write to a folder of its host",
    severity="high",
    remedy="share the folder read-only, copy its files into the machine, or give the machine a disk of its own",
    facts=("W.project_share", "W.data_share"),
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
