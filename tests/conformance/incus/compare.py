# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's evidence of Incus and LXD instances with what a server of LXD makes of them.

Three things are asked of every instance. What LXD refuses for a key or device that evidence rests on, the gate has to
leave open or to name. What LXD says that profiles and the instance's own keys come to has to be read as the files
themselves are. And the configuration of LXC that it writes has to mean what the gate takes the keys for.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conformance.incus import acls, generate, keys
from tests.conformance.incus.evidence import Ours, expanded, layered, theirs
from tests.conformance.incus.oracle import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tests.conformance.incus.evidence import Facts
    from tests.conformance.incus.oracle import Answer

SHOWN = 15

#: Refusals that say nothing about how well a workload is isolated, or that differ between LXD and Incus.
APART = (
    "Unknown configuration key",
    "mutually exclusive",
    "Mutually exclusive",
    "More than one disk device uses the same path",
    "Duplicate NIC name detected",
    "Process limits should be set",
    # What Incus has, and LXD has not: a disk in memory, and networks in `raw.lxc`.
    "Only interface-specific ipv4/ipv6 lxc.net. keys are allowed",
    "Source path must be absolute for local sources",
)

#: Devices that a container has once they are plugged in.
_PLUGGED = ("the unix-hotplug device", "the usb device")

#: What liblxc says of `raw.lxc`, which LXD asks only when it starts.
_LOADED = "Failed to load config file"


def main(arguments: list[str]) -> int:
    """Compare; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "1000"))
    chance = random.Random(seed)
    instances = [generate.instance(chance) for _ in range(count)]
    with Server() as server:
        print(f"against LXD {server.version()}, seed {seed}")
        answers = server.all(instances)
        unlike = acls.compare(server, chance, SHOWN)
    counted: Counter[str] = Counter()
    wrong: list[str] = []
    for instance, answer in zip(instances, answers, strict=True):
        wrong += (f"{instance}: {line}" for line in _compare(instance, answer, counted))
    print(", ".join(f"{number} {what}" for what, number in sorted(counted.items())) + f", {len(wrong)} wrong")
    for line in wrong if "all" in options else wrong[:SHOWN]:
        print(f"  {line}")
    files = [Path(argument) for argument in arguments if not argument.startswith("-")]
    return int(bool(wrong) + unlike + sum(keys.compare(file) for file in files) > 0)


def _compare(instance: dict[str, Any], answer: Answer, counted: Counter[str]) -> Iterator[str]:
    """Yield what differs about one instance."""
    files = layered(instance)
    ours = Ours(files)
    refused = answer.refused or (answer.unstarted if _LOADED in answer.unstarted else "")
    if refused:
        named = any(one.problems or one.unknowns for one in (Ours(files, name) for name in files))
        counted["refused by both" if named else "refused by LXD alone"] += 1
        if not named and not any(text in refused for text in APART):
            yield f"is refused by LXD alone: {refused}"
        return
    if answer.unstarted and ours.problems:
        counted["not started for want of something"] += 1
        return
    if ours.problems:
        yield f"is refused by the gate alone: {ours.problems[0]}"
        return
    yield from _differing(ours.facts, Ours(expanded(answer)).facts, "expanded", counted)
    if answer.lxc:
        expected = theirs(answer)
        mine = {name: values for name, values in ours.facts.items() if name in expected}
        mine["mounts"] = [mount for mount in mine["mounts"] if not mount.startswith(generate.PROXIED)]
        mine["devices"] = [device for device in mine["devices"] if not device.startswith(_PLUGGED)]
        yield from _differing(mine, expected, "for LXC", counted)
    else:
        counted["not started for want of something"] += 1


def _differing(ours: Facts, expected: Facts, how: str, counted: Counter[str]) -> Iterator[str]:
    for name, values in expected.items():
        if ours[name] == values:
            counted["facts equal"] += 1
        else:
            yield f"{how}, {name} is {values}, not {ours[name]}"
