"""Where the files of an image are: in a folder, or in an archive."""

from __future__ import annotations

from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.model.source import Source
from gate.syntax.oci_archive import members

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from gate.model.location import Location
    from gate.model.source import Sources, Stream
    from gate.syntax.oci_archive import Member

#: Bytes of one document in an archive.
MAX_DOCUMENT = 4 * 1024 * 1024


class Folder:
    """A folder below the root of the scan; its documents are files with places of their own."""

    __slots__ = ("_sources", "path")

    def __init__(self, sources: Sources, path: str) -> None:
        """Take the files of the scan and the folder."""
        self._sources = sources
        self.path = path

    def place(self, name: str) -> Location:
        """Return the place of a file as such."""
        return whole_file(self._full(name))

    def document(self, name: str) -> Source | None:
        """Return a small file; None when there is none."""
        return self._sources.open(self._full(name))

    def stream(self, name: str) -> Stream | None:
        """Open a file that may be large; None when there is none."""
        return self._sources.stream(self._full(name))

    def linked(self, name: str) -> None:
        """Say that it is none: a link in a folder is refused when it is opened."""

    def _full(self, name: str) -> str:
        return f"{self.path}/{name}" if self.path else name


class Packed:
    """The members of an archive; whatever is in it has the place of the archive."""

    __slots__ = ("_members", "_repeated", "_stream", "path", "problem")

    def __init__(self, stream: Stream, path: str) -> None:
        """Read the headers; `problem` is where that ended, with the members before it kept."""
        self._stream = stream
        self._members: dict[str, Member] = {}
        self._repeated: set[str] = set()
        self.path = path
        self.problem: InputError | None = None
        try:
            for member in members(stream, path):
                if member.name in self._members and (member.is_file or self._members[member.name].is_file):
                    self._repeated.add(member.name)
                self._members[member.name] = member
        except InputError as error:
            self.problem = error

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members."""
        return tuple(self._members)

    def place(self, name: str) -> Location:  # noqa: ARG002 - the protocol's
        """Return the place of the archive."""
        return whole_file(self.path)

    def document(self, name: str) -> Source | None:
        """Return a small member; None when there is none."""
        member = self._plain(name)
        if member is None:
            return None
        if member.size > MAX_DOCUMENT:
            self._refuse(name, f"is larger than {MAX_DOCUMENT} bytes")
        return _Packed(self.path, self._stream.piece(member.start, member.size))

    def stream(self, name: str) -> Stream | None:
        """Open a member of any size; None when there is none."""
        member = self._plain(name)
        return _Part(self._stream, member) if member is not None else None

    def linked(self, name: str) -> str | None:
        """Return the plain member that a link leads to, empty for none; None for what is no link.

        One symbolic link is followed and no second one, as in skopeo.
        """
        link = self._members.get(name)
        if link is None or not link.is_link:
            return None
        found = _led(name, link.target)
        return found if found in self._members and self._members[found].is_file else ""

    def _plain(self, name: str) -> Member | None:
        member = self._members.get(name)
        if member is None:
            return None
        if name in self._repeated:
            self._refuse(name, "is in it twice")
        if not member.is_file:
            self._refuse(name, "is a link" if member.is_link else "is no plain file")
        return member

    def _refuse(self, name: str, cause: str) -> NoReturn:
        raise InputError(f"its member {name[:80]} {cause}", at=whole_file(self.path), remedy="save the image again")


def _led(name: str, target: str) -> str:
    """Return the member that a link leads to; empty for one that leads out of the archive."""
    parts = name.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "" if target.startswith("/") else "/".join(parts)


class _Packed(Source):
    """A document inside of an archive, all of which has the place of the archive."""

    __slots__ = ()

    def location(self, start: int, end: int) -> Location:  # noqa: ARG002 - the base class's
        """Return the place of the archive."""
        return whole_file(self.path)


class _Part:
    """The bytes of one member."""

    __slots__ = ("_start", "_stream", "size")

    def __init__(self, stream: Stream, member: Member) -> None:
        """Take the archive and the member."""
        self._stream = stream
        self._start = member.start
        self.size = member.size

    def piece(self, start: int, length: int) -> bytes:
        """Return some of them."""
        return self._stream.piece(self._start + start, max(0, min(length, self.size - start)))

    def close(self) -> None:
        """Do nothing: the archive stays open."""
