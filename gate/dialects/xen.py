"""A guest of Xen by its configuration for `xl`.

Keys and defaults: xen `docs/man/xl.cfg.5.pod.in`; what has security support: `SUPPORT.md`.
"""

from __future__ import annotations

import re

from gate.dialects.guest_os import UNSTATED
from gate.dialects.machine import HOST_DISK, Parts, guest, share
from gate.dialects.open_addresses import is_open
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown
from gate.model.machine import Machine
from gate.model.workload import Device, Tweak
from gate.syntax.xl import number, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.source import Source
    from gate.model.workload import Mount, Workload
    from gate.syntax.xl import Item

#: Kinds of guests by `type`, and by the older `builder`.
_TYPES = {"pvh": "vm", "hvm": "vm"}
_BUILDERS = {"hvm": "hvm", "generic": "pv", "linux": "pv"}

#: Ports, memory, interrupts and device tree nodes of the host: for trusted guests only, says the manual.
_UNGUARDED = ("ioports", "iomem", "irqs", "dtdev")

#: What stands before the path of a disk: its key, or the older prefixes.
_PREFIX = re.compile(r"\A(?:target\s*=\s*)?(?:[a-z0-9]+:)*(?=/)")

_WIDTH = "a paravirtual guest of 32 bits has no security support, and the file does not say how wide the kernel is"


class Keys:
    """The keys of one file, asked by name."""

    def __init__(self, source: Source) -> None:
        """Read the file; raise InputError for what `xl` refuses."""
        self.items: dict[str, Item] = parse(source)
        self.at = self.items["name"].at if "name" in self.items else source.location(0, 0)

    def text(self, key: str) -> str:
        """Return a string or a number as it is written; empty where there is none."""
        item = self.items.get(key)
        return item.value if item is not None and isinstance(item.value, str) else ""

    def number(self, key: str) -> int | None:
        """Return a number as `xl` has it; None where there is none, or a word, which `xl` passes over."""
        item = self.items.get(key)
        return number(item) if item is not None else None

    def on(self, key: str) -> bool:
        """Say whether a number is not zero; a word counts as on, whatever `xl` makes of it."""
        return bool(self.text(key)) and self.number(key) != 0

    def at_of(self, key: str) -> Location:
        """Return where a key is set."""
        item = self.items.get(key)
        return item.at if item is not None else self.at

    def list(self, key: str) -> tuple[str, ...]:
        """Return the strings of a list; a single value is a list of it."""
        item = self.items.get(key)
        if item is None:
            return ()
        value = item.value if isinstance(item.value, tuple) else (item.value,)
        return tuple(one for one in value if isinstance(one, str))


def machine(source: Source) -> Workload:
    """Return the guest; raise InputError for what `xl` refuses."""
    keys = Keys(source)
    at, name = keys.at, keys.text("name") or "guest"
    parts = Parts(
        Items(tuple(Stated(one, one.at) for one in _shares(keys)), at),
        Items(tuple(Stated(one, one.at) for one in _devices(keys)), at),
        Items(tuple(Stated(one, one.at) for one in _tweaks(keys)), at),
        Machine(
            Items((), at),
            Items(tuple(_consoles(keys)), at),
            Items(tuple(_channels(keys)), at),
            Items(tuple(_unguarded(keys)), at),
            Stated(keys.on("nestedhvm"), keys.at_of("nestedhvm"))
            if "nestedhvm" in keys.items
            else Defaulted(False, at),
            Items((), at),
            _verified(keys),
        ),
        Stated(keys.text("memory"), keys.at_of("memory")) if keys.text("memory") else Defaulted("4MiB", at),
        Unknown(UNSTATED, at),
    )
    return guest(f"{source.path}#Machine/{name}", name, "xen", at, _native(keys), parts)


def _native(keys: Keys) -> Setting[str]:
    """Return the boundary; a paravirtual guest is the default, and worth little where its kernel has 32 bits."""
    kind = keys.text("type") or _BUILDERS.get(keys.text("builder"), "")
    at = keys.at_of("type") if "type" in keys.items else keys.at_of("builder")
    if kind in _TYPES:
        return Stated(_TYPES[kind], at)
    if kind in ("", "pv"):
        return Unknown(_WIDTH, at)
    return Unknown(f"{kind[:40]!r} is no kind of guest", at)


def _verified(keys: Keys) -> Setting[bool]:
    """Tell whether the firmware checks what it starts; only fully virtual guests have one, and that is SeaBIOS."""
    kind = keys.text("type") or _BUILDERS.get(keys.text("builder"), "")
    if kind != "hvm" or keys.text("kernel"):
        return Inapplicable("no firmware starts it", keys.at)
    for key in ("bios", "firmware"):
        if keys.text(key):
            at = keys.at_of(key)
            is_bios = keys.text(key) in ("seabios", "rombios", "bios")
            return Stated(False, at) if is_bios else Unknown("its firmware keeps that in a file of its own", at)
    return Defaulted(False, keys.at)


def _options(text: str) -> dict[str, str]:
    """Cut `a=b,c=d` and `x,a=b` into options; what has no name is kept under its place."""
    parts = [part.strip() for part in text.split(",")]
    return {
        (part.partition("=")[0] if "=" in part else str(index)): part.partition("=")[2]
        for index, part in enumerate(parts)
    }


def _shares(keys: Keys) -> Iterator[Mount]:
    for text in keys.list("p9"):
        options, at = _options(text), keys.at_of("p9")
        path: Setting[str] = Unknown("the folder is not stated", at)
        if options.get("path"):
            path = Stated(options["path"], at)
        yield share(path, options.get("tag", ""), Defaulted(False, at), at)


def _devices(keys: Keys) -> Iterator[Device]:
    for text in keys.list("pci"):
        if not _is_permissive(keys, text):
            yield Device(f"the PCI device {text.partition(',')[0][:40]}", "rwm", keys.at_of("pci"))
    for text in keys.list("disk"):
        paths = (_PREFIX.sub("", one.strip()) for one in text.split(","))
        found = next((path for path in paths if HOST_DISK.fullmatch(path)), "")
        if found:
            yield Device(found, "rwm", keys.at_of("disk"))
    for _ in keys.list("usbdev"):
        yield Device("a USB device", "rwm", keys.at_of("usbdev"))
    for text in keys.list("usbdevice"):
        if text.startswith("host:"):
            yield Device("a USB device", "rwm", keys.at_of("usbdevice"))
    if keys.on("gfx_passthru"):
        yield Device("the graphics card", "rwm", keys.at_of("gfx_passthru"))


def _is_permissive(keys: Keys, text: str) -> bool:
    return _options(text).get("permissive", "1" if keys.on("pci_permissive") else "0") not in ("0", "")


def _unguarded(keys: Keys) -> Iterator[Setting[str]]:
    for text in keys.list("pci"):
        if _is_permissive(keys, text):
            yield Stated(f"all of the PCI device {text.partition(',')[0][:40]} may be written", keys.at_of("pci"))
    for key in _UNGUARDED:
        if keys.list(key):
            yield Stated(f"{key} of the host", keys.at_of(key))


def _tweaks(keys: Keys) -> Iterator[Tweak]:
    """Yield what changes the program that emulates the machine, and features without security support."""
    for key, item in keys.items.items():
        if key.startswith("device_model_args") or key in ("device_model_override", "pvcalls"):
            yield Tweak(f"xen:{key}", Stated("", item.at), item.at)
    for key in ("nestedhvm", "altp2m", "altp2mhvm"):
        if keys.on(key) and keys.text(key) != "disabled":
            yield Tweak(f"xen:{key}", Stated(keys.text(key), keys.at_of(key)), keys.at_of(key))
    if keys.number("hap") == 0:
        yield Tweak("xen:hap", Stated("0", keys.at_of("hap")), keys.at_of("hap"))
    if keys.text("bootloader").rpartition("/")[2] == "pygrub" and not keys.number("bootloader_restrict"):
        yield Tweak("xen:bootloader", Stated("pygrub", keys.at_of("bootloader")), keys.at_of("bootloader"))


def _consoles(keys: Keys) -> Iterator[Setting[str]]:
    """Yield the screens and lines that ask for no password; without an address they listen on the loopback."""
    if keys.text("vnclisten") and is_open(keys.text("vnclisten")) and not keys.text("vncpasswd"):
        yield Stated(f"VNC on {keys.text('vnclisten')}", keys.at_of("vnclisten"))
    for text in keys.list("vfb"):
        options = _options(text)
        if options.get("vnclisten") and is_open(options["vnclisten"]) and not options.get("vncpasswd"):
            yield Stated(f"VNC on {options['vnclisten']}", keys.at_of("vfb"))
    asks = keys.text("spicepasswd") and not keys.on("spicedisable_ticketing")
    if keys.on("spice") and not asks and is_open(keys.text("spicehost")):
        yield Stated(f"SPICE on {keys.text('spicehost') or 'every address'}", keys.at_of("spice"))
    for text in keys.list("serial"):
        kind, _, address = text.partition(":")
        if kind in ("tcp", "telnet", "udp") and "server" in address.split(",") and is_open(address):
            yield Stated(f"a serial line on {address[:40]}", keys.at_of("serial"))


def _channels(keys: Keys) -> Iterator[Setting[str]]:
    for key, what in (("spice_clipboard_sharing", "the clipboard"), ("spiceusbredirection", "USB devices")):
        if keys.on("spice") and keys.on(key):
            yield Stated(what, keys.at_of(key))
