"""What a reader is and what it returns."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol, TypeAlias

    from gate.model.coverage import Skipped
    from gate.model.errors import InputError
    from gate.model.image import Image
    from gate.model.reference import Definition
    from gate.model.source import Source, Sources
    from gate.model.template import Template
    from gate.model.workload import Workload

    Subject: TypeAlias = Workload | Image | Template

    class Claim(Protocol):
        """Decides from a file's content whether the reader is the one for it."""

        def __call__(self, source: Source) -> bool:
            """Answer without raising, whatever the bytes are."""

    class Read(Protocol):
        """Reads one claimed file and what belongs to it."""

        def __call__(self, source: Source, sources: Sources) -> Reading:
            """Return everything found; what cannot be read becomes a problem in the result, not an exception."""


class Reading(Record):
    """What one file, with the files that belong to it, turned out to hold."""

    subjects: tuple[Subject, ...] = ()
    definitions: tuple[Definition, ...] = ()
    problems: tuple[InputError, ...] = ()
    skipped: tuple[Skipped, ...] = ()


class Reader(Record):
    """One format: `claims` looks at content after the registry has matched the name; `read` gives it meaning.

    `platforms` are the platforms its subjects can be on, which declarations and policies may name.
    """

    name: str
    platforms: tuple[str, ...]
    claims: Claim
    read: Read
