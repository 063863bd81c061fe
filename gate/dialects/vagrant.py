"""The machines of a Vagrantfile, by what it says without being run.

Settings and defaults: hashicorp/vagrant `website/content/docs` and `plugins/kernel_v2/config/vm.rb`, vagrant-libvirt's
documentation. The project's folder is shared with every machine, to write, unless it is disabled.
"""

from __future__ import annotations

import re

from gate.dialects.guest_os import of_vagrant
from gate.dialects.machine import Parts, guest, share
from gate.dialects.open_addresses import is_open
from gate.dialects.vagrant_folders import Folder, shared
from gate.dialects.vboxmanage import Command
from gate.dialects.vboxmanage import Machine as Customized
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown
from gate.model.machine import Machine
from gate.model.record import Record
from gate.model.workload import Device, Tweak
from gate.syntax.ruby import literal, masked_strings, statements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.source import Source
    from gate.model.workload import Mount, Workload
    from gate.syntax.ruby import Statement

#: Providers whose machines are machines, and the platform of each.
PLATFORMS = {
    "virtualbox": "virtualbox",
    "libvirt": "kvm",
    "qemu": "kvm",
    "hyperv": "hyper-v",
    "vmware_desktop": "vmware",
    "vmware_fusion": "vmware",
    "vmware_workstation": "vmware",
    "parallels": "virtualbox",
}

#: Machines, and folders and settings of a provider, that are read of one file; real ones have a dozen.
MAX_MACHINES = 100
MAX_SAID = 500

#: Providers whose machines run in somebody's cloud or cluster.
CLOUDS = frozenset({"aws", "azure", "digital_ocean", "google", "hcloud", "linode", "openstack", "proxmox"}) | frozenset(
    {"vmware_esxi", "vsphere", "vultr"}
)

_CALL = re.compile(r"\w+\.vm\.(synced_folder|define|provider)\b[ \t]*\(?")
_SETTING = re.compile(r"(\w+)\.([a-z_0-9]+)(?:\[(['\"])([^'\"]+)\3\])?[ \t]*=[ \t]*([^=~].*)", re.DOTALL)
_BY_OTHERS = re.compile(
    r"^\s*require[ \t(]+['\"]\.{1,2}/|\.vm\s*\.\s*(?:tap|send|public_send|instance_exec|instance_eval)\b"
)
_GUEST = re.compile(r"\w+\.vm\.guest[ \t]*=[ \t]*([^=].*)", re.DOTALL)
_UNSEEN = re.compile(r"\b(?:eval|instance_eval|class_eval|load|require_relative)\b[ \t]*[('\":\w]")


class _Set(Record):
    """One setting inside of a provider's block, or a call such as `customize`."""

    machine: str
    provider: str
    key: str
    value: str
    is_certain: bool
    at: Location


class Vagrantfile:
    """What one file says of machines, folders and providers."""

    def __init__(self, source: Source) -> None:
        """Read the file; nothing of it is run."""
        self.source = source
        self.machines: dict[str, Location] = {}
        self.folders: list[Folder] = []
        self.settings: list[_Set] = []
        self.providers: dict[str, Location] = {}
        self.guests: list[_Set] = []
        self.unseen: Location | None = None
        self.is_cut = False
        self.at = source.location(0, 0)
        for one in statements(source.text):
            self._take(one)

    def place(self, one: Statement) -> Location:
        """Return where a statement is written."""
        return self.source.location(one.start, one.start + len(one.text))

    def _take(self, one: Statement) -> None:
        masked = masked_strings(one.text)
        at = self.place(one)
        if "Vagrant.configure" in masked or "Vagrant::Config" in masked:
            self.at = at
        self.is_cut |= one.is_cut
        if one.is_cut or _UNSEEN.search(masked) or re.search(r"\{[ \t]*\|.*\bvm\.", masked, re.DOTALL):
            self.unseen = self.unseen or at
        machine, provider = self._scope(one)
        call = _CALL.match(one.text)
        if (call is None and "synced_folder" in masked) or _BY_OTHERS.search(one.text):
            self.unseen = self.unseen or at
        if call is not None:
            self._called(call[1], one.text[call.end() :], (machine, provider), one, at)
        elif (guest := _GUEST.match(one.text)) is not None:
            self.guests.append(_Set(machine, provider, "guest", guest[1].strip(), one.is_certain, at))
        elif provider:
            self._set(one, machine, provider, at)

    def _called(self, what: str, rest: str, scope: tuple[str, str], one: Statement, at: Location) -> None:
        machine, provider = scope
        arguments = list(_arguments(rest))
        name = literal(arguments[0]) if arguments else None
        if what == "define":
            self.machines.setdefault(name or "machine", at)
        elif what == "provider":
            if name is not None:
                self.providers.setdefault(name, at)
        else:
            target = literal(arguments[1]) if len(arguments) > 1 else None
            options = ", ".join(arguments[2:])[:2000]
            # Inside of a provider's block it counts with that provider alone.
            certain = one.is_certain and not provider
            self.folders.append(Folder(machine, name, target, options, certain, bool(provider), at))

    def _set(self, one: Statement, machine: str, provider: str, at: Location) -> None:
        setting = _SETTING.match(one.text)
        if setting is not None:
            key = f"{setting[2]}.{setting[4]}" if setting[4] else setting[2]
            self.settings.append(_Set(machine, provider, key, setting[5].strip(), one.is_certain, at))
            return
        call = re.match(r"\w+\.([a-z_]+)\b[ \t]*\(?(.*)", one.text, re.DOTALL)
        if call is not None:
            self.settings.append(_Set(machine, provider, call[1], call[2].strip(), one.is_certain, at))

    def _scope(self, one: Statement) -> tuple[str, str]:
        """Return the machine and the provider whose blocks a statement stands in."""
        machine = provider = ""
        for block in one.blocks:
            call = _CALL.match(block.head)
            if call is not None and call[1] in ("define", "provider"):
                arguments = list(_arguments(block.head[call.end() :]))
                name = literal(arguments[0]) if arguments else None
                if call[1] == "define":
                    machine = name or "machine"
                else:
                    provider = name or "unknown"
        return machine, provider


def _arguments(text: str) -> Iterator[str]:
    """Cut arguments at the commas between them."""
    masked = re.split(r"\bdo\b|\{[ \t]*\|", masked_strings(text))[0]
    begin = depth = 0
    for index, char in enumerate(masked):
        if char in ")]}" and depth == 0:
            masked = masked[:index]
            break
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            yield text[begin:index].strip()
            begin = index + 1
    last = re.split(r"\s(?:if|unless)\s", masked[begin:])[0]
    if text[begin : begin + len(last)].strip():
        yield text[begin : begin + len(last)].strip()


def machines(source: Source) -> tuple[Workload, ...]:
    """Return the machines of a file: those that it defines, or the one that it is; raise InputError for too many."""
    file = Vagrantfile(source)
    if len(file.machines) > MAX_MACHINES or len(file.folders) + len(file.settings) > MAX_SAID:
        cause = f"defines more than {MAX_MACHINES} machines, or says more than {MAX_SAID} things of them"
        raise InputError(cause, at=file.at, remedy="split the file")
    named = file.machines or {"default": file.at}
    return tuple(_machine(file, name, at) for name, at in named.items())


def _machine(file: Vagrantfile, name: str, at: Location) -> Workload:
    settings = [one for one in file.settings if one.machine in ("", name)]
    reason = "it runs other files here, or more than is read, and these may say more" if file.unseen is not None else ""
    unseen = file.unseen or at
    parts = Parts(
        Items(tuple(_shares(file, name, settings, at)), unseen, not reason, reason),
        Items(tuple(_devices(settings)), unseen, not reason, reason),
        Items(tuple(_tweaks(settings)), at),
        Machine(
            Items(tuple(_customized(settings).monitors()), at),
            Items(tuple(_consoles(settings)), at),
            Items(tuple(_channels(settings)), at),
            Items((), at),
            _nested(settings, at),
            Items(tuple(_customized(settings).cards()), at),
            Inapplicable("a box decides how its machine starts", at),
        ),
        _memory(settings, at),
        _system(file, name, at),
    )
    platform = next((PLATFORMS[one] for one in file.providers if one in PLATFORMS), "virtualbox")
    return guest(f"{file.source.path}#Machine/{name}", name, platform, at, _native(file, settings, at), parts)


def _system(file: Vagrantfile, name: str, at: Location) -> Setting[str]:
    """Return the guest's system where the file states it; Vagrant asks the guest itself otherwise."""
    said = sorted((one for one in file.guests if one.machine in ("", name)), key=lambda one: one.machine == name)
    if not said:
        return Unknown("a box decides what system its machine runs, and `config.vm.guest` does not state it", at)
    known = literal(_value(said[-1])) if said[-1].is_certain else None
    return of_vagrant(known, said[-1].at)


def _native(file: Vagrantfile, settings: list[_Set], at: Location) -> Setting[str]:
    """Return the boundary: a machine, where every provider that the file speaks of starts machines."""
    others = [one for one in file.providers if one not in PLATFORMS and one not in CLOUDS]
    if others:
        return Unknown(f"what the provider {others[0][:40]!r} starts is not known", file.providers[others[0]])
    given = _given(settings, "driver")
    drivers = {literal(_value(one)) for one in given} | ({"kvm"} if given and not given[0].is_certain else set())
    if drivers == {"qemu"}:
        return Stated("emulated-vm", given[-1].at)
    if drivers & {"qemu", None}:
        return Unknown("a condition or a variable decides whether it is emulated", given[-1].at)
    if not given and file.unseen is not None and (file.is_cut or "libvirt" in file.providers):
        return Unknown("what is not read here may have it emulated", file.unseen)
    return Stated("vm", at)


def _shares(file: Vagrantfile, name: str, settings: list[_Set], at: Location) -> Iterator[Setting[Mount]]:
    """Yield the folders that a machine sees, the project's own among them unless it is certainly disabled."""
    # What a machine says counts behind what is said of all, and what holds for one provider behind both.
    said = [one for one in file.folders if one.machine in ("", name)]
    said.sort(key=lambda one: (one.of_provider, one.machine == name))
    yield from shared(said, at, file.unseen)
    for added in _customized(settings).folders:
        path: Setting[str] = Unknown("the folder cannot be known", added.at)
        if added.path is not None:
            path = Stated(added.path, added.at)
        yield Stated(share(path, added.name, Stated(added.read_only, added.at), added.at), added.at)


def _customized(settings: list[_Set]) -> Customized:
    """Return what VirtualBox is told of a machine by itself."""
    return Customized([Command(_words(one), one.at, one.is_certain) for one in settings if one.key == "customize"])


def _words(one: _Set) -> tuple[str | None, ...]:
    """Return the words of a `customize`, whose first argument is a list; None for what has to be run to be known."""
    inside = one.value.strip().removeprefix("(").strip().partition("[")[2]
    return tuple(_word(word) for word in _arguments(inside))


def _word(text: str) -> str | None:
    return text if re.fullmatch(r"-?[0-9]+", text) else literal(text)


def _devices(settings: list[_Set]) -> Iterator[Setting[Device]]:
    for one in settings:
        if one.provider == "libvirt" and one.key in ("pci", "usb"):
            yield Stated(Device(f"a {one.key.upper()} device", "rwm", one.at), one.at)
    for device in _customized(settings).devices():
        yield Stated(device, device.at)


def _tweaks(settings: list[_Set]) -> Iterator[Setting[Tweak]]:
    """Yield arguments that go to the hypervisor as they are."""
    for one in settings:
        if one.provider == "libvirt" and one.key in ("qemuargs", "qemu_args"):
            yield Stated(Tweak("qemu:commandline", Stated(one.value, one.at), one.at), one.at)
    for tweak in _customized(settings).tweaks():
        yield Stated(tweak, tweak.at)


def _consoles(settings: list[_Set]) -> Iterator[Setting[str]]:
    asks = any(one.key == "graphics_passwd" and one.is_certain for one in settings)
    known = _given(settings, "graphics_ip")
    addresses = [literal(_value(one)) for one in known]
    opens = [address is not None and is_open(address) for address in addresses]
    if known and not asks and known[0].is_certain and all(opens):
        yield Stated(f"its screen on {addresses[-1]}", known[-1].at)
    elif not asks and (any(opens) or None in addresses):
        yield Unknown("a condition or a variable decides where its screen is shown", known[-1].at)
    yield from _customized(settings).consoles()


def _value(one: _Set) -> str:
    """Return what is assigned, without a condition behind it."""
    return re.split(r"\s(?:if|unless)\s", one.value)[0].strip()


def _given(settings: list[_Set], key: str) -> list[_Set]:
    """Return what may count of a setting of libvirt: what is said last with certainty, and what is said behind it."""
    said = [one for one in settings if one.provider == "libvirt" and one.key == key]
    certain = [index for index, one in enumerate(said) if one.is_certain]
    return said[certain[-1] if certain else 0 :]


def _channels(settings: list[_Set]) -> Iterator[Setting[str]]:
    yield from _customized(settings).channels()
    for one in settings:
        if one.key == "enable_enhanced_session_mode" and one.value == "true":
            yield Stated("the desktop of an enhanced session", one.at)
        elif one.key == "enable_enhanced_session_mode" and _value(one) != "false":
            yield Unknown("a condition or a variable decides whether the desktop is shared", one.at)


def _nested(settings: list[_Set], at: Location) -> Setting[bool]:
    customized = _customized(settings).nested()
    if customized is not None:
        return customized
    for one in reversed(settings):
        if one.key in ("nested", "enable_virtualization_extensions", "vmx.vhv.enable"):
            answer = (literal(_value(one)) or _value(one)).lower()
            if one.is_certain and answer in ("true", "false"):
                return Stated(answer == "true", one.at)
            return Unknown("a condition or a variable decides it", one.at)
    return Defaulted(False, at)


def _memory(settings: list[_Set], at: Location) -> Setting[str]:
    for one in reversed(settings):
        if one.key in ("memory", "memsize"):
            return Stated(one.value, one.at)
    return _customized(settings).memory(at)
