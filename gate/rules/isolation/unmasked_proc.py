"""A container that sees the parts of /proc the engine hides."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Kubernetes procMount; Compose security_opt systempaths.
# Allowed: absent, Default.

RULE = Rule(
    id="ISO034",
    name="unmasked-proc",
    title="sees the parts of /proc that the engine hides",
    severity="high",
    remedy="remove `procMount: Unmasked`, `systempaths=unconfined` or `proc:rw`",
    facts=("W.proc_unmasked",),
    controls=(
        Control("Pod Security Standards", "baseline", "procMount"),
        Control("MITRE ATT&CK", "Containers", "T1611"),
    ),
)
