# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares what the gate takes access lists to let through with the rules that LXD writes for the firewall.

LXD puts the lists of a bridge, in the order in which they count, into a chain of nftables. The first rule there that is
for everything decides what becomes of whatever no rule before it named. What guards a card in Incus is made by the same
rules, of which only the interfaces differ.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gate.model.evidence import known
from gate.model.source import Source
from gate.model.workload import Workload
from gate.pipeline.files import Files
from gate.readers.incus import READER

if TYPE_CHECKING:
    from random import Random

    from tests.conformance.incus.oracle import Server

COUNT = 150

#: How a chain names what goes to the bridge and what comes from it.
_SIDES = {"ingress": "oifname", "egress": "iifname"}
_ENDS = {"ingress": "source", "egress": "destination"}
#: A match of addresses, by family, and the address that stands for all of one.
_MATCH = re.compile(r"(ip6?) [sd]addr (\{[^}]*\}|\S+) ?")
_WHOLE = {"ip": "0.0.0.0/0", "ip6": "::/0"}
_VERDICTS = ("accept", "drop", "reject")

_ADDRESSES = ("", "", "0.0.0.0/0", "::/0", "10.0.0.0/8", "192.0.2.1,198.51.100.0/24", "10.0.0.0/8,0.0.0.0/0")
_ACTIONS = (*("allow",) * 12, *("drop", "reject") * 3, "accept")
_STATES = (*("enabled",) * 12, *("disabled", "logged") * 3, "on")

#: What becomes of what no rule names, in either direction; each pair has a bridge of its own.
_DEFAULTS = [
    (ingress, egress) for ingress in ("", "allow", "drop", "reject") for egress in ("", "allow", "drop", "reject")
]


def _rule(chance: Random, direction: str) -> dict[str, str]:
    rule = {"action": chance.choice(_ACTIONS), "state": chance.choice(_STATES)}
    address = chance.choice(_ADDRESSES)
    if address:
        rule[_ENDS[direction]] = address
    if chance.random() < 0.4:
        rule |= {
            "protocol": chance.choice(("tcp", "udp")),
            "destination_port": chance.choice(("443", "1-1024", "53,80")),
        }
    return rule


def _lists(chance: Random) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "config": {},
            **{one: [_rule(chance, one) for _ in range(chance.choice((0, 1, 1, 2, 3)))] for one in _SIDES},
        }
        for name in ("web", "more")
    ]


def compare(server: Server, chance: Random, shown: int) -> int:
    """Compare random access lists; return how many directions are read wrongly."""
    for name in ("web", "more"):
        server.ask("POST", "/1.0/network-acls", {"name": name, "ingress": [], "egress": []})
    for number, pair in enumerate(_DEFAULTS):
        config = {"ipv4.address": f"10.99.{number}.1/24", "ipv6.address": "none", "ipv4.dhcp": "false"}
        body = {
            "name": f"br{number}",
            "type": "bridge",
            "config": {**config, "security.acls": "web,more", **_named(pair)},
        }
        made = server.ask("POST", "/1.0/networks", body)
        if made.get("error"):
            raise SystemExit(f"LXD makes no bridge: {made['error']}")
    counted: Counter[str] = Counter()
    wrong: list[str] = []
    for _ in range(COUNT):
        lists, number = _lists(chance), chance.randrange(len(_DEFAULTS))
        refused = any(server.ask("PUT", f"/1.0/network-acls/{one['name']}", one).get("error") for one in lists)
        ours = _ours(lists, _named(_DEFAULTS[number]))
        for direction in _SIDES:
            kind = "refused" if refused else "left open" if ours[direction] is None else "compared"
            counted[kind] += 1
            theirs = _closed(server.chain(f"acl.br{number}"), direction) if kind == "compared" else None
            if kind == "compared" and ours[direction] != theirs:
                wrong.append(f"{direction}: {ours[direction]}, and is {theirs}: {lists} {_DEFAULTS[number]}")
    print(f"access lists: {dict(counted)}, {len(wrong)} wrong")
    for line in wrong[:shown]:
        print(f"  {line}")
    return len(wrong)


def _named(pair: tuple[str, str]) -> dict[str, str]:
    given = zip(_SIDES, pair, strict=True)
    return {f"security.acls.default.{direction}.action": action for direction, action in given if action}


def _closed(chain: str, direction: str) -> bool:
    """Say whether what no rule names is kept out, of either family, by the first rule that is for all of it."""
    return all(_closed_to(chain, direction, family) for family in _WHOLE)


def _closed_to(chain: str, direction: str, family: str) -> bool:
    for line in chain.split("\n"):
        match = _MATCH.search(line)
        if match is not None and (match[1] != family or _WHOLE[family] not in match[2].strip("{} ").split(", ")):
            continue
        side, _name, *rest = [*_MATCH.sub("", line.strip()).split(), "", ""]
        if side == _SIDES[direction] and rest[0] == "log":
            rest = [word for word in rest if word in _VERDICTS] or [""]
        if side == _SIDES[direction] and rest[0] in _VERDICTS:
            return rest[0] != "accept"
    raise ValueError(f"no rule of the chain is for everything: {chain}")


def _ours(lists: list[dict[str, Any]], defaults: dict[str, str]) -> dict[str, bool | None]:
    """Return what the gate says of an instance whose card has the lists."""
    names = ",".join(str(one["name"]) for one in lists)
    card = {"type": "nic", "nictype": "bridged", "security.acls": names, **defaults}
    instance = json.dumps({"name": "c", "type": "container", "devices": {"eth0": card}}, indent=1)
    with tempfile.TemporaryDirectory() as folder:
        for one in lists:
            text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in one.items())
            (Path(folder) / f"{one['name']}.yaml").write_text(text, encoding="utf-8")
        (subject,) = READER.read(Source("c.yaml", instance.encode()), Files(folder)).subjects
    assert isinstance(subject, Workload)
    assert subject.segments is not None
    return {"ingress": known(subject.segments.ingress), "egress": known(subject.segments.egress)}
