"""Reads manifests for the tests of the Kubernetes reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model.evidence import Items, Stated, known
from gate.model.source import Held, Source
from gate.model.workload import Workload
from gate.readers.kubernetes import READER

if TYPE_CHECKING:
    from typing import TypeVar

    from gate.model.reader import Reading
    from gate.model.source import Stream
    from gate.model.workload import Container

    T = TypeVar("T")


SPEC = "{containers: [{name: c, image: i}]}"
POD = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {SPEC}\n"


class Tree:
    """The files of a repository, by path."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = {path: Source(path, text.encode()) for path, text in files.items()}

    def open(self, path: str) -> Source | None:
        return self.files.get(path)

    def stream(self, path: str) -> Stream | None:
        source = self.files.get(path)
        return Held(source.data) if source is not None else None

    def list(self, folder: str) -> list[str]:
        return sorted(path for path in self.files if path.rpartition("/")[0] == folder)


def read(text: str, path: str = "k.yaml", files: dict[str, str] | None = None) -> Reading:
    """Read one file of a repository."""
    source = Source(path, text.encode())
    assert READER.claims(source)
    return READER.read(source, Tree(files or {}))


def workloads(text: str) -> list[Workload]:
    """Read a file that has nothing wrong in it."""
    reading = read(text)
    assert reading.problems == ()
    return [subject for subject in reading.subjects if isinstance(subject, Workload)]


def workload(text: str) -> Workload:
    """Read the one workload of a file."""
    (found,) = workloads(text)
    return found


def pod(spec: str, metadata: str = "{name: p}") -> Workload:
    """Read a pod whose `spec` is given in flow style, without braces, and which has one bare container."""
    spec = f"{spec}, " if spec else ""
    return workload(
        f"apiVersion: v1\nkind: Pod\nmetadata: {metadata}\nspec: {{{spec}containers: [{{name: c, image: i}}]}}\n"
    )


def container(fields: str = "", spec: str = "", metadata: str = "{name: p}") -> Container:
    """Read a pod's one container, from the fields of the container and of its pod in flow style, without braces."""
    one = f"name: c, image: i, {fields}" if fields else "name: c, image: i"
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {metadata}\nspec: {{containers: [{{{one}}}]{spec and ', '}{spec}}}\n"
    (found,) = values(workload(text).containers)
    return found


def values(items: Items[T]) -> list[T]:
    """Return the members of a complete collection, none of which may be unknown."""
    assert items.complete
    assert all(isinstance(member, Stated) for member in items.members)
    return [value for value in map(known, items.members) if value is not None]
