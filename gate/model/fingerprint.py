"""What stays the same of a finding while lines move, files are renamed, images are rebuilt and days pass."""

from __future__ import annotations

import re

from gate.model.source import sha256
from gate.model.truth import UNDECIDED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.rule import Finding
    from gate.model.score import Deduction

#: Digests, which every build renews.
_DIGEST = re.compile(r"@?\bsha(?:256|384|512):[0-9a-f]+")

#: When something was, and how long ago, which passing days, renewed data or another build say otherwise.
_WHEN = re.compile(
    r"(?<![\w./-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w./-])"
    r"|(?:\bat least )?\b[0-9]+(?:(?:\.\.| to )[0-9]+)?(?: days?| years?| months?)\b(?: old\b)?"
)

#: What readers put behind an id to tell two things of one name apart, and the tag of an image, which each build renews.
_APPENDED = re.compile(r"(?<=.)(?:@[0-9]+|\[[0-9]+\]|:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})$")

#: Deductions whose words count what is new every day: they are known by their ids alone.
_COUNTING = frozenset({"B1", "B5", "B6", "B7"})


def identity(subject: str, path: str) -> str:
    """Return the part of a subject's id that neither names its file nor changes with its build or its place there."""
    own = subject.removeprefix(path) if subject.startswith(path) else f"#{subject.partition('#')[2]}"
    return _APPENDED.sub("", _DIGEST.sub("", own))


def fingerprint(finding: Finding, path: str) -> str:
    """Return 16 hexadecimal digits that a finding keeps wherever it stands; `path` is its subject's file.

    Two findings that say the same of subjects of one name have one fingerprint: whoever compares counts them.
    """
    return _digest(finding.rule, identity(finding.subject, path), _said(finding, path))


def of_score(dimension: str, subject: str, path: str) -> str:
    """Return the fingerprint of a score that is too low, whatever takes it down."""
    return _digest(dimension, identity(subject, path))


def of_clause(said: str, subject: str, path: str) -> str:
    """Return the fingerprint of what is said of a subject and is no finding, or of a file where there is no subject."""
    return _digest("clause", identity(subject, path) if subject else "", _lasting(_from(path, said)))


def of_deductions(deductions: Iterable[Deduction]) -> tuple[str, ...]:
    """Return what takes points off a score, sorted: the id of each, and what its words say apart from days."""
    taken = {(one.id, "" if one.id in _COUNTING else _lasting(one.text)) for one in deductions if one.worst}
    return tuple(sorted(f"{name}:{_digest(text)[:8]}" for name, text in taken))


def _said(finding: Finding, path: str) -> str:
    if finding.key:
        return _DIGEST.sub("", finding.key)
    # Another reason leaves the question as open as it was.
    said = finding.message.partition(UNDECIDED)[0]
    return _lasting(_from(path, said))


def _from(path: str, said: str) -> str:
    """Leave out the file that speaks, and the folder before what it names beside itself: that moves with it."""
    folder = path[: path.rfind("/") + 1]
    for name, end in ((path, r"(?![\w/-])"), (folder, "")):
        if name and name in said:
            said = re.sub(rf"(?<![\w./-]){re.escape(name)}{end}", "", said)
    return said


def _lasting(text: str) -> str:
    return _WHEN.sub("", _DIGEST.sub("", text))


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
