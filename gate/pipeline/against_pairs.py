"""Which subject of one side is which of the other, wherever a change has moved it to."""

from __future__ import annotations

from gate.model.fingerprint import identity
from gate.model.record import Record
from gate.pipeline.moves import MOST_PAIRS, SAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gate.model.report import SubjectReport
    from gate.pipeline.moves import Moves


class Pair(Record):
    """One subject as it was and as it is; None where it was not there, or is not any more."""

    was: SubjectReport | None
    now: SubjectReport | None


def pairs(was: Mapping[str, SubjectReport], now: Mapping[str, SubjectReport], moves: Moves | None) -> list[Pair]:
    """Pair the subjects by id; else by what the id says apart from a file that moved, the likeliest file first.

    A workload may go to another file while its own stays, as where a file is split: then both are alike, and one folder
    holds them, or the other's folder.
    """
    found = {name: was.get(name) for name in now}
    left = {name: report for name, report in was.items() if name not in now}
    for new, old in moves.likely if moves is not None else ():
        for report in _in(now, found, new):
            name = f"{old}{report.id.removeprefix(new)}"
            if name in left:
                found[report.id] = left.pop(name)
    for report, before in _alike(left, [now[name] for name, one in found.items() if one is None], moves):
        if found[report.id] is None and before.id in left:
            found[report.id] = left.pop(before.id)
    paired = [Pair(before, now[name]) for name, before in found.items()]
    return [*paired, *(Pair(before, None) for before in left.values())]


def _in(now: Mapping[str, SubjectReport], found: Mapping[str, SubjectReport | None], path: str) -> list[SubjectReport]:
    """Return the reports on the subjects of a file that have no former side yet."""
    return [now[name] for name, before in found.items() if before is None and now[name].at.path == path]


def _alike(
    left: Mapping[str, SubjectReport], come: Iterable[SubjectReport], moves: Moves | None
) -> Iterator[tuple[SubjectReport, SubjectReport]]:
    """Yield pairs of one kind and name from two files that are alike and near each other, the most alike first."""
    named: dict[tuple[str, str, str], list[SubjectReport]] = {}
    for report in left.values():
        named.setdefault(_called(report), []).append(report)
    possible = [
        (report, before)
        for report in come
        for before in named.get(_called(report), ())
        if _called(report)[-1] and _is_near(report.at.path, before.at.path)
    ]
    if moves is None or len(possible) > MOST_PAIRS:
        return
    shares = [(moves.share(report.at.path, before.at.path), report, before) for report, before in possible]
    for share, report, before in sorted(shares, key=lambda one: one[0], reverse=True):
        if share >= SAME:
            yield report, before


def _is_near(one: str, other: str) -> bool:
    """Say whether two files are in one folder, or the folder of one is above the other."""
    folders = [f"/{path}".rpartition("/")[0] + "/" for path in (one, other)]
    return folders[0].startswith(folders[1]) or folders[1].startswith(folders[0])


def _called(report: SubjectReport) -> tuple[str, str, str]:
    """Return what a subject is called apart from its file; of a file that is one subject, nothing."""
    return report.kind, report.platform, identity(report.id, report.at.path)
