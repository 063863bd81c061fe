"""libvirt: the XML of one domain."""

from __future__ import annotations

import re

from gate.dialects.machine import unrendered
from gate.model.errors import InputError
from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source, Sources

#: Blanks before the root element, and how that begins; a snapshot or a backup of a domain holds one, and is none.
_BEFORE = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*")
_ROOT = re.compile(rb"""<domain(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*?\s+type\s*=""")
_ENDS = {b"<!--": b"-->", b"<?": b"?>"}


def claims(source: Source) -> bool:
    """Claim a document whose root is a domain."""
    here = _past(source.data, 0)
    while opening := next((one for one in _ENDS if source.data.startswith(one, here)), b""):
        end = source.data.find(_ENDS[opening], here + len(opening))
        if end < 0:
            return False
        here = _past(source.data, end + len(_ENDS[opening]))
    return _ROOT.match(source.data, here) is not None


def _past(data: bytes, here: int) -> int:
    found = _BEFORE.match(data, here)
    return found.end() if found is not None else here


def read(source: Source, sources: Sources) -> Reading:
    """Read the machine that a domain is."""
    problem = unrendered(source)
    if problem is not None:
        return Reading(problems=(problem,))
    from gate.dialects.libvirt import machine
    from gate.syntax.xml_tree import parse

    try:
        return Reading((machine(parse(source), source.path),))
    except InputError as error:
        return Reading(problems=(error,))


READER = Reader("libvirt", ("kvm", "xen", "virtualbox", "vmware", "hyper-v"), claims, read)
