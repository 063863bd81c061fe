"""What stays the same of a finding while lines move, files are renamed and images are rebuilt."""

from __future__ import annotations

import re

from gate.model.source import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.rule import Finding

#: What changes from build to build or from day to day in what a finding says: digests, and how many days ago.
_CHANGING = re.compile(r"@?\bsha(?:256|384|512):[0-9a-f]+|\b[0-9]+(?:\.\.[0-9]+)?(?= (?:days?|years?|months?)\b)")


def identity(subject: str, path: str) -> str:
    """Return the part of a subject's id that does not name its file."""
    return subject.removeprefix(path)


def fingerprint(finding: Finding, path: str) -> str:
    """Return 16 hexadecimal digits that a finding keeps wherever it stands; `path` is its subject's file.

    Two findings that say the same of subjects of one name have one fingerprint: whoever compares counts them.
    """
    said = _CHANGING.sub("", finding.message.replace(path, "")) if path else _CHANGING.sub("", finding.message)
    text = "\0".join((finding.rule, identity(finding.subject, path), said))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
