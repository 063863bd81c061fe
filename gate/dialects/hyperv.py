"""The machines that a PowerShell script makes with Hyper-V's cmdlets; the script is never run.

Cmdlets, parameters and defaults: MicrosoftDocs windows-powershell-docs, module Hyper-V; what they are worth:
Microsoft's Hyper-V security plan. A cmdlet whose machine cannot be named speaks of every machine of the script.
"""

from __future__ import annotations

from gate.dialects.guest_os import UNSTATED
from gate.dialects.machine import Parts, guest
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.model.machine import Machine
from gate.model.record import replace
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

#: What runs text or other files, which may say more of a machine.
_RUNS = ("invoke-expression", "iex", "&", ".", "import-module", "invoke-command")

#: Machines of one script, and their number times that of its commands, each of which may speak of every machine.
MAX_MACHINES = 100
MAX_PAIRS = 200_000

#: Kinds of isolation that keep the host out of the guest's memory.
_CLOSED = ("snp", "tdx")

_TRUE = ("$true", "1", "on", "")


class Script:
    """The commands of one script, by the machine that they speak of."""

    def __init__(self, source: Source) -> None:
        """Read the script."""
        self.source = source
        self.variables = literals(source.text)
        everything = [replace(one, name=one.name.rpartition("\\")[2]) for one in commands(source.text)]
        self.commands = [one for one in everything if "-" in one.name]
        self.made = [one for one in self.commands if one.name == "new-vm"]
        self.unseen = next((self.at(one) for one in everything if one.name in _RUNS), None)
        self._names = [self.name(one) for one in self.commands]

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
        return None if given is None or given.startswith("@") else self.value(given)

    def about(self, machine: str) -> Iterator[Command]:
        """Yield the commands that speak of a machine, or may."""
        for one, name in zip(self.commands, self._names, strict=True):
            if name is None or name.lower() == machine.lower() or "$" in name:
                yield one


def machines(source: Source) -> tuple[Workload, ...]:
    """Return the machines that a script makes."""
    script = Script(source)
    found: dict[str, Command] = {}
    if len(script.made) > MAX_MACHINES or len(script.made) * len(script.commands) > MAX_PAIRS:
        cause = f"makes more than {MAX_MACHINES} machines, or says too much of too many"
        raise InputError(cause, at=script.at(script.made[-1]), remedy="split the script")
    for number, one in enumerate(script.made):
        name = script.name(one) or f"machine-{number + 1}"
        found.setdefault(name, one)
    return tuple(_machine(script, name, one) for name, one in found.items())


def _machine(script: Script, name: str, made: Command) -> Workload:
    at = script.at(made)
    about = list(script.about(name))
    unseen = script.unseen
    reason = "the script runs text or other files here, which may say more" if unseen is not None else ""
    devices = Items(tuple(_devices(script, about)), unseen or at, not reason, reason)
    parts = Parts(
        Items((), at),
        devices,
        Items((), at),
        Machine(
            Items((), at),
            Items((), at),
            Items(tuple(_channels(script, about)), at),
            Items((), at),
            _nested(script, about, at),
            Items(tuple(_cards(script, about)), at),
            _verified(script, made, about, at),
        ),
        _memory(script, made, at),
        Unknown(UNSTATED, at),
    )
    native = _native(script, made, at)
    return guest(f"{script.source.path}#Machine/{name}", name, "hyper-v", at, native, parts)


def _native(script: Script, made: Command, at: Location) -> Setting[str]:
    """Return the boundary; where no kind of isolation is known it is an ordinary machine's."""
    kind = (script.value(made.parameter("gueststateisolationtype")) or "").lower()
    return Stated("confidential-vm" if kind in _CLOSED else "vm", at)


def _memory(script: Script, made: Command, at: Location) -> Setting[str]:
    text = made.parameter("memorystartupbytes")
    if text is None:
        return Defaulted("1GB", at)
    return Stated(script.value(text) or text, at)


def _devices(script: Script, about: list[Command]) -> Iterator[Setting[Device]]:
    for one in about:
        at = script.at(one)
        if one.name in _DEVICES:
            yield Stated(Device(_DEVICES[one.name], "rwm", at), at)
        elif one.name == "add-vmharddiskdrive":
            # Without a file it is a disk of the host, by its number or from the pipeline.
            if one.is_splatted:
                yield Unknown("a variable says which disk it is", at)
            elif one.parameter("disknumber") is not None or one.parameter("path") is None:
                yield Stated(Device("a disk", "rwm", at), at)


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
        if one.name == "set-vmprocessor" and one.is_splatted:
            found = Unknown("a variable decides it", script.at(one))
        elif given is not None:
            known = script.value(given)
            where = script.at(one)
            found = Unknown("a variable decides it", where) if known is None else Stated(known.lower() in _TRUE, where)
    return found


def _cards(script: Script, about: list[Command]) -> Iterator[Setting[str]]:
    """Yield network cards that may send in the names of others, or are sent what others are."""
    for one in about:
        if one.name != "set-vmnetworkadapter":
            continue
        at = script.at(one)
        if one.is_splatted:
            yield Unknown("a variable decides what its network cards may do", at)
        for name, strong, what in (
            ("macaddressspoofing", "off", "it may send in the names of others"),
            ("portmirroring", "none", "what it sends, or what others do, is copied"),
        ):
            given = one.parameter(name)
            known = script.value(given)
            if given is not None and known is None:
                yield Unknown(f"a variable decides whether {what}", at)
            elif known is not None and known.lower() != strong:
                yield Stated(what, at)


def _verified(script: Script, made: Command, about: list[Command], at: Location) -> Setting[bool]:
    """Tell whether the firmware checks what it starts: that of generation 2 does until it is told not to."""
    generation = script.value(made.parameter("generation"))
    if made.is_splatted or (generation is None and made.parameter("generation") is not None):
        return Unknown("a variable decides of which generation it is", at)
    if generation != "2":
        return Defaulted(False, at) if generation is None else Stated(False, at)
    found: Setting[bool] = Defaulted(True, at)
    for one in about:
        given = one.parameter("enablesecureboot") if one.name == "set-vmfirmware" else None
        if given is not None:
            known = script.value(given)
            where = script.at(one)
            found = Unknown("a variable decides it", where) if known is None else Stated(known.lower() == "on", where)
    return found
