# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares what the gate makes of commands, settings files and variables with containers that systemd-nspawn starts.

What a container is like from within has to be what the gate says of it, or the gate has to say that it cannot be known;
what the gate calls refused systemd-nspawn must not start. What systemd-nspawn refuses for how it is written the gate
has to refuse too. Limits are set by systemd, and are not compared.
"""

from __future__ import annotations

import random
import shlex
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gate.dialects.lxc_keys import CAPABILITIES
from gate.dialects.nspawn_options import RETAINED
from gate.dialects.nspawn_settings import NAMES
from gate.model.evidence import Stated, Unknown, known
from gate.model.source import Source
from gate.model.workload import Workload
from gate.pipeline.files import Files
from gate.readers.nspawn import READER
from tests.conformance.nspawn import generate, oracle
from tests.conformance.nspawn.generate import Case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Items
    from gate.model.workload import Container
    from tests.conformance.nspawn.oracle import Seen

#: How many disagreements are shown for each set.
SHOWN = 15

#: What systemd-nspawn says of what it refuses, where the gate has to refuse it as well.
REFUSALS = (
    "Failed to parse capability",
    "Failed to parse UID",
    "UID range",
    "--no-new-privileges",
    "--boot and --as-pid2",
    "Failed to parse --bind",
    "without private networking",
    "needs at least two colon-separated",
    "Failed to parse file",
)

#: What is not compared, for the reason above.
LEFT_OUT = "NET_BIND_SERVICE"

#: Made by hand, each for one thing that is easily got wrong.
CASES = (
    Case(),
    Case(("-U",)),
    Case(("-U", "--private-network")),
    Case(("--private-users=identity", "--private-network")),
    Case(("--private-users",)),
    Case(("--private-users=65536",)),
    Case(("--capability=all",)),
    Case(("--capability=all", "--drop-capability=all")),
    Case(("--drop-capability=all", "--capability=CAP_SYS_MODULE")),
    Case(("--drop-capability=SYS_ADMIN",)),
    Case(("--drop-capability=12", "--private-network")),
    Case(("--drop-cap=cap_net_raw",)),
    Case((), "[Exec]\nPrivateUsers=pick\n[Network]\nPrivate=yes\n"),
    Case((), "[Exec]\nPrivateUsers=pick\nCapability=CAP_SYS_MODULE\nDropCapability=CAP_MKNOD\n", trusted=False),
    Case((), "[Exec]\nDropCapability=SYS_ADMIN CAP_MKNOD\nNoNewPrivileges=yes\n"),
    Case(("-U", "--private-network", "--settings=override"), "[Network]\nVirtualEthernet=no\n"),
    Case(("-U", "--private-network", "--settings=override"), "[Network]\nPrivate=no\n", trusted=False),
    Case(("-U", "--private-network", "--settings=override"), "[Exec]\nCapability=CAP_BPF\n[Network]\nPrivate=no\n"),
    Case(("-U", "--settings=override"), "[Files]\nPrivateUsersChown=no\n"),
    Case(("-U", "--settings=override"), "[Exec]\nPrivateUsers=0\n"),
    Case(("-U", "--settings=no"), "[Exec]\nPrivateUsers=no\n"),
    Case(("--settings=trusted",), "[Exec]\nPrivateUsers=pick\n", trusted=False),
    Case((), "[Exec\nNoNewPrivileges=yes\n"),
    Case((), "NoNewPrivileges=yes\n[Exec]\nnonewprivileges=yes\n"),
    Case((), "[Exec]\nNoNewPrivileges=yes\nNoNewPrivileges=\n"),
    Case((), "[Exec]\nUser=web\nUser=\n"),
    Case((), "[Exec]\nSystemCallFilter=@keyring\nSystemCallFilter=~bpf\n", trusted=False),
    Case(("--bind=SCRATCH/data:/mnt", "--bind-ro=SCRATCH/upper:/var/cache")),
    Case(("--overlay=SCRATCH/data:SCRATCH/upper:/mnt",)),
    Case(("--bind=data:/mnt",)),
    Case(("--volatile=state",)),
    Case(("--volatile=overlay", "--read-only")),
    Case(environment=(("SYSTEMD_NSPAWN_API_VFS_WRITABLE", "1"),)),
    Case(environment=(("SYSTEMD_NSPAWN_API_VFS_WRITABLE", "network"),)),
    Case(environment=(("SYSTEMD_SECCOMP", "0"),)),
    Case(environment=(("SYSTEMD_NSPAWN_USE_CGNS", "no"), ("SYSTEMD_NSPAWN_SHARE_NS_IPC", "yes"))),
    Case(environment=(("SYSTEMD_NSPAWN_SHARE_NS_UTS", "1"),)),
)


class Compared(NamedTuple):
    """One fact: what the gate says, None where it says that nobody can know, and what there is."""

    name: str
    ours: object
    theirs: object


def main(arguments: list[str]) -> int:
    """Compare all sets; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "1500"))
    print(f"against systemd-nspawn {oracle.version()}, seed {seed}")
    chance = random.Random(seed)
    shown = 10**6 if "all" in options else SHOWN
    with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
        folder = Path(scratch)
        root = oracle.root_at(folder)
        for name in ("data", "upper", "a:b"):
            (folder / name).mkdir()
        wrong = sum(
            _set(name, cases, folder, root, shown)
            for name, cases in (
                ("made by hand", CASES),
                ("random", tuple(generate.case(chance) for _ in range(count))),
            )
        )
    return min(wrong, 1)


def _set(name: str, cases: tuple[Case, ...], folder: Path, root: Path, shown: int) -> int:
    facts: Counter[str] = Counter()
    found: list[str] = []
    for number, one in enumerate(cases):
        case = _placed(one, folder)
        seen = oracle.start(case, folder)
        for compared in _compare(case, seen, folder, root):
            kind = "unknown" if compared.ours is None else "wrong" if compared.ours != compared.theirs else "same"
            facts[kind] += 1
            if kind == "wrong":
                found.append(f"{number} {compared.name}: {compared.ours!r}, and is {compared.theirs!r}\n    {case}")
    total = sum(facts.values())
    print(f"{name}: {len(cases)} cases, {total} facts, {facts['unknown']} left open, {facts['wrong']} wrong")
    for line in found[:shown]:
        print(f"  {line}")
    return len(found)


def _placed(case: Case, folder: Path) -> Case:
    """Return a case with the folders of the host where they are."""
    flags = tuple(flag.replace("SCRATCH", str(folder)) for flag in case.flags)
    return case._replace(flags=flags, settings=case.settings.replace("SCRATCH", str(folder)))


def _read(case: Case) -> tuple[Workload | None, bool]:
    """Return what the gate makes of a case, and whether it says that nothing starts."""
    words = " ".join(map(shlex.quote, case.flags))
    before = " ".join(f"{name}={value}" for name, value in case.environment)
    command = f"{before} systemd-nspawn {words} -D var/lib/machines/{oracle.NAME} /usr/bin/sh -c true\n"
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name)
        if case.settings:
            place = "etc/systemd/nspawn" if case.trusted else "var/lib/machines"
            (tree / place).mkdir(parents=True)
            (tree / place / f"{oracle.NAME}.nspawn").write_text(case.settings, encoding="utf-8")
        reading = READER.read(Source("run.sh", command.encode()), Files(name))
    (subject,) = reading.subjects or (None,)
    assert subject is None or isinstance(subject, Workload)
    return subject, bool(reading.problems) or subject is None or bool(subject.refused)


def _compare(case: Case, seen: Seen, folder: Path, root: Path) -> Iterator[Compared]:
    subject, refused = _read(case)
    if not seen.started:
        said = [line for line in seen.said.split("\n") if "ignoring" not in line.lower()]
        if any(text in line for text in REFUSALS for line in said):
            yield Compared("starts", refused, True)
        return
    yield Compared("starts", refused, False)
    if subject is None:
        return
    (member,) = subject.containers.members
    assert isinstance(member, Stated)
    yield from _namespaces(subject, seen)
    yield from _processes(member.value, subject, seen)
    yield from _files(member.value, seen, folder)


def _namespaces(subject: Workload, seen: Seen) -> Iterator[Compared]:
    of_host = seen.maps.startswith("0 0 ")
    user = known(subject.namespaces.user)
    yield Compared("user", None if user is None else user == "host", of_host)
    own = subject.namespaces
    for name, setting in (
        ("net", own.network),
        ("ipc", own.ipc),
        ("uts", own.uts),
        ("pid", own.pid),
        ("cgroup", own.cgroup),
    ):
        value = known(setting)
        yield Compared(name, None if value is None else value == "host", (seen.namespaces or {})[name])


def _processes(box: Container, subject: Workload, seen: Seen) -> Iterator[Compared]:
    private = known(subject.namespaces.network) == "private"
    there = {name.upper() for number, name in enumerate(CAPABILITIES) if _available() >> number & 1} - {LEFT_OUT}
    # Where a command names capabilities, what a file says of the network changes none, and evidence overrates them.
    there -= {"NET_ADMIN"} if private else set()
    names = {name.upper() for number, name in enumerate(CAPABILITIES) if seen.bounding >> number & 1}
    kept = _kept(box, private=private)
    yield Compared("capabilities", None if kept is None else sorted(kept & there), sorted(names & there))
    held: bool | None = known(box.privilege.no_new_privileges)
    yield Compared("no_new_privileges", held, seen.no_new_privileges)
    profile, user = known(box.confinement.seccomp), known(box.privilege.user)
    yield Compared("filter", None if profile is None else profile.kind != "unconfined", seen.filtered)
    yield Compared("root", None if user is None else user.is_root, seen.is_root)


def _kept(box: Container, *, private: bool) -> set[str] | None:
    """Return the capabilities that evidence comes to."""
    added, dropped = _values(box.privilege.capabilities_added), _values(box.privilege.capabilities_dropped)
    if added is None or dropped is None:
        return None
    kept = {*RETAINED, *(("NET_ADMIN",) if private else ())}
    kept |= NAMES if "ALL" in added else added
    return added if "ALL" in dropped else kept - dropped


def _values(items: Items[str]) -> set[str] | None:
    if any(isinstance(one, Unknown) for one in items.members) or not items.complete:
        return None
    return {one.value for one in items.members if isinstance(one, Stated)}


def _available() -> int:
    """Return what this machine itself has to give."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(text.partition("CapBnd:")[2].split()[0], 16)


def _files(box: Container, seen: Seen, folder: Path) -> Iterator[Compared]:
    there = seen.mounts or {}
    only_read: bool | None = known(box.resources.read_only_root)
    yield Compared("read-only root", only_read, there["/"][2])
    proc = there.get("/proc/sys")
    mode = known(box.confinement.proc_mount)
    yield Compared("/proc/sys", None if mode is None else mode == "default", proc is not None and proc[2])
    mounts = [one.value for one in box.exposure.mounts.members if isinstance(one, Stated)]
    last = {mount.target: mount for mount in mounts}
    layered = {mount.target for mount in mounts if sum(one.target == mount.target for one in mounts) > 1}
    for target, mount in last.items():
        kind, source, read_only = there.get(target, ("", "", False))
        if mount.kind == "tmpfs":
            yield Compared(f"mount {target}", "tmpfs", kind)
        elif mount.kind == "bind" and target not in layered and kind != "overlay":
            path: str | None = known(mount.source)
            kept: bool | None = known(mount.read_only)
            ours = str(folder / (path or "")), kept
            yield Compared(f"mount {target}", ours, (source.replace("\\040", " "), read_only))
        elif mount.kind == "bind":
            yield Compared(f"mount {target}", known(mount.source) is not None, bool(kind))
