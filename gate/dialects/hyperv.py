"""The machines that a PowerShell script makes with Hyper-V's cmdlets; the script is never run.

Cmdlets, parameters and defaults: MicrosoftDocs windows-powershell-docs, module Hyper-V; what they are worth:
Microsoft's Hyper-V security plan. A cmdlet whose machine cannot be named speaks of every machine of the script.
"""

from __future__ import annotations

from gate.dialects.machine import Parts, guest
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown
from gate.model.machine import Machine
from gate.model.workload import Device
from gate.syntax.powershell import commands, literals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.source import Source
    from gate.model.workload import Workload
    from gate.syntax.powershell import Command

#: What hands hardware of the host to a machine.
_DEVICES = {
    "add-vmassignabledevice": "a PCI device",
    "add-vmgpupartitionadapter": "a part of a graphics card",
    "add-vmremotefx3dvideoadapter": "a RemoteFX card",
    "add-vmfibrechannelhba": "a Fibre Channel adapter",
}

#: Kinds of isolation that keep the host out of the guest's memory.
_CLOSED = ("snp", "tdx")

_TRUE = ("$true", "1", "on", "")


class Script:
    """The commands of one script, by the machine that they speak of."""

    def __init__(self, source: Source) -> None:
        """Read the script."""
        self.source = source
        self.variables = literals(source.text)
        self.commands = [one for one in commands(source.text) if "-" in one.name]
        self.made = [one for one in self.commands if one.name == "new-vm"]

    def at(self, one: Command) -> Location:
        """Return where a command is written."""
        return self.source.location(one.start, one.end)

    def value(self, text: str | None) -> str | None:
        """Return a value, through the variable that it is where one literal says it; None for what is not known."""
        if text is None or not text.startswith("$") or text.lower() in ("$true", "$false", "$null"):
            return text
        return self.variables.get(text.lower())

    def name(self, one: Command) -> str | None:
        """Return the name of the machine that a command speaks of; None where it cannot be known."""
        given = one.parameter("vmname", "name") or one.first
        return self.value(given)

    def about(self, machine: str) -> Iterator[Command]:
        """Yield the commands that speak of a machine, or may."""
        for one in self.commands:
            name = self.name(one)
            if name is None or name.lower() == machine.lower() or "$" in name:
                yield one


def machines(source: Source) -> tuple[Workload, ...]:
    """Return the machines that a script makes."""
    script = Script(source)
    found: dict[str, Command] = {}
    for number, one in enumerate(script.made):
        name = script.name(one) or f"machine-{number + 1}"
        found.setdefault(name, one)
    return tuple(_machine(script, name, one) for name, one in found.items())


def _machine(script: Script, name: str, made: Command) -> Workload:
    at = script.at(made)
    about = list(script.about(name))
    splatted = next(
        (word for one in about for word in one.words if word.text.startswith("@") and not word.is_quoted), None
    )
    reason = f"parameters are handed over by the variable {splatted.text[:40]}" if splatted is not None else ""
    devices = tuple(Stated(one, one.at) for one in _devices(script, about))
    parts = Parts(
        Items((), at),
        Items(devices, at),
        Items((), at),
        Machine(
            Items((), at),
            Items((), at),
            Items(tuple(_channels(script, about)), at),
            Items((), at),
            _nested(script, about, at),
        ),
        _memory(script, made, at),
        Inapplicable("a script does not say what system the guest runs", at),
    )
    native = _native(script, made, reason, at)
    return guest(f"{script.source.path}#Machine/{name}", name, "hyper-v", at, native, parts)


def _native(script: Script, made: Command, reason: str, at: Location) -> Setting[str]:
    """Return the boundary; without a word of isolation, or where that is not known, it is an ordinary machine's."""
    kind = (script.value(made.parameter("gueststateisolationtype")) or "").lower()
    return Stated("confidential-vm" if kind in _CLOSED and not reason else "vm", at)


def _memory(script: Script, made: Command, at: Location) -> Setting[str]:
    text = made.parameter("memorystartupbytes")
    if text is None:
        return Defaulted("1GB", at)
    return Stated(script.value(text) or text, at)


def _devices(script: Script, about: list[Command]) -> Iterator[Device]:
    for one in about:
        if one.name in _DEVICES:
            yield Device(_DEVICES[one.name], "rwm", script.at(one))
        elif one.name == "add-vmharddiskdrive" and one.parameter("disknumber") is not None:
            yield Device("a disk", "rwm", script.at(one))


def _channels(script: Script, about: list[Command]) -> Iterator[Setting[str]]:
    """Yield what a host shares with its machines; the second is off until somebody turns it on."""
    for one in script.commands:
        given = one.parameter("enableenhancedsessionmode") if one.name == "set-vmhost" else None
        if given is not None and given.lower() in _TRUE:
            yield Stated("clipboard, drives and devices by enhanced sessions", script.at(one))
    for one in about:
        if one.name in ("enable-vmintegrationservice", "copy-vmfile"):
            words = " ".join(word.text.lower() for word in one.words)
            if one.name == "copy-vmfile" or "guest service interface" in words or "$" in words:
                yield Stated("files, by the guest service interface", script.at(one))


def _nested(script: Script, about: list[Command], at: Location) -> Setting[bool]:
    found: Setting[bool] = Defaulted(False, at)
    for one in about:
        given = one.parameter("exposevirtualizationextensions") if one.name == "set-vmprocessor" else None
        if given is not None:
            known = script.value(given)
            where = script.at(one)
            found = Unknown("a variable decides it", where) if known is None else Stated(known.lower() in _TRUE, where)
    return found
