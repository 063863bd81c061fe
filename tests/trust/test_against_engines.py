"""A change of an engine's configuration counts for the containers that it does not touch."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.histories import committed
from tests.trust.test_against import against, worse
from tests.verbs import write_all

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="tests of git histories use POSIX paths")

COMPOSE = "services:\n  web:\n    image: registry.example/web:1.4.2\n"


@pytest.mark.parametrize("judged", ["", "deploy"])
def test_a_filter_that_an_engine_loses(judged: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "repository"
    committed(write_all(folder, {"deploy/compose.yaml": COMPOSE, "engine/daemon.json": '{"debug": true}'}))
    write_all(folder, {"engine/daemon.json": '{"seccomp-profile": "unconfined"}'})
    answer = against(capsys, folder / judged, ref="HEAD")
    assert any("engine/daemon.json:1" in one for one in worse(answer))


def test_an_engine_that_stays_as_it_is_counts_on_both_sides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "repository"
    engine = {"engine/daemon.json": '{"seccomp-profile": "unconfined"}'}
    committed(write_all(folder, {"deploy/compose.yaml": COMPOSE, **engine}))
    write_all(folder, {"deploy/compose.yaml": f"{COMPOSE}    ipc: host\n"})
    (only,) = worse(against(capsys, folder, ref="HEAD"))
    assert "deploy/compose.yaml" in only
