"""The configuration of a Docker engine: `daemon.json`, and the units of systemd that start dockerd with flags.

It starts nothing, so that it is no subject: it decides what containers get that say nothing themselves, and rules about
what lies underneath ask it.
"""

from __future__ import annotations

import re

from gate.model.coverage import Skipped
from gate.model.errors import UnrenderedError
from gate.model.evidence import Defaulted
from gate.model.location import whole_file
from gate.model.reader import Reader, Reading
from gate.model.reference import Definition
from gate.readers import is_daemon
from gate.syntax.json import parse
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source, Sources

_STARTS = re.compile(rb"(?m)^[ \t]*ExecStart[ \t]*=.*\bdockerd\b")

#: What a template of one has, which is no JSON until it is rendered.
_MARKS = (b"{{", b"{%", b"<%", b"${")


def claims(source: Source) -> bool:
    """Claim every file of the name that no other reader took, so that the ledger says what became of it.

    What has no such name, as standard input, is one where it holds options of dockerd and nothing else.
    """
    if b"\0" in source.data:
        return False
    if is_daemon(source.path.rpartition("/")[2]) or _STARTS.search(source.data):
        return True
    from gate.dialects.docker_daemon import KEYS, configures

    root = parse(source).root if source.text.lstrip().startswith("{") else None
    return isinstance(root, Mapping) and configures(root) and root.entries.keys() <= KEYS


def read(source: Source, sources: Sources) -> Reading:
    """Read the configuration; a file that holds no option of dockerd is somebody else's."""
    if not is_daemon(source.path.rpartition("/")[2]) and _STARTS.search(source.data):
        return _of_unit(source)
    from gate.dialects.docker_daemon import KEYS, configures, daemon, is_own

    document = parse(source)
    root, at = document.root, whole_file(source.path)
    if root is None:
        if not any(f'"{key}"'.encode() in source.data for key in KEYS if is_own(key)):
            return Reading(skipped=(Skipped(at, "is no JSON and holds no option of dockerd"),))
        if any(mark in source.data for mark in _MARKS):
            remedy = "render it, and check the result"
            return Reading(problems=(UnrenderedError("is a template that nobody has rendered", at=at, remedy=remedy),))
        return Reading(problems=(document.error,) if document.error is not None else ())
    if not isinstance(root, Mapping) or not configures(root):
        return Reading(skipped=(Skipped(at, "holds no option of dockerd, so that it configures no engine"),))
    body, problems = daemon(root)
    found = Definition("daemon", source.path, root.at, Defaulted("", root.at), body=body)
    return Reading(definitions=(found,), problems=tuple(problems))


def _of_unit(source: Source) -> Reading:
    from gate.dialects.docker_daemon_unit import daemons
    from gate.syntax.systemd_unit import Unit

    found = daemons(Unit(source, " "), source.path)
    return Reading(
        definitions=tuple(Definition("daemon", source.path, one.at, Defaulted("", one.at), body=one) for one in found)
    )


READER = Reader("docker_daemon", (), claims, read)
