"""libvirt: the XML of one domain."""

from __future__ import annotations

import re

from gate.dialects.machine import unrendered
from gate.model.errors import InputError
from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source, Sources

#: How the root element begins; a snapshot or a backup of a domain holds one, and is none.
_ROOT = re.compile(rb"<domain\b[^>]{0,1000}?\btype\s*=")

#: Bytes at the beginning in which a root element is looked for.
HEAD = 16 * 1024


def claims(source: Source) -> bool:
    """Claim a document whose root is a domain."""
    found = _ROOT.search(source.data, 0, HEAD)
    before = re.sub(rb"(?s)<!--.*?-->|<\?.*?\?>", b"", source.data[: found.start()]) if found else b"x"
    return found is not None and not before.replace(b"\xef\xbb\xbf", b"").strip()


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
