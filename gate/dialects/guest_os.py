"""Which system the guest of a machine runs, by what its definition calls it.

Names: libosinfo's database for libvirt, the identifiers of VMware's virtual machines, VirtualBox's list of guest types,
Vagrant's guests.
A definition states it to choose devices by; what fits a system, such as the enlightenments of Hyper-V, states nothing.
"""

from __future__ import annotations

import re

from gate.model.evidence import Stated, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.evidence import Setting
    from gate.model.location import Location

_LIBOSINFO = re.compile(r"https?://(?:www\.)?([a-z0-9.-]+)/([a-z0-9-]+)/?.*", re.IGNORECASE)

#: Systems of libosinfo that are neither Windows nor Linux, by the host and the product of their names.
_NO_LINUX = re.compile(
    r"(?:freebsd|openbsd|netbsd|dragonflybsd|apple|haiku-os|hyperbola|guix|ghostbsd|midnightbsd|omnios|smartos|"
    r"sun|solaris|minix3|novell/netware|ibm|dragonfly)\b.*",
    re.IGNORECASE,
)

_WINDOWS = re.compile(r"win.*|whistler|longhorn.*", re.IGNORECASE)
_VMX_LINUX = re.compile(
    r".*linux.*|(?:asianux|centos|coreos|crx|debian|fedora|kylin|mandrake|mandriva|nld|oes|opensuse|photon|redhat|rhel|"
    r"rocky|sles|sjds|suse|ubuntu|vmware-photon).*",
    re.IGNORECASE,
)
_VMX_OTHER = re.compile(
    r"(?:darwin|dos|ecomstation|freebsd|netware|openserver|os2|solaris|unixware|vmkernel).*", re.IGNORECASE
)
_VBOX_OTHER = re.compile(
    r"(?:dos|netware|l4|qnx|jrockit|vboxbs|solaris|opensolaris|freebsd|openbsd|netbsd|os2|macos).*", re.IGNORECASE
)

_VAGRANT_OTHER = frozenset(
    {"bsd", "darwin", "dragonflybsd", "esxi", "freebsd", "haiku", "netbsd", "omnios", "openbsd"}
    | {"smartos", "solaris", "solaris11"}
)

UNSTATED = "the definition does not say what system its guest runs"


def of_libosinfo(name: str, at: Location) -> Setting[str]:
    """Return the system by its id in libosinfo's database, such as `http://microsoft.com/win/11`."""
    found = _LIBOSINFO.fullmatch(name.strip())
    if found is None:
        return _unknown(name, at)
    if found[1].lower() == "microsoft.com":
        return Stated("windows", at) if found[2].lower() == "win" else Stated("other", at)
    return Stated("other" if _NO_LINUX.match(f"{found[1]}/{found[2]}") else "linux", at)


def of_vmx(name: str, at: Location) -> Setting[str]:
    """Return the system by `guestOS`; `other` says that it is none that VMware knows."""
    if _WINDOWS.fullmatch(name):
        return Stated("windows", at)
    if _VMX_OTHER.fullmatch(name):
        return Stated("other", at)
    return Stated("linux", at) if _VMX_LINUX.fullmatch(name) else _unknown(name, at)


def of_virtualbox(name: str, at: Location) -> Setting[str]:
    """Return the system by its guest type; `Other` says that it is none that VirtualBox knows."""
    if not name or name.lower().startswith("other"):
        return _unknown(name, at)
    if name.lower().startswith("windows"):
        return Stated("windows", at)
    return Stated("other" if _VBOX_OTHER.fullmatch(name) else "linux", at)


def of_vagrant(name: str | None, at: Location) -> Setting[str]:
    """Return the system by `config.vm.guest`, of which Vagrant knows some forty; None is one that has to be run."""
    if name is None:
        return Unknown("a condition or a variable decides what system its guest runs", at)
    if name == "windows":
        return Stated("windows", at)
    return Stated("other" if name in _VAGRANT_OTHER else "linux", at)


def _unknown(name: str, at: Location) -> Setting[str]:
    return Unknown(f"its guest is called {name[:40]!r}, which says nothing of its system" if name else UNSTATED, at)
