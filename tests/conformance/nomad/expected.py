"""What a task comes to, of what Nomad itself made of the job and of its driver's configuration.

`?` is what only the client fills in. Sources: hashicorp/nomad `drivers/docker/{driver,utils}.go`,
`drivers/shared/executor/executor_linux.go` and `client/allocrunner/taskrunner/volume_hook.go`.
"""

from __future__ import annotations

import posixpath
from typing import Any, TypeAlias

Facts: TypeAlias = "dict[str, list[str]]"

#: What the oracle puts in the place of what only the client knows.
MARK = "\0"

_PROPAGATION = {"host-to-task": "rslave", "bidirectional": "rshared"}


def of_task(task: dict[str, Any]) -> Facts:
    """Return what is to be known of a task."""
    driver, config = task["driver"], task["config"]
    facts = {"driver": [driver], "memory": [_memory(task)]}
    if driver == "qemu":
        return facts | _of_machine(config)
    facts["volumes"] = sorted(_volume(task, one) for one in task["mounts"] or ())
    network = next(iter(task["networks"] or []), "host") or "host"
    facts["network"] = ["host" if network == "host" else "private"]
    if driver == "docker":
        return facts | _of_docker(task, config, network)
    if driver == "raw_exec":
        return facts | {"user": [_known(task["user"]) or "?"]}
    return facts | _of_process(task, config)


def _known(text: str) -> str:
    return "?" if MARK in text or "${" in text else text


def _memory(task: dict[str, Any]) -> str:
    most = task["most"]
    return str(most) if most > 0 else "" if most < 0 else str(task["memory"])


def _volume(task: dict[str, Any], mount: dict[str, Any]) -> str:
    volume = task["volumes"][mount["Volume"]]
    kind = "volume" if volume["Type"] == "csi" else f"client:{volume['Source']}"
    read_only = volume["ReadOnly"] or mount["ReadOnly"]
    return f"{kind} {read_only} {_PROPAGATION.get(mount['PropagationMode'], 'rprivate')}"


def _of_docker(task: dict[str, Any], config: dict[str, Any], network: str) -> Facts:
    mode = config["NetworkMode"]
    own = mode or ("default" if network == "host" else "private")
    return {
        "image": [_known(config["Image"].removeprefix("https://"))],
        "user": [_known(task["user"])],
        "privileged": [str(config["Privileged"])],
        "read_only": [str(config["ReadonlyRootfs"])],
        "network": [own if own == "host" or own.startswith("container:") else "private"],
        "pid": [_mode(config["PidMode"])],
        "ipc": [_mode(config["IPCMode"])],
        "uts": [_mode(config["UTSMode"])],
        "cgroup": [_mode(config["CgroupnsMode"])],
        "users": ["host" if config["UsernsMode"] == "host" else ""],
        "runtime": [_known(config["Runtime"])],
        "pids": [str(config["PidsLimit"]) if config["PidsLimit"] > 0 else ""],
        "added": sorted({_capability(one) for one in config["CapAdd"] or ()}),
        "dropped": sorted({_capability(one) for one in config["CapDrop"] or ()}),
        # What is no option at all keeps the engine from starting it.
        "options": sorted({one for one in config["SecurityOpt"] or () if one != "x"}),
        "sysctls": sorted(config["Sysctl"] or {}),
        "devices": sorted(f"{one['HostPath']} {one['CgroupPermissions'] or 'rwm'}" for one in config["Devices"]),
        "mounts": sorted([*_binds(config), *map(_mount, [*config["Mounts"], *config["MountsList"]])]),
    }


def _mode(text: str) -> str:
    return text if text == "host" or text.startswith("container:") else "private"


def _capability(text: str) -> str:
    return text.strip().upper().removeprefix("CAP_")


def _binds(config: dict[str, Any]) -> list[str]:
    found = []
    for text in config["Volumes"] or ():
        source, colon, rest = text.partition(":")
        if not colon:
            found.append("refused")
            continue
        mode = rest.split(":")[1] if ":" in rest else ""
        if config["VolumeDriver"] and not source.startswith("/"):
            found.append(f"volume {'ro' in mode.split(',')} rprivate")
        else:
            found.append(f"{_placed(source)} {'ro' in mode.split(',')} rprivate")
    return found


def _placed(source: str) -> str:
    """Return whose folder a path is, from the task's folder in that of the allocation."""
    if MARK in source:
        return "bind ?"
    path = posixpath.normpath(posixpath.join("/client/alloc/task", source))
    if source.startswith("/"):
        return f"bind {path}"
    return "volume" if f"{path}/".startswith("/client/alloc/") else "bind ?"


def _mount(one: dict[str, Any]) -> str:
    propagation = one["BindOptions"]["Propagation"] or "rprivate"
    if one["Type"] == "tmpfs":
        return f"tmpfs {one['ReadOnly']} {propagation}"
    if one["Type"] == "bind":
        return f"{_placed(one['Source'])} {one['ReadOnly']} {propagation}"
    options = one["VolumeOptions"]["DriverConfig"]["Options"] or {}
    kind = f"bind {options['device']}" if "bind" in options.get("o", "").split(",") else "volume"
    return f"{kind} {one['ReadOnly']} {propagation}"


def _of_process(task: dict[str, Any], config: dict[str, Any]) -> Facts:
    user = _known(task["user"] or "nobody")
    facts: Facts = {"user": [user], "pid": [config["ModePID"] or "private"], "ipc": [config["ModeIPC"] or "private"]}
    if user != "?":
        facts["kept"] = ["everything"] if user == "root" else sorted(_capability(one) for one in task.get("kept") or ())
    return facts


def _of_machine(config: dict[str, Any]) -> Facts:
    accelerator = _known(config["Accelerator"] or "tcg")
    kind = {"tcg": "emulated-vm", "?": "?"}.get(accelerator, "vm")
    disk = _known(config["ImagePath"])
    shared = [one for one in config["Args"] or () if one.startswith("local,path=")]
    return {
        "native": [kind],
        "disk": ["/dev/sda"] if disk == "/dev/sda" else ["?"] if disk == "?" else [],
        "shares": [one.split("=")[1].partition(",")[0] for one in shared],
    }
