"""Arguments of QEMU that leave a machine to others: monitors and debuggers on a network.

Options: QEMU's `qemu-options.hx`. Whoever reaches a monitor may read and write every file that QEMU may (QEMU's
security page, "Monitor console").
"""

from __future__ import annotations

from itertools import pairwise

from gate.dialects.open_addresses import is_open
from gate.model.evidence import Stated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model.location import Location

_MONITORS = ("monitor", "qmp", "qmp-pretty", "gdb")
_NETWORK = ("tcp", "telnet", "websocket", "udp")


def monitors(words: Sequence[tuple[str, Location]]) -> Iterator[Stated[str]]:
    """Yield the monitors that more than the host reaches, from the words of a command line and their places."""
    sockets = _sockets([word for word, _ in words])
    for index, (word, at) in enumerate(words):
        option = word.lstrip("-") if word.startswith("-") else ""
        value = words[index + 1][0] if index + 1 < len(words) else ""
        if option == "s":
            yield Stated("a debugger on port 1234 of every address", at)
        elif option in _MONITORS and _is_on_network(value):
            yield Stated(f"{option} on {value[:80]}", at)
        elif option == "mon" and _field(value, "chardev") in sockets:
            yield Stated(f"a monitor on {sockets[_field(value, 'chardev')][:80] or 'every address'}", at)


def _sockets(words: Sequence[str]) -> dict[str, str]:
    """Return the sockets that others reach, and where they listen, by the names that monitors call them by."""
    found = {}
    for option, value in pairwise(words):
        serves = "server" in value.split(",") or _field(value, "server") in ("on", "yes", "y")
        is_socket = option.lstrip("-") == "chardev" and value.startswith("socket") and bool(_field(value, "port"))
        if is_socket and serves and is_open(_field(value, "host")):
            found[_field(value, "id")] = _field(value, "host")
    return found


def plain(value: str) -> str | None:
    """Return options that are given as JSON in the other spelling, `a=b,c.d=e`; None for what is no JSON."""
    import json

    try:
        found = json.loads(value)
        parts = list(_members("", found)) if isinstance(found, dict) else None
    except (ValueError, RecursionError):
        return None
    return ",".join(parts) if parts is not None else None


def _members(prefix: str, node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _members(f"{prefix}.{name}" if prefix else str(name), value)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _members(f"{prefix}.{index}", value)
    else:
        text = {True: "on", False: "off"}[node] if isinstance(node, bool) else str(node)
        yield f"{prefix}={text.replace(',', ',,')}"


def _field(value: str, name: str) -> str:
    return next((part.partition("=")[2] for part in value.split(",") if part.partition("=")[0] == name), "")


def _is_on_network(value: str) -> bool:
    kind, _, rest = value.partition(":")
    return kind in _NETWORK and is_open(rest.removeprefix("//"))
