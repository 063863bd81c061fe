"""Built images become subjects when every byte that was read is the one that was named; anything else is a problem."""

from __future__ import annotations

import json
import tarfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.evidence import Defaulted, Inapplicable, Stated, Unknown, known
from gate.model.image import Image
from gate.model.source import Archive, Source
from gate.model.workload import User
from gate.readers.oci import READER
from tests.readers.layouts import (
    CONFIG,
    FILES,
    INDEX,
    LAYER,
    MANIFEST,
    Layout,
    Tree,
    config,
    digest,
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
    from collections.abc import Callable

    from tests.readers.layouts import Files


def runtime(**settings: object) -> Image:
    return image(layout(settings))


def blob_of(files: Files, wanted: str) -> str:
    """Return the name of the blob that holds a text."""
    (name,) = (name for name, data in files.items() if name.startswith("blobs/") and wanted.encode() in data)
    return name


# ------------------------------------------------------------------------------------------------ the configuration


def test_an_image_has_a_history_and_no_stages() -> None:
    found = image(layout({"User": "1000"}))
    assert (found.stages, found.platform, found.name, found.id) == ((), "oci", "web:1", "index.json#web:1")
    assert known(found.created) == "2026-11-02T10:00:00Z"
    assert isinstance(found.syntax, Inapplicable)
    (entry,) = (known(member) for member in found.history.members)
    assert entry is not None
    assert (known(entry.created), entry.created_by, entry.empty_layer) == ("2026-11-01T10:00:00Z", "step 0", False)
    assert found.history.complete


def test_a_value_has_its_place_in_the_blob() -> None:
    files = layout({"User": "app"})
    user = image(files).user
    assert user.at.path == blob_of(files, "diff_ids")
    assert files[user.at.path].decode()[user.at.start : user.at.end] == '"User": "app"'


@pytest.mark.parametrize(
    ("written", "user"),
    [
        ("0", User("0", 0)),
        ("1000:1000", User("1000:1000", 1000)),
        ("app", User("app", None)),
        ("root", User("root", None)),
    ],
)
def test_a_user(written: str, user: User) -> None:
    assert known(runtime(User=written).user) == user
    assert isinstance(runtime(User=written).user, Stated)


@pytest.mark.parametrize("written", [{}, {"User": ""}, {"User": None}])
def test_no_user_is_root(written: dict[str, object]) -> None:
    user = runtime(**written).user
    assert isinstance(user, Defaulted)
    assert user.value.is_root


def test_no_user_on_windows_is_the_choice_of_the_base() -> None:
    assert isinstance(image(layout(os="windows")).user, Unknown)
    assert known(image(layout({"User": "ContainerUser"}, os="windows")).user) == User("ContainerUser", None)


@pytest.mark.parametrize("wrong", [7, ["root"], {"name": "root"}, True])
def test_a_user_that_is_no_string_is_unknown(wrong: object) -> None:
    assert isinstance(runtime(User=wrong).user, Unknown)


def test_a_runtime_part_that_is_no_mapping_leaves_everything_unknown() -> None:
    made = Layout()
    made.add(made.manifest({**config(), "config": "none"}))
    found = image(made.files())
    assert isinstance(found.user, Unknown)
    assert isinstance(found.entrypoint, Unknown)
    assert not found.labels.complete
    assert not found.environment.complete


def test_an_environment() -> None:
    found = runtime(Env=["A=1", "B=x=y", "A=2", "BARE"]).environment
    assert {one.name: known(one.value) for one in map(known, found.members) if one} == {
        "A": "2",
        "B": "x=y",
        "BARE": "",
    }
    assert found.complete


def test_a_variable_that_is_no_string_is_unknown_and_hides_no_other() -> None:
    first, second = runtime(Env=["A=1", 7]).environment.members
    assert isinstance(first, Stated)
    assert isinstance(second, Unknown)


def test_labels_reserved_ones_included() -> None:
    found = runtime(Labels={"containerd.io/gc": "x", "io.cri-containerd.image": "managed", "who": None}).labels
    names = [label.name for label in map(known, found.members) if label]
    assert names == ["containerd.io/gc", "io.cri-containerd.image", "who"]
    assert [type(label.value) for label in map(known, found.members) if label] == [Stated, Stated, Unknown]


def test_labels_state_sensitivity() -> None:
    found = runtime(Labels={"gate.class": "restricted", "gate.exposure": 7, "gates.class": "public"})
    assert [(one.axis, one.value) for one in found.statements] == [("class", "restricted"), ("exposure", "")]


def test_the_rest() -> None:
    found = runtime(WorkingDir="/srv", Volumes={"/data": {}}, Entrypoint=["/bin/x", "-v"])
    assert known(found.working_directory) == "/srv"
    assert [known(member) for member in found.volumes.members] == ["/data"]
    assert known(found.entrypoint) == ("/bin/x", "-v")
    assert isinstance(runtime(Volumes={"/data": 7}).volumes.members[0], Unknown)
    bare = runtime()
    assert (known(bare.working_directory), bare.volumes.members, known(bare.entrypoint)) == ("/", (), ())


@pytest.mark.parametrize("wrong", ["/bin/x", ["/bin/x", 7], {"a": 1}])
def test_an_entrypoint_that_is_no_list_of_strings_is_unknown(wrong: object) -> None:
    assert isinstance(runtime(Entrypoint=wrong).entrypoint, Unknown)


def test_what_is_not_dated_is_unknown() -> None:
    made = Layout()
    bare = config()
    del bare["created"]
    bare["history"] = [{"created_by": "x"}]
    made.add(made.manifest(bare))
    found = image(made.files())
    assert isinstance(found.created, Unknown)
    (entry,) = (known(member) for member in found.history.members)
    assert entry is not None
    assert isinstance(entry.created, Unknown)


@pytest.mark.parametrize(
    "history",
    [
        None,
        [],
        [{"created_by": "a"}, {"created_by": "b"}],
        [{"created_by": "a", "empty_layer": True}],
        "none",
        [{"created_by": 7}, {"created_by": "b"}],
    ],
)
def test_a_history_that_does_not_fit_the_layers_is_open(history: object) -> None:
    found = image(layout(history=history)).history
    assert not found.complete
    assert found.open_because


def test_an_empty_layer_is_none() -> None:
    history = [{"created_by": "ENV A=1", "empty_layer": True}, {"created_by": "COPY . /"}]
    assert image(layout(history=history)).history.complete


def test_a_base_is_named_by_an_annotation_and_not_by_a_label() -> None:
    key = "org.opencontainers.image.base.name"
    assert isinstance(runtime(Labels={key: "alpine:3.18"}).base_name, Unknown)
    made = Layout()
    made.add(made.manifest(annotations={key: "alpine:3.20"}), annotations={key: "alpine:3.19"})
    name = known(image(made.files()).base_name)
    assert name is not None
    assert (name.repository, name.tag) == ("docker.io/library/alpine", "3.20")
    made = Layout()
    made.add(made.manifest(annotations={key: "NO REFERENCE"}))
    assert isinstance(image(made.files()).base_name, Unknown)


def test_a_key_that_only_go_reads_counts_and_is_in_doubt() -> None:
    found = image(layout({"user": "0", "Env": []}))
    assert known(found.user) == User("0", 0)
    assert [doubt.text for doubt in found.doubts] == [
        "the key `user` is `User` to some readers of JSON and nothing to others"
    ]
    made = Layout()
    made.add(made.manifest({**config(), "CON\u017fIG": {"x": 1}, "Config": {"User": "0"}}))
    assert known(image(made.files()).user) == User("0", 0)


def test_of_a_key_that_is_given_twice_the_last_counts_and_is_in_doubt() -> None:
    made = Layout()
    data = text(config(runtime={"User": "1000"})).replace(b'"User": "1000"', b'"User": "1000", "User": "0"')
    manifest = made.manifest()
    made.add({**manifest, "config": made.blob(data, CONFIG)})
    found = image(made.files())
    assert known(found.user) == User("0", 0)
    assert found.doubts


# --------------------------------------------------------------------------------------------------------- layouts


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


# --------------------------------------------------------------------------------------- what is not as it was named


def flipped(files: Files, name: str) -> Files:
    data = bytearray(files[name])
    data[len(data) // 2] ^= 1
    return {**files, name: bytes(data)}


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


# -------------------------------------------------------------------------------------------------------- archives


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
    layer = b"\x1f\x8b compressed"
    made = text(config([b"uncompressed"]))
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


# ------------------------------------------------------------------------------------------ folders and single files


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


# ------------------------------------------------------------------------------------------------------------ bounds


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
