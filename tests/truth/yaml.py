"""Adversarial YAML of our own, and what the Kubernetes API machinery makes of each."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("yaml.json")


class Case(NamedTuple):
    """One file: what its first document is read as, or why it is refused; `strict` is what strict decoding adds."""

    data: bytes
    reads: Any
    refuses: str
    strict: str


def cases() -> dict[str, Case]:
    """Return the cases by name.

    A file is text, bytes in base64, or the text that follows the first container of a fixed pod; what is read can then
    be told by what the container has besides its name and image. `<x x 9>` stands for a text that is repeated.
    """
    known = json.loads(FILE.read_text(encoding="utf-8"))
    found = {}
    for name, case in known["cases"].items():
        reads = case.get("reads")
        if "reads_in_container" in case:
            reads = _pod(known["pod"], case["reads_in_container"])
        if case.get("repeated"):
            reads = json.loads(_written_out(json.dumps(reads)))
        found[name] = Case(_data(case, known["pod"]), reads, case.get("refuses", ""), case.get("strict", ""))
    return found


def _data(case: dict[str, Any], pod: str) -> bytes:
    if "base64" in case:
        return b64decode(case["base64"])
    text: str = pod + case["container"] if "container" in case else case["file"].replace("<pod>", pod)
    return (_written_out(text) if case.get("repeated") else text).encode()


def _pod(text: str, container: dict[str, Any]) -> dict[str, Any]:
    image = text.split("image: ")[1].strip()
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", "namespace": "d"},
        "spec": {"containers": [{"name": "c", "image": image, **container}]},
    }


def _written_out(text: str) -> str:
    return re.sub(r"<(.) x ([0-9]+)>", lambda found: found[1] * int(found[2]), text)
