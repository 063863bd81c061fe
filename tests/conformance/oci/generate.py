"""Random configurations of images: honest ones, and ones with keys in odd cases or twice, or values of odd types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.readers.layouts import FILES, digest

if TYPE_CHECKING:
    from random import Random

USERS = ("", "0", "root", "1000", "1000:1000", "app", "app:app", "0:0", "+5", "007", " 0", "app:0")
WORDS = ("/bin/sh", "-c", "x y", "", "\u00e9", '"', "\\")
LABELS = ("gate.class", "org.opencontainers.image.created", "a", "A", "containerd.io/x")
TIMES = ("2026-11-01T10:00:00Z", "1970-01-01T00:00:00Z", "2026-11-01T10:00:00.123456789+02:00")


def configuration(random: Random) -> dict[str, Any]:
    """Return an honest configuration of one layer, with some of its parts absent."""
    runtime = {
        "User": random.choice(USERS),
        "Env": [f"{random.choice('ABC')}={random.choice(WORDS)}" for _ in range(random.randrange(4))],
        "Entrypoint": [random.choice(WORDS) for _ in range(random.randrange(3))],
        "WorkingDir": random.choice(("", "/", "/srv", "relative")),
        "Labels": {random.choice(LABELS): random.choice(WORDS) for _ in range(random.randrange(3))},
        "Volumes": {f"/{name}": {} for name in random.sample("abc", random.randrange(3))},
    }
    empty = [{"created_by": "ENV", "empty_layer": True}] * random.randrange(3)
    whole = {
        "created": random.choice(TIMES),
        "architecture": "amd64",
        "os": "linux",
        "config": _some(runtime, random),
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest(FILES)}"]},
        "history": [*empty, {"created": random.choice(TIMES), "created_by": "COPY . /"}],
    }
    always = {name: whole.pop(name) for name in ("architecture", "os", "rootfs")}
    return {**always, **_some(whole, random)}


def _some(mapping: dict[str, Any], random: Random) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if random.random() < 0.8}


def odd(found: dict[str, Any], random: Random) -> str:
    """Write a configuration as JSON with a key in another case or twice, or a value of another type."""
    text = json.dumps(found)
    choice = random.randrange(4)
    if choice == 0:
        key = random.choice(("User", "Env", "config", "history", "created", "Labels", "Entrypoint"))
        return text.replace(f'"{key}"', f'"{random.choice((key.upper(), key.lower(), key.title()))}"')
    if choice == 1:
        return text.replace(
            '"User"', f'"User": {json.dumps(random.choice(USERS))}, "{random.choice(("User", "user"))}"'
        )
    if choice == 2:
        return text.replace('"os"', f'"Config": {{"User": {json.dumps(random.choice(USERS))}}}, "os"')
    value = random.choice(("7", "null", "[]", "{}", "true", '"x"', "[7]", '{"a": 7}'))
    key = random.choice(("User", "Env", "Entrypoint", "WorkingDir", "Labels", "Volumes", "config", "history"))
    return text.replace(f'"{key}": ', f'"{key}": {value}, "x{key}": ')
