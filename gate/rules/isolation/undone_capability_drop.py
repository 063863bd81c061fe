"""A drop of all capabilities that an add takes back."""

from __future__ import annotations

from gate.model.rule import Control, Rule

# Fields: Compose cap_add and cap_drop; docker run.
# Allowed: not ALL in both lists.

RULE = Rule(
    id="ISO026",
    name="undone-capability-drop",
    title="drops all capabilities and adds all of them again",
    severity="high",
    remedy="remove ALL from `cap_add`",
    facts=("A.drop_undone",),
    controls=(Control("CIS Docker", "1.6.0", "5.4"),),
)
