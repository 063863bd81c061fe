"""What a completed app or pod comes to, in the words that are compared.

Sources: Marathon's `docs/docs/networking.md` and `ContainerConversion.scala`. What only Mesos's agents decide is left
out; a relative `hostPath` lies in the sandbox of the task.
"""

from __future__ import annotations

from typing import Any

Facts = dict[str, list[str]]


def of_app(app: dict[str, Any]) -> Facts:
    """Return what an app comes to."""
    box = app.get("container") or {}
    docker = box.get("docker") or {}
    by_docker = bool(box) and box["type"] == "DOCKER"
    parameters = [(one["key"], one["value"]) for one in docker.get("parameters", ())] if by_docker else []
    keys = [key for key, _ in parameters]
    facts = {
        "command": [str(not by_docker and not docker.get("image"))],
        "image": [docker["image"]] if docker.get("image") else [],
        "privileged": [str(by_docker and (docker.get("privileged", False) or "privileged" in keys))],
        "network": [_network(app, docker)],
        "mounts": sorted({*_volumes(box), *(["/etc /x ro"] if "volume" in keys else [])}),
    }
    if by_docker:
        facts |= {
            "added": sorted({value.upper() for key, value in parameters if key == "cap-add"}),
            "pid": ["host" if "pid" in keys else "private"],
            "no new privileges": ["True"] if ("security-opt", "no-new-privileges") in parameters else [],
        }
    else:
        user = [app["user"]] if app.get("user") else []
        facts |= {
            "user": user,
            "gpus": [str(app["gpus"] > 0)],
            **_linux(box.get("linuxInfo") or {}, facts["command"] == ["True"]),
        }
    return facts


def _volumes(box: dict[str, Any]) -> list[str]:
    return [
        f"{one['hostPath']} {one['containerPath']} {one['mode'].lower()}"
        for one in box.get("volumes", ())
        if str(one.get("hostPath", "")).startswith("/") and "mode" in one
    ]


def _network(app: dict[str, Any], docker: dict[str, Any]) -> str:
    if docker.get("network"):
        return "host" if docker["network"] == "HOST" else "private"
    if app.get("ipAddress") is not None:
        return "private"
    modes = [one["mode"] for one in app.get("networks", ())]
    return "host" if not modes or "host" in modes else "private"


def _linux(info: dict[str, Any], command: bool) -> Facts:
    """Return what is filtered and whose memory is shared; a command on the host has neither."""
    if command:
        return {}
    filters = info.get("seccomp") or {}
    kind = "unconfined" if filters.get("unconfined") else "custom" if filters.get("profileName") else "unconfirmed"
    mode = (info.get("ipcInfo") or {}).get("mode", "")
    return {"seccomp": [kind], "ipc": [{"SHARE_PARENT": "host", "PRIVATE": "private"}.get(mode, "agents")]}


def of_member(pod: dict[str, Any], member: dict[str, Any]) -> Facts:
    """Return what a container of a pod comes to."""
    image = (member.get("image") or {}).get("id")
    hosts = {one["name"]: one["host"] for one in pod.get("volumes", ()) if isinstance(one.get("host"), str)}
    mounts = [
        f"{hosts[one['name']]} {one['mountPath']} {'ro' if one.get('readOnly') else 'rw'}"
        for one in member.get("volumeMounts", ())
        if hosts.get(one["name"], "").startswith("/")
    ]
    user = member.get("user") or pod.get("user")
    return {
        "command": [str(not image)],
        "image": [image] if image else [],
        "network": [_network(pod, {})],
        "mounts": sorted(mounts),
        "user": [user] if user else [],
        **_linux(member.get("linuxInfo") or {}, not image),
    }
