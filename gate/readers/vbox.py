"""VirtualBox: the settings file of one machine, by itself or in the OVF descriptor that it exports."""

from __future__ import annotations

import re

from gate.model.errors import InputError
from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source, Sources

_ROOT = re.compile(rb"<VirtualBox[ \t\r\n]")
_EXPORTED = re.compile(rb"<(?:\w+:)?Machine[ \t\r\n]")
_MACHINE = re.compile(rb"<Machine[ \t\r\n]")


def claims(source: Source) -> bool:
    """Claim settings that hold a machine; those of the whole installation hold none."""
    if source.path.lower().endswith(".ovf"):
        return _EXPORTED.search(source.data) is not None
    return _ROOT.search(source.data) is not None and _MACHINE.search(source.data) is not None


def read(source: Source, sources: Sources) -> Reading:
    """Read the machine."""
    from gate.dialects.vbox import exported, machine
    from gate.syntax.xml_tree import parse

    try:
        if source.path.lower().endswith(".ovf"):
            return Reading(exported(parse(source), source.path))
        return Reading((machine(parse(source), source.path),))
    except InputError as error:
        return Reading(problems=(error,))


READER = Reader("vbox", ("virtualbox",), claims, read)
