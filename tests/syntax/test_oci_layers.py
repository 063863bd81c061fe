"""Layers that are made to harm: every limit has a name, and reading any bytes ends."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.location import whole_file
from gate.model.source import Held
from gate.syntax import oci_entries, oci_layers, oci_unpack
from gate.syntax.oci_layers import Keep, Layers, Watch, clean
from gate.syntax.oci_merge import FileSystem
from tests.readers.rootfs import MADE, Entry, hard_link, layer, link

if TYPE_CHECKING:
    from collections.abc import Container

    from gate.syntax.oci_layers import Layer

WATCH = Watch(
    {"etc/wanted": Keep(100, "whole", bytes), "etc/start": Keep(3, "head", bytes), "etc/end": Keep(3, "tail", bytes)}
)


def walk(data: bytes, watch: Watch | None = WATCH) -> Layer:
    return Layers(watch).read(Held(data), "sha256", whole_file("layer"), "")


def fault(data: bytes) -> str:
    """Return what is wrong with a layer, of which nothing is believed then."""
    found = walk(data)
    assert found.problem is not None
    assert found.problem.remedy
    assert found.changes == ()
    assert (found.newest, found.inner) == (None, "")
    assert found.digest == f"sha256:{sha256(data).hexdigest()}"
    return found.unread


def wanted(data: bytes) -> object:
    """Return what a layer makes of the file that is wanted."""
    found = walk(data)
    assert found.unread == ""
    file = FileSystem([found], WATCH).file("etc/wanted")
    return file.value if file is not None else None


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_every_form_of_tar(form: int) -> None:
    deep = "/".join(["folder" * 5] * 3) + "/name"
    data = layer(Entry(deep, b"x" * 700), Entry("etc/wanted", b"found"), link("l", "t" * 90), format=form)
    assert wanted(data) == b"found"
    assert wanted(gzip.compress(data)) == b"found"


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_names_that_are_too_long_for_a_header(form: int) -> None:
    data = layer(Entry("a" * 3000, b"x"), link("b" * 200, "c" * 300), Entry("etc/wanted", b"found"), format=form)
    assert wanted(data) == b"found"


def test_times_before_1970_and_between_seconds() -> None:
    assert walk(layer(Entry("a", second=-5.5))).newest == -5
    assert walk(layer(Entry("a", second=-5), format=tarfile.GNU_FORMAT)).newest == -5
    assert walk(layer(Entry("a", second=MADE + 0.9), Entry("b", second=1))).newest == MADE


def test_parts_of_files() -> None:
    found = FileSystem(
        [walk(layer(Entry("etc/start", b"12345"), Entry("etc/end", b"12345"), Entry("etc/wanted", bytes(101))))], WATCH
    )
    values = [file.value if (file := found.file(f"etc/{name}")) else None for name in ("start", "end", "wanted")]
    assert values == [b"123", b"345", oci_layers.Unread("is larger than 100 bytes")]


def test_a_file_larger_than_a_piece() -> None:
    data = layer(Entry("large", bytes(3 * oci_unpack.PIECE + 1)), Entry("etc/wanted", b"found"))
    assert wanted(data) == b"found"
    assert wanted(gzip.compress(data, 1)) == b"found"


def test_a_sparse_file_is_stepped_over() -> None:
    """The GNU form: a map in the header and in the blocks behind it."""
    plain = tarfile.TarInfo("etc/wanted")
    plain.size, plain.type = 512, tarfile.GNUTYPE_SPARSE
    header = bytearray(plain.tobuf(tarfile.GNU_FORMAT))
    header[482] = 1
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    more = bytearray(512)
    more[504] = 1
    data = bytes(header) + bytes(more) + bytes(512) + bytes(512) + layer(Entry("etc/end", b"end"))
    found = FileSystem([walk(data)], WATCH)
    values = [file.value if (file := found.file(f"etc/{name}")) else None for name in ("wanted", "end")]
    assert values == [oci_layers.Unread(oci_layers.IN_HOLES), b"end"]


def test_a_sparse_file_of_an_extended_header() -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("GNUSparseFile.0/x")
        member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.name": "etc/wanted", "GNU.sparse.realsize": "9"}
        archive.addfile(member)
    assert wanted(made.getvalue()) == oci_layers.Unread(oci_layers.IN_HOLES)


def test_an_empty_layer() -> None:
    for data in (b"", bytes(1024), bytes(10_240), gzip.compress(b"")):
        assert walk(data).unread == ""


@pytest.mark.parametrize("last", [Entry("etc/wanted", b"found"), Entry("other", b"found")])
@pytest.mark.parametrize("size", [5, 6, 511])
def test_an_archive_that_ends_without_padding(last: Entry, size: int) -> None:
    """As `umoci insert` leaves it; Go's reader takes the entry and then the end."""
    first = layer(Entry("etc/end", b"first"))[:1024]
    whole = first + layer(last)[: 512 + size]
    assert walk(whole).unread == ""
    assert FileSystem([walk(whole)], WATCH).file("etc/end") is not None
    assert fault(whole[: 1024 + 512 + 4]) == "its archive ends early"


PLAIN = layer(Entry("etc/wanted", b"found" * 10), Entry("other", b"x" * 3000))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"no archive at all", "its archive ends early"),
        (b"no archive at all" * 100, "it is no tar archive"),
        (PLAIN[:560], "its archive ends early"),
        (PLAIN[:3000], "its archive ends early"),
        (PLAIN[:100] + b"x" + PLAIN[101:], "the header of an entry does not add up to its checksum"),
        (PLAIN[:512] + bytes(1024) + PLAIN, "an entry follows the end of its archive"),
        (gzip.compress(PLAIN)[:-20], "its compressed bytes end early"),
        (gzip.compress(PLAIN)[:60] + b"x" * 60, "its compressed bytes are damaged"),
        (gzip.compress(PLAIN) + b"garbage", "its compressed bytes are damaged"),
        (gzip.compress(gzip.compress(PLAIN)), "its archive ends early"),
        (b"\x1f\x8b", "its compressed bytes end early"),
    ],
)
def test_damaged_layers(data: bytes, why: str) -> None:
    assert fault(data) == why


@pytest.mark.parametrize("kind", ["bzip2", "xz"])
def test_compressions_that_no_registry_has(kind: str) -> None:
    head = {"bzip2": b"BZh91AY&SY", "xz": b"\xfd7zXZ\0"}[kind]
    found = walk(head + bytes(100))
    assert (found.unread, found.problem) == (f"it is compressed with {kind}", None)


def number(field: slice, value: bytes) -> bytes:
    """Return a layer whose first entry has a number of its own."""
    header = bytearray(layer(Entry("a"), format=tarfile.GNU_FORMAT)[:512])
    header[field] = value
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + bytes(1024)


SIZE = slice(124, 136)


@pytest.mark.parametrize(
    "value", [b"99999999999\0", b"\xff" * 12, b"\x80" + b"\x7f" * 11, b"-0000000001\0", b"0x000000001\0"]
)
def test_sizes_that_no_file_has(value: bytes) -> None:
    assert fault(number(SIZE, value)) == "an entry has no possible size or time"


@pytest.mark.parametrize("value", [b"77777777777\0", b"777777777777", b"\x80" + bytes(4) + b"\x7f" * 7])
def test_sizes_that_the_layer_does_not_have(value: bytes) -> None:
    assert fault(number(SIZE, value)) == "its archive ends early"


@pytest.mark.parametrize(
    "record", [b"", b"x", b"99 path=a\n", b"9 path=a", b"8 path=a\n", b"0 a=b\n", b"6 =b\n\n", b"-1 a=b\n"]
)
def test_broken_extended_headers(record: bytes) -> None:
    member = tarfile.TarInfo("x")
    member.type, member.size = tarfile.XHDTYPE, len(record)
    data = member.tobuf(tarfile.USTAR_FORMAT) + record.ljust(512, b"\0")[: 512 * bool(record)] + layer(Entry("a"))
    found = walk(data)
    assert found.unread == ("an extended header is broken" if record else "")


def test_a_layer_bomb() -> None:
    """A gigabyte of zeroes in a megabyte; it is given up long before."""
    head = tarfile.TarInfo("zeroes")
    head.size = 1 << 30
    bomb = gzip.compress(head.tobuf(), 9) + gzip.compress(bytes(16 << 20), 9) * 64
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    assert fault(bomb) == "it unpacks to more than 200 times its size"
    assert tracemalloc.get_traced_memory()[1] - before < 8 << 20
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("module", "name", "value", "why"),
    [
        (oci_entries, "MAX_LAYER_ENTRIES", 2, "it has more than 2 entries"),
        (oci_entries, "MAX_ENTRIES", 2, "the layers have more than 2 entries"),
        (oci_entries, "MAX_EXTENSION", 100, "a name in it is longer than any file's"),
        (oci_unpack, "MAX_UNPACKED", 1000, "the layers unpack to more than 1000 bytes"),
        (oci_layers, "MAX_CHANGES", 2, "it changes more than 2 files of the package manager"),
    ],
)
def test_limits(module: object, name: str, value: int, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, name, value)
    entries = [Entry(f"etc/.wh.{number}") for number in range(3)]
    assert fault(layer(Entry("x" * 200), *entries, format=tarfile.GNU_FORMAT)) == why


def test_limits_count_for_all_layers_of_a_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oci_entries, "MAX_ENTRIES", 3)
    layers = Layers(WATCH)
    data = layer(Entry("a"), Entry("b"))
    problems = [layers.read(Held(data), "sha256", whole_file("layer"), "").problem for _ in range(2)]
    assert [problem is None for problem in problems] == [True, False]


def test_without_a_watch_a_layer_is_only_summed_up() -> None:
    found = walk(b"no archive", None)
    assert (found.unread, found.problem, found.changes) == ("", None, ())


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (b"etc/x", b"etc/x"),
        (b"./etc/x/", b"etc/x"),
        (b"/etc//x", b"etc/x"),
        (b"../../etc/x", b"etc/x"),
        (b"a/../etc/./x", b"etc/x"),
        (b"etc/.wh.x", b"etc/.wh.x"),
        (b"..", b""),
        (b".", b""),
        (b"...", b"..."),
        (b"./.x", b".x"),
        (b"", b""),
    ],
)
def test_names_lead_nowhere_but_below_the_root(name: bytes, path: bytes) -> None:
    assert clean(name) == path


names = st.sampled_from(
    ["etc", "etc/wanted", "etc/start", "x", "x/y", ".wh.etc", "etc/.wh.wanted", "etc/.wh..wh..opq", "../etc/end"]
)
entries = st.builds(
    Entry,
    names,
    st.binary(max_size=20),
    st.sampled_from([b"0", b"1", b"2", b"5", b"6"]),
    names | st.sampled_from(["/", "..", "/x/.."]),
    st.just(MADE),
)


@given(st.lists(st.lists(entries, max_size=6).map(lambda made: layer(*made)), max_size=4))
def test_any_layers_over_each_other(layers: list[bytes]) -> None:
    system = FileSystem([walk(data) for data in layers], WATCH)
    for path in ("etc/wanted", "etc/start", "etc/end"):
        found = system.file(path)
        assert found is None or isinstance(found.value, bytes | oci_layers.Unread)
    list(system.files("etc"))
    list(system.folders("etc"))


BASE = layer(
    Entry("etc/wanted", b"found"), link("etc/start", "wanted"), hard_link("etc/end", "etc/wanted"), Entry("x" * 300)
)


@given(st.integers(0, len(BASE)), st.binary(min_size=1, max_size=12), st.integers(0, len(BASE)))
def test_a_layer_that_was_changed_anywhere(at: int, other: bytes, cut: int) -> None:
    data = (BASE[:at] + other + BASE[at + len(other) :])[: cut or None]
    for form in (data, gzip.compress(data, 1), gzip.compress(BASE, 1)[:at] + other):
        found = walk(form)
        assert found.digest == f"sha256:{sha256(form).hexdigest()}"
        assert (found.problem is not None) == bool(found.unread)
        FileSystem([found], WATCH).file("etc/wanted")


@given(st.binary(max_size=2000))
def test_any_bytes(data: bytes) -> None:
    for form in (data, b"\x1f\x8b\x08" + data):
        assert walk(form).digest == f"sha256:{sha256(form).hexdigest()}"


class Everything:
    """A container that has whatever is asked for, so that nothing is passed over."""

    def __contains__(self, thing: object) -> bool:
        return True


def told(data: bytes, folders: Container[bytes], piece: int) -> object:
    """Return the entries of the watched folder, the newest of all, and how many there are; or what is wrong."""
    pieces = (data[start : start + piece] for start in range(0, len(data), piece))
    found = oci_entries.Entries(pieces, oci_unpack.Budget(), folders, frozenset((b"", b".", b"..")))
    try:
        watched = [entry for entry in found if clean(entry[1]).rpartition(b"/")[0] == b"etc"]
    except oci_unpack.DamagedError as error:
        return str(error)
    newest = (found.newest[0], clean(found.newest[1])) if found.newest is not None else None
    return watched, newest, found.count


plain = st.builds(
    Entry,
    st.sampled_from(["usr/a", "usr/b", "./usr/c", "usr//d", "usr/./e", "etc/wanted", "etc/x", "usr/lib/f", "/usr/g"]),
    st.binary(max_size=1200),
    st.sampled_from([b"0", b"2", b"5", b"6"]),
    st.just("x"),
    st.integers(-9, 1 << 34),
)


@given(
    st.lists(plain, max_size=8).map(lambda made: layer(*made, format=tarfile.GNU_FORMAT)),
    st.sampled_from([512, 700, 2048, 1 << 17]),
    st.integers(0, 9000),
    st.binary(max_size=3),
)
def test_what_is_passed_over_is_checked_and_counted_all_the_same(data: bytes, piece: int, at: int, junk: bytes) -> None:
    changed = data[:at] + junk + data[at + len(junk) :]
    for form in (data, changed):
        assert told(form, frozenset((b"", b"etc")), piece) == told(form, Everything(), piece)


@pytest.mark.parametrize("junk", [b"1", b"8", b" ", b"\0", b"/", b"\xff"])
def test_no_byte_of_a_header_is_passed_over(junk: bytes) -> None:
    data = layer(Entry("usr/a"), Entry("usr/b", b"x"), Entry("etc/wanted"), format=tarfile.GNU_FORMAT)
    for at in range(4 * 512):
        changed = data[:at] + junk + data[at + 1 :]
        assert told(changed, frozenset((b"", b"etc")), 1 << 17) == told(changed, Everything(), 1 << 17)
