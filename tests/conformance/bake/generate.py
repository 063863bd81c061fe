"""Random Bake files: variables, expressions, matrices, inheritance, and the same in JSON and in overrides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

NAMES = ("app", "db", "web", "_base", "_more")
ARGUMENTS = ("BASE", "TAG", "VERSION", "GO-VERSION")
VARIABLES = ("TAG", "REGISTRY", "DEBUG", "COUNT", "UNSET", "TOP")

_HEAD = """variable "TAG" { default = "1.2" }
variable "REGISTRY" {
  default = "registry.example/${lower("TEAM")}"
}
variable "DEBUG" { default = false }
variable "COUNT" { default = 3 }
variable "UNSET" {}
TOP = "top-${TAG}"
"""


def _text(chance: Random) -> str:
    return chance.choice(("a", "debian:13", "x-y_z", "", "1.20"))


def expression(chance: Random, names: tuple[str, ...], depth: int = 0) -> str:
    """Return an expression that is a text."""
    if depth > 2 or chance.random() < 0.4:
        name = chance.choice(names)
        return chance.choice((json.dumps(_text(chance)), name, f'"${{{name}}}"', f'"v${{{name}}}-x"'))
    one, other = (expression(chance, names, depth + 1) for _ in range(2))
    return chance.choice(
        (
            f"upper({one})",
            f"lower({one})",
            f"sanitize({one})",
            f'replace({one}, "a", "b")',
            f'trimprefix({one}, "v")',
            f'join("-", [{one}, {other}])',
            f'element(split("-", {one}), 0)',
            f"notequal({one}, {other}) ? {one} : {other}",
            f"equal({one}, {other}) ? {other} : {one}",
            f"{one} == {other} ? {one} : {other}",
            f"DEBUG ? {one} : {other}",
            f"and(DEBUG, true) ? {one} : {other}",
            f"or(DEBUG, not(DEBUG)) ? {one} : {other}",
            f'format("%s:%s", {one}, {other})',
            f'"${{{one}}}/${{{other}}}"',
            f"title({one})",
            'substr("abcdef", 1, 3)',
            f"coalesce({one}, {other})",
            f"concat([{one}], [{other}])[1]",
            f'lookup({{ a = {one} }}, "a", {other})',
            f'regex_replace({one}, "a", "b")',
            f"reverse({one})",
            f'trimspace("  ${{{one}}} ")',
            f"strlen({one})",
        )
    )


def _attributes(chance: Random, names: tuple[str, ...], own: str) -> list[str]:
    lines = []
    if chance.random() < 0.7:
        given = chance.sample(ARGUMENTS, chance.randint(1, 3))
        inner = ", ".join(f'"{name}" = {expression(chance, names)}' for name in given)
        lines.append(f"args = {{ {inner} }}")
    if chance.random() < 0.3:
        lines.append(f"dockerfile = {expression(chance, names)}")
    if chance.random() < 0.3:
        lines.append("context = " + chance.choice(('"."', '"app"', expression(chance, names))))
    if chance.random() < 0.2:
        lines.append(f"target = {expression(chance, names)}")
    if chance.random() < 0.2:
        lines.append(f'contexts = {{ debian = "docker-image://debian:13", src = {expression(chance, names)} }}')
    if chance.random() < 0.3:
        lines.append("network = " + chance.choice(('"host"', '"none"', "null")))
    if chance.random() < 0.3:
        lines.append("entitlements = " + chance.choice(('["security.insecure"]', '["network.host"]', "[]", "null")))
    if chance.random() < 0.2:
        lines.append(f'dockerfile-inline = "FROM ${{{expression(chance, names)}}}"')
    parents = [name for name in NAMES if name != own]
    if chance.random() < 0.4:
        lines.append(f"inherits = {json.dumps(chance.sample(parents, chance.randint(1, 2)))}")
    return lines


def _target(chance: Random, name: str) -> str:
    names: tuple[str, ...] = VARIABLES
    head = []
    if chance.random() < 0.15:
        head = ['name = "' + name + '-${item}"', 'matrix = { item = ["a", "b"] }']
        names = (*VARIABLES, "item")
    lines = "".join(f"  {line}\n" for line in [*head, *_attributes(chance, names, name)])
    return f'target "{name}" {{\n{lines}}}\n'


def _json(chance: Random) -> str:
    targets: dict[str, Any] = {}
    for name in chance.sample(NAMES, 2):
        texts = ("debian:${TAG}", "${REGISTRY}/a", "a", "$${TAG}", "${upper(TAG)}", "${UNSET}")
        targets[name] = {"args": {chance.choice(ARGUMENTS): chance.choice(texts)}}
        if chance.random() < 0.3:
            targets[name]["entitlements"] = ["security.insecure"]
    return json.dumps({"target": targets})


def files(chance: Random) -> dict[str, str]:
    """Return the files of one run, in the order in which Bake merges them."""
    found = {}
    if chance.random() < 0.3:
        found["docker-bake.json"] = _json(chance)
    found["docker-bake.hcl"] = _HEAD + "".join(_target(chance, name) for name in NAMES)
    if chance.random() < 0.3:
        override = "".join(_target(chance, name) for name in chance.sample(NAMES, 2))
        found["docker-bake.override.hcl"] = override + chance.choice(("", 'TAG = "9"\n'))
    return found
