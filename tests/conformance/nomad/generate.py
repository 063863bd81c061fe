"""Makes jobs of Nomad, written in HCL, in HCL's JSON and in that of the API; some are such as no client takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

#: A value that a client fills in, and one that only it knows.
KNOWN, UNKNOWN = "${NOMAD_ALLOC_DIR}/data", "${NOMAD_META_mine}"

_CAPABILITIES = ("all", "ALL", "SYS_ADMIN", "cap_net_admin", "net_raw", "chown", "NET_BIND_SERVICE")
_OPTIONS = ("no-new-privileges", "seccomp=unconfined", "apparmor=unconfined", "label=disable", "label:type:spc_t")
_VOLUMES = ("/srv:/srv", "/etc:/etc:ro", "local/a:/a", "../alloc:/b", "a:/a", "../../x:/x", f"..{KNOWN}:/c", "/lone")
_PATHS = ("/etc", "local/x", "../alloc/x", "../../x", f"..{KNOWN}", "/run/docker.sock", "named")
_SYSCTLS = ("net.core.somaxconn", "kernel.core_pattern", "vm.swappiness")
_DRIVERS = ("docker",) * 6 + ("exec", "exec", "java", "raw_exec", "qemu")

#: Keys of drivers that evidence does not rest on, so that nobody asks what is wrong with them.
APART = ("args", "auth", "command", "jar_path", "labels", "port_map", "ports", "volume_driver")

#: What stands where something of another kind should.
_DAMAGE: tuple[Any, ...] = (7, True, "other", [], {}, ["x"], [{"x": "y"}], UNKNOWN)


def job(chance: Random) -> dict[str, Any]:
    """Return a job: one group with its networks, volumes and tasks."""
    group: dict[str, Any] = {}
    if chance.random() < 0.6:
        mode = chance.choice(("", "host", "bridge", "none", "cni/mine"))
        group["network"] = [{"mode": mode} if mode else {}]
    volumes = {
        name: {
            "type": chance.choice(("host", "csi")),
            "source": f"on-{name}",
            "read_only": chance.random() < 0.5,
        }
        for name in ("one", "two")
        if chance.random() < 0.4
    }
    if volumes:
        group["volume"] = volumes
    group["task"] = {f"task{number}": _task(chance, volumes) for number in range(chance.choice((1, 1, 2)))}
    return {"group": {"web": group}}


def _task(chance: Random, volumes: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"driver": chance.choice(_DRIVERS)}
    if chance.random() < 0.5:
        found["user"] = chance.choice(("root", "nobody", "1000", "0", "1000:0", UNKNOWN))
    if chance.random() < 0.5:
        memory: dict[str, Any] = {"memory": chance.choice((64, 128))}
        if chance.random() < 0.4:
            memory["memory_max"] = chance.choice((256, -1))
        found["resources"] = memory
    found["volume_mount"] = [
        {
            "volume": name,
            "destination": f"/{name}",
            "read_only": chance.random() < 0.5,
            "propagation_mode": chance.choice(("private", "host-to-task", "bidirectional")),
        }
        for name in volumes
        if chance.random() < 0.7
    ]
    made = {"docker": _docker, "exec": _exec, "java": _java, "raw_exec": _raw, "qemu": _qemu}[found["driver"]](chance)
    if chance.random() < 0.12:
        key = chance.choice([*(name for name in made if name not in APART), "stranger"])
        made[key] = chance.choice(_DAMAGE)
    found["config"] = made
    return found


def _some(chance: Random, of: tuple[Any, ...], most: int = 3) -> list[Any]:
    return [chance.choice(of) for _ in range(chance.randint(0, most))]


def _docker(chance: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"image": chance.choice(("nginx:1", "https://nginx:1", "registry.example/web:1", UNKNOWN))}
    options: dict[str, Any] = {
        "privileged": chance.choice((True, False, "true", "false", "1", UNKNOWN)),
        "readonly_rootfs": chance.random() < 0.5,
        "network_mode": chance.choice(("", "host", "bridge", "none", "mine", "container:db")),
        "pid_mode": chance.choice(("", "host", "container:db")),
        "ipc_mode": chance.choice(("", "host", "private", "shareable", "container:db", "none")),
        "uts_mode": chance.choice(("", "host")),
        "userns_mode": chance.choice(("", "host")),
        "cgroupns": chance.choice(("", "host", "private")),
        "runtime": chance.choice(("", "runsc", "io.containerd.kata.v2", UNKNOWN)),
        "pids_limit": chance.choice((0, 100, "64")),
        "cap_add": _some(chance, _CAPABILITIES),
        "cap_drop": _some(chance, _CAPABILITIES),
        "security_opt": _some(chance, _OPTIONS),
        "volumes": _some(chance, _VOLUMES),
        "sysctl": _mapping(chance, _SYSCTLS),
        "labels": _mapping(chance, ("a", "gate.class")),
        "devices": [_device(chance) for _ in range(chance.randint(0, 2))],
        "mount": [_mount(chance) for _ in range(chance.randint(0, 2))],
        "mounts": [_mount(chance) for _ in range(chance.randint(0, 1))],
        "ports": ["http"],
        "args": ["a", 1],
        "auth": {"username": "a", "password": "b"},
        "port_map": [{"http": 80}],
        "volume_driver": chance.choice(("", "pxd")),
    }
    return found | {name: value for name, value in options.items() if chance.random() < 0.25}


def _mapping(chance: Random, names: tuple[str, ...]) -> Any:
    found = {name: chance.choice(("1", 1, UNKNOWN)) for name in names if chance.random() < 0.5}
    return [found] if chance.random() < 0.5 else found


def _device(chance: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"host_path": chance.choice(("/dev/sda", "/dev/ttyS0"))}
    if chance.random() < 0.5:
        found["cgroup_permissions"] = chance.choice(("r", "rw", "rwm", ""))
    return found


def _mount(chance: Random) -> dict[str, Any]:
    kind = chance.choice(("bind", "bind", "volume", "tmpfs", ""))
    found: dict[str, Any] = {"target": "/t"}
    if kind:
        found["type"] = kind
    if kind != "tmpfs":
        found["source"] = chance.choice(_PATHS)
    if chance.random() < 0.4:
        found["readonly"] = chance.choice((True, False, "true"))
    if chance.random() < 0.3:
        found["bind_options"] = {"propagation": chance.choice(("rshared", "rslave", "rprivate"))}
    if kind in ("volume", "") and chance.random() < 0.4:
        options = {"type": "none", "o": "bind", "device": "/etc"}
        found["volume_options"] = {"driver_config": {"name": "local", "options": [options]}}
    return found


def _exec(chance: Random) -> dict[str, Any]:
    found = {name: value for name, value in _of_executor(chance).items() if chance.random() < 0.4}
    return {"command": "/bin/x", **found}


def _of_executor(chance: Random) -> dict[str, Any]:
    return {
        "pid_mode": chance.choice(("host", "private")),
        "ipc_mode": chance.choice(("host", "private")),
        "cap_add": _some(chance, _CAPABILITIES[2:]),
        "cap_drop": _some(chance, _CAPABILITIES),
        "args": ["a"],
    }


def _java(chance: Random) -> dict[str, Any]:
    found = _exec(chance)
    del found["command"]
    return {"jar_path": "local/x.jar", **found}


def _raw(_chance: Random) -> dict[str, Any]:
    return {"command": "/bin/x"}


def _qemu(chance: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"image_path": chance.choice(("local/x.img", "/dev/sda", UNKNOWN))}
    if chance.random() < 0.6:
        found["accelerator"] = chance.choice(("tcg", "kvm", UNKNOWN))
    if chance.random() < 0.4:
        found["args"] = ["-virtfs", "local,path=/srv,mount_tag=x", "-smp", "2"]
    return found


#: What the API calls what HCL has another name for.
_OF_API = {
    "destination": "Destination",
    "memory": "MemoryMB",
    "memory_max": "MemoryMaxMB",
    "network": "Networks",
    "propagation_mode": "PropagationMode",
    "read_only": "ReadOnly",
    "volume_mount": "VolumeMounts",
}


def of_api(given: dict[str, Any]) -> str:
    """Write a job as the API takes it."""
    groups = [{"Name": name, **_group(group)} for name, group in given["group"].items()]
    return json.dumps({"Job": {"ID": "shop", "Name": "shop", "TaskGroups": groups}}, indent=1)


def _group(given: dict[str, Any]) -> dict[str, Any]:
    volumes = {name: {"Name": name, **_named(one)} for name, one in given.get("volume", {}).items()}
    tasks = [{"Name": name, **_named(one)} for name, one in given["task"].items()]
    networks = [_named(one) for one in given.get("network", ())]
    return {"Networks": networks, "Volumes": volumes, "Tasks": tasks}


def _named(given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in given.items():
        plain = _OF_API.get(name, name.capitalize())
        if name == "config":
            found[plain] = value
        elif isinstance(value, list):
            found[plain] = [_named(one) for one in value]
        else:
            found[plain] = _named(value) if isinstance(value, dict) else value
    return found


def of_json(given: dict[str, Any]) -> str:
    """Write a job in the JSON of HCL."""
    return json.dumps({"job": {"shop": given}}, indent=1)


class Writing:
    """Writes a job in HCL; some values go through variables and locals."""

    def __init__(self, chance: Random) -> None:
        """Take the source of chance."""
        self._chance = chance
        self._above: list[str] = []

    def whole(self, given: dict[str, Any]) -> str:
        """Return the file."""
        lines = ['job "shop" {']
        for name, group in given["group"].items():
            lines += [f'group "{name}" {{', *self._group(group), "}"]
        return "\n".join([*self._above, *lines, "}", ""])

    def _group(self, group: dict[str, Any]) -> list[str]:
        lines: list[str] = []
        for one in group.get("network", ()):
            lines += ["network {", *self._attributes(one), "}"]
        for name, volume in group.get("volume", {}).items():
            lines += [f'volume "{name}" {{', *self._attributes(volume), "}"]
        for name, task in group["task"].items():
            lines += [f'task "{name}" {{', *self._task(task), "}"]
        return lines

    def _task(self, task: dict[str, Any]) -> list[str]:
        lines: list[str] = []
        for name, value in task.items():
            if name == "volume_mount":
                for one in value:
                    lines += ["volume_mount {", *self._attributes(one), "}"]
            elif isinstance(value, dict):
                lines += [f"{name} {{", *self._inside(value), "}"]
            else:
                lines.append(f"{name} = {self._value(value)}")
        return lines

    def _attributes(self, given: dict[str, Any]) -> list[str]:
        return [f"{name} = {self._value(value)}" for name, value in given.items()]

    def _inside(self, given: dict[str, Any]) -> list[str]:
        """Write a configuration: mappings as blocks or as attributes, where both may be."""
        lines: list[str] = []
        for name, value in given.items():
            rows = value if isinstance(value, list) else [value]
            blocks = rows and all(isinstance(one, dict) and all("." not in key for key in one) for one in rows)
            if blocks and self._chance.random() < 0.6:
                for one in rows:
                    lines += [f"{name} {{", *self._inside(one), "}"]
            else:
                lines.append(f"{name} = {self._value(value)}")
        return lines

    def _value(self, value: Any) -> str:
        text = _literal(value)
        draw = self._chance.random()
        # No variable's default may ask for another name.
        if draw < 0.06 and "${" not in text:
            name = f"v{len(self._above)}"
            self._above.append(f'variable "{name}" {{\ndefault = {text}\n}}')
            return f"var.{name}"
        if draw < 0.12:
            name = f"l{len(self._above)}"
            self._above.append(f"locals {{\n{name} = {text}\n}}")
            return f"local.{name}"
        if draw < 0.15 and isinstance(value, str):
            return f'join("", [{text}])'
        return text


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{name}" = {_literal(one)}' for name, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return json.dumps(value)
