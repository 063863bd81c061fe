"""AGE: what images and templates are made of, and whether anybody still fixes it."""

from __future__ import annotations

from gate.freshness import hints, recipe
from gate.rules import Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.model.image import Image


def _of(module: str, has: Callable[[Image], object] | None = None, subject: str = "image") -> Entry:
    return Entry(f"gate.rules.age.{module}", subject, (), has)


RULES: dict[str, Entry] = {
    "AGE001": _of("end_of_life_base"),
    "AGE002": _of("base_near_end_of_life"),
    "AGE003": _of("frozen_tag"),
    "AGE004": _of("unresolved_base", recipe.unresolved),
    "AGE005": _of("floating_tag", recipe.floating),
    "AGE006": _of("archived_package_mirror", hints.archives),
    "AGE007": _of("old_package_snapshot", hints.snapshots),
    "AGE008": _of("end_of_life_builder", recipe.builders),
    "AGE009": _of("end_of_life_medium", subject="template"),
    "AGE010": _of("contradictory_dates", recipe.is_built),
    "AGE011": _of("end_of_life_cluster", subject="cluster"),
    "AGE012": _of("end_of_life_node_image", subject="cluster"),
    "AGE013": _of("unattended_image", recipe.cadence),
    "AGE014": _of("unattended_template", subject="template"),
    "AGE015": _of("unattended_reference", subject="reference"),
}
