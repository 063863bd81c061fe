"""What the command of dockerd in a unit of systemd says of its engine; what it leaves out stands in the engine's file.

Source: the flags of `cmd/dockerd` of moby 28.5 and 29. A drop-in replaces the command, and is read by itself.
"""

from __future__ import annotations

from gate.dialects.docker_flags import parse
from gate.dialects.docker_grammar import Grammar
from gate.dialects.interpolation import GAP
from gate.dialects.unit_commands import started
from gate.model.daemon import Daemon, EngineRuntime
from gate.model.evidence import Inapplicable, Items, Stated, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from gate.dialects.docker_flags import Flag, Flags
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.syntax.systemd_unit import Unit

    T = TypeVar("T")

PROGRAM = "dockerd"

_BESIDE = "the engine's file says it, where one does"

_SWITCHES = frozenset(
    {
        *("allow-direct-routing", "cri-containerd", "debug", "experimental", "help", "icc", "init", "ip-forward"),
        *("ip-forward-no-drop", "ip-masq", "ip6tables", "iptables", "ipv6", "live-restore", "no-new-privileges"),
        *("raw-logs", "restart", "rootless", "selinux-enabled", "tls", "tlsverify", "userland-proxy", "validate"),
        "version",
    }
)
_TRUTHS = {"true": True, "1": True, "t": True, "false": False, "0": False, "f": False}
_SHORTS = {"D": "debug", "G": "group", "H": "host", "b": "bridge", "g": "data-root", "l": "log-level", "p": "pidfile"}


def daemons(unit: Unit, path: str) -> Iterator[Daemon]:
    """Yield the engines that a unit starts."""
    from gate.dialects.docker_daemon import KEYS

    grammar = Grammar(PROGRAM, _SWITCHES, KEYS - _SWITCHES, frozenset(), {**_SHORTS, "s": "storage-driver"}, {})
    for words, at in started(unit, path, PROGRAM):
        yield _daemon(parse(words, grammar, at), at)


def _daemon(flags: Flags, at: Location) -> Daemon:
    silent = Inapplicable(_BESIDE, at)
    remap = flags.last("userns-remap")
    return Daemon(
        at,
        silent if remap is None else remap.setting(bool, "a user"),
        _switch(flags, "no-new-privileges"),
        _text(flags, "seccomp-profile"),
        _text(flags, "default-cgroupns-mode"),
        _items(flags, "add-runtime", _runtime),
        _text(flags, "default-runtime"),
        silent,
        _switch(flags, "icc"),
        silent,
        _switch(flags, "iptables"),
        _items(flags, "host", _same),
        _switch(flags, "tls" if flags.last("tlsverify") is None else "tlsverify"),
        _items(flags, "authorization-plugin", _same),
        _items(flags, "insecure-registry", _same),
    )


def _switch(flags: Flags, name: str) -> Setting[bool]:
    flag = flags.last(name)
    return Inapplicable(_BESIDE, flags.at) if flag is None else flag.setting(_TRUTHS.get, "true or false")


def _text(flags: Flags, name: str) -> Setting[str]:
    flag = flags.last(name)
    return Inapplicable(_BESIDE, flags.at) if flag is None else _same(flag)


def _same(flag: Flag) -> Setting[str]:
    return Unknown(flag.reason, flag.at) if GAP in flag.value else Stated(flag.value, flag.at, flag.via)


def _items(flags: Flags, name: str, read: Callable[[Flag], Setting[T]]) -> Items[T]:
    members = tuple(read(flag) for flag in flags.each(name))
    return Items(members, flags.at, not flags.open_because, flags.open_because)


def _runtime(flag: Flag) -> Setting[EngineRuntime]:
    name, _, path = flag.value.partition("=")
    if GAP in flag.value:
        return Unknown(flag.reason, flag.at)
    handler: Setting[str] = Stated(path.rpartition("/")[2], flag.at)
    return Stated(EngineRuntime(name.strip().lower(), handler, (), flag.at), flag.at)
