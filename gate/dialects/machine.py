"""A virtual machine as a workload: what its definition states, and what no machine has.

Readers of definitions give the boundary, the folders, the devices and what else leads to the host; the rest of a
workload has no meaning where the guest has a kernel of its own.
"""

from __future__ import annotations

import re

from gate.model.errors import UnrenderedError
from gate.model.evidence import Inapplicable, Items, Stated
from gate.model.record import Record, replace
from gate.model.workload import (
    Build,
    Confinement,
    Container,
    Credentials,
    Exposure,
    Mount,
    Namespaces,
    Placement,
    Privilege,
    Resources,
    Sandbox,
    Workload,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.machine import Machine
    from gate.model.source import Source
    from gate.model.workload import Device, Doubt, Tweak

#: What there is in place of a setting that only containers have.
OWN_KERNEL = "a virtual machine has a kernel of its own"
NO_FIELD = "a virtual machine has no such field"

#: Whole disks and partitions of a host; a volume of its own, as of LVM, is what a machine is meant to have.
HOST_DISK = re.compile(
    r"/dev/(?:(?:sd[a-z]+|vd[a-z]+|xvd[a-z]+|hd[a-z]+|nvme[0-9]+n[0-9]+|mmcblk[0-9]+)(?:p?[0-9]+)?"
    r"|disk/by-[a-z]+/(?!dm-)[^/]+)"
)

#: Where templates of Jinja, Go, ERB and shells begin what they fill in; no definition of a machine has these.
_MARKS = ("{{", "{%", "${", "<%")


class Parts(Record):
    """What a definition says: folders and devices of the host, settings of the hypervisor's own, and the rest."""

    shares: Items[Mount]
    devices: Items[Device]
    tweaks: Items[Tweak]
    machine: Machine
    memory: Setting[str]
    os: Setting[str]


def guest(
    id_: str, name: str, platform: str, at: Location, native: Setting[str], parts: Parts, doubts: Iterable[Doubt] = ()
) -> Workload:
    """Return the machine as a workload with one container: the guest."""
    exposure = replace(Exposure.inapplicable(OWN_KERNEL, at), mounts=parts.shares, devices=parts.devices)
    resources = replace(Resources.inapplicable(OWN_KERNEL, at), memory_limit=parts.memory)
    one = Container(
        name,
        "main",
        at,
        Inapplicable("a machine starts from a disk", at),
        "cri",
        Privilege.inapplicable(OWN_KERNEL, at),
        Confinement.inapplicable(OWN_KERNEL, at),
        exposure,
        resources,
    )
    return Workload(
        id_,
        name,
        "",
        "Machine",
        platform,
        at,
        parts.os,
        Items((Stated(one, at),), at),
        Namespaces.inapplicable(OWN_KERNEL, at),
        Sandbox(Inapplicable(OWN_KERNEL, at), native, parts.tweaks),
        Placement.inapplicable("a definition does not say which host it is started on", at),
        Credentials.inapplicable("the guest is handed no token", at),
        Build.inapplicable("an image is made elsewhere", at),
        doubts=tuple(doubts),
        machine=parts.machine,
    )


def share(source: Setting[str], target: str, read_only: Setting[bool], at: Location) -> Mount:
    """Return a folder of the host inside a guest."""
    return Mount("share", source, target, read_only, Inapplicable(NO_FIELD, at), at)


def unrendered(source: Source) -> UnrenderedError | None:
    """Return the error about a definition that a program has yet to fill in; None for one that is whole."""
    mark = min((source.text.find(mark) for mark in _MARKS if mark in source.text), default=-1)
    if mark < 0:
        return None
    at = source.location(mark, mark + 2)
    return UnrenderedError("is a template that nobody has rendered", at=at, remedy="render it and check the result")


def told_apart(machines: Iterable[Workload]) -> tuple[Workload, ...]:
    """Return machines of one file with an identity each: names may come twice."""
    names: dict[str, int] = {}
    found: list[Workload] = []
    for one in machines:
        count = names[one.id] = names.get(one.id, 0) + 1
        found.append(one if count == 1 else replace(one, id=f"{one.id}:{count}"))
    return tuple(found)
