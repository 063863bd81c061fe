"""What keeps a container apart that a command of Docker starts."""

from __future__ import annotations

import pytest

from gate.model.evidence import known
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
    segments = only(command).segments
    assert segments is not None
    assert (known(segments.ingress), known(segments.egress)) == (closed, closed)


@pytest.mark.parametrize("engine", ["podman", "nerdctl"])
def test_other_engines_have_networks_of_other_kinds(engine: str) -> None:
    assert only(f"{engine} run web").segments is None
