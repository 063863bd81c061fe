"""One document of a YAML or JSON file, read or refused."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping as Table

    from gate.model.errors import InputError
    from gate.model.location import Location
    from gate.syntax.tree import Node

#: What to do about a file in another encoding.
UTF8 = "save it as UTF-8 without a byte order mark"

#: The byte order marks of UTF-16, which some consumers read and others take for noise.
UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Document(Record):
    """One document: its root, None when it is empty, or why its consumer would refuse it.

    `tags` holds the nodes that were written with a tag of somebody's own, such as `!reset`.
    """

    root: Node | None
    error: InputError | None
    at: Location
    tags: Table[Node, str]
