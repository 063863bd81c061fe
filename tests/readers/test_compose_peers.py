"""What a Compose service takes from another of its project counts as its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.verbs import check, rules, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("key", "rule"), [("network_mode", "ISO002"), ("pid", "ISO004"), ("ipc", "ISO003")])
def test_joining_a_service_on_the_host_is_being_on_the_host(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str, rule: str
) -> None:
    """Also over several services, and the finding stands on the line that joins."""
    write(
        tmp_path,
        compose__yaml=f"""\
services:
  web: {{image: web, {key}: "service:proxy"}}
  proxy: {{image: proxy, {key}: "service:edge"}}
  edge: {{image: edge, {key}: host}}
""",
    )
    web = check(capsys, tmp_path).subject("services/web")
    assert web["boundary"]["level"] == "L1"
    assert [finding["location"]["line"] for finding in web["findings"] if finding["rule"] == rule] == [2]


def test_joining_a_service_with_a_namespace_of_its_own_is_as_private_as_a_pod(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The two are one unit."""
    write(tmp_path, compose__yaml='services:\n  a: {image: a, network_mode: "service:b"}\n  b: {image: b}\n')
    assert check(capsys, tmp_path).subject("services/a")["boundary"]["level"] == "L2"


@pytest.mark.parametrize("target", ["nowhere", "a"])
def test_joining_what_cannot_be_known_is_undecided(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    """A service that is not there, and a circle."""
    write(tmp_path, compose__yaml=f'services:\n  a: {{image: a, network_mode: "service:{target}"}}\n')
    assert "ISO002" in rules(check(capsys, tmp_path).subject("services/a"), "undecided")


@pytest.mark.parametrize("taken", ["tool", "tool:ro", "middle"])
def test_the_mounts_of_volumes_from_are_the_takers_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], taken: str
) -> None:
    """A socket that one service mounts is in the hands of every service that takes its volumes."""
    write(
        tmp_path,
        compose__yaml=f"""\
services:
  tool: {{image: tool, volumes: ["/var/run/docker.sock:/s"]}}
  middle: {{image: middle, volumes_from: [tool]}}
  web:
    image: web
    volumes_from:
    - {taken}
""",
    )
    web = check(capsys, tmp_path).subject("services/web")
    assert web["boundary"]["level"] == "L0"
    lines = {finding["rule"]: finding["location"]["line"] for finding in web["findings"]}
    assert (lines["ISO009"], lines["ISO037"]) == (7, 7)


def test_volumes_are_taken_read_only_where_the_taker_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Programs of the host are only the host to whoever can write them."""
    write(
        tmp_path,
        compose__yaml="""\
services:
  tool: {image: tool, volumes: ["/usr/bin:/x"]}
  reader: {image: web, volumes_from: ["tool:ro"]}
  writer: {image: web, volumes_from: ["tool"]}
""",
    )
    found = check(capsys, tmp_path)
    assert "ISO010" in rules(found.subject("services/writer"))
    assert "ISO010" not in rules(found.subject("services/reader"))


def test_taking_from_too_many_services_is_undecided(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the rest of them mount is not read."""
    chain = "".join(f"  s{number}: {{image: x, volumes_from: [s{number + 1}]}}\n" for number in range(40))
    write(tmp_path, compose__yaml=f"services:\n{chain}  s40: {{image: x, volumes: ['/var/run/docker.sock:/s']}}\n")
    found = check(capsys, tmp_path)
    assert "ISO009" in rules(found.subject("services/s0"), "undecided")
    assert "ISO009" in rules(found.subject("services/s30"))
