"""VMware: the VMX file of one machine."""

from __future__ import annotations

import re

from gate.dialects.machine import unrendered
from gate.model.errors import InputError
from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source, Sources

_KEY = re.compile(rb"(?im)(?:^|\r)[ \t\xef\xbb\xbf]*(?:config\.version|virtualhw\.version)[ \t]*=")


def claims(source: Source) -> bool:
    """Claim a file with a key that every machine has."""
    return _KEY.search(source.data) is not None


def read(source: Source, sources: Sources) -> Reading:
    """Read the machine."""
    problem = unrendered(source)
    if problem is not None:
        return Reading(problems=(problem,))
    from gate.dialects.vmx import machine

    try:
        return Reading((machine(source),))
    except InputError as error:
        return Reading(problems=(error,))


READER = Reader("vmx", ("vmware",), claims, read)
