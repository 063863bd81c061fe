"""Jobs of Nomad for the tests of its reader."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gate.model.evidence import Deferred, Stated, known
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.nomad import READER
from tests.readers.commands import container
from tests.verbs import NoFiles

if TYPE_CHECKING:
    from gate.model.reader import Reading
    from gate.model.reference import Definition

IMAGE = 'image = "web:1"'


def reading(text: str, name: str = "web.nomad.hcl") -> Reading:
    source = Source(name, text.encode())
    assert READER.claims(source)
    return READER.read(source, NoFiles())


def workloads(text: str, name: str = "web.nomad.hcl") -> list[Workload]:
    found = reading(text, name)
    assert found.problems == ()
    return [one for one in found.subjects if isinstance(one, Workload)]


def job(*config: str, driver: str = "docker", group: str = "", task: str = "", above: str = "") -> Workload:
    inner = "\n".join(config)
    (found,) = workloads(
        f'{above}\njob "shop" {{\ngroup "web" {{\n{group}\ntask "front" {{\ndriver = "{driver}"\n{task}\n'
        f"config {{\n{inner}\n}}\n}}\n}}\n}}\n"
    )
    return found


def docker(*config: str, **more: str) -> Workload:
    return job(IMAGE, *config, **more)


def api(config: object, **task: object) -> Workload:
    one = {"Name": "front", "Driver": "docker", "Config": config, **task}
    (found,) = workloads(json.dumps({"Job": {"ID": "shop", "TaskGroups": [{"Name": "web", "Tasks": [one]}]}}), "a.json")
    return found


def settings_of(text: str, name: str = "client.hcl") -> list[Definition]:
    return list(reading(text, name).definitions)


def mounts(workload: Workload) -> list[object]:
    found: list[object] = []
    for member in container(workload).exposure.mounts.members:
        if isinstance(member, Stated):
            source = member.value.source
            path = source.to if isinstance(source, Deferred) else known(source)
            found.append((member.value.kind, path, known(member.value.read_only)))
        else:
            found.append(member)
    return found
