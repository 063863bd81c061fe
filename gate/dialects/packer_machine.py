"""The virtual machine that a Packer builder creates: firmware, devices, and what raw arguments add to them.

What a builder's machine leaves behind differs: VirtualBox, VMware and Hyper-V keep the machine, a `qemu` build only
its disk. So a question that only the kept machine can answer is inapplicable to `qemu`.
"""

from __future__ import annotations

from gate.dialects.packer_raw import Raw, raw
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown
from gate.model.template import Firmware, Hardware

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from gate.dialects.packer import Keys, Recipe
    from gate.model.evidence import Setting

    T = TypeVar("T")

_INHERITED = "the machine that the build starts from decides"
_HOST_DECIDES = "nothing is stated, and Packer emulates in software where the build host has no usable /dev/kvm"
_ONLY_DISK = "a qemu build keeps the disk and nothing of its machine"

#: Builders that start from a machine that exists: what is absent is not a default but inherited.
_CLONES = frozenset(("virtualbox-ovf", "virtualbox-vm", "vmware-vmx", "vsphere-clone", "hyperv-vmcx"))


def firmware(recipe: Recipe) -> Firmware:
    """Return how the machine boots."""
    if recipe.builder == "qemu":
        return _qemu_firmware(recipe.keys)
    arguments = raw(recipe)
    if recipe.builder.startswith("hyperv"):
        return _hyperv_firmware(recipe)
    named = _named_firmware(recipe, arguments)
    secure = arguments.flags.get("secure_boot") or _secure_boot(recipe, named)
    tpm = arguments.flags.get("tpm") or (
        recipe.keys.flag("vTPM", default=False) if recipe.builder.startswith("vsphere") else Defaulted(False, recipe.at)
    )
    return Firmware(_mapped(named, lambda value: value.startswith("efi")), secure, _inherited(recipe, tpm))


def _qemu_firmware(keys: Keys) -> Firmware:
    paths = [keys.text(name) for name in ("efi_firmware_code", "efi_firmware_vars")]
    uefi = keys.flag("efi_boot", default=False)
    if any(isinstance(path, Stated) and path.value for path in paths):
        uefi = Stated(True, next(path.at for path in paths if isinstance(path, Stated) and path.value))
    return Firmware(uefi, _qemu_secure_boot(keys, uefi, paths), keys.flag("vtpm", default=False))


def _qemu_secure_boot(keys: Keys, uefi: Setting[bool], paths: list[Setting[str]]) -> Setting[bool]:
    """Tell from the names of the firmware files, which say whether keys are enrolled and enforced."""
    if not isinstance(uefi, Stated | Defaulted):
        return uefi
    if keys.on("efi_drop_efivars"):
        dropped = "the build drops the firmware's state, and what runs the disk decides"
        return Inapplicable(dropped, keys.at_of("efi_drop_efivars"))
    if not uefi.value or all(isinstance(path, Defaulted) for path in paths):
        return Stated(False, uefi.at) if isinstance(uefi, Stated) else Defaulted(False, uefi.at)
    variables = paths[1]
    if isinstance(variables, Stated):
        name = variables.value.rpartition("/")[2].lower()
        return Stated(any(word in name for word in (".ms.", "_ms", "secboot", "secure", "enrolled")), variables.at)
    return variables if isinstance(variables, Unknown) else Defaulted(False, variables.at)


def _hyperv_firmware(recipe: Recipe) -> Firmware:
    keys = recipe.keys
    generation = keys.text("generation", "1")
    uefi = _inherited(recipe, _mapped(generation, lambda value: value == "2"))
    return Firmware(
        uefi,
        _inherited(recipe, keys.flag("enable_secure_boot", default=False)),
        _inherited(recipe, keys.flag("enable_tpm", default=False)),
    )


def _named_firmware(recipe: Recipe, arguments: Raw) -> Setting[str]:
    """Return the firmware by name: `bios`, `efi`, `efi-secure`."""
    if arguments.firmware is not None:
        return arguments.firmware
    if recipe.builder == "vmware-iso" and not recipe.keys.has("firmware"):
        return Unknown("nothing is stated, and the guest's operating system decides the firmware", recipe.at)
    return _inherited(recipe, recipe.keys.text("firmware", "bios"))


def _secure_boot(recipe: Recipe, named: Setting[str]) -> Setting[bool]:
    if recipe.builder in _CLONES and isinstance(named, Stated) and named.value == "efi":
        return Unknown(_INHERITED, recipe.at)
    return _mapped(named, lambda value: value == "efi-secure")


def _mapped(setting: Setting[str], test: Callable[[str], bool]) -> Setting[bool]:
    if isinstance(setting, Stated):
        return Stated(test(setting.value), setting.at, setting.via)
    if isinstance(setting, Defaulted):
        return Defaulted(test(setting.value), setting.at)
    return setting


def _inherited(recipe: Recipe, setting: Setting[T]) -> Setting[T]:
    """Turn what is only a default into unknown when the builder starts from a machine that exists."""
    if recipe.builder in _CLONES and isinstance(setting, Defaulted):
        return Unknown(_INHERITED, setting.at)
    return setting


def hardware(recipe: Recipe) -> Hardware:
    """Return the devices and features of the machine."""
    arguments = raw(recipe)
    unexpanded = "a dynamic block is not expanded" if any(block.type == "dynamic" for block in recipe.blocks) else ""
    return Hardware(
        _accelerator(recipe, arguments),
        _nested(recipe, arguments),
        _mac_spoofing(recipe),
        _items(recipe, [*_passthrough(recipe), *arguments.passthrough], arguments.open_because or unexpanded),
        _items(recipe, arguments.shares, arguments.open_because),
        _items(recipe, arguments.channels, arguments.open_because),
    )


def _items(recipe: Recipe, members: list[Setting[str]], reason: str) -> Items[str]:
    return Items(tuple(members), recipe.at, not reason, reason)


def _accelerator(recipe: Recipe, arguments: Raw) -> Setting[str]:
    if recipe.builder != "qemu":
        return Inapplicable("the hypervisor always uses the processor's virtualization", recipe.at)
    if arguments.accelerator is not None:
        return arguments.accelerator
    stated = recipe.keys.text("accelerator")
    return Unknown(_HOST_DECIDES, stated.at) if isinstance(stated, Defaulted) else stated


def _nested(recipe: Recipe, arguments: Raw) -> Setting[bool]:
    keys = recipe.keys
    if recipe.builder == "qemu":
        return Inapplicable(_ONLY_DISK, recipe.at)
    known = arguments.flags.get("nested")
    if known is not None:
        return known
    if recipe.builder.startswith("vsphere"):
        if keys.on("vbs_enabled"):
            return Inapplicable("the guest's own virtualization-based security needs it", keys.at_of("vbs_enabled"))
        return _inherited(recipe, keys.flag("NestedHV", default=False))
    name = {"virtualbox": "nested_virt", "vmware": "vhv_enabled", "hyperv": "enable_virtualization_extensions"}
    key = next(key for start, key in name.items() if recipe.builder.startswith(start))
    return _inherited(recipe, keys.flag(key, default=False))


def _mac_spoofing(recipe: Recipe) -> Setting[bool]:
    if recipe.builder.startswith("hyperv"):
        return _inherited(recipe, recipe.keys.flag("enable_mac_spoofing", default=False))
    return Inapplicable("the builder has no such setting", recipe.at)


def _passthrough(recipe: Recipe) -> list[Setting[str]]:
    """Return the devices that vSphere's own keys hand to the machine."""
    found: list[Setting[str]] = []
    if recipe.keys.has("vgpu_profile"):
        found.append(Stated("a vGPU", recipe.keys.at_of("vgpu_profile")))
    for block in recipe.blocks:
        if block.type == "pci_passthrough_allowed_device":
            found.append(Stated("a PCI device", block.keys.at))
        elif block.type == "network_adapters" and block.keys.on("passthrough"):
            found.append(Stated("a network adapter", block.keys.at_of("passthrough")))
    return found
