"""Write docs/image-age.md: what dates an image, and what that comes to for images as builders leave them.

    python scripts/generate_image_age.py [--check]

`--check` writes nothing and fails when the file is not what it should be.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gate.data.tables import Tables  # noqa: E402
from gate.freshness.clocks import clocks  # noqa: E402
from gate.freshness.content import APART  # noqa: E402
from gate.freshness.instant import day_of  # noqa: E402
from gate.model.days import days, iso  # noqa: E402
from tests.freshness.image_scenarios import NOW, scenarios  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.clock import Bound, Clock, Evidence
    from tests.freshness.image_scenarios import Scenario

TEXT = ROOT / "scripts" / "image_age.md"
TARGET = ROOT / "docs" / "image-age.md"

HEAD = "| builder | what it made | true | `created` | the gate | not before | not after |"


def page() -> str:
    """Return the page."""
    rows = "\n".join((HEAD, "|---|---|---|---|---|---|---|", *map(_row, scenarios())))
    text = TEXT.read_text(encoding="utf-8")
    return text.replace("{table}", rows).replace("{now}", NOW).replace("{apart}", str(APART))


def _row(one: Scenario) -> str:
    content = clocks(one.image, Tables(), NOW).content
    claimed = day_of(one.created)
    cells = (
        one.builder,
        one.what,
        str(_since(days(one.renewed))) if one.renewed else "-",
        f"{_since(claimed):,}" if claimed is not None else "-",
        _interval(content),
        _shown(content, "not-before"),
        _shown(content, "not-after"),
    )
    return f"| {' | '.join(cells)} |"


def _since(day: int) -> int:
    return days(NOW) - day


def _interval(clock: Clock) -> str:
    if clock.most is None:
        return "unknown" if not clock.least else f"{clock.least} or more"
    return str(clock.least) if clock.least == clock.most else f"{clock.least} to {clock.most}"


def _shown(clock: Clock, bound: Bound) -> str:
    """Name the evidence that decides."""
    counted = [one for one in clock.evidence if one.bound == bound and not one.unused]
    if not counted:
        return "-"
    one = _decisive(counted, bound)
    return f"{one.id}: {iso(one.day)}, {one.text}"


def _decisive(counted: list[Evidence], bound: Bound) -> Evidence:
    days_of = [one.day for one in counted]
    day = max(days_of) if bound == "not-before" else min(days_of)
    return next(one for one in counted if one.day == day)


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` say that it is not what it should be."""
    text = page()
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    if "--check" in arguments:
        print(f"{TARGET.relative_to(ROOT)} is stale: run `make generate`", file=sys.stderr)
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
