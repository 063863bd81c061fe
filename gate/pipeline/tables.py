"""The tables of one run: those that ship with the gate, or those of the file that the operator names.

A file of the judged tree is refused, whoever names it: it could say of anything that it is supported.
"""

from __future__ import annotations

import os

from gate.data import DATA_DATE
from gate.data.stamps import STAMPS
from gate.freshness.staleness import notes
from gate.model.errors import InputError, UsageError
from gate.model.report import TablesLine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.data.document import Given
    from gate.data.form import Misfit
    from gate.data.tables import Tables
    from gate.model.location import Location
    from gate.model.source import Source
    from gate.syntax.json_outline import Wanted

#: The variable that names a file of tables where no option does.
VARIABLE = "BOUNDARY_GATE_DATA"

#: Bytes of a file of tables: twelve times the embedded ones.
MAX_DATA = 64 * 1024 * 1024

AGAIN = "write the file anew with `gate data export`, or take it from where it was written"


class TableSource:
    """Where the tables of a run come from; they are loaded when the first subject needs them."""

    __slots__ = ("_given", "_tables")

    def __init__(self, written: str, root: str) -> None:
        """Read the file that an option names, else the variable; raise UsageError for one that is not to be used."""
        self._tables: Tables | None = None
        named = written or os.environ.get(VARIABLE, "")
        try:
            self._given: Given | None = tables_of(named, root) if named else None
        except UsageError as error:
            said = error.remedy if written else f"{error.remedy}; it is {VARIABLE} that names it"
            raise UsageError(error.cause, at=error.at, remedy=said) from None

    def tables(self) -> Tables:
        """Return the tables."""
        if self._tables is None:
            from gate.data.tables import Tables

            self._tables = Tables(self._given)
        return self._tables

    def line(self, now: str) -> TablesLine:
        """Return what the report says of them; how old they are matters where something rests on them."""
        given = self._given
        date = DATA_DATE if given is None else given.date
        said = [*notes(date, now)] if self._tables is not None else []
        if given is not None and date < DATA_DATE:
            said.append(f"are older than the embedded ones, which are of {DATA_DATE}")
        digests = STAMPS if given is None else given.digests()
        return TablesLine(date, "" if given is None else given.origin, tuple(digests.items()), tuple(said))


def tables_of(written: str, root: str = "") -> Given:
    """Read a file of tables, named with its digest behind it or without; nothing below `root` is read."""
    from gate.policy.reference import check_digest, parted

    path, wanted = parted(written)
    full, real = os.path.abspath(path), os.path.realpath(path)
    below = f"{root.rstrip('/')}/"
    if root and any(f"{one}/".startswith(below) for one in (real, full, _resolved(full))):
        if not os.path.lexists(path):
            remedy = "name one that `gate data export` has written, outside of the repository"
            raise UsageError(f"there is no file {path}", remedy=remedy)
        remedy = "keep it outside of the repository"
        raise UsageError(f"{path} is in what is judged, which cannot say what is supported", remedy=remedy)
    source = opened(path)
    check_digest(path, source.data, wanted)
    return parsed(source)


def parsed(source: Source) -> Given:
    """Return the tables in a file; raise UsageError for what is none."""
    from gate.data.document import given
    from gate.data.form import Misfit
    from gate.syntax.json_values import values

    try:
        return given(values(source, AGAIN), os.path.basename(source.path))
    except InputError as error:
        raise UsageError(error.cause, at=error.at, remedy=error.remedy) from None
    except Misfit as misfit:
        raise UsageError(_shown(misfit), at=_place(source, misfit.path), remedy=AGAIN) from None


def _resolved(full: str) -> str:
    folder, name = os.path.split(full)
    return os.path.join(os.path.realpath(folder), name)


def opened(path: str) -> Source:
    """Read a file of tables; raise UsageError for one that is not there, too large or no file."""
    from gate.model.source import Source
    from gate.pipeline.files import PIECE, Files

    folder, name = os.path.split(os.path.realpath(path))
    try:
        stream = Files(folder).stream(name) if name else None
    except InputError as error:
        raise UsageError(f"{path} {error.cause}", remedy=error.remedy) from None
    if stream is None:
        raise UsageError(f"there is no file {path}", remedy="name one that `gate data export` has written")
    try:
        if stream.size > MAX_DATA:
            raise UsageError(f"{path} is larger than {MAX_DATA} bytes", remedy=AGAIN)
        return Source(path, b"".join(stream.piece(start, PIECE) for start in range(0, stream.size, PIECE)))
    finally:
        stream.close()


def _shown(misfit: Misfit) -> str:
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part[:60]}" for part in misfit.path).lstrip(".")
    return f"{where}: {misfit.cause}" if where else misfit.cause


def _place(source: Source, path: tuple[str | int, ...]) -> Location:
    """Find what does not fit, or the nearest around it."""
    from gate.syntax.json_outline import Outline

    wanted: Wanted = None
    for part in reversed(path):
        wanted = {"*" if isinstance(part, int) else part: wanted}
    return Outline(source, wanted).at(*path)
