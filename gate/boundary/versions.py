"""Whether a declared version of an engine or a kernel is one that a bug is known in.

A version is compared as its project orders them: alpha, beta and rc come before the release. What a distribution
appends may stand for any patch of its own, so such a version is decided only where the bug is in nothing near it.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.truth import Answer

    Key = tuple[int, int, int, int, int]

_VERSION = re.compile(r"v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:-?(alpha|beta|rc)[.-]?(\d{1,9}))?(.*)", re.ASCII)
_RANKS = {"alpha": 0, "beta": 1, "rc": 2}
_RELEASE, _ANY = 3, 10**9
LOWEST: Key = (0, 0, 0, -1, 0)
HIGHEST: Key = (_ANY, 0, 0, 0, 0)


def is_affected(version: str, ranges: tuple[tuple[str, str], ...]) -> Answer:
    """Say whether the version lies in one of the ranges: from the first, until just before the second.

    An empty end is open. A start of two numbers takes in the pre-releases. A version of two numbers stands for each of
    its patches, and is decided where all of them are alike.
    """
    found = _VERSION.fullmatch(version)
    if found is None:
        return "unknown"
    low, high = _span(found)
    spans = [(_start(first), _end(last)) for first, last in ranges]
    if not any(low < end and start <= high for start, end in spans):
        return "no"
    within = any(start <= low and high < end for start, end in spans)
    return "yes" if within and not found[6] else "unknown"


def _span(found: re.Match[str]) -> tuple[Key, Key]:
    """Return the first and the last upstream version that may be meant."""
    major, minor = int(found[1]), int(found[2])
    if found[3] is None and found[4] is None:
        return (major, minor, 0, -1, 0), (major, minor, _ANY, _RELEASE, 0)
    patch = int(found[3] or 0)
    if found[6]:
        return (major, minor, patch, -1, 0), (major, minor, patch, _ANY, 0)
    exact = (major, minor, patch, _RANKS.get(found[4], _RELEASE), int(found[5] or 0))
    return exact, exact


def _start(text: str) -> Key:
    found = _VERSION.fullmatch(text)
    return _span(found)[0] if found else LOWEST


def _end(text: str) -> Key:
    found = _VERSION.fullmatch(text)
    return _span(found)[0] if found else HIGHEST
