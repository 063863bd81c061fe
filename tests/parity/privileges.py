"""More privilege, written into a file as its format writes it: a table of changes for every reader.

What is structured is read, changed and written anew, so that it is compared with the same file written anew; everything
else is changed as text. A change that says nothing in a file leaves it as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

Text = Callable[[str], str]
Tree = Callable[[Any], None]


def services(change: Callable[[dict[str, Any]], None]) -> Tree:
    """Change every service of Compose."""

    def apply(root: Any) -> None:
        for service in (root.get("services") or {}).values() if isinstance(root, dict) else ():
            if isinstance(service, dict):
                change(service)

    return apply


def pods(change: Callable[[dict[str, Any]], None]) -> Tree:
    """Change everything that has the containers of a pod."""

    def apply(root: Any) -> None:
        for one in below(root):
            if isinstance(one.get("containers"), list) and "family" not in one:
                change(one)

    return apply


def of_pods(change: Callable[[dict[str, Any]], None]) -> Tree:
    """Change every container of a pod."""

    def each(pod: dict[str, Any]) -> None:
        for one in pod["containers"]:
            if isinstance(one, dict):
                change(one)

    return pods(each)


def tasks(change: Callable[[dict[str, Any]], None]) -> Tree:
    """Change every task definition of ECS."""

    def apply(root: Any) -> None:
        for one in below(root):
            if isinstance(one.get("containerDefinitions"), list):
                change(one)

    return apply


def of_tasks(change: Callable[[dict[str, Any]], None]) -> Tree:
    """Change every container of a task."""

    def each(task: dict[str, Any]) -> None:
        for one in task["containerDefinitions"]:
            if isinstance(one, dict):
                change(one)

    return tasks(each)


def instances(change: Callable[[dict[str, Any]], None]) -> Tree:
    """Change everything of Incus that has keys or devices."""

    def apply(root: Any) -> None:
        for one in below(root):
            if isinstance(one.get("config"), dict) or isinstance(one.get("devices"), dict):
                change(one)

    return apply


def apps(change: Callable[[dict[str, Any]], None]) -> Tree:
    """Change every app of Marathon that the engine of Docker starts."""

    def apply(root: Any) -> None:
        for one in below(root):
            box = one.get("container")
            if isinstance(box, dict) and box.get("type", "DOCKER") == "DOCKER" and isinstance(box.get("docker"), dict):
                change(box)

    return apply


def below(root: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping of a tree, also one that a change puts in meanwhile."""
    if isinstance(root, dict):
        yield root
        for one in list(root.values()):
            yield from below(one)
    elif isinstance(root, list):
        for one in list(root):
            yield from below(one)


def put(*path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Set a key, and make the mappings above it; what a variable or a template says already counts as the worst."""

    def change(node: dict[str, Any]) -> None:
        if re.search(r"\$|\{\{", str(node.get(path[-1], ""))):
            return
        for name in path[:-1]:
            if not isinstance(node.get(name), dict):
                node[name] = {}
            node = node[name]
        node[path[-1]] = value

    return change


def add(*path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Add a member to a list."""

    def change(node: dict[str, Any]) -> None:
        for name in path[:-1]:
            node = node.setdefault(name, {}) if isinstance(node.get(name, {}), dict) else {}
        if isinstance(node.get(path[-1], []), list):
            node[path[-1]] = [*node.get(path[-1], []), value]

    return change


def mounted(pod: dict[str, Any]) -> None:
    """Mount the root of the node into the first container."""
    add("volumes", value={"name": "node", "hostPath": {"path": "/"}})(pod)
    add("volumeMounts", value={"name": "node", "mountPath": "/node"})(pod["containers"][0])


def taken(task: dict[str, Any]) -> None:
    """Mount the root of the instance into the first container."""
    add("volumes", value={"name": "node", "host": {"sourcePath": "/"}})(task)
    add("mountPoints", value={"sourceVolume": "node", "containerPath": "/node"})(task["containerDefinitions"][0])


def behind_run(*flags: str) -> Text:
    """Add flags behind the words that start a container."""
    return lambda text: re.sub(
        r"\b((?:docker|podman|nerdctl)(?: container)? (?:run|create))\b", rf"\1 {' '.join(flags)}", text
    )


def below_container(line: str) -> Text:
    """Add a line to the section of a container."""
    return lambda text: re.sub(r"(?m)^\[Container\]$", f"[Container]\n{line}", text)


def in_config(line: str, unknown_to: str = "nobody") -> Text:
    """Add a line below the image of a task of Nomad's, where its key is not set yet and its driver knows it."""

    def change(text: str) -> str:
        if re.search(rf"\b{line.split(maxsplit=1)[0]}\s*=", text) or f'driver = "{unknown_to}"' in text:
            return text
        return re.sub(r"(?m)^(\s+)(image\s*=.*)$", rf"\1\2\n\1{line}", text)

    return change


def at_end(*lines: str) -> Text:
    """Add lines to the end of a configuration of LXC."""
    return lambda text: text.rstrip("\n") + "\n" + "\n".join(lines) + "\n"


def nspawn(flag: str, *lines: str, without: str = "(?!)") -> Text:
    """Add a flag to the commands of systemd-nspawn, without some others, and lines to a settings file."""

    def change(text: str) -> str:
        if re.search(r"(?m)^\[(?:Exec|Files|Network)\]", text):
            return at_end(*lines)(text)
        text = re.sub(rf" (?:{without})(?= |$)", "", text)
        return re.sub(r"\bsystemd-nspawn (?=-)", f"systemd-nspawn {flag} ".replace("  ", " "), text)

    return change


def before_image(terraform: str, cloudformation: str) -> Text:
    """Add a setting of a container before its image, within braces or on a line of its own."""

    def change(text: str) -> str:
        text = re.sub(r"(?m)(\{[^{}\n]*?)\bimage(\s*=)", rf"\1{terraform}, image\2", text)
        text = re.sub(r"(?m)^(\s+)image(\s*=)", rf"\1{terraform}\n\1image\2", text)
        text = re.sub(r"(\{[^{}\n]*?)\bImage:", rf"\1{cloudformation}, Image:", text)
        return re.sub(r"(?m)^(\s+)Image:", rf"\1{cloudformation}\n\1Image:", text)

    return change


def in_devices(element: str) -> Text:
    """Add a device to every domain of libvirt, and the list of devices where there is none."""

    def change(text: str) -> str:
        if "<devices>" in text:
            return text.replace("<devices>", f"<devices>{element}")
        return text.replace("</domain>", f"<devices>{element}</devices></domain>")

    return change


TREES: dict[str, dict[str, Tree]] = {
    "compose": {
        "privileged": services(put("privileged", value=True)),
        "SYS_ADMIN": services(add("cap_add", value="SYS_ADMIN")),
        "the host's root": services(add("volumes", value="/:/host")),
        "a socket": services(put("use_api_socket", value=True)),
        "no filter": services(add("security_opt", value="seccomp=unconfined")),
        "the host's processes": services(put("pid", value="host")),
        "a disk": services(add("devices", value="/dev/sda:/dev/sda")),
        "a hook": services(add("post_start", value={"command": "true", "privileged": True})),
    },
    "kubernetes": {
        "privileged": of_pods(put("securityContext", "privileged", value=True)),
        "SYS_ADMIN": of_pods(add("securityContext", "capabilities", "add", value="SYS_ADMIN")),
        "no filter": of_pods(put("securityContext", "seccompProfile", value={"type": "Unconfined"})),
        "may gain": of_pods(put("securityContext", "allowPrivilegeEscalation", value=True)),
        "root": of_pods(put("securityContext", "runAsUser", value=0)),
        "the host's network": pods(put("hostNetwork", value=True)),
        "the host's processes": pods(put("hostPID", value=True)),
        "the host's root": pods(mounted),
        "an ephemeral container": pods(
            add("ephemeralContainers", value={"name": "x", "image": "x", "securityContext": {"privileged": True}})
        ),
    },
    "ecs": {
        "privileged": of_tasks(put("privileged", value=True)),
        "SYS_ADMIN": of_tasks(add("linuxParameters", "capabilities", "add", value="SYS_ADMIN")),
        "the host's processes": tasks(put("pidMode", value="host")),
        "the host's network": tasks(put("networkMode", value="host")),
        "the host's root": tasks(taken),
    },
    "incus": {
        "privileged": instances(put("config", "security.privileged", value="true")),
        "nesting": instances(put("config", "security.nesting", value="true")),
        "no filter": instances(put("config", "security.syscalls.deny_default", value="false")),
        "the host's root": instances(put("devices", "node", value={"type": "disk", "source": "/", "path": "/node"})),
    },
    "marathon": {
        "privileged": apps(put("docker", "privileged", value=True)),
        "SYS_ADMIN": apps(add("docker", "parameters", value={"key": "cap-add", "value": "SYS_ADMIN"})),
        "the host's processes": apps(add("docker", "parameters", value={"key": "pid", "value": "host"})),
        "the host's root": apps(add("volumes", value={"hostPath": "/", "containerPath": "/node", "mode": "RW"})),
    },
}

TEXTS: dict[str, dict[str, Text]] = {
    "ecs": {
        "privileged in a module or a template": before_image("privileged = true", "Privileged: true"),
        "the host's network in a module": lambda text: re.sub(
            r"(?m)^(\s+)family(\s*=)", r'\1network_mode = "host"\n\1family\2', text
        ),
        "the host's processes in a module": lambda text: re.sub(
            r"(?m)^(\s+)family(\s*=)", r'\1pid_mode = "host"\n\1family\2', text
        ),
    },
    "libvirt": {
        "a folder": in_devices("<filesystem type='mount'><source dir='/'/><target dir='host'/></filesystem>"),
        "a disk": in_devices("<disk type='block'><source dev='/dev/sda'/><target dev='vdz'/></disk>"),
        "a device": in_devices(
            "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='0' function='0'/></source>"
            "</hostdev>"
        ),
    },
    "nomad": {
        "privileged": in_config("privileged = true"),
        "SYS_ADMIN": in_config('cap_add = ["sys_admin"]'),
        "the host's root": in_config('volumes = ["/:/node"]'),
        "the host's processes": in_config('pid_mode = "host"', unknown_to="podman"),
        "no filter": in_config('security_opt = ["seccomp=unconfined"]'),
        "the host's network": in_config('network_mode = "host"'),
    },
    "docker_run": {
        "privileged": behind_run("--privileged"),
        "SYS_ADMIN": behind_run("--cap-add", "SYS_ADMIN"),
        "the host's root": behind_run("-v", "/:/host"),
        "no filter": behind_run("--security-opt", "seccomp=unconfined"),
        "the host's processes": behind_run("--pid=host"),
        "a disk": behind_run("--device=/dev/sda"),
    },
    "quadlet": {
        "privileged": below_container("PodmanArgs=--privileged"),
        "SYS_ADMIN": below_container("AddCapability=SYS_ADMIN"),
        "the host's root": below_container("Volume=/:/host"),
        "the host's network": below_container("Network=host"),
        "no filter": below_container("SeccompProfile=unconfined"),
    },
    "nspawn": {
        "no users of its own": nspawn("", "[Exec]", "PrivateUsers=no", without=r"-U|--private-users(?:=\S+)?"),
        "all capabilities": nspawn("--capability=all", "[Exec]", "Capability=all"),
        "the host's root": nspawn("--bind=/:/node", "[Files]", "Bind=/:/node"),
        "the host's network": nspawn(
            "", "[Network]", "Private=no", "VirtualEthernet=no", without=r"-n|--private-network|--network-veth"
        ),
    },
    "lxc": {
        "no AppArmor": at_end("lxc.apparmor.profile = unconfined"),
        "no filter": at_end("lxc.seccomp.profile ="),
        "the host's root": at_end("lxc.mount.entry = / node none bind 0 0"),
        "no map": at_end("lxc.idmap ="),
        "the host's network": at_end("lxc.net =", "lxc.net.0.type = none"),
    },
}


def anew(path: str, text: str, change: Tree) -> str | None:
    """Return a structured file changed and written anew; None for one that these readers of YAML and JSON refuse."""
    try:
        roots = [json.loads(text)] if path.endswith(".json") else list(yaml.safe_load_all(text))
    except (yaml.YAMLError, ValueError):
        return None
    for root in roots:
        change(root)
    return json.dumps(roots[0]) if path.endswith(".json") else "---\n".join(map(_document, roots))


def _document(root: Any) -> str:
    return yaml.dump(root, sort_keys=False)


def nothing(_root: Any) -> None:
    """Change nothing."""
