"""Xen: the configuration of one guest, as `xl create` takes it."""

from __future__ import annotations

import re

from gate.dialects.machine import unrendered
from gate.model.errors import InputError
from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source, Sources

_NAME = re.compile(rb"(?m)^[ \t]*name[ \t]*=[ \t]*['\"]")
_OTHERS = re.compile(rb"(?m)^[ \t]*(?:type|builder|kernel|bootloader|disk|vif|memory|vcpus)[ \t]*=[ \t]*['\"\[0-9]")


def claims(source: Source) -> bool:
    """Claim a file that names a guest and what it is made of."""
    return _NAME.search(source.data) is not None and _OTHERS.search(source.data) is not None


def read(source: Source, sources: Sources) -> Reading:
    """Read the guest."""
    problem = unrendered(source)
    if problem is not None:
        return Reading(problems=(problem,))
    from gate.dialects.xen import machine

    try:
        return Reading((machine(source),))
    except InputError as error:
        return Reading(problems=(error,))


READER = Reader("xen", ("xen",), claims, read)
