"""What the hardened level takes on each platform.

Source: Pod Security Standards, restricted; CIS Docker Benchmark 1.6.0, section 5.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

#: Fact, and the lines that bring it about, by platform.
KUBERNETES: dict[str, tuple[str, ...]] = {
    "H.nonroot": ("runAsNonRoot: true", "runAsUser: 10001"),
    "H.nnp": ("allowPrivilegeEscalation: false",),
    "H.drop_all": ("capabilities:", "  drop: [ALL]"),
    "H.seccomp_explicit": ("seccompProfile:", "  type: RuntimeDefault"),
}
DOCKER: dict[str, tuple[str, ...]] = {
    "H.nonroot": ('user: "10001:10001"',),
    "H.nnp": ("security_opt: [no-new-privileges:true]",),
    "H.drop_all": ("cap_drop: [ALL]",),
}
ECS: dict[str, tuple[str, ...]] = {
    "H.nonroot": ('"user": "10001:10001",',),
    "H.nnp": ('"dockerSecurityOptions": ["no-new-privileges"],',),
    "H.drop_all": ('"linuxParameters": {"capabilities": {"drop": ["ALL"]}},',),
}

#: A stack cannot ask for no_new_privs; the daemons of its nodes set it, and the declaration says that they do.
SWARM: dict[str, tuple[str, ...]] = {
    **DOCKER,
    "H.nnp": (
        "# in daemon.json of every node",
        '"no-new-privileges": true',
        "# in .gate.yaml",
        "platform: {swarm: true, docker: {no_new_privileges: true}}",
    ),
}

NOMAD: dict[str, tuple[str, ...]] = {
    "H.nonroot": ('user = "10001:10001"',),
    "H.nnp": ("# in `config`", 'security_opt = ["no-new-privileges"]'),
    "H.drop_all": ("# in `config`", 'cap_drop = ["all"]'),
}

LXC: dict[str, tuple[str, ...]] = {
    "H.nnp": ("lxc.no_new_privs = 1",),
    "H.drop_all": ("lxc.cap.drop =", "lxc.cap.keep = none"),
}

NSPAWN: dict[str, tuple[str, ...]] = {
    "H.nnp": ("NoNewPrivileges=yes",),
    "H.drop_all": ("DropCapability=all",),
}

#: By platform.
SPELLED = {
    "kubernetes": KUBERNETES,
    "docker": DOCKER,
    "swarm": SWARM,
    "nomad": NOMAD,
    "ecs": ECS,
    "lxc": LXC,
    "systemd-nspawn": NSPAWN,
}

PRECONDITIONS: dict[str, str] = {
    "H.nonroot": "the image works as a user without privileges: it can read its files, and its port is above 1023",
    "H.drop_all": "the program needs no capabilities; NET_BIND_SERVICE alone may be added back",
    "H.nnp": "the program starts no set-user-ID programs",
    "H.no_host_paths": "its data is in volumes that the platform manages, and nothing of the host is mounted",
}


def snippet(platform: str, lacking: Collection[str]) -> str:
    """Return the lines that are missing, as they stand in the manifest; empty where nothing can be written."""
    platform = "kubernetes" if platform == "openshift" else platform
    table = SPELLED.get(platform, {})
    lines = [line for fact, spelled in table.items() if fact in lacking for line in spelled]
    if lines and platform == "ecs":
        lines = ["# in every container definition", *lines]
    if lines and platform == "systemd-nspawn":
        lines = ["# in the settings file of its name in /etc/systemd/nspawn", "[Exec]", *lines]
    if lines and platform == "kubernetes":
        lines = ["# in every container", "securityContext:", *(f"  {line}" for line in lines)]
    return "".join(f"{line}\n" for line in lines)
