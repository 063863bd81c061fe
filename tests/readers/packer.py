"""Reads Packer templates from memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gate.model.evidence import Items, known
from gate.model.source import Source
from gate.model.template import Template
from gate.readers.packer import READER

if TYPE_CHECKING:
    from gate.model.reader import Reading

SUM = "sha256:" + "0123456789abcdef" * 4
MEDIUM = f'iso_url = "https://images.example/debian.iso"\niso_checksum = "{SUM}"\n'


class Tree:
    """Files in memory."""

    def __init__(self, files: dict[str, str]) -> None:
        self.sources = {path: Source(path, text.encode()) for path, text in files.items()}

    def open(self, path: str) -> Source | None:
        parts: list[str] = []
        for part in path.split("/"):
            if part == "..":
                if not parts:
                    return None
                parts.pop()
            elif part != ".":
                parts.append(part)
        return self.sources.get("/".join(parts))

    def stream(self, _path: str) -> None:
        return None

    def list(self, folder: str) -> list[str]:
        return sorted(path for path in self.sources if path.rpartition("/")[0] == folder)


def read(path: str, **files: str) -> Reading:
    """Read one file of a tree; `__` in a name is a dot and `___` a slash."""
    tree = Tree({name.replace("___", "/").replace("__", "."): text for name, text in files.items()})
    return READER.read(tree.sources[path], tree)


def template(
    builder: str, body: str = "", build: str = "", *, medium: str = MEDIUM, rest: str = "", **files: str
) -> Template:
    """Read the one source of a file."""
    source = f'source "{builder}" "app" {{\n{medium}{body}\n}}\n'
    text = f'{rest}\n{source}build {{\n  sources = ["source.{builder}.app"]\n{build}\n}}\n'
    reading = read("a.pkr.hcl", a__pkr__hcl=text, **files)
    assert reading.problems == ()
    (subject,) = reading.subjects
    assert isinstance(subject, Template)
    return subject


def shell(*lines: str) -> str:
    return f'provisioner "shell" {{\n  inline = {json.dumps(lines)}\n}}\n'


def values(items: Items[str]) -> list[str | None]:
    return [known(item) for item in items.members]


def older(builder: dict[str, Any], **template: Any) -> Template:
    text = json.dumps({"builders": [{"type": "qemu", **builder}], **template})
    (subject,) = read("a.json", a__json=text).subjects
    assert isinstance(subject, Template)
    return subject
