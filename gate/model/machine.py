"""A virtual machine as its definition has it: what leads around the boundary between the guest and its host."""

from __future__ import annotations

from gate.model.facet import Facet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.evidence import Items, Setting


class Machine(Facet):
    """The ways between a guest and its host that are neither a folder nor a device.

    `monitors` are control sockets of the hypervisor that ask nobody who they are; `consoles` are screens and serial
    lines that do not either. `channels` are the clipboard, drag and drop and file transfer of a desktop. `unguarded` is
    hardware that is handed over with nothing that keeps the guest inside its own memory. `cards` are network cards that
    see what is meant for others, or send in their names; `verified` says whether the firmware checks what it starts.
    """

    monitors: Items[str]
    consoles: Items[str]
    channels: Items[str]
    unguarded: Items[str]
    nested: Setting[bool]
    cards: Items[str]
    verified: Setting[bool]
