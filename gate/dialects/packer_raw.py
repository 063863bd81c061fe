"""Raw arguments of a Packer builder: `qemuargs`, `vmx_data`, `vboxmanage`, vSphere's `configuration_parameters`.

They bypass the builder's own keys, so the few that change what the guest can reach are read here. Sources: qemu(1),
the VMware hardening guides' setting names, the VBoxManage manual.
"""

from __future__ import annotations

from gate.dialects.packer import as_text, why, within
from gate.model.evidence import Defaulted, Stated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.packer import Recipe, Row
    from gate.model.evidence import Setting
    from gate.model.location import Location

_TRUE = frozenset(("true", "1", "yes", "on"))
_SOFTWARE = ("tcg", "none")

#: Options of QEMU that are read, and the drivers of its devices by what they are to the guest.
_READ = frozenset(("-accel", "-machine", "-M", "-virtfs", "-fsdev", "-device", "-monitor", "-qmp", "-serial", "-gdb"))
_DEVICES = (
    ("shares", ("virtio-9p", "vhost-user-fs")),
    ("passthrough", ("vfio-", "usb-host", "ivshmem")),
)

#: Options of `VBoxManage modifyvm`, without hyphens, and beginnings of VMX keys, that are read.
_OPTIONS = ("clipboard", "draganddrop", "vrde", "nestedhwvirt", "firmware", "tpmtype", "pciattach")
_KEYS = (
    "firmware",
    "isolation.tools.",
    "pcipassthru",
    "remotedisplay.vnc.",
    "sharedfolder",
    "uefi.",
    "vhv.",
    "vtpm.",
)
_SHARING = "isolation.tools.hgfs.disable"

#: VMX keys that take a way between guest and host away when they are true.
_CHANNELS = {
    _SHARING: "HGFS file sharing",
    "isolation.tools.copy.disable": "clipboard copy",
    "isolation.tools.paste.disable": "clipboard paste",
    "isolation.tools.dnd.disable": "drag and drop",
}


class Raw:
    """What the raw arguments of one builder come to."""

    __slots__ = (
        "accelerator",
        "channels",
        "firmware",
        "flags",
        "open_because",
        "passthrough",
        "shares",
    )

    def __init__(self) -> None:
        """Start with nothing said."""
        self.accelerator: Setting[str] | None = None
        self.firmware: Setting[str] | None = None
        self.flags: dict[str, Setting[bool]] = {}
        self.passthrough: list[Setting[str]] = []
        self.shares: list[Setting[str]] = []
        self.channels: list[Setting[str]] = []
        self.open_because = ""

    def leave_open(self, reason: str) -> None:
        """Note the first reason why something else may be said."""
        self.open_because = self.open_because or reason


def raw(recipe: Recipe) -> Raw:
    """Read the raw arguments of a builder."""
    found = Raw()
    if recipe.builder == "qemu":
        _qemu(recipe, found)
    elif recipe.builder.startswith("virtualbox"):
        _virtualbox(recipe, found)
    elif recipe.builder.startswith(("vmware", "vsphere")):
        _vmx(recipe, found)
    return found


def _qemu(recipe: Recipe, found: Raw) -> None:
    rows, found.open_because = recipe.keys.rows("qemuargs")
    for row in rows:
        if not row.words or row.words[0] is None:
            found.leave_open(row.reason)
            continue
        option = "-" + row.words[0].lstrip("-")
        value = row.starts[1] if len(row.words) > 1 else ""
        if row.reason and option in _READ and not (option == "-device" and "," in value):
            found.leave_open(row.reason)
        _qemu_option(option, value, row.at, found)


def _qemu_option(option: str, value: str, at: Location, found: Raw) -> None:
    fields = dict(part.partition("=")[::2] for part in value.split(","))
    if option in ("-accel", "-machine", "-M"):
        first = value.partition(",")[0] if option == "-accel" else ""
        accelerators = (first or fields.get("accel", "")).removeprefix("accel=")
        if accelerators:
            found.accelerator = Stated(_weakest(accelerators), at)
    elif option in ("-virtfs", "-fsdev"):
        found.shares.append(Stated(fields.get("path", option), at))
    elif option == "-device":
        _qemu_device(value.removeprefix("driver="), at, found)
    elif option in ("-monitor", "-qmp", "-serial", "-gdb") and value.startswith(("tcp:", "telnet:")):
        found.channels.append(Stated(f"{option} on a network port", at))


def _qemu_device(value: str, at: Location, found: Raw) -> None:
    for kind, drivers in _DEVICES:
        if value.startswith(drivers):
            list_: list[Setting[str]] = getattr(found, kind)
            list_.append(Stated(value if kind == "passthrough" else value.partition(",")[0], at))


def _weakest(accelerators: str) -> str:
    """Return the accelerator of a list that is used when the others fail."""
    last = accelerators.rsplit(":", maxsplit=1)[-1]
    return last if last in _SOFTWARE else accelerators.split(":", maxsplit=1)[0]


def _virtualbox(recipe: Recipe, found: Raw) -> None:
    found.channels.append(Defaulted("an unauthenticated remote console", recipe.at))
    for name in ("vboxmanage", "vboxmanage_post"):
        rows, reason = recipe.keys.rows(name)
        found.leave_open(reason)
        for row in rows:
            if not row.words or row.words[0] is None:
                found.leave_open(row.reason)
            else:
                _vboxmanage(row, found)


def _vboxmanage(row: Row, found: Raw) -> None:
    words = [word.lower() for word in row.starts]
    if words[0] == "sharedfolder" and "add" in words[1:2]:
        at = words.index("--hostpath") + 1 if "--hostpath" in words else len(words)
        path = next(iter(row.starts[at : at + 1]), "")
        found.shares.append(Stated(path or "a folder of the host", row.at))
    elif words[0] == "modifynvram" and "secureboot" in words:
        found.flags["secure_boot"] = Stated("--enable" in words, row.at)
    elif words[0] == "usbfilter" and "add" in words[1:2]:
        found.passthrough.append(Stated("a USB device", row.at))
    elif words[0] == "modifyvm":
        for option, value, known in zip(words[2:], words[3:], row.words[3:], strict=False):
            if option.startswith("--") and known is not None:
                _modify(option.replace("-", ""), value, row.at, found)
            elif option.replace("-", "").startswith(_OPTIONS) or (option == "" and row.reason):
                found.leave_open(row.reason)


def _modify(option: str, value: str, at: Location, found: Raw) -> None:
    """Read one option of `modifyvm`, in its old spelling or the hyphenated one."""
    on = value not in ("off", "disabled", "none", "false", "0")
    if option in ("clipboard", "clipboardmode", "clipboardfiletransfers", "draganddrop") and on:
        found.channels.append(Stated("drag and drop" if option == "draganddrop" else "the clipboard", at))
    elif option == "vrde":
        _console(on, at, found)
    elif option == "nestedhwvirt":
        found.flags["nested"] = Stated(on, at)
    elif option == "firmware":
        found.firmware = Stated(value, at)
    elif option == "tpmtype":
        found.flags["tpm"] = Stated(on, at)
    elif option == "pciattach":
        found.passthrough.append(Stated(f"the PCI device {value}", at))


def _console(on: bool, at: Location, found: Raw) -> None:
    """Replace what is said of the console: the builder leaves it on unless a later command turns it off."""
    others = [item for item in found.channels if not isinstance(item, Defaulted)]
    found.channels = [*others, *([Stated("an unauthenticated remote console", at)] if on else [])]


def _vmx(recipe: Recipe, found: Raw) -> None:
    keys = recipe.keys
    values: dict[str, tuple[str, Location]] = {}
    for name in ("vmx_data", "vmx_data_post", "configuration_parameters"):
        pairs, reason = keys.pairs(name)
        found.leave_open(reason)
        for key, node in pairs:
            text = as_text(node)
            if text is None and key.lower().startswith(_KEYS):
                found.leave_open(why(node, "a string"))
            elif text is not None:
                values[key.lower()] = (text, within(node, keys.at_of(name)))
    for key, (value, at) in values.items():
        _vmx_key(key, value, at, values, found)
    own = recipe.builder == "vmware-iso" and not (keys.has("remote_type") or keys.has("vmx_template_path"))
    if own and _SHARING not in values:
        found.channels.append(Defaulted(_CHANNELS[_SHARING], recipe.at))


def _vmx_key(key: str, value: str, at: Location, values: dict[str, tuple[str, Location]], found: Raw) -> None:
    on = value.strip().lower() in _TRUE
    if key in _CHANNELS and not on:
        found.channels.append(Stated(_CHANNELS[key], at))
    elif key == "remotedisplay.vnc.enabled" and on and "remotedisplay.vnc.password" not in values:
        found.channels.append(Stated("an unauthenticated remote console", at))
    elif key.startswith("sharedfolder") and key.endswith(".present") and on:
        path = values.get(key.removesuffix("present") + "hostpath")
        found.shares.append(Stated(path[0] if path is not None else "a folder of the host", at))
    elif key.startswith("pcipassthru") and key.endswith(".present") and on:
        found.passthrough.append(Stated("a PCI device", at))
    elif key == "vhv.enable":
        found.flags["nested"] = Stated(on, at)
    elif key == "uefi.secureboot.enabled":
        found.flags["secure_boot"] = Stated(on, at)
    elif key == "vtpm.present":
        found.flags["tpm"] = Stated(on, at)
    elif key == "firmware":
        found.firmware = Stated(value.lower(), at)
