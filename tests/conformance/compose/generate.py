"""Random Compose projects: what services ask for, spread over files that override, extend and include each other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

NAMES = ("web", "db", "cache")

#: Folders that files lie in, the project's own first.
FOLDERS = ("", "parts/", "deep/er/")

SOURCES = (
    "./a",
    "../b",
    "/etc",
    "/var/run/docker.sock",
    "data",
    "bound",
    "~/c",
    ".",
    "${HERE}",
    "$HERE/x",
    "./${GONE}",
    "${GONE}/y",
)
TARGETS = ("/a", "/b/", "/c/../d", "/e")
OPTIONS = ("", ":ro", ":rw", ":ro,z", ":rshared", ":slave,ro", ":${GONE}z", ":z${MODE}", ":${OUT:-ro}")
CAPABILITIES = ("ALL", "CHOWN", "SYS_ADMIN", "CAP_NET_ADMIN", "${CAP}", "${OUT:-KILL}", "${GONE}")
SECURITY = (
    "no-new-privileges",
    "no-new-privileges:true",
    "no-new-privileges=false",
    "seccomp=unconfined",
    "seccomp:builtin",
    "apparmor=unconfined",
    "apparmor:docker-default",
    "label=disable",
    "label:type:x_t",
    "systempaths=unconfined",
    "seccomp=${GONE}",
    "${GONE}",
)
DEVICES = ("/dev/null", "/dev/sda:/dev/x:r", "/dev/sdb:/dev/x", "vendor.com/gpu=all", "/dev/fuse::rw", "/dev/${GONE}")
BOOLEANS = (True, False, "true", "no", "on", "${YES:-on}", "${OUT:-false}", "${EMPTY:-true}", "False")
SYSCTLS = ("net.core.somaxconn", "kernel.shm_rmid_forced", "net.ipv4.ip_forward")
IMAGES = ("x", "y:${TAG-1}", "${NAME:-z}", "a-${NAME:+b}-$${c}", "r/${OUT-${NAME}}", "i/${GONE}")

ENVIRONMENT = """# the variables that are set
YES=true
EMPTY=
export NAME = "named ${YES}"
HERE='/srv/here'
MODE=ro # the mode
CAP: SYS_PTRACE
"""

DEFINITIONS: dict[str, Any] = {
    "networks": {
        "inner": None,
        "outer": {"external": True, "name": "host"},
        "old": {"external": {"name": "host"}},
        "named": {"name": "host"},
    },
    "volumes": {
        "data": None,
        "bound": {"driver": "local", "driver_opts": {"type": "none", "o": "bind", "device": "./bound"}},
    },
    "secrets": {"key": {"file": "./key"}, "shadow": {"file": "/etc/shadow"}},
    "configs": {"conf": {"file": "../conf"}, "text": {"content": "x"}},
}


class Tagged(NamedTuple):
    """A value with a tag of Compose's own."""

    tag: str
    value: Any


class Maker:
    """Makes one project."""

    def __init__(self, chance: random.Random) -> None:
        """Take the source of chance."""
        self._chance = chance
        self._files: dict[str, str] = {}
        #: Compose takes one of the two for a service.
        self._unused = chance.choice(("networks", "network_mode"))

    def project(self) -> dict[str, str]:
        """Return the files of a project, the one to read first."""
        chance = self._chance
        main = self._file(0, FOLDERS[0], services=NAMES)
        self._files["compose.yaml"] = _yaml(main)
        if chance.random() < 0.5:
            names = chance.sample(NAMES, chance.randint(1, 2))
            changes = {name: self._service(name=name, changing=True) for name in names}
            self._files["compose.override.yaml"] = _yaml({"services": changes})
        for folder in FOLDERS:
            if chance.random() < 0.5:
                self._files[f"{folder}.env"] = (
                    ENVIRONMENT if not folder else f"NAME={folder}\nOUT=set-{folder}x\nLATER=${{GONE}}\n"
                )
        return {"compose.yaml": self._files.pop("compose.yaml"), **self._files}

    def _file(self, depth: int, folder: str, services: tuple[str, ...]) -> dict[str, Any]:
        chance = self._chance
        found: dict[str, Any] = {"services": {name: self._service(depth, folder, name) for name in services}}
        if depth < 2 and chance.random() < 0.4:
            found["include"] = [self._include(depth, folder)]
        return found | DEFINITIONS

    def _include(self, depth: int, folder: str) -> Any:
        chance = self._chance
        inside = f"{chance.choice(FOLDERS)}inc{depth}.yaml"
        name = chance.choice((*NAMES, "more", "other"))
        self._files[inside] = _yaml(self._file(depth + 1, inside.rpartition("/")[0], services=(name,)))
        path = _relative(folder, inside)
        if chance.random() < 0.5:
            return path
        long: dict[str, Any] = {"path": path}
        if chance.random() < 0.4:
            second = f"{chance.choice(FOLDERS)}inc{depth}.changes.yaml"
            self._files[second] = _yaml({"services": {name: self._service(name=name, changing=True)}})
            long["path"] = [path, _relative(folder, second)]
        if chance.random() < 0.3 and not folder:
            long["project_directory"] = chance.choice((".", "..", "./"))
        if chance.random() < 0.3:
            long["env_file"] = "/dev/null"
        return long

    def _service(self, depth: int = 2, folder: str = "", name: str = "", *, changing: bool = False) -> Any:
        chance = self._chance
        service: dict[str, Any] = {} if changing else {"image": chance.choice(IMAGES)}
        for key in chance.sample(sorted(VALUES.keys() - {self._unused}), chance.randint(0, 7)):
            value = _acyclic(VALUES[key](chance), name)
            tag = chance.choice(("!reset", "!override")) if changing and chance.random() < 0.15 else ""
            service[key] = Tagged(tag, value) if tag else value
        if not changing and chance.random() < 0.3:
            extends = self._extends(depth, folder, name)
            service |= {"extends": extends} if extends else {}
        return service

    def _extends(self, depth: int, folder: str, name: str) -> Any:
        chance = self._chance
        later = _later(name)
        if depth == 0 and later and (not folder and chance.random() < 0.4):
            return chance.choice((later[-1], {"service": later[0]}))
        if depth >= 2:
            return None
        file = f"{chance.choice(FOLDERS)}base{depth}.yaml"
        services = {one: self._service(depth + 1, file.rpartition("/")[0], NAMES[-1]) for one in ("root", "web")}
        if chance.random() < 0.3:
            services["web"]["extends"] = {"service": "root"}
        if file not in self._files:
            self._files[file] = _yaml({"services": services})
        return {"file": _relative(folder, file), "service": chance.choice(("root", "web"))}


def _later(name: str) -> tuple[str, ...]:
    """Return the services that one may refer to, so that there are no circles; any for one that none refers to."""
    return NAMES[NAMES.index(name) + 1 :] if name in NAMES else NAMES


def _acyclic(value: Any, name: str) -> Any:
    """Leave out what refers to other services than a service may."""
    if isinstance(value, list):
        return [_acyclic(item, name) for item in value if not isinstance(item, str) or _refers(item, name)]
    if isinstance(value, dict):
        return {key: _acyclic(item, name) for key, item in value.items()}
    return value if _refers(value, name) else "host"


def _refers(value: Any, name: str) -> bool:
    text = str(value).removeprefix("service:").partition(":")[0]
    return text not in NAMES or text in _later(name)


def _relative(folder: str, path: str) -> str:
    """Return a path from the folder of the file that names it."""
    return "../" * len([part for part in folder.split("/") if part]) + path


def _volume(chance: random.Random) -> Any:
    source, target = chance.choice(SOURCES), chance.choice(TARGETS)
    if chance.random() < 0.6:
        return chance.choice((target, *[f"{source}:{target}{chance.choice(OPTIONS)}"] * 4))
    kind = "volume" if source in ("data", "bound") else "bind"
    long: dict[str, Any] = {"type": kind, "source": source, "target": target}
    if chance.random() < 0.5:
        long["read_only"] = chance.choice(BOOLEANS[:7])
    if chance.random() < 0.3 and kind == "bind":
        long["bind"] = {"propagation": chance.choice(("shared", "rprivate"))}
    return long


def _some(words: tuple[Any, ...]) -> Callable[[random.Random], Any]:
    return lambda chance: chance.sample(words, chance.randint(0, min(3, len(words))))


def _sysctls(chance: random.Random) -> Any:
    names = chance.sample(SYSCTLS, chance.randint(1, 2))
    return [f"{name}=1" for name in names] if chance.random() < 0.5 else dict.fromkeys(names, 2)


def _networks(chance: random.Random) -> Any:
    names = chance.sample(tuple(DEFINITIONS["networks"]), chance.randint(0, 2))
    return names if chance.random() < 0.5 else dict.fromkeys(names, chance.choice((None, {})))


def _build(chance: random.Random) -> Any:
    context = chance.choice((".", "./ctx", "../up", "https://example.org/x.git", "/abs"))
    if chance.random() < 0.4:
        return context
    keys = {"context": context, "dockerfile": "d/D", "target": "t", "privileged": "${YES:-no}", "network": "host"}
    return {key: keys[key] for key in chance.sample(sorted(keys), chance.randint(1, 3))}


def _hooks(chance: random.Random) -> Any:
    raised = {"command": chance.choice("ab"), "privileged": chance.choice((True, False, "yes"))}
    return [raised, {"command": "c"}][: chance.randint(0, 2)]


def _starters(chance: random.Random) -> Any:
    keys = chance.sample(("privileged", "cap_add", "pid", "volumes", "user", "devices", "network_mode"), 2)
    # Each is one of its own: Compose also takes for equal what is equal only once variables are replaced.
    return [{"command": f"s{chance.random()}"} | {key: VALUES[key](chance) for key in keys}]


def _one(*words: Any) -> Callable[[random.Random], Any]:
    return lambda chance: chance.choice(words)


VALUES: dict[str, Callable[[random.Random], Any]] = {
    "privileged": _one(*BOOLEANS),
    "read_only": _one(*BOOLEANS),
    "use_api_socket": _one(True, False),
    "cap_add": _some(CAPABILITIES),
    "cap_drop": _some(CAPABILITIES),
    "security_opt": _some(SECURITY),
    "pid": _one("host", "service:db", "container:c", "${OUT:-host}", "${GONE}", ""),
    "ipc": _one("host", "shareable", "service:web", "private"),
    "uts": _one("host", "${GONE:+host}", "${GONE}"),
    "cgroup": _one("host", "private"),
    "userns_mode": _one("host", "keep-id", "${GONE}"),
    "network_mode": _one("host", "none", "bridge", "container:c", "service:cache"),
    "networks": _networks,
    "devices": _some(DEVICES),
    "device_cgroup_rules": _some(("c 1:3 mr", "b *:* rwm")),
    "volumes": lambda chance: [_volume(chance) for _ in range(chance.randint(0, 3))],
    "volumes_from": _some(("db", "web:ro", "container:c:ro")),
    "sysctls": _sysctls,
    "runtime": _one("runsc", "${OUT:-kata}", "${GONE}"),
    "isolation": _one("hyperv", "default"),
    "user": _one("0", "1000:1000", "root", "${GONE}", "${GONE:+7}", ""),
    "pids_limit": _one(5, -1, "7"),
    "mem_limit": _one("512m", "1gb", 1048576, "${OUT:-1k}"),
    "build": _build,
    "secrets": _some(("key", "shadow", {"source": "key", "target": "x"})),
    "configs": _some(("conf", "text", {"source": "conf", "target": "/y"})),
    "gpus": _one("all", [{"count": 1}]),
    "platform": _one("linux/amd64", "windows/amd64"),
    "post_start": _hooks,
    "pre_start": _starters,
    "profiles": _some(("debug", "dev")),
}


def project(chance: random.Random) -> dict[str, str]:
    """Return the files of one project, the one to read first."""
    return Maker(chance).project()


def _yaml(value: Any) -> str:
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Any) -> Iterator[str]:
    """Write mappings in blocks and what is below a key of a service in braces, as JSON with tags."""
    for key, node in value.items():
        if key in ("services", *DEFINITIONS):
            yield f"{key}:"
            for name, inner in node.items():
                yield f"  {name}:" if isinstance(inner, dict) and inner else f"  {name}: {_flow(inner)}"
                yield from (f"    {one}: {_flow(what)}" for one, what in (inner or {}).items())
        else:
            yield f"{key}: {_flow(node)}"


def _flow(value: Any) -> str:
    return f"{value.tag} {json.dumps(value.value)}" if isinstance(value, Tagged) else json.dumps(value)
