# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's evidence of stacks, declared to be ones, with the services that Docker asks a swarm for.

What Docker refuses is never deployed: the gate has to say so too, or the stack be wrong in a way that is no concern of
the boundary; these are counted.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from gate.dialects.swarm import DROPPED, FORBIDDEN
from gate.linking.link import Links
from gate.model.evidence import Stated, known
from gate.model.profile import PlatformProfile
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.compose import READER
from tests.conformance.swarm.generate import KEYS, stack
from tests.conformance.swarm.oracle import FOLDER, ask, modules
from tests.verbs import NoFiles

if TYPE_CHECKING:
    from gate.model.evidence import Items
    from gate.model.workload import Container

SHOWN = 15


def main(arguments: list[str]) -> int:
    """Compare the lists, every key, and random stacks."""
    options = dict(argument.lstrip("-").split("=") for argument in arguments if "=" in argument)
    chance = random.Random(int(options.get("seed", "1")))
    stacks = [stack(chance) for _ in range(int(options.get("count", "2000")))]
    print(modules())
    wrong = [*_lists(), *_keys(), *_stacks(stacks)]
    for line in wrong if "--all" in arguments else wrong[:SHOWN]:
        print(line)
    print(f"{len(wrong)} disagreements")
    return 1 if wrong else 0


def _lists() -> list[str]:
    (told,) = ask([""])
    ours = {"dropped": list(DROPPED), "forbidden": sorted(FORBIDDEN)}
    return [f"{name}: {ours[name]}, Docker: {told[name]}" for name in ours if ours[name] != told[name]]


def _keys() -> list[str]:
    """Ask about every key by itself, with a value that is none, so that only its name can be refused."""
    texts = [f"services:\n  web: {{image: web, {key}: }}\n" for key in KEYS if key != "image"]
    wrong = []
    for text, told in zip(texts, ask(texts), strict=True):
        problem = told.get("error", "")
        refused = _is_of_keys(problem)
        if refused is not bool(_workloads(text)["web"].refused):
            wrong.append(f"{text!r}: refused by {'Docker' if refused else 'the gate'} alone: {problem}")
    print(f"{len(texts)} keys")
    return wrong


def _stacks(stacks: list[str]) -> list[str]:
    wrong, refused, services = [], 0, 0
    for text, told in zip(stacks, ask(stacks), strict=True):
        ours = _workloads(text)
        is_refused = any(one.refused for one in ours.values())
        if "error" in told:
            refused += 1
            if _is_of_keys(told["error"]) and not is_refused:
                wrong.append(f"{text}\nDocker refuses it: {told['error']}")
            continue
        if is_refused:
            wrong.append(f"{text}\nthe gate alone says that it is refused")
        for name, theirs in told["services"].items():
            services += 1
            mine = _evidence(ours[name])
            expected = _expected(theirs)
            wrong += [
                f"{text}\n{name} {key}: {mine[key]}, Docker: {expected[key]}"
                for key in mine
                if mine[key] != expected[key]
            ]
    print(f"{len(stacks)} stacks, {refused} refused, {services} services compared")
    return wrong


def _is_of_keys(problem: str) -> bool:
    """Say whether a stack is refused for a key, and not for what is below one."""
    return "additional propert" in problem.lower() or "forbidden" in problem


def _workloads(text: str) -> dict[str, Workload]:
    reading = READER.read(Source("compose.yaml", text.encode()), NoFiles())
    links = Links(reading.subjects, (), PlatformProfile(swarm=True))
    return {one.name: links.link(one) for one in reading.subjects if isinstance(one, Workload)}


def _values(items: Items[Any]) -> list[Any]:
    return [one.value for one in items.members if isinstance(one, Stated)]


def _evidence(workload: Workload) -> dict[str, Any]:
    (container,) = _values(workload.containers)
    privilege = container.privilege
    user = known(privilege.user)
    return {
        "user": user.text if user is not None else "",
        "read_only": known(container.resources.read_only_root),
        "isolation": known(workload.sandbox.native) or "",
        "caps": _capabilities(set(_values(privilege.capabilities_added)), set(_values(privilege.capabilities_dropped))),
        "sysctls": sorted(_values(container.exposure.sysctls)),
        "binds": _binds(container),
        "host network": known(workload.namespaces.network) == "host",
        "memory": bool(known(container.resources.memory_limit)),
        "pids": bool(known(container.resources.pids_limit)),
        "confined": bool(known(privilege.no_new_privileges)),
        "privileged": known(privilege.privileged),
        "namespaces": {known(getattr(workload.namespaces, name)) for name in ("pid", "ipc", "cgroup")},
        "devices": _values(container.exposure.devices),
        "constraints": _values(workload.placement.node_selector),
    }


def _expected(theirs: dict[str, Any]) -> dict[str, Any]:
    added, dropped = ({name.removeprefix("CAP_") for name in theirs[key] or ()} for key in ("added", "dropped"))
    return {
        "user": theirs["user"],
        "read_only": theirs["read_only"],
        "isolation": theirs["isolation"],
        "caps": _capabilities(added, dropped),
        "sysctls": theirs["sysctls"] or [],
        "binds": sorted(tuple(one) for one in theirs["binds"] or ()),
        "host network": "host" in (theirs["networks"] or ()),
        "memory": theirs["memory"],
        "pids": theirs["pids"],
        "confined": theirs["confined"],
        "privileged": False,
        "namespaces": {"private"},
        "devices": [],
        "constraints": theirs["constraints"] or [],
    }


def _capabilities(added: set[str], dropped: set[str]) -> tuple[set[str], set[str]]:
    """Return what is added and dropped as Docker's command line joins the two."""
    added, dropped = ({"ALL"} if "ALL" in names else names for names in (added, dropped))
    return added, dropped - added


def _binds(container: Container) -> list[tuple[str, str, str]]:
    found = []
    for mount in _values(container.exposure.mounts):
        if mount.kind in ("bind", "pipe"):
            source = known(mount.source) or ""
            source = source if source.startswith(("/", "\\")) else f"{FOLDER}/{source}"
            found.append((source, mount.target, str(known(mount.read_only)).lower()))
    return sorted(found)
