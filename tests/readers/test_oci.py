"""Folders and single files with images, files of other programs with such names, and whatever junk there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.evidence import known
from gate.model.source import Archive, Source
from gate.model.workload import User
from gate.readers.oci import READER
from tests.readers.layouts import (
    CONFIG,
    INDEX,
    LAYER,
    MANIFEST,
    Layout,
    Tree,
    config,
    digest,
    flipped,
    image,
    layout,
    packed,
    problem,
    read,
    saved,
    text,
)

if TYPE_CHECKING:
    from tests.readers.layouts import Files


def copied() -> Files:
    """Return what `skopeo copy ... dir:` writes."""
    made = Layout()
    manifest = made.manifest(config(runtime={"User": "3"}))
    blobs = {name.rpartition("/")[2]: data for name, data in made.blobs.items()}
    return {"version": b"Directory Transport Version: 1.1\n", "manifest.json": text(manifest), **blobs}


def test_a_folder_of_skopeo() -> None:
    files = copied()
    found = image(files, "manifest.json")
    assert found.id == f"manifest.json#sha256:{digest(files['manifest.json'])}"
    assert known(found.user) == User("3", 3)
    config_name = next(name for name, data in files.items() if b"diff_ids" in data)
    assert "changed or damaged" in problem(flipped(files, config_name), "manifest.json")


def test_a_manifest_alone_is_passed_over() -> None:
    reading = read({"manifest.json": copied()["manifest.json"]}, "manifest.json")
    assert reading.subjects == reading.problems == ()
    assert len(reading.skipped) == 1


def test_a_configuration_alone() -> None:
    found = image({"build/config.json": text(config(runtime={"User": "5"}))}, "build/config.json")
    assert (found.id, known(found.user)) == ("build/config.json", User("5", 5))


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("config.json", {"name": "x", "version": "1", "config": {"port": 80}}),
        ("config.json", {"ociVersion": "1.0.2", "process": {"user": {"uid": 0}}, "root": {"path": "rootfs"}}),
        ("config.json", {"auths": {"registry.example": {"auth": "eA=="}}}),
        ("config.json", {"rootfs": "x", "architecture": "amd64", "os": "linux"}),
        ("manifest.json", {"name": "App", "icons": [], "start_url": "/", "display": "standalone"}),
        ("manifest.json", {"manifest_version": 3, "name": "x", "version": "1"}),
        ("manifest.json", {"main.js": "/static/main.abc.js"}),
        ("manifest.json", [{"file": "a", "Config": "b"}]),
        ("manifest.json", []),
        ("index.json", {"manifests": "x"}),
        ("index.json", {"entries": [], "config": {}}),
        ("index.json", []),
        ("index.json", {"openapi": "3.0.0", "paths": {}}),
        ("oci-layout", {"version": "1.0.0"}),
    ],
)
def test_what_other_programs_call_so_is_not_claimed(name: str, document: object) -> None:
    assert not READER.claims(Source(name, text(document)))


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe{}", b'{"rootfs": ', b"config", bytes(2000)])
def test_what_is_no_document_is_not_claimed(data: bytes) -> None:
    assert not READER.claims(Source("config.json", data))
    assert not READER.claims(Archive("a.tar", data[:1024], lambda: ""))


#: Values that a document may hold where another belongs.
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.text(max_size=5)
    | st.sampled_from([MANIFEST, CONFIG, LAYER, INDEX]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "digest", "User"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.data())
def test_no_document_breaks_the_reader(data: st.DataObject) -> None:
    made = Layout()
    broken = data.draw(st.sampled_from(["config", "manifest", "index"]))
    document: dict[str, Any] = config(runtime={"User": "1", "Env": ["A=1"], "Labels": {"gate.class": "public"}})
    if broken == "config":
        _put(document, data)
    manifest = made.manifest(document)
    if broken == "manifest":
        _put(manifest, data)
    made.add(manifest, "web:1")
    index: dict[str, Any] = {"schemaVersion": 2, "manifests": made.manifests}
    if broken == "index":
        _put(index, data)
    files = {**made.files(), "index.json": text(index)}
    source = Source("index.json", files["index.json"])
    READER.claims(source)
    assert all(one.remedy for one in READER.read(source, Tree(files)).problems)
    READER.read(Archive("a.tar", packed(files)[:1024], lambda: ""), Tree({"a.tar": packed(files)}))


def _put(document: Any, data: st.DataObject) -> None:
    """Replace something in a document, somewhere."""
    while True:
        keys = list(document) if isinstance(document, dict) else list(range(len(document)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if isinstance(document[key], dict | list) and document[key] and data.draw(st.booleans()):
            document = document[key]
            continue
        document[key] = data.draw(JUNK)
        return


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=12), st.booleans())
def test_no_archive_breaks_the_reader(at: int, junk: bytes, is_layout: bool) -> None:
    archive = bytearray(packed(layout() if is_layout else saved("web:1")))
    at %= len(archive)
    archive[at : at + len(junk)] = junk
    source = Archive("a.tar", bytes(archive[:1024]), lambda: "")
    if READER.claims(source):
        reading = READER.read(source, Tree({"a.tar": bytes(archive)}))
        assert reading.subjects or reading.problems or reading.skipped
