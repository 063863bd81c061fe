"""Vagrant: the machines of a Vagrantfile, which is never run."""

from __future__ import annotations

import re

from gate.model.errors import InputError
from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source, Sources

_BEGIN = re.compile(rb"\bVagrant(?:\.configure|::Config\.run)\b")


def claims(source: Source) -> bool:
    """Claim a file that configures Vagrant."""
    return _BEGIN.search(source.data) is not None


def read(source: Source, sources: Sources) -> Reading:
    """Read the machines."""
    from gate.dialects.machine import unrendered
    from gate.dialects.vagrant import machines

    problem = unrendered(source) if b"<%" in source.data else None
    if problem is not None:
        return Reading(problems=(problem,))
    try:
        return Reading(machines(source))
    except InputError as error:
        return Reading(problems=(error,))


READER = Reader("vagrant", ("virtualbox", "kvm", "vmware", "hyper-v"), claims, read)
