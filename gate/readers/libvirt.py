"""libvirt: the XML of one domain."""

from __future__ import annotations

import re

from gate.model.errors import InputError, UnrenderedError
from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source, Sources

#: How the root element begins; a snapshot or a backup of a domain holds one, and is none.
_ROOT = re.compile(rb"<domain\b[^>]*\btype\s*=")
_MARKS = ("{{", "{%", "${", "<%")


def claims(source: Source) -> bool:
    """Claim a document whose root is a domain."""
    found = _ROOT.search(source.data)
    before = re.sub(rb"(?s)<!--.*?-->|<\?.*?\?>", b"", source.data[: found.start()]) if found else b"x"
    return found is not None and not before.replace(b"\xef\xbb\xbf", b"").strip()


def read(source: Source, sources: Sources) -> Reading:
    """Read the machine that a domain is."""
    from gate.dialects.libvirt import machine
    from gate.syntax.xml_tree import parse

    mark = min((source.text.find(mark) for mark in _MARKS if mark in source.text), default=-1)
    if mark >= 0:
        at = source.location(mark, mark + 2)
        cause = "is a template that nobody has rendered"
        return Reading(problems=(UnrenderedError(cause, at=at, remedy="render it and check the result"),))
    try:
        return Reading((machine(parse(source), source.path),))
    except InputError as error:
        return Reading(problems=(error,))


READER = Reader("libvirt", ("kvm", "xen", "virtualbox", "vmware", "hyper-v"), claims, read)
