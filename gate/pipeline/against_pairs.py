"""Which subject of one side is which of the other, wherever a change has moved it to."""

from __future__ import annotations

from gate.model.fingerprint import identity
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gate.model.report import SubjectReport


class Pair(Record):
    """One subject as it was and as it is; None where it was not there, or is not any more."""

    was: SubjectReport | None
    now: SubjectReport | None


def pairs(
    was: Mapping[str, SubjectReport], now: Mapping[str, SubjectReport], former: Mapping[str, tuple[str, ...]]
) -> list[Pair]:
    """Pair the subjects by id; else by what the id says apart from a file that moved; else by that alone, if it is one.

    `former` tells of a file that was added which ones, now gone, it may have been. A workload that went to another file
    that stayed is found by its kind, namespace and name, as long as no other that came or went has the same.
    """
    found = {name: was.get(name) for name in now}
    left = {name: report for name, report in was.items() if name not in now}
    for report in now.values():
        if found[report.id] is None:
            own = report.id.removeprefix(report.at.path)
            places = (f"{place}{own}" for place in former.get(report.at.path, ()))
            found[report.id] = next((left.pop(name) for name in places if name in left), None)
    gone, come = _single(left.values()), _single(now[name] for name, before in found.items() if before is None)
    for key in gone.keys() & come.keys():
        found[come[key].id] = left.pop(gone[key].id)
    paired = [Pair(before, now[name]) for name, before in found.items()]
    return [*paired, *(Pair(before, None) for before in left.values())]


def _single(reports: Iterable[SubjectReport]) -> dict[tuple[str, str, str], SubjectReport]:
    """Return those of the reports that alone are called what they are called apart from their files."""
    found: dict[tuple[str, str, str], list[SubjectReport]] = {}
    for report in reports:
        own = identity(report.id, report.at.path)
        if own:
            found.setdefault((report.kind, report.platform, own), []).append(report)
    return {key: same[0] for key, same in found.items() if len(same) == 1}
