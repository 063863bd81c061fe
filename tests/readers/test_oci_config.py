"""The configuration of a built image: what runs in it, as whom, and how it came about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gate.model.evidence import Defaulted, Inapplicable, Stated, Unknown, known
from gate.model.image import Image
from gate.model.workload import User
from tests.readers.layouts import (
    CONFIG,
    Layout,
    blob_of,
    config,
    image,
    layout,
    text,
)

if TYPE_CHECKING:
    pass


def runtime(**settings: object) -> Image:
    return image(layout(settings))


def test_an_image_has_a_history_and_no_stages() -> None:
    found = image(layout({"User": "1000"}))
    assert (found.stages, found.platform, found.name, found.id) == ((), "oci", "web:1", "index.json#web:1")
    assert known(found.created) == "2026-11-02T10:00:00.5Z"
    assert isinstance(found.syntax, Inapplicable)
    (entry,) = (known(member) for member in found.history.members)
    assert entry is not None
    assert (known(entry.created), entry.created_by, entry.empty_layer) == ("2026-11-01T10:00:00.5Z", "step 0", False)
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
