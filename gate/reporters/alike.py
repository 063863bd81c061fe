"""Subjects of one file of which the same is to be said, told together: whoever mends one of them mends all."""

from __future__ import annotations

from gate.reporters.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.report import SubjectReport

#: Columns that a list of names may take.
WIDTH = 100


def alike(blocks: Iterable[tuple[SubjectReport, list[str]]]) -> Iterator[tuple[list[str], list[SubjectReport]]]:
    """Yield what is said of a subject, with the others of its file of which that is said as well, in their order."""
    found: dict[tuple[str, str], tuple[list[str], list[SubjectReport]]] = {}
    for subject, lines in blocks:
        key = subject.at.path, _nameless(subject, lines)
        if key in found:
            found[key][1].append(subject)
        else:
            found[key] = lines, []
    yield from found.values()


def _nameless(subject: SubjectReport, lines: list[str]) -> str:
    """Return the lines without what the subject is called and where it begins; what is found in it keeps its places."""
    text = "\n".join(lines).replace(visible(subject.id), "")
    own = f"{visible(subject.at.path)}:{subject.at.line}:{subject.at.column}  "
    return text.replace(own, "").replace(visible(subject.name), "") if subject.name else text


def listed(others: list[SubjectReport]) -> Iterator[str]:
    """Yield lines that name the others, each with the line where it begins."""
    yield f"  the same of {len(others)} more of this file"
    line = ""
    for name in (f"{visible(one.name)}:{one.at.line}" for one in others):
        if line and len(line) + len(name) > WIDTH:
            yield f"        {line},"
            line = ""
        line += f"{', ' if line else ''}{name}"
    yield f"        {line}"
