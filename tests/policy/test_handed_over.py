"""What nobody declared is only warned about, unless it is as good as the host: a builder's and an engine's too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.verbs import check, gate, rules, write, write_all

if TYPE_CHECKING:
    from pathlib import Path

BAKE = 'target "image" {\n  entitlements = ["ENTITLED"]\n}\n'
RECIPE = "FROM debian:13\nUSER 10001\n"
OPEN, ON_LOOPBACK = '{"hosts": ["tcp://0.0.0.0:2375"]}', '{"hosts": ["tcp://127.0.0.1:2375"]}'


def built(folder: Path, capsys: pytest.CaptureFixture[str], entitled: str, *options: str) -> tuple[int, str, set[str]]:
    write_all(folder, {"docker-bake.hcl": BAKE.replace("ENTITLED", entitled), "Dockerfile": RECIPE})
    answer = check(capsys, *options, folder)
    subject = answer.subject("#Build/image")
    return answer.status, subject["verdict"], rules(subject) & {"ISO044", "ISO045"}


def test_a_builder_that_is_handed_over_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert built(tmp_path, capsys, "security.insecure") == (1, "fail", {"ISO044"})


def test_the_builders_network_is_not_the_builder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert built(tmp_path, capsys, "network.host") == (0, "pass", {"ISO045"})
    assert built(tmp_path, capsys, "network.host", "--policy", "strict")[:2] == (1, "fail")


def test_a_builder_that_cannot_be_known_is_undecided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, compose__yaml="services:\n  web:\n    image: x\n    build: {context: ., privileged: '${P}'}\n")
    answer = check(capsys, tmp_path / "compose.yaml")
    assert (answer.status, answer.subject("/web")["verdict"]) == (0, "undecided")


def test_an_exception_permits_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    excepted = (
        "version: 1\nexceptions:\n- {rule: ISO044, workload: image, reason: kernel modules, owner: me, "
        "created: 2026-11-01, expires: 2026-12-31}\n"
    )
    write(tmp_path, __gate__yaml=excepted)
    assert built(tmp_path, capsys, "security.insecure")[1] == "pass"


@pytest.mark.parametrize("entitled", ["security.insecure", "network.host"])
def test_a_builder_of_other_peoples_recipes_has_neither(
    entitled: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared = (
        "version: 1\nworkloads:\n"
        "- {name: image, match: {name: image}, sensitivity: internal, role: ci-builder, code_trust: untrusted}\n"
    )
    write(tmp_path, __gate__yaml=declared)
    write_all(tmp_path, {"docker-bake.hcl": BAKE.replace("ENTITLED", entitled), "Dockerfile": RECIPE})
    subject = check(capsys, tmp_path).subject("#Build/image")
    assert any("entitlements" in reason["text"] for reason in subject["reasons"])


@pytest.mark.parametrize(
    ("engine", "options", "status", "verdict"),
    [
        (OPEN, (), 1, "fail"),
        (ON_LOOPBACK, (), 0, "warn"),
        (ON_LOOPBACK, ("--policy", "strict"), 1, "fail"),
        (OPEN.replace("}", ', "authorization-plugins": ["opa"]}'), (), 0, "warn"),
        (OPEN.replace("}", ', "authorization-plugins": ["opa"]}'), ("--policy", "strict"), 1, "fail"),
        (OPEN.replace("}", ', "tlsverify": true}'), (), 0, "pass"),
    ],
)
def test_an_engine_that_anybody_commands_fails(
    engine: str,
    options: tuple[str, ...],
    status: int,
    verdict: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = check(capsys, *options, write_all(tmp_path, {"daemon.json": engine}))
    assert (answer.status, answer.report["verdict"]) == (status, verdict)


def test_another_file_may_ask_for_certificates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unit = "[Service]\nExecStart=/usr/bin/dockerd -H tcp://0.0.0.0:2376\n"
    write_all(tmp_path, {"docker.service": unit})
    assert check(capsys, tmp_path).status == 1
    write_all(tmp_path, {"daemon.json": '{"tlsverify": true}'})
    answer = check(capsys, tmp_path)
    assert answer.status == 0
    assert {(one["rule"], one["outcome"]) for one in answer.report["findings"]} == {("ISO100", "undecided")}


def test_no_exception_speaks_of_an_engine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_all(tmp_path, {"daemon.json": OPEN})
    answer = gate(capsys, "except", "ISO100", "daemon.json", "--reason", "x", "--owner", "y")
    assert answer.status == 2
    assert "asks about an engine itself" in answer.err
    assert "`exclude`" in answer.err
