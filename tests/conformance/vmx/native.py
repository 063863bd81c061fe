# ruff: noqa: T201 - a program: it answers on its standard output
"""Asks libvirt, which reads VMX files for its drivers of ESX and VMware, what machine a file is.

Its reader is not offered to programs without a server of VMware's; the library (Debian: libvirt0) exports it for its
own drivers. Run as a program it reads a JSON list of texts and answers with the domains, null for what libvirt refuses.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from typing import Any

LIBRARY = "libvirt.so.0"

#: Write secrets into the domain, and of a stopped one.
_SECURE, _INACTIVE = 1, 2

_FILE_NAME = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.c_bool
)


class _Context(ctypes.Structure):
    """What a driver hands over: how names of files become libvirt's; the rest stays empty."""

    _fields_ = (("opaque", ctypes.c_void_p), ("parse", _FILE_NAME), ("rest", ctypes.c_void_p * 8))


def ask(texts: list[str]) -> list[str | None]:
    """Return the domain of some texts, or none."""
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    return [None if one is None else str(one) for one in json.loads(done.stdout)]


def version() -> str:
    """Return which libvirt answers, or say what is missing."""
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError:
        raise SystemExit(f"there is no {LIBRARY}: install the package libvirt0") from None
    number = ctypes.c_ulong()
    library.virGetVersion(ctypes.byref(number), None, None)
    return f"{number.value // 1_000_000}.{number.value // 1000 % 1000}.{number.value % 1000}"


class _Library:
    """libvirt's reader, with the abilities that its driver for VMware states."""

    def __init__(self) -> None:
        self.lib = ctypes.CDLL(LIBRARY)
        self.lib.virInitialize()
        for name in (
            "virCapabilitiesNew",
            "virCapabilitiesAddGuest",
            "virVMXDomainXMLConfInit",
            "virVMXParseConfig",
            "virDomainDefFormat",
        ):
            getattr(self.lib, name).restype = ctypes.c_void_p
        self.caps = self._caps()
        self.options = ctypes.c_void_p(self.lib.virVMXDomainXMLConfInit(self.caps))
        self.copy = ctypes.CDLL(None).strdup
        self.copy.restype = ctypes.c_void_p
        self.context = _Context(None, _FILE_NAME(self._file_name))

    def _caps(self) -> ctypes.c_void_p:
        kind = self.lib.virDomainOSTypeFromString(b"hvm")
        driver = self.lib.virDomainVirtTypeFromString(b"vmware")
        caps = ctypes.c_void_p(self.lib.virCapabilitiesNew(self.lib.virArchFromString(b"x86_64"), True, True))
        for name in (b"x86_64", b"i686"):
            arch = self.lib.virArchFromString(name)
            guest = ctypes.c_void_p(self.lib.virCapabilitiesAddGuest(caps, kind, arch, None, None, 0, None))
            self.lib.virCapabilitiesAddGuestDomain(guest, driver, None, None, 0, None)
        return caps

    def _file_name(self, name: bytes, _opaque: Any, found: Any, _may_miss: bool) -> int:
        found[0] = self.copy(b"[datastore] " + name)
        return 0

    def domain(self, text: str) -> str | None:
        """Return the domain of one text, or none."""
        parsed = self.lib.virVMXParseConfig(
            ctypes.byref(self.context), self.options, self.caps, text.encode("utf-8", "surrogateescape")
        )
        if parsed is None:
            return None
        document = self.lib.virDomainDefFormat(ctypes.c_void_p(parsed), self.options, _SECURE | _INACTIVE)
        return ctypes.string_at(document).decode()


if __name__ == "__main__":
    _library = _Library()
    print(json.dumps([_library.domain(text) for text in json.load(sys.stdin)]))
