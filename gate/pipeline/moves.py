"""Which files a change only moved: what is gone, and what it became.

A file that was added is taken for one that was deleted where a workload of the same name is in both, or half of the
lines of the smaller one.
"""

from __future__ import annotations

from gate.model.subject import Workload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from gate.model.reader import Subject
    from gate.pipeline.reading import Ledger

    class Moving(Protocol):
        """What is in one of two trees alone."""

        @property
        def added(self) -> frozenset[str]:
            """The paths of the later one."""

        @property
        def deleted(self) -> frozenset[str]:
            """The paths of the former one."""


#: Share of the lines of the smaller of two files that both have, from which on one is taken for the other, moved.
SAME = 0.5

#: Pairs of files whose lines are compared before moves are no longer looked for: a change that large is a new tree.
MOST_PAIRS = 20_000


class Moves:
    """The files of two trees that are gone and come, and how alike any two of them are."""

    __slots__ = ("_before", "_lines", "_now", "likely")

    def __init__(self, changes: Moving, before: Ledger, now: Ledger) -> None:
        """Compare what was read of both; `likely` are an added and a deleted file each, the likeliest first."""
        self._before = before
        self._now = now
        self._lines: dict[tuple[bool, str], frozenset[bytes]] = {}
        self.likely = tuple(self._likely(changes))

    @property
    def former(self) -> dict[str, tuple[str, ...]]:
        """Every added file that was read, with the deleted ones that it may have been, the likeliest first."""
        found: dict[str, tuple[str, ...]] = {}
        for new, old in self.likely:
            found[new] = (*found.get(new, ()), old)
        return found

    def share(self, new: str, old: str) -> float:
        """Return the share of the lines of the smaller of two files that the other has too."""
        one, other = self._of(new, former=False), self._of(old, former=True)
        smaller = min(len(one), len(other))
        return len(one & other) / smaller if smaller else 0.0

    def _likely(self, changes: Moving) -> list[tuple[str, str]]:
        gone = sorted(path for path in changes.deleted if path in self._before.read)
        come = sorted(path for path in changes.added if path in self._now.read)
        if not gone or not come or len(gone) * len(come) > MOST_PAIRS:
            return []
        were, are = _by_path(self._before.subjects), _by_path(self._now.subjects)
        names = {path: _names(were.get(path, ()), path) for path in gone}
        found = []
        for new in come:
            own = _names(are.get(new, ()), new)
            alike = [(len(own & names[old]), self.share(new, old), new, old) for old in gone]
            found += [one for one in alike if one[0] or one[1] >= SAME]
        return [(new, old) for _named, _share, new, old in sorted(found, key=lambda one: one[:2], reverse=True)]

    def _of(self, path: str, *, former: bool) -> frozenset[bytes]:
        if (former, path) not in self._lines:
            source = (self._before if former else self._now).read.get(path)
            lines = source.data.splitlines() if source is not None else []
            self._lines[former, path] = frozenset(line.strip() for line in lines) - {b""}
        return self._lines[former, path]


def _by_path(subjects: Iterable[Subject]) -> dict[str, list[Subject]]:
    found: dict[str, list[Subject]] = {}
    for subject in subjects:
        found.setdefault(subject.at.path, []).append(subject)
    return found


def _names(subjects: Iterable[Subject], path: str) -> set[str]:
    """Return the names under which a file's workloads are known wherever the file stands."""
    return {subject.id.removeprefix(path) for subject in subjects if isinstance(subject, Workload)}
