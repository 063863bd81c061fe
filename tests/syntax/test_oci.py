"""What the images of a store may cost is bounded, and keys are found as Go finds them."""

from __future__ import annotations

import pytest

from gate.model.errors import InputError
from gate.model.location import Location, whole_file
from gate.model.source import Held, Source
from gate.syntax import oci
from gate.syntax.json import parse
from gate.syntax.oci_blobs import MAX_DOCUMENTS, MAX_LAYERS, Blobs
from gate.syntax.oci_images import layer_sums, stated_digest
from gate.syntax.oci_layers import Layers
from gate.syntax.oci_stores import MAX_DOCUMENT, Packed
from gate.syntax.tree import Mapping
from tests.readers.layouts import packed

NAMES = frozenset({"User", "Skip"})


class _Large:
    """A file of zeroes that takes no memory."""

    def __init__(self, size: int) -> None:
        self.size = size

    def piece(self, start: int, length: int) -> bytes:
        return bytes(max(0, min(length, self.size - start)))

    def close(self) -> None:
        pass


class _Store:
    """A store in which every name is a file of one size."""

    path = "store"

    def __init__(self, size: int) -> None:
        self._size = size
        self.asked: list[str] = []

    def place(self, name: str) -> Location:
        return whole_file(name)

    def document(self, name: str) -> Source | None:
        self.asked.append(name)
        return Source(name, bytes(self._size))

    def stream(self, name: str) -> _Large | None:
        self.asked.append(name)
        return _Large(self._size) if name != "absent" else None

    def linked(self, name: str) -> None:
        """Say that nothing is a link."""


def _blobs(store: _Store) -> Blobs:
    return Blobs(store, Layers(None))


def test_a_file_is_read_once() -> None:
    store = _Store(10)
    blobs = _blobs(store)
    assert blobs.document("a") is blobs.document("a")
    assert blobs.layer("b", "sha256") == blobs.layer("b", "sha256")
    assert store.asked == ["a", "b"]
    assert blobs.layer("absent", "sha256") is None


def test_documents_without_end() -> None:
    blobs = _blobs(_Store(MAX_DOCUMENTS // 4))
    for name in "abcd":
        blobs.document(name)
    with pytest.raises(InputError, match="documents are larger"):
        blobs.document("e")


def test_layers_without_end_are_not_read() -> None:
    with pytest.raises(InputError, match="layers are larger"):
        _blobs(_Store(MAX_LAYERS + 1)).layer("a", "sha256")


def test_a_sum_of_the_longer_kind() -> None:
    found = _blobs(_Store(0)).layer("a", "sha512")
    assert found is not None
    assert found.digest.startswith("sha512:cf83e1357eefb8bd")


def test_a_blob_of_the_longer_kind() -> None:
    empty = _blobs(_Store(0)).layer("a", "sha512")
    assert empty is not None
    wanted = oci.Descriptor("x", empty.digest, 0, {}, whole_file("index.json"))
    assert oci.blob(_blobs(_Store(0)), wanted).data == b""
    with pytest.raises(InputError, match="changed or damaged"):
        oci.blob(_blobs(_Store(1)), oci.Descriptor("x", empty.digest, 1, {}, whole_file("index.json")))


def test_a_member_that_is_too_large_for_a_document() -> None:
    data = packed({"manifest.json": bytes(MAX_DOCUMENT + 1), "small": b"x"})
    store = Packed(Held(data), "a.tar")
    with pytest.raises(InputError, match="is larger than"):
        store.document("manifest.json")
    part = store.stream("small")
    assert part is not None
    assert (part.piece(0, 9), part.piece(1, 9), part.piece(9, 9)) == (b"x", b"", b"")


@pytest.mark.parametrize(
    ("text", "value", "doubted"),
    [
        ('{"User": 1}', 1, False),
        ('{"user": 1}', 1, True),
        ('{"U\\u017fER": 1}', 1, True),
        ('{"S\\u212aip": 1}', 1, True),
        ('{"User": 2, "uSER": 1}', 1, True),
        ('{"uSER": 2, "User": 1}', 1, True),
        ('{"User": 2, "User": 1}', 1, True),
        ('{"User": 1, "Users": 2}', 1, False),
    ],
)
def test_keys_are_found_in_any_case_and_the_last_counts(text: str, value: int, doubted: bool) -> None:
    root = parse(Source("x.json", text.encode())).root
    assert isinstance(root, Mapping)
    found = oci.folded(root, NAMES)
    (key,) = (name for name in found.entries if name in NAMES)
    node = found.entries[key]
    assert getattr(node, "value", None) == value
    assert bool(found.keys[key].doubt) == doubted
    if doubted:
        with pytest.raises(InputError, match="ambiguous"):
            oci.fields(root, NAMES, "it", root.at)


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("a" * 64 + ".json", "sha256:" + "a" * 64),
        ("x/" + "0" * 64 + ".tar.gz", "sha256:" + "0" * 64),
        ("sha256:" + "0" * 64, "sha256:" + "0" * 64),
        ("blobs/sha256/" + "0" * 64, "sha256:" + "0" * 64),
        ("A" * 64, ""),
        ("0" * 64 + "/layer.tar", ""),
        ("config.json", ""),
        ("", ""),
    ],
)
def test_a_name_may_say_a_digest(name: str, digest: str) -> None:
    assert stated_digest(name) == digest


def test_layers_of_a_configuration() -> None:
    assert layer_sums(Source("c", b'{"rootfs": {"diff_ids": ["a", 1]}}')) == ["a", ""]
    assert layer_sums(Source("c", b'{"rootfs": []}')) is None
    assert layer_sums(Source("c", b"nothing")) is None
