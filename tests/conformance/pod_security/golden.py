"""The answers of the admission module about the generated suite, as they are kept beside it.

Cases with the same answers stand together, and an answer is the range of versions it is given at: `0-18, 25-37` are
v1.0 to v1.18 and v1.25 to v1.37. "latest" is not written, for it is the newest version.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from tests.conformance.pod_security.admission import ADMITTED, REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conformance.pod_security.admission import Answers
    from tests.conformance.pod_security.manifests import Manifest

FILE = Path(__file__).resolve().parent / "golden.json"


class Group(TypedDict):
    """The cases of which the same is said: which versions of the levels admit them, which of the checks refuse."""

    baseline: str
    restricted: str
    refused: dict[str, str]
    cases: list[str]


class Golden(TypedDict):
    """The file: whose answers they are, the digest of the manifests asked about, when each check exists."""

    module: str
    suite: str
    checks: dict[str, str]
    groups: list[Group]


def golden(module: str, cases: list[tuple[str, Manifest]], answers: list[Answers]) -> Golden:
    """Put the answers into the form in which they are kept."""
    groups: dict[str, Group] = {}
    for (name, _), answer in zip(cases, answers, strict=True):
        refused = {check: ranges(line, REFUSED) for check, line in answer["checks"].items() if REFUSED in line}
        baseline, restricted = ranges(answer["baseline"], ADMITTED), ranges(answer["restricted"], ADMITTED)
        group = Group(baseline=baseline, restricted=restricted, refused=refused, cases=[])
        groups.setdefault(json.dumps(group, sort_keys=True), group)["cases"].append(name)
    existing = {check: ranges(line, ADMITTED + REFUSED) for check, line in answers[0]["checks"].items()}
    return Golden(module=module, suite=digest(cases), checks=existing, groups=list(groups.values()))


def digest(cases: Iterable[tuple[str, Manifest]]) -> str:
    """Return what changes when any manifest of the suite does."""
    return hashlib.sha256(json.dumps(list(cases), sort_keys=True).encode()).hexdigest()


def ranges(line: str, letters: str) -> str:
    """Return the versions at which a line has one of the letters; the last letter is that of "latest"."""
    versions, latest = line[:-1], line[-1]
    if versions[-1] != latest:
        raise ValueError(f"latest is not the newest version: {line}")
    found: list[list[int]] = []
    for minor, letter in enumerate(versions):
        if letter in letters and found and found[-1][1] == minor - 1:
            found[-1][1] = minor
        elif letter in letters:
            found.append([minor, minor])
    return ", ".join(f"{first}-{last}" for first, last in found)


def versions(written: str) -> frozenset[int]:
    """Return the minor versions in a list of ranges."""
    pairs = (part.split("-") for part in written.split(", ") if part)
    return frozenset(minor for first, last in pairs for minor in range(int(first), int(last) + 1))


def read() -> Golden:
    """Read the file."""
    kept: Golden = json.loads(FILE.read_text(encoding="utf-8"))
    return kept


def written(kept: Golden) -> str:
    """Return the text of the file, with one line for each case, so that changes show."""
    return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
