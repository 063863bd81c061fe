"""Hyper-V: the machines that a PowerShell script makes, which is never run."""

from __future__ import annotations

import re

from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source, Sources

_MAKES = re.compile(rb"(?im)(?:^|[=;|{(])[ \t]*New-VM[ \t\r\n`@]")


def claims(source: Source) -> bool:
    """Claim a script that makes a machine with Hyper-V's own cmdlet; VMware's of the same name has a host to name."""
    return _MAKES.search(source.data) is not None and not re.search(
        rb"(?i)-VMHost\b|-ResourcePool\b|-Datastore\b", source.data
    )


def read(source: Source, sources: Sources) -> Reading:
    """Read the machines."""
    from gate.dialects.hyperv import machines

    return Reading(machines(source))


READER = Reader("hyperv", ("hyper-v",), claims, read)
