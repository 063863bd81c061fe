# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares what the gate makes of settings of VirtualBox and of a Vagrantfile's `customize` with what VirtualBox does.

What VirtualBox shows of a machine once it has read the settings, or done the commands, has to be what the gate reads.
What the gate leaves open is counted and no difference; settings that VirtualBox refuses are left out.
"""

from __future__ import annotations

import random
from typing import Any

from gate.dialects import vagrant, vbox
from gate.model.evidence import Defaulted, Stated
from gate.model.source import Source
from gate.syntax.xml_tree import parse
from tests.conformance.virtualbox import generate, oracle

#: How many disagreements are shown for each set.
SHOWN = 15


def main(arguments: list[str]) -> int:
    """Compare all sets; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "60"))
    print(f"against VirtualBox {oracle.version()}, seed {seed}")
    chance = random.Random(seed)
    texts = {f"m{index}": generate.settings(chance, f"m{index}") for index in range(count)}
    wrong = _compared("settings", texts, oracle.of_settings(texts), _of_settings)
    told = {f"c{index}": generate.commands(chance) for index in range(count)}
    files = {name: _vagrantfile(commands) for name, commands in told.items()}
    wrong += _compared("commands", files, oracle.of_commands(told), _of_vagrantfile)
    for line in wrong if "all" in options else wrong[:SHOWN]:
        print(f"  {line}")
    return int(bool(wrong))


def _vagrantfile(commands: list[list[str]]) -> str:
    words = ("".join(f", {':id' if word == ':id' else repr(word)}" for word in one)[2:] for one in commands)
    lines = "".join(f"    v.customize [{one}]\n" for one in words)
    return (
        'Vagrant.configure("2") do |config|\n  config.vm.synced_folder ".", "/vagrant", disabled: true\n'
        f'  config.vm.provider "virtualbox" do |v|\n{lines}  end\nend\n'
    )


def _compared(name: str, texts: dict[str, str], shown: dict[str, str], read: Any) -> list[str]:
    """Compare one set, print the counts, and return what differs."""
    wrong: list[str] = []
    facts = left_open = 0
    for key, said in shown.items():
        ours, unknown = read(texts[key])
        theirs = oracle.facts(said)
        facts += len(theirs)
        left_open += len(unknown)
        odd = {one for one in ours ^ theirs if one[0] not in unknown}
        wrong += [f"{texts[key]}: {sorted(ours - theirs)} {sorted(theirs - ours)}"] * bool(odd)
    print(
        f"{name}: {len(texts)}, {len(texts) - len(shown)} refused, {facts} facts, {left_open} open, {len(wrong)} differ"
    )
    return wrong


def _of_settings(text: str) -> tuple[set[tuple[str, ...]], set[str]]:
    return _facts(vbox.machine(parse(Source("m.vbox", text.encode())), "m.vbox"))


def _of_vagrantfile(text: str) -> tuple[set[tuple[str, ...]], set[str]]:
    return _facts(vagrant.machines(Source("Vagrantfile", text.encode()))[0])


_KINDS = {"the clipboard": "clipboard", "drag and drop": "draganddrop", "files by the clipboard": "files"}


def _facts(found: Any) -> tuple[set[tuple[str, ...]], set[str]]:
    """Return what counts of a machine as the gate reads it, and the kinds that it leaves open."""
    container, machine = found.containers.members[0].value, found.machine
    facts: set[tuple[str, ...]] = set()
    unknown: set[str] = set()
    memory = container.resources.memory_limit
    facts |= {("memory", memory.value)} if isinstance(memory, Stated) else set()
    unknown |= set() if isinstance(memory, Stated) else {"memory"}
    for one in container.exposure.mounts.members:
        if isinstance(one.value.read_only, Stated | Defaulted):
            access = "readonly" if one.value.read_only.value else "writable"
            facts.add(("folder", one.value.target, one.value.source.value, access))
        else:
            unknown.add("folder")
    for one in machine.consoles.members:
        if isinstance(one, Stated):
            facts.add(("screen" if "display" in one.value else "line",))
        else:
            unknown.add("screen" if "display" in one.reason else "line")
    facts |= {(_KINDS[one.value.partition(" (")[0]],) for one in machine.channels.members}
    facts |= {("debugger",) for _ in machine.monitors.members}
    facts |= {("filter",) for one in container.exposure.devices.members if "filter" in one.value.path}
    facts |= {("extra", one.value.name.removeprefix("vbox:")) for one in found.sandbox.tweaks.members}
    facts |= {("nested",)} if machine.nested.value else set()
    return facts, unknown
