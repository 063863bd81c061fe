"""Git repositories for the tests: folders that are committed, and histories made of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

#: A commit by nobody, whatever the machine's own configuration says.
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_AUTHOR_DATE": "2026-11-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_COMMITTER_DATE": "2026-11-01T00:00:00Z",
}


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, and return what it said."""
    program = shutil.which("git")
    if program is None:
        pytest.skip("git is not installed")
    done = subprocess.run(
        [program, "-c", "commit.gpgsign=false", "-c", "protocol.file.allow=always", *arguments],
        cwd=folder,
        env={**os.environ, **GIT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"git {arguments}\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()


def committed(folder: Path, message: str = "all") -> str:
    """Commit everything in a folder, in a repository of its own if there is none yet, and return the commit's id."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--no-verify", "--allow-empty", f"--message={message}")
    return git(folder, "rev-parse", "HEAD")
