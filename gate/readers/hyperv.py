"""Hyper-V: the machines that a PowerShell script makes, which is never run."""

from __future__ import annotations

import re

from gate.model.errors import InputError
from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source, Sources

_MAKES = re.compile(rb"(?im)(?:^|[=;|{(])[ \t]*(?:Hyper-V\\)?New-VM[ \t\r\n`@]")

#: Parameters of VMware's cmdlet of the same name.
_OTHERS = re.compile(rb"(?i)\bNew-VM\b[^\n]{0,500}?[ \t]-(?:VMHost|ResourcePool|Datastore)\b")


def claims(source: Source) -> bool:
    """Claim a script that makes a machine with Hyper-V's own cmdlet; VMware's of the same name has a host to name."""
    return _MAKES.search(source.data) is not None and not _OTHERS.search(source.data)


def read(source: Source, sources: Sources) -> Reading:
    """Read the machines."""
    from gate.dialects.hyperv import machines

    try:
        return Reading(machines(source))
    except InputError as error:
        return Reading(problems=(error,))


READER = Reader("hyperv", ("hyper-v",), claims, read)
