"""What the tests of command lines ask: the workloads of a file, and what is written where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model.evidence import Stated
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.docker_run import READER
from tests.verbs import NoFiles

if TYPE_CHECKING:
    from gate.model.location import Location
    from gate.model.reader import Reading
    from gate.model.workload import Container


def reading(text: str, name: str = "run.sh") -> Reading:
    """Read one file, which has to be claimed just when it holds something."""
    source = Source(name, text.encode())
    found = READER.read(source, NoFiles())
    assert READER.claims(source) == bool(found.subjects or found.problems)
    return found


def workloads(text: str, name: str = "run.sh") -> list[Workload]:
    """The workloads of a file without problems."""
    found = reading(text, name)
    assert found.problems == ()
    return [one for one in found.subjects if isinstance(one, Workload)]


def only(text: str, name: str = "run.sh") -> Workload:
    """The one workload of a file."""
    (found,) = workloads(text, name)
    return found


def container(workload: Workload) -> Container:
    """Its one container."""
    (member,) = workload.containers.members
    assert isinstance(member, Stated)
    return member.value


def one(text: str, name: str = "run.sh") -> Container:
    """The one container of a file."""
    return container(only(text, name))


def mounts(text: str, name: str = "run.sh") -> list[str]:
    """The mounts of the one container, as `KIND SOURCE`, a question mark where that is not known."""
    found = []
    for member in one(text, name).exposure.mounts.members:
        assert isinstance(member, Stated), member
        source = member.value.source
        found.append(f"{member.value.kind} {source.value if isinstance(source, Stated) else '?'}")
    return found


def written(text: str, at: Location) -> str:
    """What stands at a place."""
    return text[at.start : at.end]
