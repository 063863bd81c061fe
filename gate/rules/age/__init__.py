"""AGE: what images and templates are made of, and whether anybody still fixes it."""

from __future__ import annotations

from gate.rules import Entry


def _of(module: str, subject: str = "image", part: str = "") -> Entry:
    return Entry(f"gate.rules.age.{module}", subject, (), part)


RULES: dict[str, Entry] = {
    "AGE001": _of("end_of_life_base"),
    "AGE002": _of("base_near_end_of_life"),
    "AGE003": _of("frozen_tag"),
    "AGE004": _of("unresolved_base"),
    "AGE005": _of("floating_tag"),
    "AGE006": _of("archived_package_mirror"),
    "AGE007": _of("old_package_snapshot"),
    "AGE008": _of("end_of_life_builder", part="copies"),
    "AGE009": _of("end_of_life_medium", "template"),
    "AGE010": _of("contradictory_dates", part="history"),
}
