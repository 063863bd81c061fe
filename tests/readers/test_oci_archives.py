"""Archives of images: of layouts, of `docker save`, of other programs, and damaged ones."""

from __future__ import annotations

import gzip
import json
import tarfile
from typing import TYPE_CHECKING

import pytest

from gate.model.evidence import known
from gate.model.workload import User
from tests.readers.layouts import (
    FILES,
    Layout,
    blob_of,
    config,
    digest,
    flipped,
    image,
    images,
    layout,
    packed,
    problem,
    read,
    saved,
    text,
)

if TYPE_CHECKING:
    from tests.readers.layouts import Files


def test_what_docker_saves() -> None:
    found = image({"a.tar": packed(saved("shop/web:1.0", "web:2", runtime={"User": "7"}))}, "a.tar")
    assert (found.id, found.name, known(found.user)) == ("a.tar#shop/web:1.0", "shop/web:1.0", User("7", 7))
    assert found.user.at.path == "a.tar"


def test_what_docker_saves_without_a_name() -> None:
    files = saved()
    made = next(name for name in files if name.endswith(".json") and name != "manifest.json")
    assert list(images(read({"a.tar": packed(files)}, "a.tar"))) == [f"a.tar#sha256:{made.removesuffix('.json')}"]


def test_what_docker_saves_as_a_folder() -> None:
    assert image(saved("web:1"), "manifest.json").id == "manifest.json#web:1"


def test_an_archive_of_a_layout() -> None:
    assert image({"a.tar": packed(layout())}, "a.tar").id == "a.tar#web:1"
    dotted = {f"./{name}": data for name, data in layout().items()}
    assert image({"a.tar": packed(dotted)}, "a.tar").id == "a.tar#web:1"


def both(user: str) -> Files:
    """Return what newer engines save: a layout, and the same or another image beside it."""
    made = Layout()
    made.add(made.manifest(config(runtime={"User": "1000"})), "1.0")
    beside = text(config(runtime={"User": user}))
    entry = {
        "Config": f"blobs/sha256/{digest(beside)}",
        "RepoTags": ["web:1.0"],
        "Layers": [f"blobs/sha256/{digest(FILES)}"],
    }
    return {**made.files(), entry["Config"]: beside, "manifest.json": text([entry])}  # type: ignore[dict-item]


def test_a_layout_and_a_saved_image_are_one_where_they_are_the_same() -> None:
    reading = read({"a.tar": packed(both("1000"))}, "a.tar")
    assert list(images(reading)) == ["a.tar#1.0"]
    assert "docker.io/library/web:1.0" in {one.name for one in reading.definitions}


def test_a_layout_and_a_saved_image_are_two_where_they_differ() -> None:
    found = images(read({"a.tar": packed(both("0"))}, "a.tar"))
    assert [known(one.user) for one in found.values()] == [User("1000", 1000), User("0", 0)]


@pytest.mark.parametrize("name", ["index.json", "oci-layout"])
def test_a_member_that_is_repeated(name: str) -> None:
    pairs = [*layout().items(), (name, layout()[name])]
    assert problem({"a.tar": packed(pairs)}, "a.tar") == f"its member {name} is in it twice"
    pairs[-1] = f"./{name}", pairs[-1][1]
    assert problem({"a.tar": packed(pairs)}, "a.tar") == f"its member {name} is in it twice"


def test_a_saved_manifest_or_configuration_that_is_repeated() -> None:
    files = saved("web:1")
    for name in (one for one in files if one.endswith(".json")):
        assert problem({"a.tar": packed([*files.items(), (name, files[name])])}, "a.tar").endswith("is in it twice")


def link(name: str, to: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, to
    return member


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_a_link_or_a_device_is_never_followed(kind: bytes) -> None:
    files = layout()
    name = blob_of(files, "diff_ids")
    data = files.pop(name)
    archive = packed({**files, "elsewhere": data}, link(name, "elsewhere", kind))
    assert problem({"a.tar": archive}, "a.tar").startswith("its member blobs/sha256/")


def test_a_layer_that_is_a_link_is_that_of_another_image() -> None:
    files = saved("web:1")
    name = next(one for one in files if one.endswith("layer.tar"))
    data = files.pop(name)
    archive = packed({**files, "shared/layer.tar": data}, link(name, "../shared/layer.tar"))
    assert image({"a.tar": archive}, "a.tar").name == "web:1"


@pytest.mark.parametrize("name", ["../index.json", "/index.json", "blobs/../../x", "a/.."])
def test_a_name_that_leads_out_of_the_archive(name: str) -> None:
    assert "leads out" in problem({"a.tar": packed({**layout(), name: b"x"})}, "a.tar")


@pytest.mark.parametrize("name", ["../config.json", "/etc/passwd", "", ".", "a/../b.json", None, 7])
def test_a_configuration_outside_of_the_archive(name: object) -> None:
    archive = packed({**saved("web:1"), "manifest.json": text([{"Config": name, "RepoTags": [], "Layers": []}])})
    assert problem({"a.tar": archive}, "a.tar") == "names a file outside of the image, or none"


def test_a_saved_configuration_that_was_changed() -> None:
    files = saved("web:1", runtime={"User": "1000"})
    name = next(one for one in files if one.endswith(".json") and one != "manifest.json")
    assert "digest that its name says" in problem({"a.tar": packed(flipped(files, name))}, "a.tar")


def test_a_saved_layer_that_was_changed_or_is_missing() -> None:
    files = saved("web:1")
    name = next(one for one in files if one.endswith("layer.tar"))
    assert "changed or damaged" in problem({"a.tar": packed(flipped(files, name))}, "a.tar")
    del files[name]
    assert problem({"a.tar": packed(files)}, "a.tar").endswith("is missing")


def test_a_saved_image_with_other_layers_than_it_says() -> None:
    files = saved("web:1", layers=[b"a", b"b"])
    entries = json.loads(files["manifest.json"])
    entries[0]["Layers"].pop()
    archive = packed({**files, "manifest.json": text(entries)})
    assert problem({"a.tar": archive}, "a.tar") == "the configuration is of 2 layers, and 1 are listed"


def test_a_compressed_layer_is_known_by_its_name() -> None:
    """Other tools than Docker save layers compressed, under the digest that they have then."""
    layer = gzip.compress(FILES)
    made = text(config([FILES]))
    for name, is_whole in (
        (f"{digest(layer)}.tar.gz", True),
        ("layer.tar.gz", True),
        (f"{digest(b'x')}.tar.gz", False),
    ):
        entry = {"Config": "config.json", "RepoTags": ["web:1"], "Layers": [name]}
        archive = packed({name: layer, "config.json": made, "manifest.json": text([entry])})
        reading = read({"a.tar": archive}, "a.tar")
        assert (len(reading.subjects), len(reading.problems)) == ((1, 0) if is_whole else (0, 1))


@pytest.mark.parametrize("left", [0.3, 0.6, 0.9])
def test_an_archive_that_was_cut_off(left: float) -> None:
    archive = packed(saved("web:1"))
    assert "no archive that can be read" in problem(
        {"a.tar": archive[: int(len(archive.rstrip(b"\0")) * left)]}, "a.tar"
    )


def test_an_archive_that_is_damaged_behind_its_image() -> None:
    made = text(config([]))
    files = {"config.json": made, "manifest.json": text([{"Config": "config.json", "RepoTags": ["a"], "Layers": []}])}
    assert image({"a.tar": packed(files)}, "a.tar").name == "a"
    broken = packed({**files, "last": b"x"}).replace(b"last", b"lost")
    assert "does not add up" in problem({"a.tar": broken}, "a.tar")


def test_an_archive_of_blobs_alone_holds_no_image() -> None:
    reading = read({"a.tar": packed({f"blobs/sha256/{digest(b'x')}": b"x"})}, "a.tar")
    assert reading.subjects == reading.problems == ()
    assert len(reading.skipped) == 1


def test_what_docker_saved_before_it_had_manifests_is_a_problem() -> None:
    files = {"repositories": b"{}", f"{digest(b'x')}/layer.tar": FILES}
    assert problem({"a.tar": packed(files)}, "a.tar") == "the file manifest.json is missing"


def test_an_archive_of_something_else_is_passed_over() -> None:
    for files in ({"a.txt": b"x"}, {"manifest.json": text({"manifest_version": 3, "name": "extension"})}):
        reading = read({"a.tar": packed(files)}, "a.tar")
        assert reading.subjects == reading.problems == ()
        assert len(reading.skipped) == 1
    broken = bytearray(packed({"a.txt": b"x" * 600, "b.txt": b""}))
    broken[1540] ^= 1
    assert read({"a.tar": bytes(broken)}, "a.tar").problems == ()


def test_a_compressed_archive_is_a_problem() -> None:
    assert problem({"a.tar": b"\x1f\x8b\x08" + bytes(1100)}, "a.tar") == "is compressed"
