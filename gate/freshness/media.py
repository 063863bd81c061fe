"""Which release a VM template installs, by the name of its medium or of the machine it starts from."""

from __future__ import annotations

from gate.freshness.support import support
from gate.model.evidence import known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.freshness.support import Support
    from gate.model.lifecycle import Tables
    from gate.model.location import Location
    from gate.model.template import Template


def releases(template: Template, tables: Tables, now: str) -> tuple[tuple[Location, Support], ...]:
    """Say where the releases stand that the names speak of, each once and with the place of its name."""
    media = template.media
    found: dict[str, tuple[Location, Support]] = {}
    for setting in (*media.urls.members, media.base):
        name = known(setting)
        lifecycle = tables.medium(name) if name else None
        if lifecycle is not None:
            found.setdefault(lifecycle.title, (setting.at, support(lifecycle, now, tables.date)))
    return tuple(found.values())
