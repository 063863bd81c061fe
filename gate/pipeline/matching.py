"""Finds for every finding the entry of the baseline that knows it.

Nothing new may hide behind something old. An entry counts for a finding of its own file, as often as it was found
there; where its file is gone, for one of a file that the baseline does not know. Of more findings than an entry knows
the last ones are new.
"""

from __future__ import annotations

from gate.pipeline.known import covers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from gate.model.baseline import Entry
    from gate.pipeline.known import Found

    #: Entries by fingerprint and file.
    Places: TypeAlias = dict[str, dict[str, list[int]]]

#: Files that are gone which one finding is looked for in.
MOST_PLACES = 50


class Matching:
    """Entries beside what was found: `known` are the places, in the list of findings, of those that count.

    `left` says how often each entry was found less than it says. What is there and no longer counts, because more is
    demanded now, is not missing.
    """

    __slots__ = ("_entries", "_found", "known", "left")

    def __init__(self, entries: Sequence[Entry], found: Sequence[Found], exists: Callable[[str], bool]) -> None:
        """Match everything; `exists` tells whether a file is still in the tree."""
        self._entries = entries
        self._found = found
        self.known: set[int] = set()
        self.left = [entry.count for entry in entries]
        files = {entry.path for entry in entries}
        others = self._in_place()
        strangers = [one for one in others if found[one].entry.path not in files]
        if strangers:
            self._moved(strangers, {path for path in files if not exists(path)})

    def _in_place(self) -> list[int]:
        """Match what stands in the file that its entry names, and return the rest."""
        places: dict[tuple[str, str], list[int]] = {}
        for number, entry in enumerate(self._entries):
            places.setdefault((entry.path, entry.fingerprint), []).append(number)
        # An entry of a failure would do for a doubt as well: the failures take theirs first.
        order = sorted(range(len(self._found)), key=lambda one: self._found[one].entry.outcome != "failed")
        missed: list[int] = []
        for one in order:
            place = self._found[one].entry.path, self._found[one].entry.fingerprint
            if not self._take(one, places.get(place, ())):
                missed.append(one)
        for one in missed:
            self._hold(places.get((self._found[one].entry.path, self._found[one].entry.fingerprint), ()))
        return sorted(missed)

    def _take(self, one: int, numbers: Iterable[int]) -> bool:
        """Let a finding use up the best of these entries; say whether there was one."""
        best = min(self._covering(one, numbers), key=lambda number: self._unlike(one, number), default=None)
        if best is None:
            return False
        self.left[best] -= 1
        self.known.add(one)
        return True

    def _hold(self, numbers: Iterable[int]) -> None:
        """Take note that what an entry speaks of is still there, though it does not count."""
        still = next((number for number in numbers if self.left[number]), None)
        if still is not None:
            self.left[still] -= 1

    def _covering(self, one: int, numbers: Iterable[int]) -> Iterator[int]:
        entry = self._found[one].entry
        return (number for number in numbers if self.left[number] and covers(self._entries[number], entry))

    def _unlike(self, one: int, number: int) -> tuple[bool, bool]:
        entry, found = self._entries[number], self._found[one].entry
        return entry.subject != found.subject, entry.outcome != found.outcome

    def _moved(self, strangers: list[int], gone: set[str]) -> None:
        """Match what stands in files that the baseline does not know with the entries of files that are gone."""
        entries: Places = {}
        for number, entry in enumerate(self._entries):
            if entry.path in gone and self.left[number]:
                entries.setdefault(entry.fingerprint, {}).setdefault(entry.path, []).append(number)
        for old, ones in self._likeliest(strangers, entries):
            for one in ones:
                if one not in self.known:
                    self._take(one, entries[self._found[one].entry.fingerprint][old])
        for one in strangers:
            if one not in self.known:
                places = entries.get(self._found[one].entry.fingerprint, {})
                self._hold(number for numbers in places.values() for number in numbers)

    def _likeliest(self, strangers: list[int], entries: Places) -> Iterator[tuple[str, list[int]]]:
        """Yield each file that is gone with what another one has in common with it.

        The two that have most in common come first, so that what is new in another file stays together.
        """
        common: dict[tuple[str, str], list[int]] = {}
        sizes: dict[str, int] = {}
        for one in strangers:
            found = self._found[one].entry
            sizes[found.path] = sizes.get(found.path, 0) + 1
            for path in [*entries.get(found.fingerprint, ())][:MOST_PLACES]:
                common.setdefault((path, found.path), []).append(one)

        def order(pair: tuple[str, str]) -> tuple[int, int, bool, tuple[str, str]]:
            return -len(common[pair]), sizes[pair[1]], _name(pair[0]) != _name(pair[1]), pair

        for pair in sorted(common, key=order):
            yield pair[0], common[pair]


def _name(path: str) -> str:
    return path.rpartition("/")[2]
