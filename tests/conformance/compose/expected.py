"""The facts that Compose's own model amounts to, in the words of the comparison.

What the engine makes of an option (security options, driver options of a volume) is worked out here a second time, from
the engine's own rules, so that the gate is not compared with itself.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conformance.compose.facts import Fact, Facts, certain, host_path, mount

if TYPE_CHECKING:
    from collections.abc import Iterator

TRUE = ("1", "t", "T", "TRUE", "true", "True")
REMOTE = ("https://", "http://", "git://", "ssh://", "github.com/", "git@")
REMAPPED = ("auto", "nomap", "keep-id", "private")
NO_HOST_PATH = ("nfs", "nfs4", "cifs", "tmpfs")


def containers(answer: dict[str, Any], root: str) -> dict[str, Facts]:
    """Return the facts of every container, by service or job and, for a hook, its moment."""
    found: dict[str, Facts] = {}
    for section in ("services", "jobs"):
        for name, service in (answer.get(section) or {}).items():
            if service.get("provider"):
                continue
            found[name] = main = _container(answer, service, root)
            for index, hook in enumerate(service.get("pre_start") or []):
                found[f"{name} pre_start {index}"] = starter = _container(answer, {**hook, "build": None}, root)
                for key in ("pid", "ipc", "uts", "cgroup", "network", "userns"):
                    main[key] = max(main[key], starter[key], key=_shared)
            for moment in ("post_start", "pre_stop"):
                raised = [hook for hook in service.get(moment) or [] if hook.get("privileged")]
                found |= {f"{name} {moment} {index}": {"privileged": certain(True)} for index in range(len(raised))}
    return found


def _shared(namespace: Fact) -> int:
    """Rank a namespace by how much of it is others'."""
    word = namespace.words[0]
    return 2 if word == "host" else word.startswith("container:")


def _container(answer: dict[str, Any], service: dict[str, Any], root: str) -> Facts:
    limits = ((service.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    return {
        "privileged": certain(bool(service.get("privileged"))),
        "cap_add": _capabilities(service, "cap_add"),
        "cap_drop": _capabilities(service, "cap_drop"),
        "security": certain(*_security(service.get("security_opt") or [])),
        "user": certain(service.get("user") or ""),
        "pid": _namespace(answer, service, "pid"),
        "ipc": _namespace(answer, service, "ipc"),
        "uts": certain("host" if service.get("uts") == "host" else "private"),
        "cgroup": certain("host" if service.get("cgroup") == "host" else "private"),
        "network": _network(answer, service),
        "userns": certain(_user_namespace(service.get("userns_mode") or "")),
        "devices": certain(*_devices(service)),
        "device_rules": certain(*(service.get("device_cgroup_rules") or [])),
        "gpus": certain(_has_gpus(service)),
        "mounts": certain(*_all_mounts(answer, service, root)),
        "volumes_from": certain(*(service.get("volumes_from") or [])),
        "sysctls": certain(*(service.get("sysctls") or {})),
        "runtime": certain(service.get("runtime") or ""),
        "isolation": certain((service.get("isolation") or "").lower()),
        "read_only": certain(bool(service.get("read_only"))),
        # The engine takes less than nought for no limit: docs.docker.com, `--pids-limit`, "Set -1 for unlimited".
        "pids": certain(max(service.get("pids_limit") or limits.get("pids") or 0, 0)),
        "memory": certain(int(service.get("mem_limit") or limits.get("memory") or 0)),
        "image": certain(service.get("image") or ""),
        "platform": certain(_system(service)),
        **_build(service.get("build"), root),
    }


def _capabilities(service: dict[str, Any], name: str) -> Fact:
    return certain(*(one.strip().upper().removeprefix("CAP_") for one in service.get(name) or []))


def _security(options: list[str]) -> Iterator[str]:
    """Yield what the options add up to in the engine's `parseSecurityOpt`, leaving out what is the default."""
    said: dict[str, str] = {}
    for option in options:
        if option in ("no-new-privileges", "writable-cgroups"):
            said[option] = "True"
        elif option == "systempaths=unconfined":
            said["proc"] = "unmasked"
        else:
            key, _, value = option.partition("=" if "=" in option else ":")
            if key == "label":
                _label(said, value)
            elif key in ("no-new-privileges", "writable-cgroups"):
                said[key] = str(value in TRUE)
            elif key in ("seccomp", "apparmor"):
                said[key] = value
    if said.get("writable-cgroups") == "False":
        del said["writable-cgroups"]
    for key in ("seccomp", "apparmor"):
        if said.get(key) in ("builtin", "docker-default"):
            del said[key]
    yield from (f"{key} {value}" for key, value in said.items())


def _label(said: dict[str, str], value: str) -> None:
    if value == "disable":
        said["label disabled"] = "True"
    else:
        kind, _, name = value.partition(":")
        if kind in ("user", "role", "type"):
            said[f"label {kind}"] = name


def _namespace(answer: dict[str, Any], service: dict[str, Any], name: str) -> Fact:
    return certain(_mode(answer, service.get(name) or "", name))


def _mode(answer: dict[str, Any], value: str, name: str, depth: int = 0) -> str:
    """Follow `service:NAME`; a namespace that another service shares with the host is the host's."""
    if value.startswith("service:") and depth < 10:
        other = ((answer.get("services") or {}).get(value[len("service:") :])) or {}
        if name == "network_mode":
            return _network(answer, other, depth + 1).words[0]
        return _mode(answer, other.get(name) or "", name, depth + 1)
    return value if value == "host" or value.startswith("container:") else "private"


def _network(answer: dict[str, Any], service: dict[str, Any], depth: int = 0) -> Fact:
    if service.get("network_mode"):
        return certain(_mode(answer, service["network_mode"], "network_mode", depth))
    definitions = answer.get("networks") or {}
    for name in service.get("networks") or {}:
        network = definitions.get(name) or {}
        if network.get("external") and network.get("name") == "host":
            return certain("host")
    return certain("private")


def _user_namespace(value: str) -> str:
    if not value:
        return "default"
    return "remapped" if value.partition(":")[0].strip().lower() in REMAPPED else "host"


def _is_cdi(device: dict[str, Any]) -> bool:
    source = device.get("source") or ""
    return not source.startswith("/") and "=" in source


def _devices(service: dict[str, Any]) -> Iterator[str]:
    for device in service.get("devices") or []:
        if not _is_cdi(device):
            yield f"{device.get('source')} {device.get('permissions') or 'rwm'}"


def _has_gpus(service: dict[str, Any]) -> bool:
    reserved = ((service.get("deploy") or {}).get("resources") or {}).get("reservations") or {}
    return bool(
        service.get("gpus")
        or reserved.get("devices")
        or any(_is_cdi(device) for device in service.get("devices") or [])
    )


def _all_mounts(answer: dict[str, Any], service: dict[str, Any], root: str) -> Iterator[str]:
    """Yield a service's mounts, and those of the services it takes volumes from, and so on."""
    yield from _mounts(answer, service, root)
    waiting, seen = [(one, False) for one in service.get("volumes_from") or []], set()
    while waiting:
        named, outer = waiting.pop()
        name, _, access = named.partition(":")
        other = (answer.get("services") or {}).get(name)
        if name != "container" and other and name not in seen:
            seen.add(name)
            read_only = outer or access == "ro"
            for word in _mounts(answer, other, root):
                yield word.replace("' rw ", "' ro ") if read_only else word
            waiting += [(one, read_only) for one in other.get("volumes_from") or []]


def _mounts(answer: dict[str, Any], service: dict[str, Any], root: str) -> Iterator[str]:
    for volume in service.get("volumes") or []:
        yield _volume(answer, volume, root)
    for kind, folder in (("secrets", "/run/secrets/"), ("configs", "/")):
        for granted in service.get(kind) or []:
            file = ((answer.get(kind) or {}).get(granted["source"]) or {}).get("file")
            target = granted.get("target") or granted["source"]
            if file:
                where = target if target.startswith("/") else folder + target
                yield mount("bind", host_path(root, file), where, True, "rprivate")
    if service.get("use_api_socket"):
        yield "engine-api"


def _volume(answer: dict[str, Any], volume: dict[str, Any], root: str) -> str:
    kind, source = volume["type"], volume.get("source") or ""
    read_only, target = volume.get("read_only"), volume.get("target") or ""
    target = os.path.normpath(target) if target.startswith("/") else target
    propagation = (volume.get("bind") or {}).get("propagation") or "rprivate"
    if kind == "npipe" or (kind == "bind" and source.startswith("\\\\")):
        return mount("pipe", source, target, read_only, propagation)
    if kind == "bind":
        return mount("bind", host_path(root, source), target, read_only, propagation)
    if kind != "volume":
        return mount("tmpfs" if kind == "tmpfs" else "volume", "", target, read_only, propagation)
    options = ((answer.get("volumes") or {}).get(source) or {}).get("driver_opts") or {}
    flags, device = (options.get("o") or "").split(","), options.get("device") or ""
    bound = "bind" in flags or "rbind" in flags
    if options.get("type", "").lower() not in NO_HOST_PATH and (bound or device.startswith("/")):
        read_only = read_only or "ro" in flags
        return mount("bind", host_path(root, device), target, read_only, propagation)
    return mount("volume", "", target, read_only, propagation)


def _system(service: dict[str, Any]) -> str:
    platform = service.get("platform") or ""
    if platform:
        return "windows" if platform.lower().startswith("windows") else "linux"
    isolated = (service.get("isolation") or "default").lower() != "default"
    if isolated or "mcr.microsoft.com/windows" in (service.get("image") or "").lower():
        return "windows"
    return "linux"


def _build(build: dict[str, Any] | None, root: str) -> Facts:
    build = build or {}
    return {
        "build privileged": certain(bool(build.get("privileged"))),
        "build entitlements": certain(*(build.get("entitlements") or [])),
        "build network": certain(build.get("network") == "host"),
        "build recipe": certain(*_recipe(build, root)),
    }


def _recipe(build: dict[str, Any], root: str) -> Iterator[str]:
    context = build.get("context")
    target = build.get("target") or ""
    if context is None:
        return
    if build.get("dockerfile_inline"):
        yield f"inline {target}"
    elif "://" not in context and not context.startswith((*REMOTE, "service:")):
        yield f"{os.path.normpath(Path(root, context, build.get('dockerfile') or 'Dockerfile'))} {target}"
