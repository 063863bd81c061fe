"""What Watchtower pulls again in a project of Compose."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.histories import committed
from tests.verbs import Answer, check, write_all

if TYPE_CHECKING:
    from pathlib import Path

DECLARED = "version: 1\nworkloads:\n- {name: pay, paths: ['**'], sensitivity: confidential}\n"
ENABLE = "com.centurylinklabs.watchtower.enable"
MONITOR = "com.centurylinklabs.watchtower.monitor-only"
ASKED = f'labels: {{{ENABLE}: "true"}}'
WATCHTOWER = """
  watchtower:
    image: containrrr/watchtower
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
    environment: {WATCHTOWER_CLEANUP: "true"}
"""


def compose(image: str = "redis:8", keys: str = ASKED, watchtower: str = WATCHTOWER) -> str:
    return f"services:\n  cache:\n    image: {image}\n    {keys}{watchtower}"


def outcome(answer: Answer) -> str:
    found = [one for one in answer.subject("services/cache")["findings"] if one["rule"] == "AGE015"]
    return found[0]["outcome"] if found else "kept"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (compose(), "kept"),
        (compose("nginx:latest"), "kept"),
        (compose(watchtower=WATCHTOWER.replace("containrrr", "nickfedor")), "kept"),
        (compose(keys=f"labels: ['{ENABLE}=true']"), "kept"),
        (compose(watchtower=WATCHTOWER.replace("CLEANUP", "LABEL_ENABLE")), "kept"),
        # The next release has another name, and a digest leads to one image.
        (compose("redis:8.2.1"), "failed"),
        (compose(f"redis@sha256:{'0' * 64}"), "failed"),
        (compose(watchtower="\n"), "failed"),
        (compose(watchtower=WATCHTOWER.replace("containrrr", "another")), "failed"),
        (compose(keys=ASKED.replace("true", "false")), "failed"),
        (compose(keys=f"labels: ['{ENABLE}=False']"), "failed"),
        (compose(keys=f'labels: {{{ENABLE}: "true", {MONITOR}: "true"}}'), "failed"),
        (compose(keys="restart: always"), "undecided"),
        (compose(keys=f"labels: {{{ENABLE}: $ASKED}}"), "undecided"),
        (compose(keys=f"labels: ['{ENABLE}=true', $MORE]"), "undecided"),
        (compose(keys=f'labels: {{{ENABLE}: "true", com.centurylinklabs.watchtower.scope: a}}'), "undecided"),
        (compose(watchtower=WATCHTOWER.replace("CLEANUP", "MONITOR_ONLY")), "undecided"),
        (compose(watchtower=WATCHTOWER.replace("WATCHTOWER_CLEANUP", "DOCKER_HOST")), "undecided"),
        (compose(watchtower=WATCHTOWER.replace('{WATCHTOWER_CLEANUP: "true"}', "[$MORE]")), "undecided"),
        (compose(watchtower=WATCHTOWER.replace("/var/run/docker.sock:", "/srv/docker.sock:")), "undecided"),
        (compose(watchtower=f"{WATCHTOWER}    command: other\n"), "undecided"),
        (compose(watchtower=f"{WATCHTOWER}    profiles: [never]\n"), "undecided"),
        (compose(watchtower=f"{WATCHTOWER}    env_file: more.env\n"), "undecided"),
    ],
)
def test_what_watchtower_pulls_again(
    text: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"compose.yaml": text, ".gate.yaml": DECLARED})
    assert outcome(check(capsys, tmp_path)) == expected


def test_an_override_belongs_to_the_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"compose.yaml": compose(watchtower="\n"), ".gate.yaml": DECLARED})
    write_all(tmp_path, {"compose.override.yaml": f"services:{WATCHTOWER}"})
    assert outcome(check(capsys, tmp_path)) == "kept"
    write_all(tmp_path, {"compose.override.yaml": f"services:{WATCHTOWER}    command: --monitor-only\n"})
    assert outcome(check(capsys, tmp_path)) == "undecided"


@pytest.mark.skipif(sys.platform == "win32", reason="tests of git histories use POSIX paths")
@pytest.mark.parametrize("before", [compose(watchtower="\n"), compose(keys=ASKED.replace("true", "false"))])
def test_a_change_cannot_vouch_for_itself(before: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(tmp_path, {"compose.yaml": before, ".gate.yaml": DECLARED}))
    write_all(tmp_path, {"compose.yaml": compose()})
    assert outcome(check(capsys, tmp_path)) == "kept"
    assert outcome(check(capsys, tmp_path, "--trusted-ref", "HEAD")) == "failed"
