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


def moved(changes: Moving, before: Ledger, now: Ledger) -> dict[str, tuple[str, ...]]:
    """Return every added file that was read, with the deleted files that it may have been, the likeliest first."""
    gone = sorted(path for path in changes.deleted if path in before.read)
    added = sorted(path for path in changes.added if path in now.read)
    if not gone or not added or len(gone) * len(added) > MOST_PAIRS:
        return {}
    were, are = _by_path(before.subjects), _by_path(now.subjects)
    names = {path: _names(were.get(path, ()), path) for path in gone}
    lines = {path: _lines(before.read[path].data) for path in gone}
    found = {}
    for path in added:
        own, text = _names(are.get(path, ()), path), _lines(now.read[path].data)
        alike = {old: (len(own & names[old]), _share(text, lines[old])) for old in gone}
        likely = [old for old, (named, share) in alike.items() if named or share >= SAME]
        if likely:
            found[path] = tuple(sorted(likely, key=lambda old: alike[old], reverse=True))
    return found


def _by_path(subjects: Iterable[Subject]) -> dict[str, list[Subject]]:
    found: dict[str, list[Subject]] = {}
    for subject in subjects:
        found.setdefault(subject.at.path, []).append(subject)
    return found


def _names(subjects: Iterable[Subject], path: str) -> set[str]:
    """Return the names under which a file's workloads are known wherever the file stands."""
    return {subject.id.removeprefix(path) for subject in subjects if isinstance(subject, Workload)}


def _lines(data: bytes) -> frozenset[bytes]:
    return frozenset(line.strip() for line in data.splitlines()) - {b""}


def _share(one: frozenset[bytes], other: frozenset[bytes]) -> float:
    """Return the share of the smaller file's lines that the other has too."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
