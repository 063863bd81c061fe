# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares what the gate reads of the targets of Bake files with what buildx resolves them to.

What buildx refuses builds nothing; what the gate does not evaluate is unknown to it, which is counted and never wrong.
A variable without a default is empty to buildx where the environment is, and unknown to the gate, which cannot see it.
"""

from __future__ import annotations

import random
from typing import Any

from gate.dialects.bake import Bake, Target
from gate.model.source import Source
from gate.syntax import hcl, json
from gate.syntax.hcl_scalars import as_string
from gate.syntax.tree import Mapping, Node, Opaque, Sequence
from tests.conformance.bake.generate import files
from tests.conformance.bake.oracle import ask, modules

SHOWN = 15

_ATTRIBUTES = {"dockerfile": "Dockerfile", "context": ".", "target": None, "network": None, "dockerfile-inline": None}
_THEIRS = {"target": "stage", "dockerfile-inline": "inline"}

#: What stands for a value that the gate does not know.
UNKNOWN = object()


def main(arguments: list[str]) -> int:
    """Compare random sets of files."""
    options = dict(argument.lstrip("-").split("=") for argument in arguments if "=" in argument)
    chance = random.Random(int(options.get("seed", "1")))
    sets = [files(chance) for _ in range(int(options.get("count", "3000")))]
    print(modules())
    wrong: list[str] = []
    counts = {"refused": 0, "targets": 0, "facts": 0, "unknown": 0}
    for one, told in zip(sets, ask(sets), strict=True):
        if "error" in told:
            counts["refused"] += 1
        else:
            wrong += _compare(one, told["targets"], counts)
    print(f"{len(sets)} sets of files, " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    for line in wrong if "--all" in arguments else wrong[:SHOWN]:
        print(line)
    print(f"{len(wrong)} disagreements")
    return 1 if wrong else 0


def _compare(one: dict[str, str], theirs: dict[str, Any], counts: dict[str, int]) -> list[str]:
    wrong = []
    for target in Bake([_parsed(name, text) for name, text in one.items()]).targets():
        if target.name not in theirs:
            if not any(isinstance(node, Opaque) for node in target.entries.values()) and not target.open_because:
                wrong.append(f"{one}\nthe gate alone has the target {target.name}")
            continue
        counts["targets"] += 1
        expected = _expected(theirs[target.name])
        for key, mine in _evidence(target).items():
            counts["facts"] += 1
            if mine is UNKNOWN:
                counts["unknown"] += 1
            elif mine != expected.get(key):
                wrong.append(f"{one}\n{target.name} {key}: {mine!r}, buildx: {expected.get(key)!r}")
    return wrong


def _parsed(name: str, text: str) -> hcl.Document | Mapping:
    source = Source(name, text.encode())
    if name.endswith(".json"):
        root = json.parse(source).root
        assert isinstance(root, Mapping)
        return root
    return hcl.parse(source)


def _evidence(target: Target) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, default in _ATTRIBUTES.items():
        node = target.entries.get(name)
        found[name] = _value(node) if node is not None else UNKNOWN if target.open_because else default
    found["dockerfile"] = found["dockerfile"] or "Dockerfile"
    for name in ("args", "contexts"):
        entries, reason = target.table(name)
        found |= {f"{name}.{key}": _value(node) for key, node in entries.items()}
        if not reason and not any(isinstance(node, Opaque) for node in entries.values()):
            found[name] = sorted(entries)
    listed = target.entries.get("entitlements")
    if isinstance(listed, Sequence):
        found["entitlements"] = sorted({str(as_string(item)) for item in listed.items} - {"network.host"})
    return found


def _value(node: Node) -> Any:
    return UNKNOWN if isinstance(node, Opaque) else as_string(node)


def _expected(target: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: target[_THEIRS.get(name, name)] for name in _ATTRIBUTES}
    for name in ("args", "contexts"):
        table = target[name] or {}
        found |= {f"{name}.{key}": value for key, value in table.items()}
        found[name] = sorted(table)
    found["entitlements"] = sorted(set(target["entitlements"] or ()) - {"network.host"})
    return found
