"""What `gate explain escapes` and `gate explain E09` show."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.boundary.escape import Escape


def escape_page(name: str) -> Iterator[str]:
    """Yield a line for every way out of a container, all of one by its id, and nothing for any other name."""
    from gate.boundary.escape_matrix import MATRIX

    if name == "escapes":
        yield from (f"{escape.id}  {escape.component or '-':<24}  {escape.title}" for escape in MATRIX)
        return
    for escape in MATRIX:
        if escape.id == name.upper():
            yield from _page(escape)


def pages_of_bug(name: str) -> Iterator[str]:
    """Yield all of the ways out that a vulnerability is, by its id in capitals."""
    from gate.boundary.escape_matrix import MATRIX

    for escape in MATRIX:
        if name in escape.cves:
            yield from _page(escape)


def _page(escape: Escape) -> Iterator[str]:
    yield f"# {escape.id} {escape.title}"
    yield ""
    for terms in escape.alternatives:
        yield f"- open where {' and '.join(_said(term) for term in terms)}".replace("where always applies", "always")
    if escape.component and escape.affected:
        yield f"- in {escape.component} {_versions(escape)}"
    if escape.cves:
        yield f"- {', '.join(escape.cves)}"
    if escape.stopped_by:
        yield f"- stopped by {', '.join(escape.stopped_by)}"
    yield ""
    yield f"Sources: {escape.sources}."


def _said(term: str) -> str:
    from gate.boundary.facts import FACTS

    if term[0] == "?":
        return f"{term[1:].replace('-', ' ')} applies"
    if term[0] == "!":
        return f"it is not certain that it {FACTS[term[1:]].title} ({term[1:]})"
    return f"it {FACTS[term].title} ({term})"


def _versions(escape: Escape) -> str:
    doubt = f"; perhaps {_ranges(escape.doubtful)}" if escape.doubtful else ""
    return f"{_ranges(escape.affected)}{doubt}"


def _ranges(ranges: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(
        f"{f'from {first}' if first else ''}{' ' if first and last else ''}{f'before {last}' if last else ''}"
        or "of every version"
        for first, last in ranges
    )
