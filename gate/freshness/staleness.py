"""What the age of the tables says of them: they know nothing of what happened after their day.

Facts do not age: a release that had ended has ended, a tag that was dropped is not rebuilt. What was still supported or
still built may have ended since, so that after a while nothing more follows from it.
"""

from __future__ import annotations

from gate.model.days import days

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

#: Days after which tables should be renewed; lifecycles change monthly.
STALE_TABLES = 45
#: Days after which a release without a known end is no longer taken to be supported, nor a tag to be rebuilt.
OLD_TABLES = 120


def are_old(tables_date: str, now: str) -> bool:
    """Say whether the tables are too old for what they say to be going on."""
    return days(now) - days(tables_date) > OLD_TABLES


def notes(tables_date: str, now: str) -> Iterator[str]:
    """Yield what a reader has to know of tables of a day, as clauses about them."""
    age = days(now) - days(tables_date)
    if age < 0:
        yield f"know what happened in the {-age} days after {now}"
    if age > STALE_TABLES:
        yield f"are {age} days old (`gate data update` renews them)"
    if age > OLD_TABLES:
        yield "are too old to show that a release is still supported, or a tag still rebuilt"
