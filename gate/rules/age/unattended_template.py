"""A machine template of sensitive workloads that nobody builds again."""

from __future__ import annotations

from gate.freshness.cadence import neglected
from gate.model.rule import Control, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.lifecycle import Tables
    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: the scheduled pipelines in the repository.
# Allowed: `packer build` of the template on a schedule.


def check(template: Template, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask whether anything builds the template again."""
    if template.cadence is not None:
        what = f"nothing in sight builds {template.name} again"
        yield neglected(template.cadence, what, tables, now).known_by("nothing keeps it up to date")


RULE = Rule(
    id="AGE014",
    name="unattended-template",
    title="is a machine template that nothing builds again",
    severity="medium",
    remedy="run `packer build` in a pipeline with a schedule",
    check=check,
    controls=(Control("NIST SP 800-53", "5", "SI-2"),),
)
