"""Images that are named on the command line: judged, linked to what runs them, and never taken on trust."""

from __future__ import annotations

import os
import tarfile
import tracemalloc
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from gate.model.source import Source
from gate.pipeline.files import Files
from gate.readers.oci import READER
from tests.readers.layouts import Layout, Tree, config, digest, layout, packed, saved, text
from tests.verbs import check, gate, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.readers.layouts import Files as FilesOf

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: IMAGE}
"""

ROOT = "ISO027"
NAME = "shop/web:1.0"


def put(folder: Path, files: FilesOf) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    return folder


def outcome(capsys: pytest.CaptureFixture[str], image: str, *arguments: object, folder: Path) -> str:
    """Say what is found about the user of a pod that runs an image."""
    write(folder, pod__yaml=POD.replace("IMAGE", f'"{image}"'))
    answer = check(capsys, folder / "pod.yaml", *arguments)
    findings = answer.subject("Pod/web")["findings"]
    return "/".join(one["outcome"] for one in findings if "root" in one["message"] and one["rule"] == ROOT) or "passed"


def archive(folder: Path, name: str = "web.tar", tag: str = NAME, user: str = "1000") -> Path:
    return put(folder, {name: packed(saved(tag, runtime={"User": user}))}) / name


def test_an_archive_is_judged(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = check(capsys, "--image", archive(repository))
    (subject,) = answer.report["subjects"]
    assert (subject["id"], subject["kind"], subject["platform"]) == ("web.tar#shop/web:1.0", "image", "oci")
    assert answer.report["stage"] == "build"
    assert "image_age" in subject["scores"]
    (read,) = answer.report["inputs"]
    assert read == {"path": "web.tar", "sha256": digest((repository / "web.tar").read_bytes())}


@pytest.mark.parametrize(
    ("files", "path"),
    [
        (layout(), ""),
        (saved(NAME), ""),
        ({"image": packed(layout())}, "image"),
        ({"config": text(config())}, "config"),
        ({"config.json": text(config())}, ""),
    ],
    ids=["layout", "saved folder", "archive of any name", "configuration of any name", "folder of a configuration"],
)
def test_whatever_holds_an_image_is(
    files: FilesOf, path: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(repository / "build", files)
    assert len(check(capsys, "--image", repository / "build" / path).report["subjects"]) == 1


def test_an_image_outside_of_the_repository(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    archive(tmp_path)
    put(tmp_path / "lay", layout())
    answer = check(capsys, "--image", tmp_path / "web.tar", "--image", "../lay")
    assert [one["id"] for one in answer.report["subjects"]] == ["web.tar#shop/web:1.0", "lay/index.json#web:1"]
    put(repository, {"web.tar": b""})
    answer = check(capsys, "--image", tmp_path / "web.tar")
    assert answer.status == 2
    assert "has the name of a file of the repository" in answer.err


@pytest.mark.parametrize("name", ["empty", "text", "other.tar", "npm", "package"])
def test_what_holds_no_image_is_not_judged(name: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(
        repository,
        {"text": b"x", "other.tar": packed({"a": b""}), "npm": b'{"name": "x"}', "package/config.json": b'{"port": 1}'},
    )
    (repository / "empty").mkdir()
    answer = check(capsys, "--image", repository / name)
    assert answer.status == 3
    (gap,) = answer.report["coverage"]["not_understood"]
    assert gap["reason"] == "holds no image"
    assert gap["remedy"]


def test_an_image_that_is_not_there(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = check(capsys, "--image", repository / "absent.tar")
    assert answer.status == 2
    assert "there is no file or folder" in answer.err


def test_an_image_that_was_changed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = archive(repository)
    path.write_bytes(path.read_bytes().replace(b'"User": "1000"', b'"User": "1001"'))
    answer = check(capsys, "--image", path)
    assert (answer.status, answer.report["subjects"]) == (3, [])
    (gap,) = answer.report["coverage"]["not_understood"]
    assert "digest" in gap["reason"]


def test_a_link_is_not_followed(repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive(tmp_path)
    put(tmp_path / "lay", layout())
    (repository / "linked.tar").symlink_to(tmp_path / "web.tar")
    (repository / "linked").symlink_to(tmp_path / "lay")
    for name in ("linked.tar", "linked"):
        answer = check(capsys, "--image", repository / name)
        assert (answer.status, answer.report["subjects"]) == (3, [])


def test_a_blob_that_is_a_link_is_not_followed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = layout()
    name = next(one for one in files if one.startswith("blobs/"))
    put(repository / "lay", files)
    (repository / "lay" / name).rename(repository / "elsewhere")
    (repository / "lay" / name).symlink_to(repository / "elsewhere")
    answer = check(capsys, "--image", repository / "lay")
    assert answer.status == 3
    (gap,) = answer.report["coverage"]["not_understood"]
    assert gap["reason"] == "is a link"


def test_a_folder_with_an_image_is_walked(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(repository / "lay", layout())
    archive(repository)
    put(repository, {"other.tar": packed({"a": b"b"})})
    answer = check(capsys, repository)
    assert sorted(one["id"] for one in answer.report["subjects"]) == ["lay/index.json#web:1", "web.tar#shop/web:1.0"]
    assert [one["location"]["path"] for one in answer.report["coverage"]["skipped"]] == ["other.tar"]


def test_a_recipe_that_is_called_like_an_archive_is_read_whole(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(repository, {"Dockerfile.tar": b"FROM alpine:3.20\n" + b"# filling\n" * 500 + b"FROM python:2.7-alpine\n"})
    (subject,) = check(capsys, repository / "Dockerfile.tar").report["subjects"]
    assert 502 in {one["location"]["line"] for one in subject["findings"]}


def test_standard_input_may_be_an_archive() -> None:
    source = Source("stdin", packed(saved(NAME)))
    assert READER.claims(source)
    assert [one.id for one in READER.read(source, Tree({})).subjects] == [f"stdin#{NAME}"]


# ----------------------------------------------------------------------------------------------------------- links


@pytest.mark.parametrize(
    ("runs", "is_its"),
    [
        (NAME, True),
        (f"docker.io/{NAME}", True),
        (f"index.docker.io/{NAME}", True),
        ("shop/web", False),
        ("shop/web:1.1", False),
        (f"registry.example/{NAME}", False),
        ("web:1.0", False),
    ],
)
def test_a_pod_runs_as_the_user_of_its_image(
    runs: str, is_its: bool, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = archive(repository)
    expected = "passed" if is_its else "undecided"
    assert outcome(capsys, runs, "--image", path, folder=repository) == expected


def test_a_pod_runs_as_root_where_its_image_does(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(capsys, NAME, "--image", archive(repository, user="0"), folder=repository) == "failed"
    assert outcome(capsys, NAME, "--image", archive(repository, user=""), folder=repository) == "failed"


def test_an_image_that_nobody_named_settles_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever writes a change can put an archive beside a manifest, and call it what they like."""
    path = archive(repository)
    assert outcome(capsys, NAME, folder=repository) == "undecided"
    assert outcome(capsys, NAME, path, folder=repository) == "undecided"


def several(*users: str) -> tuple[FilesOf, str]:
    """Return the layout of an image for several platforms, and the digest of its index."""
    made = Layout()
    for number, user in enumerate(users):
        made.add(made.manifest(config(runtime={"User": user}, architecture=f"cpu{number}")))
    listed, made.manifests = made.manifests, []
    media_type = "application/vnd.oci.image.index.v1+json"
    index = made.add({"schemaVersion": 2, "manifests": listed}, NAME, media_type)
    return made.files(), index["digest"]


@pytest.mark.parametrize(
    ("users", "expected"),
    [(("1", "1"), "passed"), (("1", "0"), "undecided"), (("0", "0"), "failed"), (("", "0"), "failed")],
)
def test_platforms_have_to_agree(
    users: tuple[str, str], expected: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, index = several(*users)
    put(repository / "lay", files)
    assert outcome(capsys, NAME, "--image", repository / "lay", folder=repository) == expected
    by_digest = f"registry.example/else@{index}"
    assert outcome(capsys, by_digest, "--image", repository / "lay", folder=repository) == expected
    assert outcome(capsys, f"{NAME}@sha256:{'0' * 64}", "--image", repository / "lay", folder=repository) == "undecided"


def test_a_built_image_says_more_than_its_recipe(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compose = f"services:\n  web:\n    image: {NAME}\n    build: .\n"
    write(repository, Dockerfile="FROM registry.example/base:1\n", compose__yaml=compose)
    path = archive(repository, user="0")

    def found(*arguments: object) -> set[str]:
        subject = check(capsys, repository / "compose.yaml", *arguments).subject("web")
        return {one["outcome"] for one in subject["findings"] if one["rule"] == ROOT}

    assert found() == {"undecided"}
    assert found("--image", path) == {"failed"}


def test_labels_of_an_image_are_for_what_runs_it(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = saved(NAME, runtime={"User": "1", "Labels": {"gate.class": "restricted"}})
    path = put(repository, {"web.tar": packed(files)}) / "web.tar"
    write(repository, pod__yaml=POD.replace("IMAGE", NAME))
    answer = check(capsys, repository / "pod.yaml", "--image", path)
    assert answer.subject("Pod/web")["sensitivity"]["class"] == "restricted"
    assert answer.report["stage"] == "deploy"


def test_help_names_the_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--image TAR|LAYOUT" in gate(capsys, "check", "--help").out


def test_a_large_layer_takes_no_memory(repository: Path) -> None:
    size = 48 << 20
    layer = sha256(bytes(size)).hexdigest()
    made = text({**config(), "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}"]}})
    entry = {"Config": "config.json", "RepoTags": [NAME], "Layers": ["layer.tar"]}
    small = packed({"config.json": made, "manifest.json": text([entry])})
    member = tarfile.TarInfo("layer.tar")
    member.size = size
    with (repository / "large.tar").open("wb") as file:
        file.write(member.tobuf())
        file.seek(size, 1)
        file.write(small)
    files = Files(str(repository))
    tracemalloc.start()
    source = files.archive("large.tar")
    assert source is not None
    reading = READER.read(source, files)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [one.id for one in reading.subjects] == [f"large.tar#{NAME}"]
    assert peak < 8 << 20


@pytest.mark.parametrize("name", ["pipe.tar", "index.json"])
def test_a_pipe_is_not_waited_for(name: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(repository / name)
    answer = check(capsys, "--image", repository / name)
    assert answer.status == 3
    (gap,) = answer.report["coverage"]["not_understood"]
    assert gap["reason"] == "is not a regular file"
