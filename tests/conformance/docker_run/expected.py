"""What the engine is asked to create, in the words that are compared: by its own reading of each field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Lists of words by what they say.
Facts: TypeAlias = "dict[str, list[str]]"

PROPAGATIONS = frozenset({"private", "rprivate", "shared", "rshared", "slave", "rslave"})


def facts(answer: dict[str, Any]) -> Facts:
    """Return the facts of one answer of the oracle."""
    config = answer["created"]
    host = config["HostConfig"]
    security = _security(host)
    found: Facts = {
        "image": [config["Image"]],
        "words": list(config["Cmd"] or []),
        "name": [answer["name"]] if answer.get("name") else [],
        "user": [config["User"]] if config["User"] else [],
        "privileged": [str(host["Privileged"])],
        "added": [_capability(one) for one in host["CapAdd"] or []],
        "dropped": [_capability(one) for one in host["CapDrop"] or []],
        "read only": [str(host["ReadonlyRootfs"])],
        "memory": [str(host["Memory"] > 0)],
        "pids": [str((host["PidsLimit"] or 0) > 0)],
        "sysctls": list(host.get("Sysctls") or {}),
        "volumes from": [one.partition(":")[0] for one in host["VolumesFrom"] or []],
        "rules": list(host["DeviceCgroupRules"] or []),
        "devices": [f"{one['PathOnHost']} {one['CgroupPermissions']}" for one in host["Devices"] or []],
        "gpus": ["gpus"] * bool([one for one in host["DeviceRequests"] or [] if one["Driver"] != "cdi"])
        + [name for one in host["DeviceRequests"] or [] if one["Driver"] == "cdi" for name in one["DeviceIDs"]],
        "mounts": [
            *_binds(host),
            *_mounts(host),
            *(_mount("volume", "", one, False, "rprivate") for one in config["Volumes"]),
        ],
        "runtime": [host["Runtime"]] if host.get("Runtime") else [],
        "isolation": [host["Isolation"].lower()] if host["Isolation"] else [],
        "annotations": list(host.get("Annotations") or {}),
        "users": [host["UsernsMode"]] if host["UsernsMode"] else [],
    }
    modes = {"pid": "PidMode", "network": "NetworkMode", "ipc": "IpcMode", "uts": "UTSMode", "cgroup": "CgroupnsMode"}
    shared = {name: [mode] for name, key in modes.items() if (mode := host[key]) == "host" or mode.startswith("cont")}
    # Of several networks the engine takes none that is not its own; whichever it is, the worse one counts.
    endpoints = (config.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
    shared |= {
        "network": ["host"]
        if "host" in endpoints
        else [one for one in endpoints if one.startswith("container:")] or shared.get("network", [])
    }
    return found | security | {name: shared.get(name, []) for name in modes}


def _capability(text: str) -> str:
    return text.upper().removeprefix("CAP_")


def _security(host: dict[str, Any]) -> Facts:
    """Read the security options as moby's `parseSecurityOpt` does."""
    found: Facts = {"no new privileges": [], "seccomp": [], "apparmor": [], "labels": [], "cgroups": []}
    for option in host["SecurityOpt"] or []:
        key, _, value = option.partition("=" if "=" in option else ":")
        if key == "no-new-privileges":
            found["no new privileges"] = [str(value.lower() in ("", "true", "1", "t"))]
        elif key == "seccomp":
            known = {"unconfined": "unconfined", "builtin": "default"}
            found["seccomp"] = [known.get(value, "custom")]
        elif key == "apparmor":
            found["apparmor"] = [{"unconfined": "unconfined", "docker-default": "default"}.get(value, "custom")]
        elif key == "label" and not value.startswith("level:"):
            found["labels"].append(value)
        elif key == "writable-cgroups":
            found["cgroups"] = [value]
    found["masked"] = [str(host["MaskedPaths"] is None)]
    return found


def _binds(host: dict[str, Any]) -> Iterator[str]:
    """Read `Binds` as moby's Linux parser does, and drives of Windows as its Windows one."""
    for bind in host["Binds"] or []:
        parts = bind.replace("c:\\", "c\\").split(":") if "c:\\" in bind else bind.split(":")
        source, target = (part.replace("c\\", "c:\\") for part in parts[:2])
        options = parts[2].split(",") if len(parts) > 2 else []
        shared = [one for one in options if one in PROPAGATIONS]
        kind = "pipe" if source.startswith("\\\\.\\pipe") else "bind" if _is_path(source) else "volume"
        yield _mount(kind, source, target, "ro" in options, shared[-1] if shared else "rprivate")


def _is_path(source: str) -> bool:
    return source.startswith(("/", ".", "~")) or source[1:3] == ":\\"


def _mounts(host: dict[str, Any]) -> Iterator[str]:
    for mount in host.get("Mounts") or []:
        propagation = (mount.get("BindOptions") or {}).get("Propagation") or "rprivate"
        kind, source = mount["Type"], mount.get("Source", "")
        options = ((mount.get("VolumeOptions") or {}).get("DriverConfig") or {}).get("Options") or {}
        read_only = mount.get("ReadOnly", False)
        if kind == "volume" and "bind" in options.get("o", "").split(","):
            kind, source = "bind", options.get("device", "")
            read_only |= "ro" in options["o"].split(",")
        elif kind == "bind" and source == mount["Target"] == "/var/run/docker.sock":
            kind = "engine-api"
        kind = {"npipe": "pipe", "image": "volume"}.get(kind, kind)
        yield _mount(kind, source, mount["Target"], read_only, propagation)
    for target in host.get("Tmpfs") or {}:
        yield _mount("tmpfs", "", target, False, "rprivate")


def _mount(kind: str, source: str, target: str, read_only: bool, propagation: str) -> str:
    shown = source if kind in ("bind", "pipe", "engine-api") else ""
    return f"{kind} {shown} at {target} {'ro' if read_only else 'rw'} {propagation}"
