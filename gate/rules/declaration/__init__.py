"""DCL: what declarations, labels and exceptions say. The pipeline asks these, since they are about no one subject."""

from __future__ import annotations

from gate.rules import Entry


def _of(module: str) -> Entry:
    return Entry(f"gate.rules.declaration.{module}", "declaration")


RULES: dict[str, Entry] = {
    "DCL001": _of("refused_statement"),
    "DCL002": _of("expired_exception"),
    "DCL003": _of("future_exception"),
    "DCL004": _of("overlong_exception"),
    "DCL005": _of("unused_exception"),
    "DCL006": _of("unmatched_workload"),
    "DCL007": _of("weakened_declaration"),
    "DCL008": _of("new_undeclared_workload"),
    "DCL009": _of("malformed_exception"),
    "DCL010": _of("too_broad_exception"),
    "DCL011": _of("shadowed_exception"),
    "DCL012": _of("unexceptable_rule"),
    "DCL013": _of("excluded_addition"),
    "DCL020": _of("stale_baseline"),
}
