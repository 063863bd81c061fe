"""What keeps a container apart that a command of Docker starts."""

from __future__ import annotations

import pytest

from gate.linking.link import Links
from gate.model.evidence import known
from gate.model.profile import PlatformProfile
from tests.readers.commands import only


@pytest.mark.parametrize(
    ("command", "closed"),
    [
        ("docker run web", False),
        ("docker run --network bridge web", False),
        ("docker run --net=host web", False),
        ("docker run --network none web", True),
        ("docker run --network name=none web", True),
        ("docker run --network back web", None),
        ("docker run --network back --network bridge web", False),
        ("docker run --network container:db web", None),
        ("docker run --network $NET web", None),
        ("docker run --network none $MORE web", None),
    ],
)
def test_what_a_network_closes(command: str, closed: bool | None) -> None:
    assert linked(command) == (closed, closed)


def linked(command: str, profile: PlatformProfile | None = None) -> tuple[bool | None, bool | None]:
    segments = Links((), (), profile or PlatformProfile()).link(only(command)).segments
    assert segments is not None
    return known(segments.ingress), known(segments.egress)


@pytest.mark.parametrize(
    ("words", "closed"),
    [
        ("", (False, False)),
        ("--network bridge", (False, False)),
        ("--network host", (False, False)),
        ("--network none", (True, True)),
        ("--network pasta", (True, False)),
        ("--network slirp4netns:mtu=1500", (True, False)),
        ("--network back", (None, None)),
        ("--network ns:/run/netns/x", (None, None)),
        ("--network $NET", (None, None)),
    ],
)
def test_what_a_network_of_podman_closes(words: str, closed: tuple[bool | None, bool | None]) -> None:
    assert linked(f"podman run {words} web") == closed


def test_without_root_nobody_else_is_on_the_network() -> None:
    assert linked("podman run web", PlatformProfile(podman_rootless=True)) == (True, False)


def test_containers_of_the_engines_bridge_that_are_kept_from_each_other() -> None:
    apart = PlatformProfile(docker_icc=False)
    assert linked("docker run web", apart) == (True, False)
    assert linked("docker run --network bridge web", apart) == (True, False)
    assert linked("docker run --network back --network bridge web", apart) == (False, False)


def test_networks_of_nerdctl_are_not_read() -> None:
    assert only("nerdctl run web").segments is None
