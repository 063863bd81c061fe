"""What `daemon.json` says of a Docker engine, read as dockerd reads it.

Sources: moby `daemon/config` and `cmd/dockerd` of 28.5 and 29. Keys are those of its flags, to the letter: dockerd does
not start with any other. Of a key that is given twice the last counts, as Go has it.
"""

from __future__ import annotations

from gate.dialects.reading import Fields
from gate.model.daemon import Argument, Daemon, EngineRuntime
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Items, Stated, Unknown, known
from gate.syntax.tree import Mapping, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.workload import Doubt
    from gate.syntax.tree import Node

#: Options of dockerd, by the names that a file gives them, with those of earlier versions that later ones refuse.
KEYS = frozenset(
    key
    for line in (
        "add-runtime allow-direct-routing allow-nondistributable-artifacts api-cors-header apparmor-profile",
        "authorization-plugin authorization-plugins bip bip6 bridge bridge-accept-fwmark builder cdi-spec-dir",
        "cdi-spec-dirs cgroup-parent cluster-advertise cluster-store cluster-store-opt cluster-store-opts config-file",
        "containerd containerd-namespace containerd-plugins-namespace cpu-rt-period cpu-rt-runtime cri-containerd",
        "data-root debug default-address-pool default-address-pools default-cgroupns-mode default-gateway",
        "default-gateway-v6 default-ipc-mode default-network-opt default-network-opts default-runtime",
        "default-shm-size default-stop-timeout default-ulimit default-ulimits deprecated-key-path",
        "disable-legacy-registry dns dns-opt dns-opts dns-search exec-opt exec-opts exec-root experimental",
        "extension-dir extension-dirs feature features firewall-backend fixed-cidr fixed-cidr-v6 graph group help",
        "host host-gateway-ip host-gateway-ips hosts http-proxy https-proxy icc init init-path insecure-registries",
        "insecure-registry ip ip-forward ip-forward-no-drop ip-masq ip6tables iptables ipv6 label labels live-restore",
        "log-driver log-format log-level log-opt log-opts max-concurrent-downloads max-concurrent-uploads",
        "max-download-attempts metrics-addr mtu network-control-plane-mtu network-diagnostic-port no-new-privileges",
        "no-proxy node-generic-resource node-generic-resources nri-opt nri-opts oom-score-adjust pidfile proxies",
        "raw-logs registry-mirror registry-mirrors restart rootless runtimes seccomp-profile selinux-enabled",
        "shutdown-timeout storage-driver storage-opt storage-opts swarm-default-advertise-addr",
        "swarm-raft-election-tick swarm-raft-heartbeat-tick tls tlscacert tlscert tlskey tlsverify userland-proxy",
        "userland-proxy-path userns-remap validate version",
    )
    for key in line.split()
)

#: Options that no other program's configuration has by chance; every name of several words is one.
_OWN = frozenset({"bip", "hosts", "icc", "ip6tables", "iptables", "runtimes", "tlscacert", "tlsverify"})

#: What the command line knows, and no file says by itself.
_OF_COMMANDS = frozenset({"help", "validate", "version"})

#: What says of a user-defined bridge whether its containers reach each other.
ENABLE_ICC = "com.docker.network.bridge.enable_icc"

_NOT_ONE = "is no option of dockerd, which does not start with it"


def configures(root: Node | None) -> bool:
    """Say whether a file is the configuration of an engine: it has an option that is nobody else's, or nothing else."""
    if not isinstance(root, Mapping):
        return False
    found = root.entries.keys() & KEYS
    return any(map(is_own, found)) or (bool(found) and found == root.entries.keys() and not found & _OF_COMMANDS)


def is_own(name: str) -> bool:
    """Say whether a name is that of an option, and of nothing else."""
    return name in KEYS and ("-" in name or name in _OWN)


def daemon(root: Mapping) -> tuple[Daemon, list[InputError]]:
    """Read an engine's configuration, and what dockerd refuses in it."""
    problems = [
        InputError(f"`{name[:60]}` {_NOT_ONE}", at=key.at, remedy="correct the name, or remove it")
        for name, key in root.keys.items()
        if name not in KEYS and not _is_nothing(root.entries[name])
    ]
    return _daemon(Fields(root, root, [])), problems


def _is_nothing(node: Node) -> bool:
    """Say whether a table is empty: dockerd looks for options in it, and finds none that it does not know."""
    return isinstance(node, Mapping) and not node.entries


def _daemon(fields: Fields) -> Daemon:
    remap = fields.setting("userns-remap", False, "a user", _is_named)
    return Daemon(
        fields.at,
        fields.flag("rootless", default=False) if known(remap) is False else remap,
        fields.flag("no-new-privileges", default=False),
        fields.text("seccomp-profile", "builtin"),
        fields.text("default-cgroupns-mode"),
        _runtimes(fields),
        fields.text("default-runtime"),
        _isolation(fields),
        _switch(fields, "icc"),
        _networks(fields),
        _switch(fields, "iptables"),
        _texts(fields, "hosts"),
        _verified(fields),
        _texts(fields, "authorization-plugins"),
        _texts(fields, "insecure-registries"),
    )


def _switch(fields: Fields, name: str) -> Setting[bool]:
    """Return what is on unless it is switched off, which null does as well: the flag cannot take it, and is false."""
    node = fields.node.get(name) if fields.node is not None else None
    if isinstance(node, Scalar) and node.value is None:
        return Stated(False, node.at)
    return fields.flag(name, default=True)


def _is_named(node: Scalar) -> bool | None:
    return bool(node.value) if isinstance(node.value, str) else None


def _verified(fields: Fields) -> Setting[bool]:
    """Say whether callers need a certificate: `tlsverify` decides, and where it is silent `tls` does for both."""
    return fields.flag("tlsverify" if fields.has("tlsverify") else "tls", default=False)


def _texts(fields: Fields, name: str) -> Items[str]:
    members = fields.items(name)
    found: list[Setting[str]] = []
    for node in members.nodes:
        text = isinstance(node, Scalar) and isinstance(node.value, str)
        found.append(Stated(node.value, node.at) if text else Unknown("it is no string", node.at))  # type: ignore[attr-defined]
    return Items(tuple(found), members.at, not members.reason, members.reason)


def _isolation(fields: Fields) -> Setting[str]:
    """Return the default isolation mode of Windows containers, the last of `exec-opts`."""
    found: Setting[str] = Defaulted("", fields.at)
    for member in _texts(fields, "exec-opts").members:
        name, _, value = (known(member) or "").partition("=")
        if name.strip().lower() == "isolation":
            found = Stated(value.strip().lower(), member.at)
    return found


def _networks(fields: Fields) -> Setting[bool]:
    """Say whether containers of one user-defined bridge reach each other where it does not say so itself."""
    node = fields.get("default-network-opts")
    if node is not None and node.doubt:
        return Unknown(node.doubt, node.at)
    return fields.sub("default-network-opts").sub("bridge").setting(ENABLE_ICC, True, "true or false", _icc)


def _icc(node: Scalar) -> bool | None:
    """Take what Go's `strconv.ParseBool` takes."""
    said = node.value if isinstance(node.value, str) else ""
    true, false = ("1", "t", "T", "TRUE", "true", "True"), ("0", "f", "F", "FALSE", "false", "False")
    return True if said in true else False if said in false else None


def _runtimes(fields: Fields) -> Items[EngineRuntime]:
    node = fields.get("runtimes")
    if node is None:
        return Items((), fields.at)
    if not isinstance(node, Mapping) or node.doubt:
        reason = node.doubt or "the runtimes are no table"
        return Items((), node.at, complete=False, open_because=reason)
    doubts: list[Doubt] = []
    members = [_runtime(name, Fields(entry, entry, doubts)) for name, entry in node.items()]
    return Items(tuple(Stated(one, one.at) for one in members), node.at)


def _runtime(name: str, entry: Fields) -> EngineRuntime:
    """Read one runtime: `path` is a program in runc's place, `runtimeType` a shim."""
    path, shim = entry.text("path"), entry.text("runtimeType")
    handler: Setting[str] = shim
    if known(shim) == "":
        handler = Stated(path.value.rpartition("/")[2], path.at) if isinstance(path, Stated) else path
    if entry.has("options"):
        handler = Unknown("its options may name another configuration of it", entry.at_of("options"))
    return EngineRuntime(name, handler, tuple(_arguments(entry)), entry.at)


def _arguments(entry: Fields) -> Iterator[Argument]:
    """Yield the flags that the runtime's program is started with."""
    for member in _texts(entry, "runtimeArgs").members:
        name, _, value = (known(member) or "").partition("=")
        if name.startswith("-"):
            yield Argument(name.lstrip("-"), Stated(value or "true", member.at), member.at)
