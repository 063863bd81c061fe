# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares what the gate makes of VMX files with what VMware's own reader and libvirt make of them.

Every entry that VMware's reader finds the gate has to find, with the same value, and no other. Of a whole
machine the folders, whether the guest may write, the screens and the serial lines have to be those of the domain that
libvirt makes.
"""

from __future__ import annotations

import random
from typing import Any
from xml.etree import ElementTree as ET

from gate.dialects.vmx import machine
from gate.model.errors import InputError
from gate.model.source import Source
from gate.syntax.vmx import entries
from tests.conformance.vmx import dictionary, generate, native

#: How many disagreements are shown for each set.
SHOWN = 15

#: Made by hand, each for one thing that is easily got wrong.
CASES = (
    "",
    "a",
    "a = b c\n",
    'a = b"c\n',
    'a"b = "c"\n',
    'a = "x" y\n',
    'a = "x" # y\n',
    'a = "b"\rc = "d"\r\ne = f\n',
    'a = "1|22|7c|"\n',
    "a = ||41\nb = |4|41\nc = |4\nd = |\ne = |C3|BC\n",
    'a = "x\0y"\nb = c\0d\n\0e = f\n',
    'A.b = 1\na.B = "2"\n',
    'a = #\nb ="#"\n= c\n#d = e\n',
    "a = b\vc\n",
)


def main(arguments: list[str]) -> int:
    """Compare all sets; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "20000"))
    dictionary.is_there()
    print(f"against {dictionary.LIBRARY} of open-vm-tools and libvirt {native.version()}, seed {seed}")
    chance = random.Random(seed)
    wrong = _lines("the cases of lines", list(CASES))
    wrong += _lines("random lines", [generate.lines(chance) for _ in range(count)])
    wrong += _machines([generate.machine(chance) for _ in range(count // 4)])
    for line in wrong if "all" in options else wrong[:SHOWN]:
        print(f"  {line}")
    return int(bool(wrong))


def _lines(name: str, texts: list[str]) -> list[str]:
    """Compare the entries of some texts, print the counts, and return what differs."""
    wrong: list[str] = []
    values = refused = 0
    for text, answer in zip(texts, dictionary.ask(texts), strict=True):
        theirs = {key.lower(): value for key, value in answer}
        try:
            found = entries(Source("a.vmx", text.encode("utf-8", "surrogateescape")))
        except InputError:
            refused += 1
            continue
        values += len(theirs)
        ours = {key: one.value for key, one in found.items()}
        wrong += [f"{text!r}: {ours} {theirs}"] * (ours != theirs)
    print(f"{name}: {len(texts)} texts, {refused} refused for their quotes, {values} values, {len(wrong)} differ")
    return wrong


def _machines(texts: list[str]) -> list[str]:
    """Compare whole machines with libvirt's, print the counts, and return what differs."""
    wrong: list[str] = []
    facts = refused = 0
    for text, domain in zip(texts, native.ask(texts), strict=True):
        if domain is None:
            refused += 1
            continue
        ours, theirs = _ours(text), _theirs(domain)
        facts += len(ours)
        wrong += [f"{text!r}: {ours} {theirs}"] * (ours != theirs)
    print(f"machines: {len(texts)}, {refused} of which libvirt refuses, {facts} facts, {len(wrong)} differ")
    return wrong


def _ours(text: str) -> list[Any]:
    found: Any = machine(Source("m.vmx", text.encode()))
    container = found.containers.members[0].value
    mounts = [
        ("folder", one.value.source.value, one.value.target, one.value.read_only.value)
        for one in container.exposure.mounts.members
    ]
    devices = [("device", one.value.path) for one in container.exposure.devices.members]
    consoles = [(one.value.split()[0],) for one in found.machine.consoles.members]
    return sorted((*mounts, *devices, *consoles), key=repr)


def _theirs(text: str) -> list[Any]:
    devices = ET.fromstring(text).find("devices")  # noqa: S314 - libvirt wrote it
    found: list[Any] = []
    for one in devices if devices is not None else ():
        source = one.find("source")
        at = source.attrib if source is not None else {}
        if one.tag == "filesystem":
            target = one.find("target")
            name = target.attrib.get("dir") if target is not None else None
            found.append(("folder", at.get("dir"), name, one.find("readonly") is not None))
        elif one.tag == "graphics" and "passwd" not in one.attrib and not _is_local(one.attrib.get("listen", "")):
            found.append(("VNC",))
        elif one.tag == "serial" and one.attrib["type"] == "dev":
            found.append(("device", at.get("path")))
        elif one.tag == "serial" and one.attrib["type"] == "tcp":
            protocol = one.find("protocol")
            is_secret = protocol is not None and protocol.attrib["type"] == "telnets"
            if at["mode"] == "bind" and not is_secret and not _is_local(at["host"]):
                found.append(("a",))
    return sorted(found, key=repr)


def _is_local(address: str) -> bool:
    return address.startswith("127.")
