"""What a path of the host is worth to whoever can reach it from inside a container.

The classes are a union of what published escapes use (badPods hostPath, CIS Docker 5.6 and 5.32, the socket names of
the container runtimes). A path hits an entry when it is the entry or one of its parents; for trees also when it is
below. `/var/run` is `/run`.
"""

from __future__ import annotations

#: Reaching one of these is being the engine, the service manager or the hypervisor; read-only does not stop `connect`.
SOCKETS = (
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/k3s/containerd/containerd.sock",
    "/run/crio/crio.sock",
    "/run/podman/podman.sock",
    "/run/user/*/podman/podman.sock",
    "/run/user/*/docker.sock",
    "/run/cri-dockerd.sock",
    "/run/dockershim.sock",
    "/run/buildkit/buildkitd.sock",
    "/run/systemd/private",
    "/run/dbus/system_bus_socket",
    "/run/snapd.socket",
    "/run/libvirt/libvirt-sock",
    "/var/lib/incus/unix.socket",
    "/var/lib/lxd/unix.socket",
    "/var/snap/lxd/common/lxd/unix.socket",
)
SOCKET_NAMES = frozenset(
    {
        "docker.sock",
        "containerd.sock",
        "crio.sock",
        "podman.sock",
        "cri-dockerd.sock",
        "dockershim.sock",
        "buildkitd.sock",
        "docker_engine",
        "docker_engine_linux",
        "docker_engine_windows",
        "dockerdesktoplinuxengine",
        "dockerdesktopwindowsengine",
        "podman-machine-default",
        "containerd-containerd",
    }
)

#: Hold secrets or are the whole host, so that reading is enough.
ROOT_TREES = (
    "/etc",
    "/root",
    "/proc",
    "/boot",
    "/var/lib/kubelet",
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/etcd",
    "/run/containerd",
    "c:/windows",
    "c:/programdata/docker",
    "c:/var/lib/kubelet",
    "c:/etc/kubernetes",
    "c:/k",
)
ROOT_FOLDERS = (
    "/",
    "/dev",
    "/var",
    "/var/lib",
    "/run",
    "/home",
    "/home/*",
    "/mnt/host",
    "c:/",
    "c:/users",
    "c:/users/*",
)

#: Are run or loaded by the host, so that writing is enough.
WRITABLE_TREES = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/opt/cni",
    "/var/spool/cron",
    "/sys",
    "/usr/src",
)
WRITABLE_FOLDERS = ("/opt", "/var/log")

#: World-readable files without secrets that programs mount to look like their host: weak when read-only.
PLAIN_FILES = frozenset(
    {
        "/etc/localtime",
        "/etc/timezone",
        "/etc/hostname",
        "/etc/hosts",
        "/etc/resolv.conf",
        "/etc/machine-id",
        "/etc/os-release",
        "/etc/lsb-release",
        "/etc/redhat-release",
        "/etc/system-release",
        "/etc/system-release-cpe",
        "/etc/debian_version",
        "/etc/alpine-release",
        "/etc/passwd",
        "/etc/group",
        "/etc/nsswitch.conf",
        "/etc/protocols",
        "/etc/services",
        "/etc/ssl/certs",
        "/etc/ca-certificates",
        "/etc/pki/ca-trust",
        "/proc/cpuinfo",
        "/proc/meminfo",
        "/proc/uptime",
    }
)

#: Devices that every container has anyway, without the terminals (OCI runtime specification 1.2.0, Default Devices).
DEFAULT_DEVICES = frozenset({"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"})


def normalise(path: str) -> str:
    """Resolve `.`, `..` and doubled slashes, turn Windows paths to lower case with slashes, map `/var/run` to `/run`.

    A path that is relative stays so; `.` is the folder itself. `~` is some user's home.
    """
    if path == "~" or path.startswith("~/"):
        path = "/home/" + path
    if (len(path) > 1 and path[1] == ":") or path.startswith(("\\\\", "//./")):
        path = path.replace("\\", "/").lower()
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and ((parts and parts[-1] != "..") or path[:1] == "/"):
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    absolute = "/" if path.startswith("/") else ""
    clean = absolute + "/".join(parts) or "."
    if len(clean) == 2 and clean[1] == ":":
        clean += "/"
    if clean == "/var/run" or clean.startswith("/var/run/"):
        clean = clean[4:]
    return clean


def above(path: str) -> str:
    """Return what a relative path that climbs comes to if it climbs as far as it can; empty for one that does not."""
    parts = path.split("/")
    return "/" + "/".join(part for part in parts if part != "..") if parts[0] == ".." else ""


def reaches_socket(path: str) -> bool:
    """Say whether the path is a control socket or pipe, or a folder that holds one."""
    return _is_socket(path) or any(_is_or_holds(path, entry) for entry in SOCKETS)


def _is_socket(path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    depth = path.count("/")
    return name in SOCKET_NAMES or any(entry.count("/") == depth and _is_or_holds(path, entry) for entry in SOCKETS)


def is_root(path: str, *, read_only: bool) -> bool:
    """Say whether the path amounts to the host: by reading, or by writing when it is writable.

    A socket itself does not: there is nothing in it to read or write, and connecting to it is a fact of its own.
    """
    if _is_socket(path):
        return False
    if read_only and any(path == plain or path.startswith(plain + "/") for plain in PLAIN_FILES):
        return False
    if any(_is_or_holds(path, entry) for entry in (*ROOT_TREES, *ROOT_FOLDERS)):
        return True
    if any(path.startswith(tree + "/") for tree in ROOT_TREES):
        return True
    if read_only:
        return False
    if any(_is_or_holds(path, entry) for entry in (*WRITABLE_TREES, *WRITABLE_FOLDERS)):
        return True
    return any(path.startswith(tree + "/") for tree in WRITABLE_TREES)


def _is_or_holds(path: str, entry: str) -> bool:
    """Say whether the path equals the entry or is a parent of it; `*` in the entry is any one name."""
    if path in ("/", "c:/"):
        return entry.startswith(path)
    ours, theirs = path.split("/"), entry.split("/")
    return len(ours) <= len(theirs) and all(other in (mine, "*") for mine, other in zip(ours, theirs, strict=False))
