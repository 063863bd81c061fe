"""What keeps a Compose service apart: who else is on its networks, and whether they lead anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.evidence import known
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.compose import read
from tests.verbs import NoFiles, check, write_all

if TYPE_CHECKING:
    from pathlib import Path

BOTH = "nothing in sight restricts who may reach web, or whom it may"
IN, OUT = "nothing in sight restricts who may reach web", "nothing in sight restricts whom web may reach"
ICC = "com.docker.network.bridge.enable_icc"
OTHER = "db: {image: d}"


def found(
    folder: Path, capsys: pytest.CaptureFixture[str], web: str, others: str = "", networks: str = ""
) -> list[tuple[str, str]]:
    """Return what is said of the service `web`."""
    text = f"services:\n  web: {{image: i, {web}}}\n"
    text += f"  {others}\n" if others else ""
    text += f"networks: {{{networks}}}\n" if networks else ""
    write_all(folder, {"compose.yaml": text})
    subject = check(capsys, folder / "compose.yaml").subject("web")
    return [(one["outcome"], one["message"]) for one in subject["findings"] if one["rule"] == "ISO071"]


@pytest.mark.parametrize(
    ("web", "others", "networks", "messages"),
    [
        ("", OTHER, "", [BOTH]),
        ("networks: [default]", OTHER, "", [BOTH]),
        ("networks: {}", OTHER, "", [BOTH]),
        ("", OTHER, "default: {internal: true}", [IN]),
        ("", OTHER, f"default: {{driver: bridge, driver_opts: {{{ICC}: 'false'}}}}", [OUT]),
        ("", OTHER, f"default: {{driver: bridge, driver_opts: {{{ICC}: 'true'}}}}", [BOTH]),
        ("networks: [a]", OTHER, "a: {}", [OUT]),
        ("networks: [a]", "db: {image: d, networks: [a]}", "a: {internal: true}", []),
        ("networks: [a, b]", OTHER, "a: {internal: true}, b: {}", [OUT]),
        ("networks: [a, default]", OTHER, "a: {internal: true}", [BOTH]),
        ("networks: [a]", OTHER, "a: {driver: macvlan}", [BOTH]),
        ("networks: [a]", OTHER, "a: {driver: ipvlan, internal: true}", []),
        ("networks: [a]", OTHER, "a: {external: true, name: host}", [BOTH]),
        ("network_mode: none", OTHER, "", []),
        ("network_mode: host", OTHER, "", [BOTH]),
        ("network_mode: bridge", "", "", [BOTH]),
        ("network_mode: 'service:db'", "db: {image: d, networks: [a]}", "a: {internal: true}", []),
        ("network_mode: 'service:db'", "db: {image: d, network_mode: host}", "", [BOTH]),
        ("", "", "", [BOTH]),
        ("", "db: {image: d, networks: [a]}", "a: {}", [BOTH]),
        ("", "db: {image: d, network_mode: none}", "", [BOTH]),
        ("", "db: {image: d, networks: ['${NET}']}", "", [BOTH]),
    ],
)
def test_what_networks_close(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], web: str, others: str, networks: str, messages: list[str]
) -> None:
    assert found(tmp_path, capsys, web, others, networks) == [("failed", one) for one in messages]


@pytest.mark.parametrize(
    ("web", "others", "networks", "outcomes"),
    [
        ("networks: [a]", "", "a: {external: true}", ["undecided", "undecided"]),
        ("networks: [a, default]", OTHER, "a: {external: true}", ["failed"]),
        ("networks: [a]", "", "b: {}", ["undecided", "undecided"]),
        ("networks: [a]", "", "a: {driver: weave}", ["undecided", "undecided"]),
        ("networks: [a]", "", "a: {internal: '${INTERNAL}'}", ["undecided"]),
        ("networks: ['${NET}']", "", "a: {internal: true}", ["undecided", "undecided"]),
        ("network_mode: '${MODE}'", "", "", ["undecided", "undecided"]),
        ("network_mode: other_net", "", "", ["undecided", "undecided"]),
        ("network_mode: 'container:x'", "", "", ["undecided", "undecided"]),
        ("network_mode: 'service:x'", "", "", ["undecided", "undecided"]),
        ("network_mode: 'service:db'", "db: {image: d, network_mode: 'service:web'}", "", ["undecided", "undecided"]),
        ("", OTHER, f"default: {{driver_opts: {{{ICC}: 'false'}}}}", ["failed", "undecided"]),
        ("networks: [a], extends: {file: gone.yaml, service: s}", "", "a: {internal: true}", ["undecided"] * 2),
    ],
)
def test_what_cannot_be_known_is_undecided(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], web: str, others: str, networks: str, outcomes: list[str]
) -> None:
    assert sorted(outcome for outcome, _ in found(tmp_path, capsys, web, others, networks)) == sorted(outcomes)


@pytest.mark.parametrize(
    ("hook", "said"),
    [("{image: h, command: c}", []), ("{image: h, command: c, network_mode: bridge}", [("failed", BOTH)])],
)
def test_what_runs_before_it_is_on_its_networks_or_on_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], hook: str, said: list[tuple[str, str]]
) -> None:
    web = f"networks: [a], pre_start: [{hook}]"
    assert found(tmp_path, capsys, web, OTHER, "a: {internal: true}") == said


NETWORK = st.sampled_from(["{internal: true}", "{}", "{external: true}", "{driver: macvlan}", "{driver: odd}"])


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(NETWORK, min_size=1, max_size=4), NETWORK)
def test_one_network_more_closes_nothing(networks: list[str], more: str) -> None:
    before, after = (_closed(of) for of in (networks, [*networks, more]))
    for was, now in zip(before, after, strict=True):
        assert now is was or was is True or (was is None and now is False)


def _closed(networks: list[str]) -> list[bool | None]:
    names = [f"n{index}" for index in range(len(networks))]
    text = f"services: {{web: {{image: i, networks: [{', '.join(names)}]}}}}\n"
    text += "networks:\n" + "".join(f"  {name}: {of}\n" for name, of in zip(names, networks, strict=True))
    (workload,) = read(Source("compose.yaml", text.encode()), NoFiles()).subjects
    assert isinstance(workload, Workload)
    assert workload.segments is not None
    return [known(workload.segments.ingress), known(workload.segments.egress)]
