"""Archives are read by their headers: honest ones as Python reads them, and those that readers differ on not at all."""

from __future__ import annotations

import io
import tarfile
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.errors import InputError
from gate.model.source import Held
from gate.syntax.oci_archive import BLOCK, MAX_EXTENSION, MAX_EXTENSIONS, MAX_MEMBERS, compression, is_archive, members

if TYPE_CHECKING:
    from gate.syntax.oci_archive import Member

FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)


def made(*infos: tarfile.TarInfo, form: int = tarfile.GNU_FORMAT, **options: str | dict[str, str]) -> bytes:
    """Return an archive whose files are filled with zeroes."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=form, **options) as writer:  # type: ignore[call-overload]
        for one in infos:
            writer.addfile(one, io.BytesIO(bytes(one.size)))
    return archive.getvalue()


def info(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, to: str = "") -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.size, found.type, found.linkname = size, kind, to
    return found


def listed(data: bytes) -> list[Member]:
    return list(members(Held(data), "a.tar"))


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        listed(data)
    assert caught.value.remedy
    assert caught.value.at.path == "a.tar"
    return caught.value.cause.removeprefix("is no archive that can be read: ")


def changed(data: bytes, at: int, new: bytes, header: int = 0) -> bytes:
    """Replace bytes of a header, and put its checksum right again."""
    block = bytearray(data[header : header + BLOCK])
    block[at : at + len(new)] = new
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return data[:header] + bytes(block) + data[header + BLOCK :]


def extended(*records: bytes, kind: bytes = b"x") -> bytes:
    """Return an archive of one file `a` of one byte, with an extended header before it."""
    body = b"".join(b"%d %s\n" % (_length(record), record) for record in records)
    header = info("h", len(body), kind).tobuf(tarfile.USTAR_FORMAT)
    return header + body + bytes(-len(body) % BLOCK) + made(info("a", 1), form=tarfile.USTAR_FORMAT)


def _length(record: bytes) -> int:
    total = len(record) + 2
    while len(str(total)) + len(record) + 2 != total:
        total = len(str(total)) + len(record) + 2
    return total


NAMES = st.lists(st.text("abc\u00e9-_", min_size=1, max_size=70), min_size=1, max_size=4).map("/".join)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.tuples(NAMES, st.integers(0, 1500)), max_size=6), st.sampled_from(FORMATS))
def test_files_are_where_python_finds_them(files: list[tuple[str, int]], form: int) -> None:
    try:
        data = made(*(info(*one) for one in files), form=form)
    except ValueError:
        return  # the name is too long for the oldest format
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        expected = [(one.name, one.offset_data, one.size) for one in archive.getmembers()]
    assert [(one.name, one.start, one.size) for one in listed(data)] == expected
    assert all(one.is_file and not one.is_link for one in listed(data))


@pytest.mark.parametrize("form", FORMATS)
def test_kinds(form: int) -> None:
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE)
    found = listed(made(*(info("x", 0, kind, "to") for kind in kinds), info("y", 3), form=form))
    assert [one.is_link for one in found] == [True, True, False, False, False, False, False]
    assert [one.is_file for one in found] == [False] * 6 + [True]


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_and_links(form: int) -> None:
    long = "/".join(["n" * 90] * 5)
    found = listed(made(info(long, 3), info("x", 0, tarfile.SYMTYPE, long), form=form))
    assert [one.name for one in found] == [long, "x"]


def test_names_are_normalised() -> None:
    assert [one.name for one in listed(made(info("./a//b/./c", 1)))] == ["a/b/c"]


def test_an_old_archive_without_a_mark() -> None:
    data = changed(made(info("a", 1)), 257, bytes(8))
    assert [(one.name, one.size) for one in listed(data)] == [("a", 1)]
    assert listed(changed(data, 0, b"a/\0"))[0].is_file is False


def test_a_file_larger_than_octal_digits_say() -> None:
    data = changed(made(info("a")), 124, b"\x80" + (1 << 33).to_bytes(11, "big"))
    assert refused(data) == "it ends within a member"
    small = changed(made(info("a", 5)), 124, b"\x80" + (5).to_bytes(11, "big"))
    assert listed(small)[0].size == 5


@pytest.mark.parametrize(
    "size", [b"\xff" * 12, b"\xc0" + bytes(11), b"\x80" + b"\xff" * 11, b"-0000000001\0", b"9" * 11, b"1x"]
)
def test_a_size_that_cannot_be(size: bytes) -> None:
    assert refused(changed(made(info("a", 1)), 124, size.ljust(12, b"\0"))) == "a member has no possible size"


def test_a_link_has_no_bytes_whatever_it_says() -> None:
    data = changed(made(info("x", 0, tarfile.SYMTYPE, "to"), info("y", 1)), 124, b"00000001000\0")
    assert [(one.name, one.size) for one in listed(data)] == [("x", 0), ("y", 1)]


@pytest.mark.parametrize("name", ["/a", "../a", "a/../../b", "a/.."])
def test_a_name_that_leads_out(name: str) -> None:
    assert refused(made(info(name, 1))) == "the name of a member leads out of it"
    assert refused(extended(b"path=" + name.encode())) == "the name of a member leads out of it"


def test_extended_headers() -> None:
    (found,) = listed(extended(b"path=b/c", b"mtime=1.5", b"size=0"))
    assert (found.name, found.size) == ("b/c", 0)


def test_an_extended_header_is_for_one_member() -> None:
    data = extended(b"path=b")[: 4 * BLOCK] + made(info("c", 1))
    assert [one.name for one in listed(data)] == ["b", "c"]


@pytest.mark.parametrize(
    ("records", "cause"),
    [
        ((b"path=a", b"path=b"), "an extended header says something twice"),
        ((b"GNU.sparse.major=1",), "it has a sparse member"),
        ((b"GNU.sparse.size=9", b"GNU.sparse.name=x"), "it has a sparse member"),
        ((b"size=-1",), "a member has no possible size"),
        ((b"size=" + b"9" * 30,), "a member has no possible size"),
        ((b"size=99999",), "it ends within a member"),
        ((b"=x",), "an extended header is broken"),
        ((b"path",), "an extended header is broken"),
        ((b"path=a\0b",), "the name of a member leads out of it"),
    ],
)
def test_extended_headers_that_are_refused(records: tuple[bytes, ...], cause: str) -> None:
    assert refused(extended(*records)) == cause


@pytest.mark.parametrize(
    "body", [b"5 a=b\n", b"999 path=a\n", b"0 path=a\n", b"x path=a\n", b"path=a\n", b"8 path=a", b"-8 path=a\n"]
)
def test_records_of_a_wrong_length(body: bytes) -> None:
    data = (
        info("h", len(body), b"x").tobuf(tarfile.USTAR_FORMAT) + body + bytes(-len(body) % BLOCK) + made(info("a", 1))
    )
    assert refused(data) in ("an extended header is broken", "a member has no possible size")


def test_a_global_header_may_say_what_does_not_matter() -> None:
    assert [one.name for one in listed(extended(b"comment=0123", kind=b"g"))] == ["a"]
    for record in (b"path=b", b"size=9", b"linkpath=c"):
        assert refused(extended(record, kind=b"g")) == "a global header renames its members"


def test_a_member_that_is_named_in_two_ways() -> None:
    long = made(info("n" * 150, 1), form=tarfile.GNU_FORMAT)[: 2 * BLOCK]
    assert refused(long + extended(b"path=b")) == "a member is named twice"


def test_a_sparse_member() -> None:
    assert refused(changed(made(info("a", 1)), 156, b"S")) == "it has a sparse member"


def test_a_checksum_that_is_wrong() -> None:
    data = bytearray(made(info("a", 1), info("b", 1)))
    data[2 * BLOCK] ^= 1
    assert refused(bytes(data)) == f"the header at byte {2 * BLOCK} does not add up to its checksum"


def test_a_checksum_of_signed_bytes() -> None:
    data = bytearray(changed(made(info("\u00e9", 1)), 0, b"\xc3\xa9"))
    total = sum(data[:BLOCK]) - sum(data[148:156]) + 8 * 32 - 2 * 256
    data[148:156] = b"%06o\0 " % total
    assert [one.name for one in listed(bytes(data))] == ["\u00e9"]


def test_the_end() -> None:
    whole = made(info("a", 1))
    assert len(listed(whole[: 2 * BLOCK])) == 1
    assert len(listed(whole[: 3 * BLOCK])) == 1
    assert refused(whole[: 2 * BLOCK + 9]) == "it ends within a header"
    assert refused(whole[: 3 * BLOCK] + whole) == "a member follows its end"
    assert len(listed(whole + whole)) == 1


def test_a_last_member_without_padding() -> None:
    assert len(listed(made(info("a", 1))[: BLOCK + 1])) == 1


def test_names_longer_than_any_image_has() -> None:
    header = info("h", MAX_EXTENSION + 1, b"L").tobuf(tarfile.USTAR_FORMAT)
    assert refused(header + bytes(MAX_EXTENSION + BLOCK)) == "its names are longer than any image's"


class _Endless:
    """Headers without end that take no memory."""

    size = 1 << 60

    def __init__(self, *blocks: bytes) -> None:
        self._blocks = blocks
        self.pieces = 0

    def piece(self, start: int, length: int) -> bytes:
        self.pieces += 1
        return self._blocks[start // BLOCK % len(self._blocks)][:length].ljust(length, b"x")

    def close(self) -> None:
        pass


@pytest.mark.parametrize("kind", [b"L", b"x", b"g"])
def test_headers_without_end_are_not_read_to_theirs(kind: bytes) -> None:
    body = b"20 comment=xxxxxxxx\n" if kind != b"L" else b"name"
    endless = _Endless(info("h", len(body), kind).tobuf(tarfile.USTAR_FORMAT), body)
    with pytest.raises(InputError):
        list(members(endless, "a.tar"))
    assert endless.pieces < 5 * MAX_MEMBERS


def test_all_names_together_are_bounded() -> None:
    body = _record(MAX_EXTENSION - 100)
    header = info("h", len(body), b"x").tobuf(tarfile.USTAR_FORMAT)
    one = header + body + bytes(-len(body) % BLOCK) + info("a").tobuf(tarfile.USTAR_FORMAT)
    assert len(listed(one * (MAX_EXTENSIONS // MAX_EXTENSION))) == MAX_EXTENSIONS // MAX_EXTENSION
    assert refused(one * (MAX_EXTENSIONS // MAX_EXTENSION + 1)) == "its names are longer than any image's"


def _record(size: int) -> bytes:
    return b"%d comment=" % size + b"x" * (size - len(f"{size} comment=") - 1) + b"\n"


def test_members_without_end() -> None:
    endless = _Endless(info("a").tobuf(tarfile.USTAR_FORMAT))
    with pytest.raises(InputError, match=f"more than {MAX_MEMBERS} members"):
        list(members(endless, "a.tar"))


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.integers(0, 4000), st.binary(min_size=1, max_size=20), st.booleans())
def test_nothing_but_an_input_error_comes_of_junk(at: int, junk: bytes, is_mended: bool) -> None:
    data = made(info("n" * 120, 5), info("b", 600), info("l", 0, tarfile.SYMTYPE, "b"), form=tarfile.PAX_FORMAT)
    fits = is_mended and at < BLOCK - len(junk)
    data = changed(data, at, junk) if fits else data[:at] + junk + data[at + len(junk) :]
    with suppress(InputError):
        assert all(one.start + one.size <= len(data) for one in members(Held(data), "a.tar"))


def test_what_begins_like_an_archive() -> None:
    data = made(info("a", 1))
    assert is_archive(data)
    assert not is_archive(data[: BLOCK - 1])
    assert not is_archive(bytes(BLOCK))
    assert not is_archive(b"{}".ljust(BLOCK))
    assert not is_archive(changed(data, 0, b"b")[:148] + b"x" * 400)


@pytest.mark.parametrize(
    ("head", "name"),
    [(b"\x1f\x8b\x08", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"BZh9", "bzip2"), (b"{}", ""), (b"", "")],
)
def test_compression(head: bytes, name: str) -> None:
    assert compression(head) == name
