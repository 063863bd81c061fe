"""Reads Dockerfiles for the tests of their reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.model.image import Image
from gate.model.source import Source
from gate.readers.dockerfile import READER
from tests.readers.kubernetes import Tree

if TYPE_CHECKING:
    from gate.model.errors import InputError
    from gate.model.evidence import Setting
    from gate.model.image import Stage, Step
    from gate.model.reader import Reading
    from gate.model.workload import User


def read(text: str | bytes, path: str = "Dockerfile") -> Reading:
    source = Source(path, text if isinstance(text, bytes) else text.encode())
    assert READER.claims(source)
    return READER.read(source, Tree({}))


def image(text: str | bytes) -> Image:
    reading = read(text)
    assert reading.problems == ()
    (found,) = reading.subjects
    assert isinstance(found, Image)
    return found


def problem(text: str | bytes, path: str = "Dockerfile") -> InputError:
    reading = read(text, path)
    assert reading.subjects == ()
    (found,) = reading.problems
    return found


def user(text: str) -> Setting[User]:
    return image(text).user


def stages(text: str) -> dict[str, Stage]:
    return {stage.name: stage for stage in image(text).stages}


def step(text: str) -> Step:
    (found,) = image(f"FROM a\n{text}\n").stages[0].steps
    return found
