"""What a Compose file leaves to others or hides: files that it extends, accounts of hooks, words for true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.verbs import check, rules, write, write_all

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("file", ["common.yml", "../other/common.yml", "https://example.com/common.yml"])
def test_a_file_that_is_extended_and_not_there_is_a_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str
) -> None:
    """Nobody knows what the service is, so the run fails and names the line."""
    write(
        tmp_path, compose__yaml=f"services:\n  web:\n    image: web\n    extends: {{file: '{file}', service: base}}\n"
    )
    answer = check(capsys, tmp_path)
    assert answer.status == 3
    (problem,) = answer.report["coverage"]["not_understood"]
    assert (problem["location"]["line"], "it extends" in problem["reason"]) == (4, True)


def test_a_file_that_is_extended_twice_is_one_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extends = "{image: web, extends: {file: common.yml, service: base}}"
    write(tmp_path, compose__yaml=f"services:\n  web: {extends}\n  job: {extends}\n")
    assert len(check(capsys, tmp_path).report["coverage"]["not_understood"]) == 1


def test_a_file_that_is_extended_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(
        tmp_path,
        {
            "compose.yaml": "services:\n  web: {image: web, extends: {file: base/common.yml, service: base}}\n",
            "base/common.yml": "services:\n  base: {privileged: 'true'}\n",
        },
    )
    answer = check(capsys, tmp_path / "compose.yaml")
    assert answer.subject("services/web")["boundary"]["level"] == "L0"


@pytest.mark.parametrize("moment", ["post_start", "pre_stop"])
@pytest.mark.parametrize(("account", "is_root"), [("root", True), ("'0'", True), ("'1001'", False)])
def test_a_hook_runs_as_its_own_account(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    moment: str,
    account: str,
    is_root: bool,
) -> None:
    """A command that runs as root is root in the service's container."""
    hook = f"{moment}: [{{command: chown, user: {account}}}]"
    write(tmp_path, compose__yaml=f"services:\n  web:\n    image: web\n    user: '1000'\n    {hook}\n")
    web = check(capsys, tmp_path).subject("services/web")
    assert ("ISO027" in rules(web)) is is_root


@pytest.mark.parametrize(
    ("service", "rule"),
    [
        ("use_api_socket: true", "ISO009"),
        ("use_api_socket: 'yes'", "ISO009"),
        ("privileged: 'true'", "ISO001"),
        ("post_start: [{command: x, privileged: 'true'}]", "ISO001"),
        ("pre_start: [{image: x, privileged: true}]", "ISO001"),
        ("build: {context: ., privileged: 'on'}", "ISO044"),
        ("volumes: ['hidden:/x']", "ISO010"),
    ],
)
def test_every_way_of_saying_it_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], service: str, rule: str
) -> None:
    volumes = "volumes: {hidden: {driver_opts: {type: none, o: bind, device: /etc}}}"
    write(tmp_path, compose__yaml=f"services:\n  web: {{image: web, {service}}}\n{volumes}\n")
    assert rule in rules(check(capsys, tmp_path).subject("services/web"))


@pytest.mark.parametrize(("tag", "level"), [("!reset null", "L2"), ("!override []", "L2"), ("[]", "L0")])
def test_an_override_takes_away_only_by_its_tags(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tag: str, level: str
) -> None:
    write_all(
        tmp_path,
        {
            "compose.yaml": "services:\n  web: {image: web, cap_add: [SYS_ADMIN]}\n",
            "compose.override.yaml": f"services:\n  web:\n    cap_add: {tag}\n",
        },
    )
    assert check(capsys, tmp_path).subject("services/web")["boundary"]["level"] == level


def test_a_provider_is_no_container_and_is_named_as_not_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, compose__yaml="services:\n  web: {image: web}\n  db: {provider: {type: awesomecloud}}\n")
    answer = check(capsys, tmp_path)
    assert [one["name"] for one in answer.report["subjects"]] == ["web"]
    assert "db is run by a provider" in answer.out


def test_a_provider_that_is_null_hides_no_service(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, compose__yaml="services:\n  web: {image: web, provider: , privileged: true}\n")
    assert check(capsys, tmp_path).subject("services/web")["boundary"]["level"] == "L0"


@pytest.mark.parametrize(
    "text",
    [
        "web:\n  image: web\n  privileged: true\n",
        "web:\n    build: .\n    links:\n    - db\ndb:\n    image: db\n",
    ],
)
def test_the_first_version_of_the_format_is_no_silent_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """Compose refuses it: every key at the top level has to be one of a project."""
    write_all(tmp_path, {"docker-compose.yml": text, "compose.yaml": "services: {other: {image: i}}\n"})
    answer = check(capsys, tmp_path)
    assert answer.status == 3
    (problem,) = answer.report["coverage"]["not_understood"]
    assert (problem["location"]["path"], "`services:`" in problem["reason"]) == ("docker-compose.yml", False)
    assert "first version" in problem["reason"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("web.yml", "web:\n  image: web\n"),
        ("compose-values.yml", "web:\n  image: web\nreplicas: 2\n"),
        ("compose-values.yml", "web:\n  images: web\n"),
        ("compose-ci.yml", "a:\n  image: a\n---\nb:\n  image: b\n"),
    ],
)
def test_other_files_with_images_are_none_of_compose(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    write_all(tmp_path, {name: text, "compose.yaml": "services: {other: {image: i}}\n"})
    assert check(capsys, tmp_path).report["coverage"]["not_understood"] == []
