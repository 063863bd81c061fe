"""Where a release stands in its life on a given day."""

from __future__ import annotations

from functools import lru_cache

from gate.freshness.staleness import are_old
from gate.model.days import days, iso
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.model.image import ImageName
    from gate.model.lifecycle import Lifecycle, Tables

    State = Literal["supported", "extended", "contract", "ended", "unknown"]

#: Days before the end from which a release is about to end.
ENDING = 90


class Support(Record):
    """The state of one release, and for how many days it has had no security fixes, at least and at most.

    `extended` is support that reaches everybody, `contract` support that has to be bought: while nobody knows of a
    contract, the release may be supported or may have `ended`. So may one that is `unknown` and has days left, which
    are those until everybody's support ends.
    """

    lifecycle: Lifecycle
    state: State
    least: int = 0
    most: int = 0
    left: int | None = None

    @property
    def is_ending(self) -> bool:
        """Say whether the support that everybody has ends soon."""
        return self.left is not None and self.left < ENDING

    @property
    def text(self) -> str:
        """Say it in a clause about an image."""
        title, security, last = self.lifecycle.title, _day(self.lifecycle.security), _day(end(self.lifecycle))
        if self.state == "ended":
            return f"{title}, which has had no security fixes since {last}" if last else f"{title}, which has ended"
        if self.state == "contract":
            return f"{title}, which since {security} is only fixed under a contract, until {last}"
        if self.state == "extended":
            return f"{title}, whose regular support ended on {security} and whose long-term support ends on {last}"
        if self.is_ending:
            return f"{title}, whose security fixes end on {last if self.lifecycle.free else security}"
        if self.state == "unknown" and security:
            return f"{title}, whose regular support ended on {security}, after what the tables know"
        return f"{title}, whose end is not known" if self.state == "unknown" else title


def end(lifecycle: Lifecycle) -> int | None:
    """Return the last day of the last support there is."""
    if lifecycle.security is None:
        return None
    return max(lifecycle.security, lifecycle.extended or lifecycle.security)


def _day(day: int | None) -> str:
    return iso(day) if day is not None else ""


@lru_cache(maxsize=1024)
def support(lifecycle: Lifecycle, now: str, tables_date: str) -> Support:
    """Say where a release stands; an end that is known stays one however old the tables are.

    Old tables do not know whether a release without an end goes on, nor whether one whose regular support ended after
    their day went over to the longer one as it was planned.
    """
    today, security, last = days(now), lifecycle.security, end(lifecycle)
    old = are_old(tables_date, now)
    if security is None or last is None:
        if lifecycle.ended:
            return Support(lifecycle, "ended", most=max(0, today - (lifecycle.released or 0)))
        return Support(lifecycle, "unknown" if old else "supported")
    # Whether it went over to the longer support is not known, so that it may have ended with the regular one.
    is_planned = lifecycle.free and old and security > days(tables_date)
    if today > last:
        since = last if lifecycle.free and not is_planned else security
        return Support(lifecycle, "ended", today - last, today - since)
    if today <= security:
        return Support(lifecycle, "supported", left=(last if lifecycle.free else security) - today)
    if is_planned:
        return Support(lifecycle, "unknown", most=today - security, left=last - today)
    if lifecycle.free:
        return Support(lifecycle, "extended", left=last - today)
    return Support(lifecycle, "contract", most=today - security)


def supports(name: ImageName, tables: Tables, now: str) -> tuple[Support, ...]:
    """Say where everything stands that an image name says it carries."""
    return tuple(support(lifecycle, now, tables.date) for lifecycle in tables.releases(name))
