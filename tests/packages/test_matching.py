"""Whose report it is: by layers and digests first, by the name only where nothing speaks against it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.packages.reports import flaw, grype, match, put, trivy
from tests.readers.layouts import config, digest, layout, packed, saved, text
from tests.verbs import check

if TYPE_CHECKING:
    from pathlib import Path

TAG = "shop/web:1.0"
OTHER = "sha256:" + "9" * 64


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    return tmp_path / "repository"


def archive(folder: Path, tag: str = TAG) -> tuple[Path, str, list[str]]:
    """Write what `docker save` writes; return the digest of its configuration and its layers too."""
    files = saved(tag)
    (entry,) = json.loads(files["manifest.json"])
    configuration = files[entry["Config"]]
    path = folder / "web.tar"
    path.write_bytes(packed(files))
    return path, digest(configuration), json.loads(configuration)["rootfs"]["diff_ids"]


def judged(capsys: pytest.CaptureFixture[str], folder: Path, document: Any, *, scanner: str = "trivy") -> Any:
    """Judge the archive with a report; return the subjects by how their ids end."""
    report = put(folder, "scan.json", document)
    answer = check(capsys, "--image", folder / "web.tar", f"--{scanner}-report", report)
    return {one["id"].partition("#")[0]: one for one in answer.report["subjects"]}


def texts(subject: Any) -> list[str]:
    return [one["text"] for one in subject["scores"]["package_freshness"]["deductions"]]


def is_scanned(subject: Any) -> bool:
    return any(one["rule"] == "PKG009" for one in subject["findings"])


def test_by_the_configuration(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _path, sum_, layers = archive(repository)
    report = trivy(flaw(), ArtifactName="web.tar", metadata={"ImageID": f"sha256:{sum_}", "DiffIDs": layers})
    found = judged(capsys, repository, report)
    assert set(found) == {"web.tar"}
    assert is_scanned(found["web.tar"])
    assert not any("by its name" in one for one in texts(found["web.tar"]))


def test_by_the_layers(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A label more makes another image of the same packages."""
    _path, _sum, layers = archive(repository)
    found = judged(
        capsys, repository, trivy(flaw(), ArtifactName="x.tar", metadata={"ImageID": OTHER, "DiffIDs": layers})
    )
    assert set(found) == {"web.tar"}
    assert is_scanned(found["web.tar"])


def test_by_grypes_word_for_it(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _path, sum_, layers = archive(repository)
    target = {"userInput": "x", "imageID": f"sha256:{sum_}", "layers": [{"digest": one} for one in layers]}
    found = judged(capsys, repository, grype(match(), target=target), scanner="grype")
    assert set(found) == {"web.tar"}


def test_by_the_name_alone(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive(repository)
    found = judged(capsys, repository, trivy(flaw(), ArtifactName=f"docker.io/{TAG}"))
    assert set(found) == {"web.tar"}
    assert any("by its name alone" in one for one in texts(found["web.tar"]))


def test_a_tag_that_has_moved_on_is_another_image(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive(repository)
    metadata = {"ImageID": OTHER, "DiffIDs": [OTHER], "RepoTags": [TAG]}
    found = judged(capsys, repository, trivy(flaw(), ArtifactName=TAG, metadata=metadata))
    assert set(found) == {"web.tar", "scan.json"}
    assert not is_scanned(found["web.tar"])
    assert is_scanned(found["scan.json"])


@pytest.mark.parametrize("name", ["shop/web:1.1", "shop/web", "registry.example/shop/web:1.0", "web:1.0"])
def test_another_name_is_another_image(name: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive(repository)
    found = judged(capsys, repository, trivy(flaw(), ArtifactName=name))
    assert set(found) == {"web.tar", "scan.json"}
    assert not is_scanned(found["web.tar"])


def test_by_the_digest_of_a_manifest(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = layout()
    (entry,) = json.loads(files["index.json"])["manifests"]
    for name, data in files.items():
        path = repository / "lay" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    name = f"registry.example/web@{entry['digest']}"
    report = put(repository, "scan.json", trivy(flaw(), ArtifactName=name))
    answer = check(capsys, "--image", repository / "lay", "--trivy-report", report)
    (subject,) = answer.report["subjects"]
    assert is_scanned(subject)
    assert not any("by its name" in one for one in texts(subject))


def test_a_recipe_is_no_image_that_was_scanned(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "Dockerfile").write_text("FROM debian:13\nUSER 1000\n", encoding="utf-8")
    report = put(repository, "scan.json", trivy(flaw(), ArtifactName="Dockerfile"))
    answer = check(capsys, repository / "Dockerfile", "--trivy-report", report)
    scanned = {one["id"]: is_scanned(one) for one in answer.report["subjects"]}
    assert scanned == {"Dockerfile": False, "scan.json#Dockerfile": True}


def test_a_configuration_alone_is_known_by_its_layers(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = config()
    (repository / "config.json").write_bytes(text(document))
    metadata = {"DiffIDs": document["rootfs"]["diff_ids"]}
    report = put(repository, "scan.json", trivy(flaw(), ArtifactName="x", metadata=metadata))
    answer = check(capsys, "--image", repository / "config.json", "--trivy-report", report)
    assert len(answer.report["subjects"]) == 1
