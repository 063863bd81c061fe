"""Charts that come packed, as `helm dependency build` leaves them: unpacked here, within bounds, as Helm would."""

from __future__ import annotations

from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.model.source import Held
from gate.syntax.oci_archive import members
from gate.syntax.packed import DamagedError, Packed, UnreadError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source

REMEDY = "pack it anew with `helm package`"


def unpacked(source: Source, most: int) -> dict[str, bytes]:
    """Return the files of a chart, below its own folder; raise InputError for what Helm would not take, or too much."""
    data = bytearray()
    at = whole_file(source.path)
    try:
        for piece in Packed(Held(source.data)).pieces():
            data += piece
            if len(data) > most:
                raise InputError(f"unpacks to more than {most} bytes", at=at, remedy="render it elsewhere")
    except (DamagedError, UnreadError) as error:
        raise InputError(f"cannot be unpacked: {error}", at=at, remedy=REMEDY) from None
    found: dict[str, bytes] = {}
    for member in members(Held(bytes(data)), source.path):
        if member.is_link:
            raise InputError("holds a link", at=at, remedy=REMEDY)
        _folder, _, name = member.name.partition("/")
        if member.is_file and name:
            if name in found:
                raise InputError("holds two files of one name", at=at, remedy=REMEDY)
            found[name] = bytes(data[member.start : member.start + member.size])
    return found
