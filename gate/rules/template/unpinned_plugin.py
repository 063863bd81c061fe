"""A plugin of Packer whose next version runs without anybody having seen it."""

from __future__ import annotations

from gate.model.evidence import holds, known
from gate.model.rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.template import Template
    from gate.model.truth import Truth

# Fields: required_plugins.*.version.
# Allowed: an exact version, `~>`, or a range with an upper bound.


def check(template: Template, tables: object, now: str) -> Iterator[Truth]:
    """Ask every plugin for an upper bound."""
    for plugin in template.provisioning.plugin_pins.members:
        yield holds(plugin, _is_unbounded, "").about(
            f"the version of the plugin {(known(plugin) or '').partition(' ')[0]} has no upper bound"
        )


def _is_unbounded(plugin: str) -> bool:
    """Say whether a constraint lets any later version through."""
    version = plugin.partition(" ")[2]
    bounds = [part.strip() for part in version.split(",")]
    return all(part == "" or part.startswith((">", "!=")) for part in bounds)


RULE = Rule(
    id="TPL016",
    name="unpinned-plugin",
    title="uses a plugin of any version",
    severity="low",
    remedy="bound the version, for instance with `~>`",
    check=check,
)
