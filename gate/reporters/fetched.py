"""What the text says of images that were fetched."""

from __future__ import annotations

from gate.reporters.escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.report import Fetched


def led(fetched: Iterable[Fetched]) -> Iterator[str]:
    """Say what each reference led to, and of a tag that this may be another image tomorrow."""
    for one in fetched:
        moves = "" if one.is_pinned else " (a tag leads elsewhere once it is moved)"
        yield f"fetched {visible(one.reference)}: {visible(one.digest)}{moves}"
