"""libvirt: the XML of one domain, and commands of `virt-install` and QEMU in scripts and units."""

from __future__ import annotations

import re

from gate.dialects.machine import unrendered
from gate.dialects.script_kinds import is_script
from gate.model.errors import InputError
from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source, Sources

#: Blanks before the root element, and how that begins; a snapshot or a backup of a domain holds one, and is none.
_BEFORE = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*")
_ROOT = re.compile(rb"""<domain(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*?\s+type\s*=""")
#: Bytes of one script; those that people write are far shorter.
MAX_SCRIPT = 1024 * 1024

_ENDS = {b"<!--": b"-->", b"<?": b"?>"}


def claims(source: Source) -> bool:
    """Claim a document whose root is a domain, or a script with a command that starts a machine."""
    if _has_commands(source):
        return _starts(source)
    here = _past(source.data, 0)
    while opening := next((one for one in _ENDS if source.data.startswith(one, here)), b""):
        end = source.data.find(_ENDS[opening], here + len(opening))
        if end < 0:
            return False
        here = _past(source.data, end + len(_ENDS[opening]))
    return _ROOT.match(source.data, here) is not None


def _has_commands(source: Source) -> bool:
    """Say whether a file is a script or a unit; standard input has no name, and is one by its first line."""
    return is_script(source) or source.path.lower().endswith(".service")


def _starts(source: Source) -> bool:
    from gate.dialects.qemu_commands import machines

    if b"\0" in source.data or len(source.data) > MAX_SCRIPT:
        return False
    try:
        return bool(machines(source))
    except InputError:
        return True


def _past(data: bytes, here: int) -> int:
    found = _BEFORE.match(data, here)
    return found.end() if found is not None else here


def read(source: Source, sources: Sources) -> Reading:
    """Read the machine that a domain is, or those that a script starts."""
    if _has_commands(source):
        from gate.dialects.qemu_commands import machines

        try:
            return Reading(machines(source))
        except InputError as error:
            return Reading(problems=(error,))
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
