"""What tests about registries share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.registry.serving import Serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Variables that say who somebody is, or by what way to reach others.
SAID = (
    *("DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *(name for one in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY") for name in (one, one.lower())),
)


@pytest.fixture
def registry() -> Iterator[Serving]:
    """A registry without anything in it."""
    serving = Serving()
    yield serving
    serving.close()


@pytest.fixture
def elsewhere() -> Iterator[Serving]:
    """Another server."""
    serving = Serving()
    yield serving
    serving.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in SAID:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def repository(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository to be in, of somebody whose home is empty."""
    assert home.is_dir()
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(folder)
    return folder
