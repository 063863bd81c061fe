"""A command that the scheduler starts on the host itself."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Marathon apps without `container`, and apps and pods of Mesos's own containerizer without an image;
#   tasks of Nomad's driver `raw_exec`.
# Allowed: an image, whichever containerizer starts it.

RULE = Rule(
    id="ISO091",
    name="command-on-host",
    title="is a command on the host, with no container around it",
    severity="critical",
    remedy="give it an image, and let a container engine start it",
    facts=("G.raw_exec",),
    controls=(Control("MITRE ATT&CK", "Containers", "T1610"),),
)
