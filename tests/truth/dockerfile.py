"""Adversarial Dockerfiles of our own, and what BuildKit makes of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("dockerfile.json")


class Case(NamedTuple):
    """One file; `user` is the effective user of the last stage, None where it is the default or the file is refused."""

    data: bytes
    user: str | None
    instructions: list[str]
    syntax: str | None
    escape: str | None
    error: str | None


def cases() -> dict[str, Case]:
    """Return the cases by name.

    A file is text, or a list of texts and of texts with the number of times they are repeated; `latin-1` marks one
    whose characters are bytes.
    """
    found = {}
    for name, case in json.loads(FILE.read_text(encoding="utf-8"))["cases"].items():
        pieces = case["file"] if isinstance(case["file"], list) else [case["file"]]
        text = "".join(piece if isinstance(piece, str) else piece[0] * piece[1] for piece in pieces)
        found[name] = Case(
            text.encode(case.get("encoding", "utf-8")),
            case["user"],
            case["instructions"],
            case.get("syntax"),
            case.get("escape", "\\"),
            case.get("error"),
        )
    return found
