"""How far the packages of an image are behind: as JSON, and as lines for people."""

from __future__ import annotations

from gate.model.days import iso
from gate.reporters.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from gate.model.lag import Lags
    from gate.model.location import Location
    from gate.model.report import SubjectReport


def as_json(lag: Lags, place: Callable[[Location], Any]) -> dict[str, Any]:
    """Return the comparison with every package that is behind."""
    return {
        "packages": lag.total,
        "compared": lag.compared,
        "doubtful": lag.doubtful,
        "open": lag.open or None,
        "median": list(lag.days(5)) if lag.behind else None,
        "ninetieth": list(lag.days(9)) if lag.behind else None,
        "libyears": float(lag.libyears),
        "behind": [
            {
                "package": one.package,
                "installed": one.installed,
                "offered": one.offered,
                "days": [one.least, one.most],
                "since": None if one.since is None else iso(one.since),
                "location": place(one.at),
            }
            for one in lag.behind
        ],
    }


def lines(subject: SubjectReport) -> Iterator[str]:
    """Name every package that is behind, and since when what is newer has been there."""
    line = subject.scores.get("package_freshness")
    for one in line.score.lag.behind if line is not None and line.score is not None and line.score.lag else ():
        yield f"behind: {visible(one.text)}"
