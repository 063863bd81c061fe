"""An installation of the gate, as others have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trust import hostile


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an installation, which a runner finds where the Action's first step leaves it."""
    return hostile.installed(tmp_path_factory.mktemp("temp") / "boundary-gate")
