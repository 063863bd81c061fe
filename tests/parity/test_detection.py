"""Content decides whose a file is: none is claimed twice, whatever the order of asking, but for what is shared."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.model.source import Source
from gate.pipeline.reading import candidates_for, load
from gate.readers import READERS, WORDS, is_shared
from tests.parity.corpus import Folder, folders
from tests.parity.forms import FORMS, files
from tests.verbs import check, write


def claiming(path: str, text: str) -> list[str]:
    """Return the readers that claim a file of this name and content."""
    source = Source(path, text.encode())
    asked = [
        name
        for name in candidates_for(path.rpartition("/")[2])
        if name not in WORDS or any(word in source.data for word in WORDS[name])
    ]
    return [name for name in asked if load(name).claims(source)]


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_no_file_is_claimed_twice(folder: Folder) -> None:
    claimed = {path: claiming(path, text) for path, text in folder.files.items()}
    assert {path: readers for path, readers in claimed.items() if len(readers) > 1 and not is_shared(path)} == {}


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_what_comes_without_a_name_goes_to_the_same_reader(folder: Folder) -> None:
    """Standard input has no name, so that every reader is asked."""
    for path, text in folder.files.items():
        by_name = claiming(path, text)
        if by_name and by_name[0] not in BY_NAME and not is_shared(path):
            assert first("stdin", text) == by_name[0], path


#: Readers that know their files by what they are called: shells and units look alike, and so do layouts and archives.
BY_NAME = ("dockerfile", "docker_run", "nspawn", "oci", "packer", "quadlet")


def first(path: str, text: str) -> str:
    """Return the reader that takes what stands on standard input."""
    source = Source(path, text.encode())
    return next(
        (
            name
            for name in READERS
            if (name not in WORDS or any(word in source.data for word in WORDS[name])) and load(name).claims(source)
        ),
        "",
    )


def test_every_reader_claims_something() -> None:
    claimed = {one for folder in folders() for path, text in folder.files.items() for one in claiming(path, text)}
    assert claimed == set(READERS)


def test_every_file_of_a_form_is_claimed() -> None:
    for form, entry in FORMS.items():
        for strength in entry.strengths:
            for path, text in files(form, strength).items():
                assert claiming(path, text), f"{form}/{strength}/{path}"


INCUS = "name: web\nconfig:\n  raw.lxc: |\n    lxc.apparmor.profile = unconfined\n"
WORKFLOW = """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
    - run: docker run --privileged registry.example/web:1.4.2
"""
MIXED = """\
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  container_definitions = jsonencode([{ name = "web", image = "x", privileged = true }])
}

resource "incus_instance" "box" {
  name   = "box"
  image  = "images:debian/12"
  config = { "security.privileged" = "true" }
}

resource "google_container_node_pool" "workers" {
  cluster = "main"
  management {
    auto_upgrade = false
  }
}
"""


def test_an_instance_of_incus_with_lines_for_lxc_is_one_of_incus() -> None:
    assert first("stdin", INCUS) == "incus"


def test_a_workflow_that_is_called_after_compose_is_a_workflow() -> None:
    assert claiming(".github/workflows/docker-compose.yml", WORKFLOW) == ["docker_run"]
    assert claiming("compose.yaml", "services: {web: {image: x}}\n" + WORKFLOW)[0] == "compose"


def test_every_reader_takes_its_part_of_a_terraform_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = check(capsys, write(tmp_path, main__tf=MIXED))
    assert {one["platform"] for one in answer.report["subjects"]} == {"ecs", "incus"}
    assert [one["boundary"]["level"] for one in answer.report["subjects"]] == ["L0", "L1"]
    assert "TPL020" in {one["rule"] for one in answer.report["findings"]}


def test_what_is_broken_for_all_of_them_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = check(capsys, write(tmp_path, main__tf=MIXED + "resource {{\n"))
    assert answer.status == 3
    assert len(answer.report["coverage"]["not_understood"]) == 1


@pytest.mark.parametrize("member", ["just text", "[]", "", "7"])
def test_what_is_no_object_in_a_list_is_not_passed_over(
    member: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fine = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"
    text = f"apiVersion: v1\nkind: List\nitems:\n- {fine}\n- {member}\n"
    answer = check(capsys, write(tmp_path, list__yaml=text))
    assert answer.status == 3
    (gap,) = answer.report["coverage"]["not_understood"]
    assert gap["location"]["line"] == 5
