# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares what the gate makes of Vagrantfiles with what Vagrant makes of them.

The machines, their folders, what VirtualBox is told of them and what decides their boundary with libvirt have to be the
same. What the gate leaves open is counted and no difference, as long as it is open where Vagrant has an answer.
"""

from __future__ import annotations

import random
from typing import Any

from gate.dialects import vagrant
from gate.model.evidence import Defaulted, Stated
from gate.model.source import Source
from tests.conformance.vagrant import generate, oracle

#: How many disagreements are shown.
SHOWN = 15


def main(arguments: list[str]) -> int:
    """Compare generated files; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "120"))
    print(f"against Vagrant {oracle.version()}, seed {seed}")
    chance = random.Random(seed)
    files = [generate.vagrantfile(chance) for _ in range(count)]
    wrong: list[str] = []
    facts = left_open = refused = 0
    for (text, provider), answer in zip(files, oracle.ask(files), strict=True):
        if isinstance(answer, str):
            refused += 1
            continue
        ours = {one.name: one for one in vagrant.machines(Source("Vagrantfile", text.encode()))}
        theirs = {one["name"]: one for one in answer}
        if ours.keys() != theirs.keys():
            # A quote that is none hides what follows; the gate then says that it has not seen all.
            if all(not one.containers.members[0].value.exposure.mounts.complete for one in ours.values()):  # type: ignore[union-attr]
                left_open += len(theirs)
                continue
            wrong.append(f"{text}: {sorted(ours)} {sorted(theirs)}")
            continue
        for name, found in ours.items():
            said, opened, odd = _compared(found, theirs[name], provider)
            facts, left_open = facts + said, left_open + opened
            wrong += (f"{text}: {name}: {one}" for one in odd)
    print(f"{count} files, {refused} refused, {facts} facts, {left_open} left open, {len(wrong)} differ")
    for line in wrong if "all" in options else wrong[:SHOWN]:
        print(f"  {line}")
    return int(bool(wrong))


def _compared(found: Any, theirs: Any, provider: str) -> tuple[int, int, list[str]]:
    """Return how many facts there are, how many are left open, and what differs of one machine."""
    expected = _folders(theirs)
    container = found.containers.members[0].value
    mounts = container.exposure.mounts
    certain = [one for one in mounts.members if isinstance(one, Stated)]
    ours = {_folder(one.value) for one in certain if isinstance(one.value.source, Stated)}
    opened = len(mounts.members) - len(ours) + (not mounts.complete)
    wrong = [f"there is no folder {one}" for one in ours - expected]
    if len(expected - ours) > opened and mounts.complete:
        wrong += [f"a folder is missed: {expected - ours}"]
    machine = found.machine
    for name, is_so, setting in (
        ("nested", _is_nested(theirs, provider), machine.nested),
        ("emulated", provider == "libvirt" and theirs["set"].get("@driver") == "qemu", found.sandbox.native),
    ):
        if not isinstance(setting, Stated | Defaulted):
            opened += 1
        elif is_so != (setting.value in (True, "emulated-vm")):
            wrong.append(f"{name} is {is_so}")
    shown = _is_shown(theirs, provider)
    read = [isinstance(one, Stated) for one in machine.consoles.members]
    if shown != any(read) and (shown or False not in read):
        opened_console = shown and False in read
        opened += opened_console
        wrong += [f"a screen: {shown}"] * (not opened_console)
    return len(expected) + 3, opened, wrong


def _folder(mount: Any) -> tuple[str, str, bool]:
    target = mount.target if not mount.target.startswith("?") else ""
    return mount.source.value, target, bool(mount.read_only.value)


def _folders(theirs: Any) -> set[tuple[str, str, bool]]:
    """Return the folders that are shared, those that VirtualBox is told of by itself included."""
    found = set()
    for one in theirs["folders"]:
        if not one.get("disabled") and str(one.get("type", "")) != "rsync":
            options = [word for text in one.get("mount_options") or () for word in text.split(",")]
            found.add((one["hostpath"], one["guestpath"], "ro" in options))
    for words in theirs["told"]:
        if words[:2] == ["sharedfolder", "add"]:
            found.add((words[words.index("--hostpath") + 1], words[words.index("--name") + 1], "--readonly" in words))
    return found


def _is_nested(theirs: Any, provider: str) -> bool:
    if provider == "libvirt":
        return bool(theirs["set"].get("@nested") == "true")
    told = [words for words in theirs["told"] if "--nested-hw-virt" in words]
    return bool(told) and told[-1][-1] == "on"


def _is_shown(theirs: Any, provider: str) -> bool:
    if provider == "libvirt":
        own = theirs["set"]
        return own.get("@graphics_ip") == "0.0.0.0" and not own.get("@graphics_passwd")  # noqa: S104 - read, not bound
    return any("--vrde" in words for words in theirs["told"])
