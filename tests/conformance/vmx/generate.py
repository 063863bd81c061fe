"""Makes VMX files: lines of every kind, right and damaged, and whole machines whose settings evidence rests on."""

from __future__ import annotations

import random

_KEYS = (
    "config.version",
    "displayName",
    "DISPLAYNAME",
    "sharedFolder0.hostPath",
    ".encoding",
    'a"b',
    "a-b",
    "ä",
    "x|41",
)
_VALUES = (
    "8",
    "TRUE",
    "a b",
    "",
    "C:\\x",
    "|22",
    "||41",
    "|4",
    "|4|41",
    "|C3|BC",
    "|00|41",
    "|zz",
    "#",
    "=",
    "'",
    "ü",
    "\x0b",
    "\x01",
    'a"b',
)
_BLANKS = ("", "", " ", "\t", "  ", "\u00a0", "\f")
_ENDS = ("\n", "\n", "\n", "\r\n", "\r", "\n\n", "\r\r\n", "\0\n")
_COMMENTS = ("", "", "", "# x", '# "', "x", "// x")

FOLDERS = ("/", "/srv/x", "/home/u/p", "C:\\Users\\u", "/etc")
ADDRESSES = ("", "127.0.0.1", "0.0.0.0", "10.0.0.1")  # noqa: S104 - addresses in a file


def lines(chance: random.Random) -> str:
    """Return a file of a few lines."""
    text = "".join(_line(chance) + chance.choice(_ENDS) for _ in range(chance.randrange(1, 6)))
    if chance.random() < 0.2 and text:
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(("", '"', "=", "#", " ", "|", "\r")) + text[at + 1 :]
    return ("\ufeff" if chance.random() < 0.05 else "") + text


def _line(chance: random.Random) -> str:
    blank = [chance.choice(_BLANKS) for _ in range(5)]
    value = chance.choice(_VALUES)
    quote = chance.choice(('"', '"', ""))
    close = quote if chance.random() < 0.95 else ""
    parts = (blank[0], chance.choice(_KEYS), blank[1], chance.choice(("=", "=", "=", "==", "")), blank[2])
    return "".join((*parts, quote, value, close, blank[3], chance.choice(_COMMENTS)))


def machine(chance: random.Random) -> str:
    """Return a whole machine that libvirt takes, with the settings that it knows."""
    found = {
        "config.version": "8",
        "virtualHW.version": "8",
        "displayName": "m",
        "memsize": "512",
        "numvcpus": "1",
        "guestOS": "otherlinux-64",
        "scsi0.present": "true",
        "scsi0.virtualDev": "lsilogic",
        "isolation.tools.hgfs.disable": "false",
    }
    folders = chance.randrange(3)
    found["sharedFolder.maxNum"] = str(folders)
    for index in range(folders):
        found |= _folder(chance, f"sharedFolder{index}")
    if chance.random() < 0.5:
        found |= _screen(chance)
    if chance.random() < 0.5:
        found |= _serial(chance)
    return "".join(f'{_cased(chance, key)} = "{value}"\n' for key, value in found.items())


def _cased(chance: random.Random, key: str) -> str:
    return chance.choice((key, key, key.lower(), key.upper()))


def _bool(chance: random.Random) -> str:
    return chance.choice(("TRUE", "true", "True", "FALSE", "false"))


def _folder(chance: random.Random, name: str) -> dict[str, str]:
    return {
        f"{name}.present": chance.choice(("true", "TRUE", "false")),
        f"{name}.enabled": "true",
        f"{name}.readAccess": "true",
        f"{name}.writeAccess": _bool(chance),
        f"{name}.hostPath": chance.choice(FOLDERS),
        f"{name}.guestName": f"g{name[-1]}",
    }


def _screen(chance: random.Random) -> dict[str, str]:
    found = {"RemoteDisplay.vnc.enabled": _bool(chance), "RemoteDisplay.vnc.port": "5900"}
    address = chance.choice(ADDRESSES)
    if address:
        found["RemoteDisplay.vnc.ip"] = address
    if chance.random() < 0.3:
        found["RemoteDisplay.vnc.password"] = "x"
    return found


def _serial(chance: random.Random) -> dict[str, str]:
    kind = chance.choice(("network", "network", "device", "file", "pipe"))
    name = {
        "network": chance.choice(("telnet://0.0.0.0:4000", "tcp://127.0.0.1:4000", "telnets://0.0.0.0:4000")),
        "device": "/dev/ttyS0",
        "file": "a.txt",
        "pipe": "/tmp/p",  # noqa: S108 - a path in a file
    }[kind]
    found = {"serial0.present": _bool(chance), "serial0.fileType": kind, "serial0.fileName": name}
    if kind == "network":
        found["serial0.network.endPoint"] = chance.choice(("server", "client"))
    return found
