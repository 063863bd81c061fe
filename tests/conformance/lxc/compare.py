# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Compares what the gate makes of LXC configurations with what liblxc makes of them.

A file that liblxc refuses the gate has to refuse, and the other way round; of every other file each key that evidence
rests on has to have the same value. liblxc shows no automatic mount that is forced, and its version refuses the names
of LXC 2.0, which the gate takes: those are left out.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from gate.dialects.lxc_config import Config, number
from gate.dialects.lxc_files import Loader, extent
from gate.dialects.lxc_keys import CAPABILITIES, NAMESPACES, OLD_NETWORK, PREFIX, RENAMED
from gate.model.location import whole_file
from gate.pipeline.files import Files
from gate.readers.lxc import READER
from gate.syntax.key_value import pairs
from tests.conformance.lxc import generate, oracle

NOWHERE = whole_file("")

#: How many disagreements are shown for each set.
SHOWN = 15

#: What a key that is not set is, where liblxc does not show nothing.
UNSET = {
    "lxc.apparmor.allow_nesting": "0",
    "lxc.autodev": "1",
    "lxc.init.uid": "0",
    "lxc.no_new_privs": "0",
}

#: The order in which liblxc lists namespaces, which it keeps as bits.
ORDER = ("user", "mnt", "pid", "uts", "ipc", "net", "cgroup", "time")

#: Made by hand, each for one thing that is easily got wrong.
CASES = (
    "lxc.cap.drop = mknod\nlxc.cap.drop =\nlxc.cap.keep = chown\n",
    "lxc.cap.keep = chown\nlxc.cap.drop =\n",
    "lxc.cap.keep = chown none kill\n",
    "lxc.cap.drop = none\n",
    "lxc.cap.drop = mknod\nlxc.cap.keep = chown\n",
    "lxc.mount.auto = proc:rw\nlxc.mount.auto = proc\n",
    "lxc.mount.auto = cgroup:mixed proc:mixed sys:mixed\nlxc.mount.auto =\nlxc.mount.auto = sys:rw\n",
    "lxc.uts.name = \"a b\"\nlxc.rootfs.path = 'dir:/x'\n",
    "lxc.uts.name = \"a'\n",
    "lxc.uts.name = #no comment\n",
    "lxc.rootfs.path = overlay:/a:/b\n",
    "lxc.net.0.type = veth\nlxc.net.0.type = none\n",
    "lxc.net.0.type = veth\nlxc.net.1.type = none\nlxc.net.0 =\n",
    "lxc.net.0.type = veth\nlxc.net =\n",
    "lxc.net.5.type = none\n",
    "lxc.namespace.keep = net\nlxc.namespace.keep = ipc\n",
    "lxc.namespace.keep = net\nlxc.namespace.keep =\nlxc.namespace.clone = pid\n",
    "lxc.cgroup.devices.deny = a\nlxc.cgroup.devices.deny =\n",
    "lxc.cgroup.devices.allow = a\nlxc.cgroup2.devices.allow = b 8:0 rwm\nlxc.cgroup2 =\n",
    "lxc.seccomp.profile = /a\nlxc.seccomp.profile =\n",
    "lxc.idmap = u 0 100000 65536\nlxc.idmap =\n",
    "lxc.environment = A=1\nlxc.environment =\nlxc.environment = B=2\n",
    "lxc.no_new_privs = 1\rlxc.autodev = 0\r",
    "lxc.no_new_privs = 1\0lxc.no_new_privs = 0\n",
    "lxc.aa_profile = unconfined\n",
)

#: Cases that this liblxc refuses for their names, which older ones have.
OLD = (len(CASES) - 1,)


def main(arguments: list[str]) -> int:
    """Compare all sets; 1 when something is wrong."""
    options = dict(argument[2:].partition("=")[::2] for argument in arguments if argument.startswith("--"))
    seed, count = int(options.get("seed", "1")), int(options.get("count", "3000"))
    print(f"against liblxc {oracle.version()}, seed {seed}")
    chance = random.Random(seed)
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        made = [_written(root / f"c{index}", {"config": text}) for index, text in enumerate(CASES) if index not in OLD]
        sets = [("the cases", made)]
        sets += [("random ones", [_written(root / f"r{at}", generate.configuration(chance)) for at in range(count)])]
        folders = [Path(argument).resolve() for argument in arguments if not argument.startswith("-")]
        sets += [(folder.name, list(_below(folder))) for folder in folders]
        for name, paths in sets:
            wrong += _compare(name, paths, everything="all" in options)
    return int(wrong > 0)


def _written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder / next(iter(files))


def _below(folder: Path) -> list[Path]:
    """Return the files below a folder that the reader claims, but for those that this liblxc cannot take."""
    files = Files(str(folder))
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            source = files.open(str(path.relative_to(folder)))
            if source is not None and READER.claims(source) and not _is_apart(path):
                found.append(path)
    return found


def _is_apart(path: Path) -> bool:
    """Say whether a file has names of LXC 2.0, or includes what is not there."""
    text = path.read_text("utf-8", "surrogateescape")
    for pair in pairs(text, PREFIX, lambda _start, _end: NOWHERE):
        if pair.key in RENAMED or pair.key.startswith(OLD_NETWORK):
            return True
        if pair.key == "lxc.include" and pair.value and not (path.parent / pair.value).exists():
            return True
    return False


def _compare(name: str, paths: list[Path], *, everything: bool) -> int:
    """Compare some files; return how many differ."""
    refused = equal = values = 0
    differing: list[str] = []
    for path, theirs in zip(paths, oracle.ask(paths), strict=True):
        config, refuses = _read(path)
        label = f"{path.parent.name}/{path.name}"
        if theirs is None or refuses:
            refused += theirs is None and bool(refuses)
            if (theirs is None) != bool(refuses):
                differing.append(f"{label}: refused by {'the gate alone: ' + refuses if refuses else 'liblxc alone'}")
            continue
        ours = _values(config)
        different = [key for key in oracle.KEYS if ours.get(key, "") != _shown(key, theirs[key])]
        values += len(oracle.KEYS)
        equal += len(oracle.KEYS) - len(different)
        differing += (f"{label}: {key} is {_shown(key, theirs[key])!r}, not {ours.get(key, '')!r}" for key in different)
    print(
        f"{name}: {len(paths)} files, {refused} refused by both, "
        f"{equal} of {values} values equal, {len(differing)} differ"
    )
    for line in differing if everything else differing[:SHOWN]:
        print(f"  {line}")
    return len(differing)


def _read(path: Path) -> tuple[Config, str]:
    """Apply a file as the gate does, without what it puts before one; return why it would be refused."""
    files = Files(str(path.parent))
    source = files.open(path.name)
    assert source is not None
    loader = Loader(Config(extent(source)), files)
    loader.read(source)
    causes = [str(problem) for problem in loader.problems] + [cause for cause, _ in loader.config.refused]
    return loader.config, next(iter(causes), "")


def _shown(key: str, value: str) -> str:
    """Return a value of liblxc's, with nothing where it shows that there is none."""
    if value == "(null)":
        return ""
    if key == "lxc.cap.drop":
        return "\n".join(CAPABILITIES[int(name)] if name.isdigit() else name for name in value.split("\n"))
    return value


def _values(config: Config) -> dict[str, str]:
    """Return the gate's values by key, as liblxc shows them."""
    found = {**UNSET, **{key: "\n".join(entry.value for entry in entries) for key, entries in config.entries.items()}}
    for key, nothing in UNSET.items():
        written = number(found[key])
        found[key] = str(written) if written is not None else nothing if key != "lxc.autodev" else "0"
    found["lxc.cap.drop"] = "\n".join(entry.value for entry in config.capabilities if entry.value != "none")
    automatic = (config.last(f"lxc.mount.auto {kind}") for kind in ("proc", "sys", "cgroup"))
    found["lxc.mount.auto"] = " ".join(entry.value for entry in automatic if entry is not None)
    for key in ("lxc.namespace.keep", "lxc.namespace.clone"):
        names = {name for entry in config.all(key) for name in entry.value.split()} & NAMESPACES
        found[key] = "\n".join(name for name in ORDER if name in names)
    for index, network in config.networks.items():
        for name in ("type", "link"):
            found[f"lxc.net.{index}.{name}"] = (
                network[name].value if name in network else "empty" if name == "type" else ""
            )
    maps = [entry.value.split() for entry in config.all("lxc.idmap")]
    found["lxc.idmap"] = "\n".join(" ".join([kind, *(str(number(one)) for one in ids)]) for kind, *ids in maps)
    found["lxc.rootfs.path"] = found.get("lxc.rootfs.path", "").partition(":")[2] or found.get("lxc.rootfs.path", "")
    return found
