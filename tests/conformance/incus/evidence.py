"""What the gate makes of an instance, and of the configuration that LXD writes for it, in the words that are compared.

The reading of LXC's configurations is itself compared with liblxc. What LXD gives every container is left out: it is
the server's, and the same for all. So is whether AppArmor is there, which the kernel decides.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gate.dialects.lxc_config import Config
from gate.dialects.lxc_facets import container
from gate.dialects.lxc_files import Loader
from gate.dialects.lxc_namespaces import namespaces
from gate.model.evidence import Inapplicable, Stated, Unknown
from gate.model.source import Source
from gate.model.workload import Container, Namespaces, Workload
from gate.readers.incus import READER
from tests.conformance.incus.oracle import DEVICES, LXD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.conformance.incus.oracle import Answer

Facts = dict[str, list[str]]

#: What LXD asks for of itself: where it keeps things, and what it lets every container see.
_OF_EVERY = (
    "lxc.include = /usr/share/lxc/config/common.conf.d/",
    "lxc.mount.auto = shmounts:",
    "lxc.mount.entry = mqueue dev/mqueue mqueue rw,relatime,create=dir,optional 0 0",
    f"lxc.mount.entry = {LXD}/devlxd ",
    *(
        f"lxc.mount.entry = {path} "
        for path in (
            "/dev/fuse",
            "/dev/net/tun",
            "/proc/sys/fs/binfmt_misc",
            "/sys/fs/fuse/connections",
            "/sys/fs/pstore",
            "/sys/kernel/debug",
            "/sys/kernel/security",
            "/sys/kernel/tracing",
        )
    ),
    *(f"lxc.cgroup{version}.devices.allow = c 10:200 rwm" for version in ("", "2")),
)

#: What LXD writes otherwise than for what it stands: the profile of AppArmor where the kernel has it, /proc and /sys of
#: who is root of nothing of the host's, and the second /proc of a container that may hold others.
_MEANS = {
    "lxc.apparmor.profile = unconfined": "lxc.apparmor.profile = generated",
    "lxc.mount.auto = proc:rw sys:rw cgroup:mixed": "lxc.mount.auto = cgroup:mixed",
    "lxc.mount.auto = proc:rw sys:rw cgroup:rw:force": "lxc.mount.auto = cgroup:rw:force",
    "lxc.mount.entry = proc dev/.lxc/proc proc create=dir,optional 0 0": "lxc.apparmor.allow_nesting = 1",
    "lxc.mount.entry = sys dev/.lxc/sys sysfs create=dir,optional 0 0": "",
}


class Folder:
    """Files at hand, as `gate.model.source.Sources`."""

    def __init__(self, files: dict[str, str]) -> None:
        """Take the texts by their names."""
        self._sources = {name: Source(name, text.encode()) for name, text in files.items()}

    def open(self, path: str) -> Source | None:
        """Return a file."""
        return self._sources.get(path)

    def stream(self, path: str) -> None:
        """Find nothing."""

    def list(self, folder: str) -> tuple[str, ...]:
        """Return the names of the folder itself."""
        return tuple(sorted(self._sources)) if not folder else ()


class Ours:
    """An instance as the gate reads it, with what it says is wrong."""

    def __init__(self, files: dict[str, str], name: str = "instance.yaml") -> None:
        """Read one of some files."""
        sources = Folder(files)
        source = sources.open(name)
        assert source is not None
        reading = READER.read(source, sources)
        (subject,) = reading.subjects
        assert isinstance(subject, Workload)
        (member,) = subject.containers.members
        assert isinstance(member, Stated)
        self.problems = [str(problem) for problem in reading.problems]
        self.container: Container = member.value
        self.namespaces = subject.namespaces
        self.facts = _facts(self.container, self.namespaces)
        self.facts["tweaks"] = sorted(_shown(one) for one in subject.sandbox.tweaks.members)
        self.unknowns = [*_unknowns(self.container, self.namespaces, subject.sandbox)]


def layered(instance: dict[str, Any]) -> dict[str, str]:
    """Return the files of an instance with its profiles, as `config show` and `profile show` print them."""
    files = {}
    for name, given in instance["profiles"].items():
        keys, devices = {"user.profile": name, **given["config"]}, {"spare": {"type": "none"}, **given["devices"]}
        files[f"{name}.yaml"] = _text({"name": name, "config": keys, "devices": devices})
    config = {"volatile.uuid": "0", **instance["config"]}
    devices = {"spare": {"type": "none"}, **instance["devices"]}
    own = {"config": config, "devices": devices, "profiles": list(instance["profiles"])}
    return {"instance.yaml": _text({"name": "web", **own}), **files}


def expanded(answer: Answer) -> dict[str, str]:
    """Return the file of an instance with what LXD says that everything comes to."""
    found = {
        "expanded_config": dict(answer.config),
        "expanded_devices": dict(answer.devices),
        "config": {},
        "devices": {},
    }
    return {"instance.yaml": _text({"name": "web", **found})}


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document)


def theirs(answer: Answer) -> Facts:
    """Return what the configuration means that LXD writes."""
    opened = {f" = b {one.get('major')}:{one.get('minor')} rwm" for one in answer.devices.values()}
    lines = [
        _placed(_MEANS.get(line, line), answer.devices)
        for line in answer.lxc.splitlines()
        if not line.startswith(_OF_EVERY) and not line.endswith(tuple(opened))
    ]
    source = Source("config", "\n".join(lines).encode())
    loader = Loader(Config(source.location(0, 0)), Folder({}))
    loader.read(source)
    if loader.problems or loader.config.refused:
        raise SystemExit(f"LXD writes what LXC refuses: {loader.problems or loader.config.refused}")
    config = loader.config
    policy = answer.policy if _refuses(answer.policy) else ""
    if not policy and (last := config.last("lxc.seccomp.profile")) is not None and last.value.startswith(LXD):
        config.set("lxc.seccomp.profile", "", last.at)
    return _facts(container(config, "web", lambda path: policy if path.startswith(LXD) else ""), namespaces(config))


def _refuses(policy: str) -> bool:
    """Say whether a policy refuses what LXD's list or somebody's own does, and not only ways around its questions."""
    rules = policy.split("\n")[1:]
    return rules[:1] == ["allowlist"] or any(rule.startswith(("kexec_load", "reboot")) for rule in rules)


def _placed(line: str, devices: Mapping[str, dict[str, str]]) -> str:
    """Return a mount with what the device names, where LXD has a place of its own between."""
    if not line.startswith(f"lxc.mount.entry = {DEVICES}/"):
        return line
    place, rest = line.removeprefix(f"lxc.mount.entry = {DEVICES}/").split(" ", 1)
    device = devices[place.split(".")[1]]
    return f"lxc.mount.entry = {device.get('source') or device['path']} {rest}"


def _facts(one: Container, own: Namespaces) -> Facts:
    found: Facts = {}
    for facet in (one.privilege, one.confinement, one.resources, own):
        for name in facet._fields:
            value = getattr(facet, name)
            members = value.members if hasattr(value, "members") else [value]
            found[name] = sorted(_shown(member) for member in members)
    for name in ("mounts", "devices", "device_rules", "sysctls"):
        found[name] = sorted({_shown(member) for member in getattr(one.exposure, name).members})
    del found["apparmor"]
    for name in ("memory_limit", "pids_limit"):
        found[name] = [text if text in ("", "?") else "limited" for text in found[name]]
    return found


def _shown(setting: Any) -> str:
    if isinstance(setting, Unknown):
        return "?"
    value: Any = getattr(setting, "value", "" if isinstance(setting, Inapplicable) else "?")
    if hasattr(value, "target"):
        access = "ro" if getattr(value.read_only, "value", False) else "rw"
        return f"{_shown(value.source)} {value.target.strip('/')} {access}"
    if hasattr(value, "access"):
        return str(value.path)
    if hasattr(value, "kind"):
        return str(value.kind)
    if hasattr(value, "name") and hasattr(value, "value"):
        return f"{value.name}={_shown(value.value)}"
    return str(getattr(value, "text", value))


def _unknowns(*facets: Any) -> Iterator[str]:
    """Yield every reason why something cannot be known."""
    for facet in facets:
        if isinstance(facet, Unknown):
            yield facet.reason
        elif hasattr(facet, "members"):
            yield from _unknowns(*facet.members)
        elif hasattr(facet, "_fields"):
            yield from _unknowns(*(getattr(facet, name) for name in facet._fields))
