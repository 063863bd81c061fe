"""Opens the files of an index, wherever the operator keeps them, and hands them to the dialect of its manager."""

from __future__ import annotations

import os
import re
from hashlib import sha256

from gate.dialects import apk_index, deb_index, rpm_index
from gate.model.errors import InputError, UsageError
from gate.model.location import whole_file
from gate.model.package_index import PackageIndex
from gate.model.source import Held
from gate.pipeline.files import Files
from gate.pipeline.roots import absolute
from gate.syntax.oci_archive import members
from gate.syntax.packed import DamagedError, Packed, UnreadError
from gate.syntax.xml import XmlError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeVar

    from gate.pipeline.reading import Ledger

    R = TypeVar("R")


AGAIN = "fetch it again"
UNPACK = "name one that is packed with gzip or xz, or not at all"

#: Bytes of an index of Alpine, unpacked: its largest has 12 MB.
MAX_APK = 128 << 20

#: How an index begins that `apk mkndx` writes.
_THIRD = b"ADB"

#: How far above a list of packages its `Release` may stand: `dists/SUITE/COMPONENT/binary-ARCHITECTURE/Packages`.
_ABOVE = 4

#: How apt calls the lists that it keeps, all in one folder.
_KEPT = re.compile(r"(.+_dists_.+?)_[^_]+_binary-[^_]+_Packages(?:\..+)?")


class IndexFiles:
    """The files of the indexes of one run, by what the report calls them."""

    __slots__ = ("_files", "_ledger", "_names")

    def __init__(self, files: Files, ledger: Ledger) -> None:
        """Take the files below the root of the scan; everything that is read goes into the ledger."""
        self._files = files
        self._ledger = ledger
        self._names: dict[str, str] = {}

    def read(self, kind: str, path: str) -> PackageIndex:
        """Read one index; raise UsageError for one that is not there, InputError for what is none."""
        file, comma, release = path.rpartition(",") if not os.path.lexists(path) else (path, "", "")
        if not comma:
            file, release = path, ""
        for one in (file, release) if release else (file,):
            if not os.path.lexists(one):
                remedy = "name a list of packages: APKINDEX.tar.gz, Packages or the folder repodata"
                raise UsageError(f"there is no file or folder {one}", remedy=remedy)
        if kind == "apk":
            return self._alpine(absolute(file))
        return self._debian(absolute(file), release) if kind == "deb" else self._red_hat(absolute(file))

    def _alpine(self, full: str) -> PackageIndex:
        def parts(pieces: Iterable[bytes]) -> dict[str, bytes]:
            data = bytearray()
            for piece in pieces:
                data += piece
                if data.startswith(_THIRD):
                    raise UnreadError("it is in the form of apk 3")
                if len(data) > MAX_APK:
                    raise DamagedError(f"it unpacks to more than {MAX_APK} bytes")
            whole = bytes(data)
            found = members(Held(whole), self._shown(full)[1])
            wanted = (apk_index.INDEX, apk_index.DESCRIPTION)
            return {one.name: whole[one.start : one.start + one.size] for one in found if one.name in wanted}

        said, _digest = self._taken(full, parts)
        if apk_index.INDEX not in said:
            raise self._error(full, "holds no APKINDEX", "name the APKINDEX.tar.gz of a repository")
        data, description = said[apk_index.INDEX], said.get(apk_index.DESCRIPTION, b"")
        index = self._held(full, lambda: apk_index.index(data, description))
        return PackageIndex("apk", index.release, index.written, None, index.offers, whole_file(self._shown(full)[1]))

    def _debian(self, full: str, release: str) -> PackageIndex:
        plain = sha256()

        def summed(pieces: Iterable[bytes]) -> Iterator[bytes]:
            for piece in pieces:
                plain.update(piece)
                yield piece

        offers, digest = self._taken(full, lambda pieces: deb_index.packages(summed(pieces)))
        sums = {digest, plain.hexdigest()}
        beside = [absolute(release)] if release else list(_releases(full))
        found = [one for one in map(self._release, beside) if one is not None]
        suite = next((one for one in found if sums & one.sums), None)
        if suite is None:
            cause = "is not what the Release beside it lists" if found else "has no Release beside it"
            raise self._error(full, cause, "name both as deb:PACKAGES,RELEASE, as they were fetched together")
        return PackageIndex("dpkg", suite.codename, suite.written, suite.ends, offers, whole_file(self._shown(full)[1]))

    def _release(self, full: str) -> deb_index.Release | None:
        if not os.path.lexists(full):
            return None
        files, path = self._shown(full)
        source = files.open(path)
        if source is None:
            return None
        self._ledger.seen += 1
        self._ledger.read[path] = source
        return deb_index.release(source.data)

    def _red_hat(self, full: str) -> PackageIndex:
        inside = os.path.join(full, "repodata")
        folder = os.path.dirname(full) if os.path.isfile(full) else inside if os.path.isdir(inside) else full
        repomd = os.path.join(folder, "repomd.xml")
        repository, _digest = self._taken(repomd, rpm_index.repository)
        if "primary" not in repository.parts:
            raise self._error(repomd, "lists no packages", "name the folder repodata of a repository")

        def part(kind: str, read: Callable[[Iterable[bytes]], R]) -> R:
            one = repository.parts[kind]
            path = os.path.join(folder, os.path.basename(one.path))
            found, digest = self._taken(path, read, one.algorithm)
            if digest != one.digest:
                raise self._error(path, "is not what repomd.xml lists", AGAIN)
            return found

        issued = part("updateinfo", rpm_index.advisories) if "updateinfo" in repository.parts else {}
        offers = part("primary", lambda pieces: rpm_index.packages(pieces, issued))
        release = rpm_index.dist(offer.version for those in offers.values() for offer in those)
        return PackageIndex("rpm", release, repository.written, None, offers, whole_file(self._shown(repomd)[1]))

    def _taken(self, full: str, read: Callable[[Iterable[bytes]], R], algorithm: str = "sha256") -> tuple[R, str]:
        """Unpack and read a file; return what it says, and the digest of the file itself."""
        files, path = self._shown(full)
        if algorithm not in ("sha256", "sha512"):
            raise self._error(full, f"is summed with {algorithm[:20]}", "have createrepo_c sum it with SHA-256")
        source, stream = files.archive(path), files.stream(path)
        if source is None or stream is None:
            raise self._error(
                full, "is not there", "name a list of packages or the folder repodata, with all that it lists"
            )
        self._ledger.seen += 1
        self._ledger.read[path] = source
        try:
            packed = Packed(stream, algorithm)
            return self._held(full, lambda: read(packed.pieces())), packed.digest()
        finally:
            stream.close()

    def _held(self, full: str, read: Callable[[], R]) -> R:
        """Read something; word what may be wrong with it."""
        try:
            return read()
        except UnreadError as error:
            raise self._error(full, f"cannot be read here: {error}", UNPACK) from None
        except DamagedError as error:
            raise self._error(full, f"cannot be unpacked: {error}", AGAIN) from None
        except (XmlError, ValueError) as error:
            raise self._error(full, str(error), AGAIN) from None

    def _error(self, full: str, cause: str, remedy: str) -> InputError:
        return InputError(cause, at=whole_file(self._shown(full)[1]), remedy=remedy)

    def _shown(self, full: str) -> tuple[Files, str]:
        """Return where a file is opened and what the report calls it.

        What is outside of the root is called by its name alone, and by its folders too where another file has that.
        """
        below = self._files.root.rstrip("/") + "/"
        if full.startswith(below):
            return self._files, full[len(below) :].replace(os.sep, "/")
        parts = full.strip("/").split("/")
        for count in range(1, len(parts) + 1):
            name = "/".join(parts[-count:])
            if self._names.setdefault(name, full) == full and not os.path.lexists(below + name):
                return Files("/" + "/".join(parts[:-count])), name
        remedy = "name one of them otherwise, so that the report can tell them apart"
        raise UsageError(f"{full} has the name of a file of the repository", remedy=remedy)


def _releases(full: str) -> Iterator[str]:
    """Yield where the `Release` of a list of packages may be: beside it, or above in an archive's tree."""
    folder, name = os.path.split(full)
    kept = _KEPT.fullmatch(name)
    if kept is not None:
        yield from (os.path.join(folder, f"{kept[1]}_{one}") for one in ("InRelease", "Release"))
    for _step in range(_ABOVE):
        yield from (os.path.join(folder, one) for one in ("InRelease", "Release"))
        folder = os.path.dirname(folder)
