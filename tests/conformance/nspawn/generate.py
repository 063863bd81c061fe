"""Makes commands of systemd-nspawn with settings files and variables, good and bad ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


class Case(NamedTuple):
    """One command: its flags, its settings file and where that lies, and its environment."""

    flags: tuple[str, ...] = ()
    settings: str = ""
    trusted: bool = True
    environment: tuple[tuple[str, str], ...] = ()


_CAPABILITIES = (
    "CAP_SYS_ADMIN CAP_NET_ADMIN CAP_NET_RAW CAP_SYS_MODULE CAP_SYSLOG cap_mknod CAP_BPF 12 39 all all "
    "SYS_ADMIN CAP_NO 99"
).split()
_BOOLEANS = "yes no 1 0 on off true False Y n maybe".split()
_USERS = "pick no yes identity 0 1 65536 131072:65536 0:65536 524288:0 4294967295 65535 08 -1 a:b on false".split()
_NAMES = "FOO PrivateUsersX privateusers Nonewprivileges".split()


def _some(chance: Random, values: list[str], separator: str) -> str:
    return separator.join(chance.sample(values, chance.choice((1, 1, 2, 3))))


#: Folders of the host, made beside the system that is started; `SCRATCH` is where.
BINDS = (
    "SCRATCH/data:/mnt",
    "SCRATCH/data:/mnt:norbind",
    "SCRATCH/data",
    "data:/mnt",
    "+/usr:/mnt",
    ":/mnt",
    r"SCRATCH/a\:b:/mnt",
    "SCRATCH/data:mnt",
    "",
)
OVERLAYS = ("SCRATCH/data:SCRATCH/upper:/mnt", "+/usr:SCRATCH/upper:/mnt", "SCRATCH/data::/mnt", "SCRATCH/data")

FLAGS: tuple[Callable[[Random], str], ...] = (
    lambda chance: f"--private-users={chance.choice(_USERS)}",
    lambda _: "--private-users",
    lambda _: "-U",
    lambda _: "--private-network",
    lambda _: "--private-net",
    lambda _: "--network-veth",
    lambda chance: f"--capability={_some(chance, _CAPABILITIES, ',')}",
    lambda chance: f"--drop-capability={_some(chance, _CAPABILITIES, ',')}",
    lambda chance: f"--no-new-privileges={chance.choice(_BOOLEANS)}",
    lambda chance: f"--no-new={chance.choice(_BOOLEANS)}",
    lambda _: "--read-only",
    lambda chance: f"--volatile={chance.choice(('yes', 'no', 'state', 'overlay', 'on'))}",
    lambda chance: f"--user={chance.choice(('web', 'root', '0', '1000'))}",
    lambda chance: f"--settings={chance.choice(('yes', 'no', 'override', 'trusted', 'on'))}",
    lambda chance: f"--bind{chance.choice(('', '-ro'))}={chance.choice(BINDS)}",
    lambda chance: f"--overlay{chance.choice(('', '-ro'))}={chance.choice(OVERLAYS)}",
    lambda _: "--tmpfs=/var/cache",
    lambda chance: f"--system-call-filter={chance.choice(('~@mount', '@keyring', '~bpf keyctl'))}",
    lambda _: "--port=8080:80",
    lambda _: "--share-system",
    lambda _: "-b",
    lambda _: "-a",
)

KEYS: tuple[tuple[str, str, Callable[[Random], str]], ...] = (
    ("Exec", "PrivateUsers", lambda chance: chance.choice(_USERS)),
    ("Exec", "Capability", lambda chance: _some(chance, _CAPABILITIES, " ")),
    ("Exec", "DropCapability", lambda chance: _some(chance, _CAPABILITIES, " ")),
    ("Exec", "NoNewPrivileges", lambda chance: chance.choice([*_BOOLEANS, ""])),
    ("Exec", "User", lambda chance: chance.choice(("web", "root", "1000", ""))),
    ("Exec", "SystemCallFilter", lambda chance: chance.choice(("~@mount", "@keyring", "~bpf"))),
    ("Files", "ReadOnly", lambda chance: chance.choice([*_BOOLEANS, ""])),
    ("Files", "Volatile", lambda chance: chance.choice(("yes", "no", "state", "overlay", "so"))),
    ("Files", "Bind", lambda chance: chance.choice(BINDS)),
    ("Files", "BindReadOnly", lambda chance: chance.choice(BINDS)),
    ("Files", "Overlay", lambda chance: chance.choice(OVERLAYS)),
    ("Files", "TemporaryFileSystem", lambda _: "/var/cache"),
    ("Files", "PrivateUsersChown", lambda chance: chance.choice(("yes", "no"))),
    ("Files", "PrivateUsersOwnership", lambda chance: chance.choice(("off", "auto"))),
    ("Network", "Private", lambda chance: chance.choice([*_BOOLEANS, ""])),
    ("Network", "VirtualEthernet", lambda chance: chance.choice(("no", "off", "", "yes"))),
)

VARIABLES = (
    "SYSTEMD_NSPAWN_SHARE_NS_IPC",
    "SYSTEMD_NSPAWN_SHARE_NS_UTS",
    "SYSTEMD_NSPAWN_USE_CGNS",
    "SYSTEMD_NSPAWN_API_VFS_WRITABLE",
    "SYSTEMD_SECCOMP",
)


def settings(chance: Random) -> str:
    """Make a settings file."""
    lines: list[str] = []
    for _ in range(chance.choice((1, 2, 3, 5, 8))):
        section, key, value = chance.choice(KEYS)
        if chance.random() < 0.05:
            key, section = chance.choice(_NAMES), chance.choice((section, "Foo", "Network"))
        lines += [f"[{section}]", f"{key}{chance.choice(('=', ' = '))}{value(chance)}"]
        if chance.random() < 0.1:
            lines.append(chance.choice(("# PrivateUsers=pick", "; a comment", "", "stray", "[Exec", "X=\\\n  y")))
    return "\n".join(lines) + "\n"


def case(chance: Random) -> Case:
    """Make a command with all that stands around it."""
    flags = tuple(chance.choice(FLAGS)(chance) for _ in range(chance.choice((0, 1, 1, 2, 3, 5))))
    variables = chance.sample(VARIABLES, chance.choice((0, 0, 0, 1, 2)))
    environment = tuple((name, chance.choice(("1", "0", "yes", "no", "on"))) for name in variables)
    text = settings(chance) if chance.random() < 0.6 else ""
    return Case(flags, text, chance.random() < 0.7, environment)
