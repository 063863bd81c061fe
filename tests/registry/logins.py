"""Logins as docker and podman keep them."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from tests.readers.layouts import text

if TYPE_CHECKING:
    from pathlib import Path

USER, SECRET = "ann", "correct horse: battery"


def auth(user: str = USER, secret: str = SECRET) -> str:
    """Encode a login."""
    return b64encode(f"{user}:{secret}".encode()).decode()


BASIC = f"Basic {auth()}"


def keep(file: Path, **document: Any) -> Path:
    """Write a file of logins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text(document))
    return file


def log_in(home: Path, registry: str, user: str = USER, secret: str = SECRET) -> None:
    """Do as `docker login` does."""
    keep(home / ".docker" / "config.json", auths={registry: {"auth": auth(user, secret)}})


def helper(folder: Path, name: str, script: str) -> Path:
    """Write a program that keeps logins; `$HERE` is its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / f"docker-credential-{name}"
    program.write_text(f"#!/bin/sh\nHERE='{folder}'\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return program
