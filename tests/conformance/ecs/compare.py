# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the reading of ECS task definitions with others' models and evaluators.

A value that the gate leaves open is a gap and no disagreement. Where a variable has no value, several are tried: what
the gate claims to know must then hold for each.
"""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gate.dialects.ecs_fields import TASK, field_of
from gate.model.source import Source
from gate.model.workload import Workload
from gate.pipeline.files import Files
from gate.readers.ecs import READER
from tests.conformance.ecs.facts import OPEN, differences, facts, gaps
from tests.conformance.ecs.generate import CloudFormation, Generator, Json, Terraform
from tests.conformance.ecs.oracle import ask, models

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Types of the API's model, in the words of the reader's table.
TYPES = {"string": "text", "boolean": "flag", "integer": "number", "map": "map"}

#: Keys that the API has and the schema of CloudFormation, as it is installed, does not have yet.
YOUNG = {"s3filesVolumeConfiguration", "trustedExecutionConfiguration"}

#: What is tried for variables without a value: expressions of HCL, and texts.
TRIED: tuple[dict[str, str], ...] = ({}, {"": '"x"'}, {"": "true"}, {"": "[]"}, {"": "{}"}, {"": "null"})


class Tally:
    """What one set of inputs showed."""

    def __init__(self) -> None:
        self.inputs = self.compared = self.gaps = self.refused = 0
        self.wrong: list[str] = []

    def show(self, name: str) -> None:
        print(
            f"{name}: {self.inputs} inputs, {self.compared} agree, {self.gaps} settings left open, "
            f"{self.refused} that the other side refuses, {len(self.wrong)} wrong"
        )
        for line in self.wrong[:20]:
            print(f"  {line}")


def main(arguments: list[str]) -> int:
    """Compare everything; 1 when something is wrong."""
    seed = next((argument.partition("=")[2] for argument in arguments if argument.startswith("--seed=")), "1")
    folders = [Path(argument) for argument in arguments if not argument.startswith("-")]
    found = {
        "keys": _keys(),
        "types": _types(random.Random(seed), 400),
        "Terraform": _terraform(random.Random(seed), 400, 0.0),
        "Terraform with variables that nobody sets": _terraform(random.Random(seed), 400, 0.06),
        "Terraform in JSON": _terraform(random.Random(seed), 400, 0.0, Json),
        "Terraform in JSON with variables that nobody sets": _terraform(random.Random(seed), 400, 0.06, Json),
        "CloudFormation": _cloudformation(random.Random(seed), 400, 0.0),
        "CloudFormation with parameters that nobody sets": _cloudformation(random.Random(seed), 400, 0.06),
    }
    for folder in folders:
        found[f"modules below {folder}"] = _modules(folder)
        found[f"templates below {folder}"] = _templates(folder)
    for name, tally in found.items():
        tally.show(name)
    return int(any(tally.wrong for tally in found.values()))


def _keys() -> Tally:
    """Compare the reader's table with the API's model and with CloudFormation's schema."""
    tally = Tally()
    shapes = models({"shapes": True})
    for path, mine, theirs in _walk(TASK, shapes["api"], "", "api"):
        tally.inputs += 1
        tally.compared += mine == theirs
        if mine != theirs:
            tally.wrong.append(f"{path} is {mine} here and {theirs} in the API's model")
    for path, mine, theirs in _walk(TASK, shapes["cloudformation"], "", "cloudformation"):
        tally.inputs += 1
        young = any(name in path for name in YOUNG) and theirs is None
        tally.compared += mine == theirs or young
        if mine != theirs and not young:
            tally.wrong.append(f"{path} is {mine} here and {theirs} in CloudFormation's schema")
    return tally


def _walk(mine: Any, theirs: Any, path: str, spelling: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(mine, list):
        inner = theirs[0] if isinstance(theirs, list) else None
        yield from _walk(mine[0], inner, f"{path}[]", spelling)
    elif isinstance(mine, dict):
        table = (
            {field_of(name, mine, spelling): one for name, one in theirs.items()} if isinstance(theirs, dict) else {}
        )
        for name, shape in mine.items():
            yield from _walk(shape, table.get(name), f"{path}.{name}", spelling)
    else:
        yield path, mine, TYPES.get(theirs) if isinstance(theirs, str) else None


#: Settings that rest on one parameter, which the client refuses when it is of another type.
SCALARS = {
    "privileged": "privileged",
    "image": "image",
    "user": "user",
    "read_only_root": "readonlyRootFilesystem",
}


#: Settings of the task, each of one parameter.
MODES = ("networkMode", "pidMode", "ipcMode")


def _types(chance: random.Random, count: int) -> Tally:
    """Spoil values of random task definitions: what the client refuses must be open, and what it takes known."""
    tally = Tally()
    tasks = [_spoilt(Generator(chance).task(), chance) for _ in range(count)]
    for task, refused in zip(tasks, models({"validate": tasks}), strict=True):
        tally.inputs += 1
        found = facts(_only(_read("t.json", {"t.json": json.dumps(task)})))
        for parameter, value in _parameters(task, found):
            if (value == OPEN) == (parameter in refused):
                tally.compared += 1
            else:
                words = "refuses" if parameter in refused else "takes"
                tally.wrong.append(f"{parameter} is {value!r}, and the client {words} it")
    return tally


def _spoilt(task: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Put values of any type where they may not belong."""
    for container in task["containerDefinitions"]:
        for name in SCALARS.values():
            if chance.random() < 0.3:
                container[name] = chance.choice([True, "true", 1, "1000", 2.5, [], {}, ["a"]])
    for name in MODES:
        if chance.random() < 0.3:
            task[name] = chance.choice([True, "host", 1, [], {}])
    return task


def _parameters(task: dict[str, Any], found: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield parameters with what they came to; the user of a Windows container is not read at all."""
    yield from ((name, found[name.removesuffix("Mode")]) for name in MODES)
    for number in range(len(task["containerDefinitions"])):
        for mine, theirs in SCALARS.items():
            if mine != "user" or found["os"] != "windows":
                yield f"containerDefinitions[{number}].{theirs}", found["containers"][number][mine]


def _terraform(chance: random.Random, count: int, unset: float, syntax: type[Terraform] = Terraform) -> Tally:
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        modules = []
        for number in range(count):
            files = syntax(chance, unset).module(Generator(chance).task())
            modules.append((Path(folder) / str(number), files))
            for name, text in files.items():
                path = Path(folder) / str(number) / name
                path.parent.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
        for tried in TRIED if unset else TRIED[:1]:
            values = {f"unset{number}": tried[""] for number in range(500)} if tried else {}
            answers = ask([{"folder": str(path), "values": values} for path, _ in modules])
            for (path, files), theirs in zip(modules, answers, strict=True):
                _module(tally, path, files, theirs)
    return tally


def _module(tally: Tally, path: Path, files: dict[str, str], theirs: dict[str, Any]) -> None:
    tally.inputs += 1
    tasks = [task for task in theirs["tasks"] or () if not task.get("error") and task["containers"]]
    if theirs.get("error") or not tasks:
        tally.refused += 1
        return
    (main,) = files.keys() & {"main.tf", "main.tf.json"}
    ours = facts(_only(_read(main, files)))
    tally.gaps += gaps(ours)
    expected = facts(_only(_read("t.json", {"t.json": json.dumps(_api(tasks[0]))})))
    found = list(differences(ours, expected))
    tally.compared += not found
    tally.wrong += (f"{path.name}{line}" for line in found)


def _api(task: dict[str, Any]) -> dict[str, Any]:
    """Turn what a module comes to into a task definition of the API."""
    attributes = {_camel(name): value for name, value in task["attributes"].items() if value is not None}
    volumes = [_volume(volume) for volume in task["volumes"] or []]
    containers = [_lowered(container) for container in task["containers"] or []]
    platform = {"runtimePlatform": {"operatingSystemFamily": task["family"]}} if task["family"] else {}
    return {**attributes, **platform, "containerDefinitions": containers, "volumes": volumes}


def _volume(volume: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": volume["name"]}
    if volume["host_path"]:
        found["host"] = {"sourcePath": volume["host_path"]}
    if volume["docker"]:
        options = {name: value for name, value in volume["docker"].items() if value is not None}
        found["dockerVolumeConfiguration"] = {_camel(name): value for name, value in options.items()}
    return found


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


def _lowered(value: Any, *, table: bool = False) -> Any:
    """Return what the SDK's types hold in the API's words, without what is not set."""
    if isinstance(value, list):
        return [_lowered(one) for one in value]
    if not isinstance(value, dict):
        return value
    set_ = {name: one for name, one in value.items() if one not in (None, "")}
    return {
        name if table else name[:1].lower() + name[1:]: _lowered(one, table=name == "DockerLabels")
        for name, one in set_.items()
    }


def _cloudformation(chance: random.Random, count: int, unset: float) -> Tally:
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number in range(count):
            path = Path(folder) / f"{number}.json"
            path.write_text(
                json.dumps(CloudFormation(chance, unset).template(Generator(chance).task())), encoding="utf-8"
            )
            paths.append(path)
        for value in ("x", "true", "host") if unset else ("",):
            requests = [{"path": str(path), "values": dict.fromkeys(_unset(path), value)} for path in paths]
            for path, theirs in zip(paths, ask(requests), strict=True):
                _template(tally, path, path.read_text(encoding="utf-8"), theirs)
    return tally


def _unset(path: Path) -> list[str]:
    parameters = json.loads(path.read_text(encoding="utf-8"))["Parameters"]
    return [name for name, declared in parameters.items() if "Default" not in declared]


def _template(tally: Tally, path: Path, text: str, theirs: dict[str, Any]) -> None:
    tally.inputs += 1
    if theirs.get("error"):
        tally.refused += 1
        return
    expected = {
        one.id.rpartition("/")[2]: one for one in _read("t.json", {"t.json": json.dumps(_without(theirs["template"]))})
    }
    for workload in _read(path.name, {path.name: text}):
        ours = facts(workload)
        tally.gaps += gaps(ours)
        other = expected.get(workload.id.rpartition("/")[2])
        if other is not None:
            started = {"native": ours["native"], "runtime": ours["runtime"]}
            found = list(differences(ours, {**facts(other), **started}))
            tally.compared += not found
            tally.wrong += (f"{path.name}{line}" for line in found)


def _without(value: Any) -> Any:
    """Take out what the other side has no value for."""
    if isinstance(value, dict):
        return {name: _without(one) for name, one in value.items() if one is not None}
    return [_without(one) for one in value if one is not None] if isinstance(value, list) else value


def _modules(folder: Path) -> Tally:
    """Compare public modules, where their evaluator knows everything."""
    tally = Tally()
    homes = sorted({path.parent for ending in ("*.tf", "*.tf.json") for path in folder.rglob(ending)})
    for home, theirs in zip(homes, ask([{"folder": str(home)} for home in homes]), strict=True):
        names = [task["name"] for task in theirs["tasks"]]
        sure = (task for task in theirs["tasks"] if not task.get("error") and names.count(task["name"]) == 1)
        known = {task["name"]: task for task in sure if task["containers"]}
        for path in sorted([*home.glob("*.tf"), *home.glob("*.tf.json")]):
            source = Source(path.name, path.read_bytes())
            if not READER.claims(source):
                continue
            for workload in READER.read(source, Files(str(home.resolve()))).subjects:
                task = known.get(workload.id.rpartition("/")[2])
                tally.inputs += 1
                tally.refused += task is None
                if task is not None and isinstance(workload, Workload):
                    expected = facts(_only(_read("t.json", {"t.json": json.dumps(_api(task))})))
                    ours = facts(workload)
                    found = list(differences(ours, {**expected, "native": ours["native"], "runtime": ours["runtime"]}))
                    tally.gaps += gaps(ours)
                    tally.compared += not found
                    tally.wrong += (f"{path}{line}" for line in found)
    return tally


def _templates(folder: Path) -> Tally:
    """Compare public templates."""
    tally = Tally()
    paths = [path for ending in ("*.json", "*.yaml", "*.yml", "*.template") for path in sorted(folder.rglob(ending))]
    ours = [path for path in paths if b"AWS::ECS::TaskDefinition" in path.read_bytes()]
    for path, theirs in zip(ours, ask([{"path": str(path)} for path in ours]), strict=True):
        _template(tally, path, path.read_text(encoding="utf-8", errors="replace"), theirs)
    return tally


def _read(path: str, files: dict[str, str]) -> list[Workload]:
    source = Source(path, files[path].encode())
    if not READER.claims(source):
        return []
    return [one for one in READER.read(source, _Tree(files)).subjects if isinstance(one, Workload)]


def _only(found: list[Workload]) -> Workload:
    (one,) = found
    return one


class _Tree:
    """Files in memory."""

    def __init__(self, files: dict[str, str]) -> None:
        self._sources = {path: Source(path, text.encode()) for path, text in files.items()}

    def open(self, path: str) -> Source | None:
        return self._sources.get(path)

    def stream(self, _path: str) -> None:
        return None

    def list(self, folder: str) -> list[str]:
        return sorted(path for path in self._sources if path.rpartition("/")[0] == folder)
