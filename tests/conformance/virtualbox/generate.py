"""Makes settings of VirtualBox and commands of `VBoxManage`, in the spellings that both have and had."""

from __future__ import annotations

import random
import uuid

_ADDRESSES = ("", "127.0.0.1", "0.0.0.0", "10.0.0.1", "localhost")  # noqa: S104 - addresses in a file
_FOLDERS = ("/", "/srv/x", "/home/u/p", "/etc", "/a&amp;b")
_MODES = ("Disabled", "HostToGuest", "GuestToHost", "Bidirectional")


def settings(chance: random.Random, name: str) -> str:
    """Return the settings file of one machine."""
    version = chance.choice(("1.16-linux", "1.19-linux", "1.19-linux", "1.19-windows"))
    ids = uuid.UUID(int=chance.getrandbits(128), version=4)
    parts = [
        part(chance) for part in (_memory, _display, _usb, _uart, _folders, _clipboard, _cpu) if chance.random() < 0.7
    ]
    chance.shuffle(parts)
    return (
        '<?xml version="1.0"?>\n'
        f'<VirtualBox xmlns="http://www.virtualbox.org/" version="{version}">\n'
        f'<Machine uuid="{{{ids}}}" name="{name}" OSType="Debian_64" snapshotFolder="Snapshots">\n'
        f"{_extra(chance)}<Hardware>\n{''.join(parts)}</Hardware>\n{_debugger(chance)}</Machine>\n</VirtualBox>\n"
    )


def _truth(chance: random.Random) -> str:
    return chance.choice(("true", "true", "false", "1", "0", "yes", "no", "on"))


def _memory(chance: random.Random) -> str:
    return f'<Memory RAMSize="{chance.choice((64, 777))}"/>\n'


def _display(chance: random.Random) -> str:
    login = chance.choice(("", ' authType="Null"', ' authType="External"', ' authType="Guest"', ' authType="guest"'))
    address = chance.choice(_ADDRESSES)
    inside = f'<VRDEProperties><Property name="TCP/Address" value="{address}"/></VRDEProperties>' if address else ""
    return f'<RemoteDisplay enabled="{_truth(chance)}"{login}>{inside}</RemoteDisplay>\n'


def _usb(chance: random.Random) -> str:
    return f'<USB><DeviceFilters><DeviceFilter name="a" active="{_truth(chance)}"/></DeviceFilters></USB>\n'


def _uart(chance: random.Random) -> str:
    mode = chance.choice(("TCP", "TCP", "HostPipe", "Disconnected", "RawFile"))
    path = {"TCP": "4000", "HostPipe": "/tmp/p", "RawFile": "/tmp/f"}.get(mode, "")  # noqa: S108 - in a file
    return (
        f'<UART><Port slot="0" enabled="{_truth(chance)}" IOBase="0x3f8" IRQ="4" server="{_truth(chance)}"'
        f' path="{path}" hostMode="{mode}"/></UART>\n'
    )


def _folders(chance: random.Random) -> str:
    found = ""
    for index in range(chance.randrange(3)):
        access = chance.choice((f' writable="{_truth(chance)}"', f' writable="{_truth(chance)}"', ""))
        found += f'<SharedFolder name="f{index}" hostPath="{chance.choice(_FOLDERS)}"{access} autoMount="false"/>'
    return f"<SharedFolders>{found}</SharedFolders>\n"


def _clipboard(chance: random.Random) -> str:
    files = chance.choice(("", f' fileTransfersEnabled="{_truth(chance)}"'))
    odd = chance.choice(("", "", "<Clipboard/>"))
    first = odd or f'<Clipboard mode="{chance.choice(_MODES)}"{files}/>'
    return f'{first}<DragAndDrop mode="{chance.choice(_MODES)}"/>\n'


def _cpu(chance: random.Random) -> str:
    return f'<CPU><NestedHWVirt enabled="{_truth(chance)}"/></CPU>\n'


def _extra(chance: random.Random) -> str:
    names = ("GUI/x", "VBoxInternal/x", "VBoxInternal2/SharedFoldersEnableSymlinksCreate/s", "vboxinternal/x")
    found = "".join(f'<ExtraDataItem name="{name}" value="1"/>' for name in names if chance.random() < 0.2)
    return f"<ExtraData>{found}</ExtraData>\n"


def _debugger(chance: random.Random) -> str:
    if chance.random() < 0.6:
        return ""
    provider, kind = chance.choice(("None", "GDB", "KD")), chance.choice(("TCP", "TCP", "UDP", "IPC", "None"))
    address = chance.choice(_ADDRESSES)
    return f'<Debugging><GuestDebug provider="{provider}" io="{kind}" address="{address}" port="5000"/></Debugging>\n'


def commands(chance: random.Random) -> list[list[str]]:
    """Return what a machine is told, the last word on an option being what counts."""
    return [_command(chance) for _ in range(chance.randrange(1, 6))]


def _command(chance: random.Random) -> list[str]:
    kind = chance.random()
    if kind < 0.12:
        flags = chance.choice(([], ["--readonly"], ["--automount"], ["--readonly", "--automount"]))
        return ["sharedfolder", "add", ":id", "--name", f"f{chance.randrange(99999)}", "--hostpath", "/srv", *flags]
    if kind < 0.2:
        return ["setextradata", ":id", chance.choice(("VBoxInternal/x", "GUI/x", "vboxinternal/x")), "1"]
    if kind < 0.27:
        active = chance.choice(([], ["--active", "yes"], ["--active", "no"], ["--active=no"]))
        return ["usbfilter", "add", "0", "--target", ":id", "--name", "a", *active]
    words = ["modifyvm", ":id"]
    for _ in range(chance.randrange(1, 4)):
        name, values = chance.choice(_OPTIONS)
        value = chance.choice(values)
        joined = chance.choice(("=", ":", "")) if " " not in value else ""
        words += [f"{name}{joined}{value}"] if joined else [name, *value.split(" ")]
    return words


_SWITCH = ("on", "off", "ON")
_SHARED = ("disabled", "hosttoguest", "guesttohost", "bidirectional", "Disabled")
_OPTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("--vrde", _SWITCH),
    ("--vrde", _SWITCH),
    ("--vrdp", _SWITCH),
    ("--vrde-address", _ADDRESSES[1:]),
    ("--vrdeaddress", _ADDRESSES[1:]),
    ("--vrde-property", ("TCP/Address=127.0.0.1", "TCP/Address=10.0.0.1")),
    ("--vrde-auth-type", ("null", "external", "guest", "Null")),
    ("--vrdeauthtype", ("null", "external", "guest")),
    ("--clipboard", _SHARED),
    ("--clipboard-mode", _SHARED),
    ("--clipboard-file-transfers", ("enabled", "disabled")),
    ("--draganddrop", _SHARED),
    ("--drag-and-drop", _SHARED),
    ("--nested-hw-virt", _SWITCH),
    ("--memory", ("64", "512")),
    ("--uart1", ("off", "0x3F8 4")),
    ("--uart1", ("0x3F8 4",)),
    ("--uartmode1", ("tcpserver 4000", "server /tmp/p", "disconnected", "tcpclient 127.0.0.1:4000")),
    ("--uart-mode1", ("tcpserver 4000", "file /tmp/f")),
    ("--guest-debug-provider", ("none", "gdb", "kd")),
    ("--guest-debug-io-provider", ("none", "tcp", "udp", "ipc")),
    ("--guest-debug-address", _ADDRESSES[1:]),
    ("--usb-ohci", _SWITCH),
    ("--boot1", ("disk", "net")),
)
