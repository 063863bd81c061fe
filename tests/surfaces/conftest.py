"""What the surfaces are tried on: a checkout of this repository, and folders to judge."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent

#: A commit by nobody, whatever the machine's own configuration says.
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}

#: What a container may ask for and an undeclared one may not have.
PRIVILEGED = "services:\n  agent:\n    image: agent:1\n    privileged: true\n"
ORDINARY = "services:\n  web:\n    image: web:1\n    user: '1000'\n"


def ran(
    *command: str | Path, cwd: Path, env: dict[str, str] | None = None, status: int | None = 0
) -> subprocess.CompletedProcess[str]:
    """Run a command and return what it said; another exit status than this one fails the test."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **GIT, **(env or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if status is not None:
        assert done.returncode == status, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


def committed(folder: Path) -> str:
    """Make a repository of the folder, and return the id of its one commit."""
    ran("git", "init", "--quiet", "--initial-branch=main", cwd=folder)
    ran("git", "add", "--all", "--force", cwd=folder)
    ran("git", "commit", "--quiet", "--no-verify", "--message=all", cwd=folder)
    return ran("git", "rev-parse", "HEAD", cwd=folder).stdout.strip()


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository that holds what this one would hold if everything were committed."""
    folder = tmp_path_factory.mktemp("checkout") / "boundary-gate"
    listed = ran("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    committed(folder)
    return folder


@pytest.fixture
def written(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Return a function that writes files into a folder of the test's own."""

    def write(files: dict[str, str]) -> Path:
        folder = tmp_path / "judged"
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    return write
