"""VMware: the VMX file of one machine, and the OVF descriptor of those that are brought to a hypervisor."""

from __future__ import annotations

import re

from gate.dialects.machine import unrendered
from gate.model.errors import InputError
from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source, Sources

_KEY = re.compile(rb"(?im)(?:^|\r)[ \t\xef\xbb\xbf]*(?:config\.version|virtualhw\.version)[ \t]*=")


_ENVELOPE = re.compile(rb"<(?:\w+:)?Envelope[ \t\r\n]")

#: What VirtualBox writes into a descriptor, and reads instead of the rest of it.
_OF_VIRTUALBOX = re.compile(rb"<(?:\w+:)?Machine[ \t\r\n]")


def claims(source: Source) -> bool:
    """Claim a file with a key that every machine has, a descriptor, or an archive that holds one."""
    if source.path.lower().endswith(".ova"):
        return True
    if source.path.lower().endswith(".ovf"):
        return _ENVELOPE.search(source.data) is not None and _OF_VIRTUALBOX.search(source.data) is None
    return _KEY.search(source.data) is not None


def read(source: Source, sources: Sources) -> Reading:
    """Read the machine, or the machines of a descriptor."""
    if source.path.lower().endswith(".ova"):
        remedy = "judge the descriptor in it: tar -xf NAME.ova, and name the .ovf file"
        at = source.location(0, 0)
        return Reading(problems=(InputError("is an archive of machines, which is not opened", at=at, remedy=remedy),))
    problem = unrendered(source)
    if problem is not None:
        return Reading(problems=(problem,))
    from gate.dialects.vmx import machine

    try:
        if source.path.lower().endswith(".ovf"):
            from gate.dialects.ovf import machines
            from gate.syntax.xml_tree import parse

            return Reading(machines(parse(source), source.path))
        return Reading((machine(source),))
    except InputError as error:
        return Reading(problems=(error,))


READER = Reader("vmx", ("vmware",), claims, read)
