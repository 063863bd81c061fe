"""Which files are Dockerfiles, and which references name an image."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.dialects.build import inline
from gate.dialects.image_name import parse
from gate.model.errors import InputError, UnrenderedError
from gate.model.location import Location
from gate.model.source import Source
from gate.readers.dockerfile import READER
from tests.readers.dockerfile import problem
from tests.verbs import check, write_all


@pytest.mark.parametrize("text", ["RUN x\n", "# c\n", "", "x: y\n", "\ufffd"])
@pytest.mark.parametrize("path", ["Dockerfile", "a/Dockerfile.prod", "api.dockerfile", "Containerfile-x"])
def test_a_file_named_dockerfile_without_a_stage_is_a_problem(path: str, text: str) -> None:
    found = problem(text, path)
    assert found.at.path == path
    assert found.cause
    assert found.remedy


@pytest.mark.parametrize(
    ("path", "text", "claimed"),
    [
        ("build/recipe.txt", "ARG A\nFROM a\n", True),
        ("dockerfile.py", "from a import b\n", False),
        ("dockerfile.py", "import a\n", False),
        ("dockerfile.yaml", "a: b\n", False),
        ("recipe.txt", "FROM a\nRUN <<E\n", False),
    ],
)
def test_a_file_of_another_name_is_claimed_by_its_content(path: str, text: str, *, claimed: bool) -> None:
    assert READER.claims(Source(path, text.encode())) is claimed


@pytest.mark.parametrize("name", ["DockerfileTask", "Dockerfile1.alpine", "Containerfilecacheread"])
def test_a_name_that_begins_like_a_recipe_may_be_one(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(
        tmp_path, {name: "FROM alpine:3.5\n", "DockerfileParser.java": "package a;\n", "DockerfileInfo.cs": "// a\n"}
    )
    answer = check(capsys, tmp_path)
    assert answer.subject(name)["kind"] == "image"
    assert answer.report["coverage"]["not_understood"] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Dockerfile", "FROM {{ image }}\n"),
        ("Dockerfile.j2", "{% if x %}\nFROM a\n{% endif %}\n"),
        ("Dockerfile.template", "X\n"),
    ],
)
def test_a_template_is_named_as_one(path: str, text: str) -> None:
    assert isinstance(problem(text, path), UnrenderedError)


def test_a_dockerfile_inside_another_file_stands_at_its_node() -> None:
    at = Location("compose.yaml", 4, 1, 6, 1, 10, 40)
    found = inline("FROM a\nUSER x\nRUN <<E\napk add y\nE\n", id="compose.yaml#a", at=at)
    assert found.id == "compose.yaml#a"
    assert {found.at, found.user.at, found.stages[0].steps[0].packages[0].at} == {at}
    with pytest.raises(InputError) as caught:
        inline("FROM\n", id="x", at=at)
    assert caught.value.at == at


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alpine", ("docker.io/library/alpine", "", "")),
        ("a/b:1", ("docker.io/a/b", "1", "")),
        ("index.docker.io/a", ("docker.io/library/a", "", "")),
        ("localhost/a", ("localhost/a", "", "")),
        ("h:5000/a/b:1", ("h:5000/a/b", "1", "")),
        ("ghcr.io/a/b_c__d-e.f", ("ghcr.io/a/b_c__d-e.f", "", "")),
        ("[::1]:5/a", ("[::1]:5/a", "", "")),
        ("a:1@sha256:" + "0" * 64, ("docker.io/library/a", "1", "sha256:" + "0" * 64)),
    ],
)
def test_image_names(text: str, expected: tuple[str, str, str]) -> None:
    found = parse(text)
    assert found is not None
    assert (found.text, found.repository, found.tag, found.digest) == (text, *expected)


@pytest.mark.parametrize(
    "text",
    ["", "A", "a:", "a::1", "a@sha256:0", "a@x", "a//b", "/a", "a/", "a.-b", "-a", "0" * 64, "a b", "a:1:2", "a" * 300],
)
def test_names_of_no_image(text: str) -> None:
    assert parse(text) is None
