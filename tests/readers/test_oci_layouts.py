"""A layout becomes subjects when every byte that was read is the one that was named; anything else is a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.readers.layouts import (
    CONFIG,
    FILES,
    INDEX,
    MANIFEST,
    Layout,
    blob_of,
    config,
    digest,
    flipped,
    image,
    images,
    layout,
    problem,
    read,
    saved,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.readers.layouts import Files


def test_an_image_without_a_name_is_called_by_its_digest() -> None:
    made = Layout()
    listed = made.add(made.manifest())
    assert list(images(read(made.files("build/"), "build/index.json"))) == [f"build/index.json#{listed['digest']}"]


def test_names_of_containerd_are_complete() -> None:
    made = Layout()
    made.add(made.manifest(), "1.0", annotations={"io.containerd.image.name": "docker.io/shop/web:1.0"})
    assert image(made.files()).name == "docker.io/shop/web:1.0"


def nested(*systems: str) -> Layout:
    """Make an index of one image for several platforms."""
    made = Layout()
    for system in systems:
        manifest = made.manifest(config(architecture=system))
        made.add(manifest, platform={"architecture": system, "os": "linux"})
    listed, made.manifests = made.manifests, []
    made.add({"schemaVersion": 2, "mediaType": INDEX, "manifests": listed}, "web:1", INDEX)
    return made


def test_every_platform_is_a_subject() -> None:
    found = images(read(nested("amd64", "arm64").files()))
    assert list(found) == ["index.json#linux/amd64/web:1", "index.json#linux/arm64/web:1"]
    assert {one.name for one in found.values()} == {"web:1"}


def test_an_image_is_known_by_the_digest_of_its_index() -> None:
    made = nested("amd64", "arm64")
    answers: dict[str, int] = {}
    for definition in read(made.files()).definitions:
        assert definition.kind == "image"
        answers[definition.name] = answers.get(definition.name, 0) + 1
    assert answers.pop("docker.io/library/web:1") == 2
    assert answers.pop(f"@{made.manifests[0]['digest']}") == 2
    assert sorted(answers.values()) == [1, 1]


def test_two_images_of_one_name_and_platform_hide_neither() -> None:
    made = Layout()
    digests = [made.add(made.manifest(config(runtime={"User": user})), "web:1")["digest"] for user in ("1000", "0")]
    assert list(images(read(made.files()))) == [f"index.json#{one}" for one in digests]


def test_one_image_under_two_names_is_one_subject() -> None:
    made = Layout()
    manifest = made.manifest()
    made.add(manifest, "web:1")
    made.add(manifest, "web:2")
    reading = read(made.files())
    assert list(images(reading)) == ["index.json#web:1"]
    assert {"docker.io/library/web:1", "docker.io/library/web:2"} < {one.name for one in reading.definitions}


@pytest.mark.parametrize(
    "manifest",
    [
        lambda made: {**made.manifest(), "layers": [made.blob(b"{}", "application/vnd.in-toto+json")]},
        lambda made: {
            **made.manifest(),
            "config": made.blob(b"{}", "application/vnd.cncf.helm.config.v1+json"),
            "layers": [made.blob(b"chart", "application/vnd.cncf.helm.chart.content.v1.tar+gzip")],
        },
        lambda made: {
            **made.manifest(),
            "artifactType": "application/x",
            "config": made.blob(b"{}", "application/vnd.oci.empty.v1+json"),
        },
    ],
    ids=["attestation", "chart", "artifact"],
)
def test_an_artifact_is_no_image(manifest: Callable[[Layout], dict[str, Any]]) -> None:
    made = Layout()
    made.add(manifest(made))
    made.add(made.manifest(), "web:1")
    reading = read(made.files())
    assert list(images(reading)) == ["index.json#web:1"]
    (skipped,) = reading.skipped
    assert "artifact" in skipped.reason


def test_an_image_that_calls_itself_an_attestation_is_judged() -> None:
    made = Layout()
    annotations = {"vnd.docker.reference.type": "attestation-manifest"}
    made.add(made.manifest(artifactType="x"), "web:1", annotations=annotations, platform={"os": "unknown"})
    assert list(images(read(made.files()))) == ["index.json#web:1"]


def test_a_layer_that_is_kept_elsewhere_may_be_absent() -> None:
    made = Layout()
    manifest = made.manifest()
    foreign = made.blob(
        b"windows", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", urls=["https://x.example"]
    )
    made.add({**manifest, "layers": [foreign]}, "web:1")
    files = made.files()
    del files[f"blobs/sha256/{digest(b'windows')}"]
    assert image(files).name == "web:1"


def test_a_layout_is_read_once() -> None:
    files = {**layout(), "manifest.json": saved("web:1")["manifest.json"], "config.json": text({"name": "npm"})}
    assert len(read(files).subjects) == 1
    assert read(files, "oci-layout") == read(files, "manifest.json")
    assert read(files, "oci-layout").subjects == ()
    assert read(files, "oci-layout").problems == ()


def test_a_layout_without_an_index_that_can_be_read_is_a_problem_of_its_marker() -> None:
    files = layout()
    assert problem({"oci-layout": files["oci-layout"]}, "oci-layout") == "the file index.json is missing"
    assert "not JSON" in problem({**files, "index.json": files["index.json"][:-5]}, "oci-layout")


def test_an_index_alone_is_passed_over() -> None:
    reading = read({"index.json": layout()["index.json"]})
    assert reading.subjects == reading.problems == ()
    assert len(reading.skipped) == 1


@pytest.mark.parametrize(
    "held", ['"schemaVersion"', "diff_ids", FILES[:10].decode()], ids=["manifest", "config", "layer"]
)
def test_a_byte_that_was_changed(held: str) -> None:
    files = layout()
    assert "changed or damaged" in problem(flipped(files, blob_of(files, held)))


@pytest.mark.parametrize(
    "held", ['"schemaVersion"', "diff_ids", FILES[:10].decode()], ids=["manifest", "config", "layer"]
)
def test_a_blob_that_is_missing(held: str) -> None:
    files = layout()
    del files[blob_of(files, held)]
    assert problem(files).endswith("is missing")


@pytest.mark.parametrize(
    "held", ['"schemaVersion"', "diff_ids", FILES[:10].decode()], ids=["manifest", "config", "layer"]
)
def test_a_blob_of_another_size(held: str) -> None:
    files = layout()
    name = blob_of(files, held)
    assert "bytes and not the" in problem({**files, name: files[name] + b" "})


def test_nothing_is_parsed_that_was_changed() -> None:
    files = layout()
    name = blob_of(files, "diff_ids")
    assert "changed or damaged" in problem({**files, name: b"[" * len(files[name])})


def with_descriptor(**changed: object) -> Files:
    """Return a layout with something else in the descriptor of its manifest."""
    made = Layout()
    made.add(made.manifest(), "web:1").update(changed)
    return made.files()


@pytest.mark.parametrize("size", [-1, 0, 1, None, "345", 3.5, True, 2**70])
def test_a_size_that_is_wrong(size: object) -> None:
    assert "size" in problem(with_descriptor(size=size)) or "bytes and not" in problem(with_descriptor(size=size))


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "",
        "sha256",
        "sha256:",
        "md5:" + "0" * 32,
        "sha256:" + "A" * 64,
        "sha256:" + "0" * 63,
        "sha256:../" + "0" * 61,
        7,
    ],
)
def test_a_digest_that_is_none(wrong: object) -> None:
    assert problem(with_descriptor(digest=wrong)) == "a descriptor has no SHA-256 or SHA-512 digest"


@pytest.mark.parametrize("wrong", [None, "", CONFIG, "application/json", f"{MANIFEST}x", 7])
def test_a_media_type_that_is_wrong(wrong: object) -> None:
    assert "media type" in problem(with_descriptor(mediaType=wrong))


def test_a_manifest_that_is_declared_an_index() -> None:
    assert "manifest and an index at once" in problem(with_descriptor(mediaType=INDEX))


def test_a_document_that_says_another_type_than_its_descriptor() -> None:
    made = Layout()
    made.add({**made.manifest(), "mediaType": "application/vnd.docker.distribution.manifest.v2+json"})
    assert "another than" in problem(made.files())


@pytest.mark.parametrize("key", ["manifests", "Manifests"])
def test_a_manifest_that_is_an_index_too(key: str) -> None:
    made = Layout()
    made.add({**made.manifest(), key: []})
    assert problem(made.files()) in (
        "is a manifest and an index at once",
        "a manifest is ambiguous: the key `Manifests` is `manifests` to some readers of JSON and nothing to others",
    )


@pytest.mark.parametrize("key", ["config", "layers", "fsLayers"])
def test_an_index_that_is_a_manifest_too(key: str) -> None:
    made = Layout()
    made.add(made.manifest())
    assert problem(made.files("", **{key: []})) == "is a manifest and an index at once"


def test_a_configuration_of_another_type() -> None:
    made = Layout()
    manifest = made.manifest()
    manifest["config"]["mediaType"] = "application/vnd.oci.empty.v1+json"
    made.add(manifest)
    assert "media type of an image" in problem(made.files())


@pytest.mark.parametrize("version", [1, 3, "2", None, True, 2.5])
def test_another_schema_version(version: object) -> None:
    made = Layout()
    made.add({**made.manifest(), "schemaVersion": version})
    assert problem(made.files()) == "has another schema version than 2"


@pytest.mark.parametrize(
    "marker", [b"", b"{}", b"[]", b'{"imageLayoutVersion": "2.0.0"}', b'{"imageLayoutVersion": 1}']
)
def test_another_layout_version(marker: bytes) -> None:
    reading = read({**layout(), "oci-layout": marker})
    assert reading.subjects == ()
    assert len(reading.problems) == 1


def test_a_key_of_a_manifest_that_is_given_twice() -> None:
    made = Layout()
    data = text(made.manifest()).replace(b'"schemaVersion": 2', b'"schemaVersion": 2, "schemaVersion": 2')
    made.manifests.append(made.blob(data, MANIFEST))
    assert "given twice" in problem(made.files())


def test_a_problem_of_one_image_hides_no_other() -> None:
    made = Layout()
    made.add(made.manifest(config(runtime={"User": "1"})), "web:1")
    files = made.files()
    broken = blob_of(files, '"User": "1"')
    made.add(made.manifest(config(runtime={"User": "2"})), "web:2")
    reading = read(flipped(made.files(), broken))
    assert [subject.id for subject in reading.subjects] == ["index.json#web:2"]
    assert len(reading.problems) == 1


def test_indexes_without_end() -> None:
    made = nested("amd64")
    for _ in range(6):
        listed, made.manifests = made.manifests, []
        made.add({"schemaVersion": 2, "mediaType": INDEX, "manifests": listed}, "web:1", INDEX)
    assert "nested deeper" in problem(made.files())


def test_more_manifests_than_anybody_has() -> None:
    made = Layout()
    listed = made.add(made.manifest())
    made.manifests = [listed] * 3000
    reading = read(made.files())
    assert [one.cause for one in reading.problems] == ["more than 1000 manifests"]


def test_a_configuration_that_is_no_mapping() -> None:
    made = Layout()
    made.add({**made.manifest(), "config": made.blob(b"[1]", CONFIG)})
    assert problem(made.files()) == "the configuration is not a mapping"
