# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares the gate's evidence of Nomad's tasks with what Nomad makes of the same jobs."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

from gate.linking.nomad import HOST_VOLUMES
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Stated, Unknown, known
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.nomad import READER
from tests.conformance.nomad import expected, generate
from tests.conformance.nomad.oracle import answers, version
from tests.verbs import NoFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Items, Setting
    from gate.model.workload import Container, Mount
    from tests.conformance.nomad.expected import Facts

SHOWN = 15

#: Nomad's defaults, which a process keeps unless it drops them.
_DEFAULTS = frozenset(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID "
    "SYS_CHROOT".split()
)


def main(arguments: list[str]) -> int:
    """Compare generated jobs; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "3000"))
    asked = list(_written(random.Random(seed), count))
    counted: Counter[str] = Counter()
    wrong: list[str] = []
    for question, answer in zip(asked, answers(asked), strict=True):
        wrong += (f"{question['name']}: {line}\n{question['text']}" for line in _compare(question, answer, counted))
    found = ", ".join(f"{number} {what}" for what, number in sorted(counted.items()))
    print(f"{version()}, seed {seed}: {found}, {len(wrong)} wrong")
    for line in wrong if "all" in options else wrong[:SHOWN]:
        print(f"  {line}")
    return int(bool(wrong))


def _written(chance: random.Random, count: int) -> Iterator[dict[str, Any]]:
    """Yield random jobs, each in the three languages."""
    for _ in range(count):
        job = generate.job(chance)
        yield {"name": "shop.nomad.hcl", "text": generate.Writing(chance).whole(job), "api": False}
        yield {"name": "shop.json", "text": generate.of_api(job), "api": True}
        yield {"name": "shop.nomad.json", "text": generate.of_json(job), "api": False}


def _compare(question: dict[str, Any], answer: dict[str, Any], counted: Counter[str]) -> Iterator[str]:
    source = Source(question["name"], question["text"].encode())
    if not READER.claims(source):
        yield "the gate claims it not"
        return
    reading = READER.read(source, NoFiles())
    workloads = [one for one in reading.subjects if isinstance(one, Workload)]
    if answer.get("error"):
        counted["jobs refused"] += 1
        if not reading.problems and not any(map(_is_open, workloads)):
            yield f"Nomad refuses it alone: {answer['error']}"
        return
    counted["jobs"] += 1
    mine = {one.name: one for one in workloads}
    for task in answer["tasks"]:
        workload = mine.get(f"shop/{task['group']}/{task['name']}")
        if workload is None:
            yield f"the gate has no task {task['name']}"
        else:
            counted["tasks"] += 1
            yield from _of_task(task, workload, counted)


def _of_task(task: dict[str, Any], workload: Workload, counted: Counter[str]) -> Iterator[str]:
    if task.get("error"):
        counted["configurations refused"] += 1
        if not _is_decided(task) and not _is_open(workload):
            yield f"{task['name']}: its driver refuses it alone: {task['error']}"
        return
    (member,) = workload.containers.members
    assert isinstance(member, Stated)
    wanted = expected.of_task(task)
    found = _facts(member.value, workload, task["driver"])
    for name, values in wanted.items():
        counted["facts"] += 1
        if found[name] == values:
            continue
        if "?" in found[name] or (name == "mounts" and _covers(found[name], values)):
            counted["left open"] += 1
        else:
            yield f"{task['name']}: {name} is {values}, not {found[name]}"


def _is_decided(task: dict[str, Any]) -> bool:
    """Say whether it decides nothing: of a command on the host, of root, who keeps every capability, of labels."""
    of_root = task["driver"] in ("exec", "java") and task["user"] == "root"
    return task["driver"] == "raw_exec" or '"labels"' in task["error"] or (of_root and '"cap_' in task["error"])


def _covers(found: list[str], values: list[str]) -> bool:
    """Say whether mounts are the same but for those that are left open."""
    left = Counter(found) - Counter(values)
    return bool(left) and all(one.startswith("?") for one in left)


def _is_open(workload: Workload) -> bool:
    """Say whether something of a task is not known."""
    (member,) = workload.containers.members
    if not isinstance(member, Stated):
        return True
    one = member.value
    facets = (one.privilege, one.confinement, one.exposure, one.resources, workload.namespaces, workload.sandbox)
    for facet in facets:
        for field in facet._fields:
            value = getattr(facet, field)
            if isinstance(value, Unknown) or getattr(value, "complete", True) is False:
                return True
            if any(isinstance(inner, Unknown) for inner in getattr(value, "members", ())):
                return True
    return isinstance(one.image, Unknown)


def _facts(one: Container, workload: Workload, driver: str) -> Facts:
    own = workload.namespaces
    facts: Facts = {"driver": [driver], "memory": [_text(one.resources.memory_limit)]}
    mounts = [member.value for member in one.exposure.mounts.members if isinstance(member, Stated)]
    lost = ["?" for member in one.exposure.mounts.members if not isinstance(member, Stated)]
    if workload.machine is not None:
        shares = [_text(mount.source) for mount in mounts]
        disks = _texts(one.exposure.devices, lambda device: device.path)
        return facts | {"native": [_text(workload.sandbox.native)], "disk": disks, "shares": shares}
    clients = [mount for mount in mounts if mount.target.startswith(("/one", "/two"))]
    others = [mount for mount in mounts if mount not in clients]
    user = one.privilege.user
    return facts | {
        "volumes": sorted(map(_client, clients)),
        "network": [_text(own.network)],
        "image": [_text(one.image)],
        "user": [_text(user) and ("?" if isinstance(user, Unknown) else getattr(known(user), "text", ""))],
        "privileged": [_text(one.privilege.privileged)],
        "read_only": [_text(one.resources.read_only_root)],
        "pid": [_text(own.pid)],
        "ipc": [_text(own.ipc)],
        "uts": [_text(own.uts)],
        "cgroup": [_text(own.cgroup)],
        "users": ["" if isinstance(own.user, Deferred) else _text(own.user)],
        "runtime": [_runtime(workload)],
        "pids": [_text(one.resources.pids_limit)],
        "added": _distinct(one.privilege.capabilities_added),
        "dropped": _distinct(_stated(one.privilege.capabilities_dropped)),
        "options": _options(one),
        "sysctls": sorted(_texts(one.exposure.sysctls, str)),
        "devices": sorted(_texts(one.exposure.devices, lambda device: f"{device.path} {device.access}")),
        "mounts": sorted([*map(_mount, others), *("refused" for _ in lost)]),
        "kept": _kept(one),
    }


def _text(setting: Setting[Any]) -> str:
    if isinstance(setting, Unknown):
        return "?"
    return "" if isinstance(setting, Inapplicable | Deferred) else str(known(setting))


def _texts(items: Items[Any], convert: Any) -> list[str]:
    found = [convert(known(one)) if isinstance(one, Stated | Defaulted) else "?" for one in items.members]
    return found if items.complete else [*found, "?"]


def _distinct(items: Items[str]) -> list[str]:
    return sorted(set(_texts(items, str)))


def _stated(items: Items[str]) -> Items[str]:
    from gate.model.record import replace

    return replace(items, members=tuple(one for one in items.members if not isinstance(one, Defaulted)))


def _runtime(workload: Workload) -> str:
    runtime = workload.sandbox.runtime
    return "?" if isinstance(runtime, Unknown) else runtime.value.name if isinstance(runtime, Stated) else ""


def _options(one: Container) -> list[str]:
    """Return the options of security that its settings stand for."""
    found = []
    confinement = one.confinement
    if isinstance(one.privilege.no_new_privileges, Stated):
        found.append("no-new-privileges")
    for name, setting in (("seccomp", confinement.seccomp), ("apparmor", confinement.apparmor)):
        if isinstance(setting, Stated) and setting.value.kind == "unconfined":
            found.append(f"{name}=unconfined")
    labels = confinement.selinux
    if isinstance(labels, Stated):
        found += ["label=disable"] * labels.value.disabled + ["label:type:spc_t"] * (labels.value.type == "spc_t")
    return sorted(found) if not isinstance(confinement.seccomp, Unknown) else ["?"]


def _client(mount: Mount) -> str:
    source = mount.source
    kind = f"client:{source.to.removeprefix(HOST_VOLUMES)}" if isinstance(source, Deferred) else mount.kind
    return f"{kind} {_text(mount.read_only)} {_text(mount.propagation)}"


def _mount(mount: Mount) -> str:
    import posixpath

    path = _text(mount.source)
    kind = f"bind {posixpath.normpath(path) if path.startswith('/') else path}" if mount.kind == "bind" else mount.kind
    return f"{kind} {_text(mount.read_only)} {_text(mount.propagation)}"


def _kept(one: Container) -> list[str]:
    added = set(_texts(one.privilege.capabilities_added, str))
    dropped = set(_texts(one.privilege.capabilities_dropped, str))
    if "SYS_MODULE" in added and "AUDIT_READ" in added:
        return ["everything"]
    left = set() if "ALL" in dropped else _DEFAULTS - dropped
    return sorted(left | added)
