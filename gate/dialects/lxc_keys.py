"""The names of LXC's configuration: what each version calls a key, what values it takes, what its own files set.

Sources: `config_jump_table` of liblxc 1.0 to 7.0 (`src/lxc/confile.c`), `lxc-update-config` for what LXC 2.1 renamed
and 3.0 removed, `config/templates` for the files that every distribution ships, as LXC 3.0 and later have them.
"""

from __future__ import annotations

PREFIX = "lxc."

#: Names that LXC 3.0 and later refuse, and what they are called since 2.1.
RENAMED = {
    "lxc.aa_allow_incomplete": "lxc.apparmor.allow_incomplete",
    "lxc.aa_profile": "lxc.apparmor.profile",
    "lxc.console": "lxc.console.path",
    "lxc.devttydir": "lxc.tty.dir",
    "lxc.haltsignal": "lxc.signal.halt",
    "lxc.id_map": "lxc.idmap",
    "lxc.init_cmd": "lxc.init.cmd",
    "lxc.init_gid": "lxc.init.gid",
    "lxc.init_uid": "lxc.init.uid",
    "lxc.logfile": "lxc.log.file",
    "lxc.loglevel": "lxc.log.level",
    "lxc.mount": "lxc.mount.fstab",
    "lxc.pts": "lxc.pty.max",
    "lxc.rebootsignal": "lxc.signal.reboot",
    "lxc.rootfs": "lxc.rootfs.path",
    "lxc.se_context": "lxc.selinux.context",
    "lxc.seccomp": "lxc.seccomp.profile",
    "lxc.stopsignal": "lxc.signal.stop",
    "lxc.syslog": "lxc.log.syslog",
    "lxc.tty": "lxc.tty.max",
    "lxc.utsname": "lxc.uts.name",
}
OLD_NETWORK = "lxc.network"

_KEYS = """
apparmor.allow_incomplete apparmor.allow_nesting apparmor.profile apparmor.raw arch autodev autodev.tmpfs.size
cap.drop cap.keep cgroup.dir cgroup.dir.container cgroup.dir.container.inner cgroup.dir.monitor
cgroup.dir.monitor.pivot cgroup.relative console.buffer.logfile console.buffer.size console.logfile console.path
console.rotate console.size environment environment.hooks environment.runtime ephemeral execute.cmd group hook
hook.autodev hook.clone hook.destroy hook.mount hook.post-stop hook.pre-mount hook.pre-start hook.start
hook.start-host hook.stop hook.version idmap include init.cmd init.cwd init.gid init.groups init.uid keyring.session
kmsg log.file log.level log.syslog monitor.signal.pdeath monitor.unshare mount.auto mount.entry mount.fstab
namespace.clone namespace.keep net no_new_privs pivotdir pty.max rootfs.backend rootfs.managed rootfs.mount
rootfs.options rootfs.path sched.core seccomp.allow_nesting seccomp.notify.cookie seccomp.notify.proxy
seccomp.profile selinux.context selinux.context.keyring signal.halt signal.reboot signal.stop start.auto start.delay
start.order start.unshare time.offset.boot time.offset.monotonic tty.dir tty.max uts.name
"""

#: Every key of a container that some version knows, by its present name.
KEYS = frozenset(f"lxc.{name}" for name in _KEYS.split())
FAMILIES = (
    "lxc.cgroup.",
    "lxc.cgroup2.",
    "lxc.namespace.share.",
    "lxc.net.",
    "lxc.prlimit.",
    "lxc.proc.",
    "lxc.sysctl.",
)
_WHOLE = tuple(family[:-1] for family in FAMILIES)

#: Keys of the system's own configuration, which speak of no container.
SYSTEM = (
    "lxc.bdev.",
    "lxc.cgroup.pattern",
    "lxc.cgroup.protect_limits",
    "lxc.cgroup.use",
    "lxc.default_config",
    "lxc.lxcpath",
)

#: Keys that are lists: each further value is added, and an empty one takes all away.
LISTS = frozenset({"lxc.apparmor.raw", "lxc.environment", "lxc.group", "lxc.idmap", "lxc.mount.entry"})

NETWORK_TYPES = frozenset({"empty", "ipvlan", "macvlan", "none", "phys", "veth", "vlan"})
NAMESPACES = frozenset({"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"})
FLAGS = frozenset(
    {"lxc.apparmor.allow_nesting", "lxc.autodev", "lxc.ephemeral", "lxc.no_new_privs", "lxc.seccomp.allow_nesting"}
)

_CAPABILITIES = """
chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service
net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin
sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override
mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore
"""

#: Capabilities as LXC names them, each at the place of its number.
CAPABILITIES = tuple(_CAPABILITIES.split())

#: What may be mounted by itself, and the ways to, of which the first is the one that is meant where none is written.
_CGROUP_WAYS = ("", "mixed", "ro", "rw", "force", "mixed:force", "ro:force", "rw:force")
AUTOMATIC = {
    "proc": ("mixed", "rw"),
    "sys": ("mixed", "ro", "rw"),
    "cgroup": _CGROUP_WAYS,
    "cgroup-full": _CGROUP_WAYS,
    "cgroup2": ("", "ro", "force", "ro:force"),
}

#: The character devices of every container: null, zero, full, random, urandom, tty, console, ptmx, its terminals, FUSE.
COMMON_DEVICES = ("1:3", "1:5", "1:7", "1:8", "1:9", "5:0", "5:1", "5:2", "136:*", "10:229")


def _devices(cgroup: str) -> tuple[tuple[str, str], ...]:
    allowed = ((f"lxc.{cgroup}.devices.allow", f"c {device} rwm") for device in COMMON_DEVICES)
    return ((f"lxc.{cgroup}.devices.deny", "a"), *allowed)


#: What `common.conf` sets. LXC up to 4.0 has it for the first version of cgroups, later ones for the second.
COMMON = (
    ("lxc.cap.drop", "mac_admin mac_override sys_time sys_module sys_rawio"),
    *_devices("cgroup"),
    *_devices("cgroup2"),
    ("lxc.mount.auto", "cgroup:mixed proc:mixed sys:mixed"),
    ("lxc.seccomp.profile", "/usr/share/lxc/config/common.seccomp"),
)

#: What `userns.conf` sets, which stands behind `common.conf`.
USERNS = (
    *((f"lxc.{cgroup}.devices.{rule}", "") for cgroup in ("cgroup", "cgroup2") for rule in ("deny", "allow")),
    ("lxc.cap.drop", ""),
    ("lxc.cap.keep", ""),
    ("lxc.mount.auto", "sys:rw"),
)

_SHIPPED = {
    "common.conf": COMMON,
    "userns.conf": USERNS,
    "nesting.conf": (("lxc.apparmor.profile", "lxc-container-default-with-nesting"),),
    "oci.common.conf": (),
    "common.conf.d": (),
    "userns.conf.d": (),
}


def shipped(path: str) -> tuple[tuple[str, str], ...] | None:
    """Return what a file of the distribution sets, by its name; None for a file of somebody else's.

    The families of distributions have files of their own, such as `debian.common.conf`, which include these.
    """
    name = path.rstrip("/").rpartition("/")[2]
    for ending in ("common.conf", "userns.conf"):
        if name.endswith("." + ending):
            return _SHIPPED[ending]
    return _SHIPPED.get(name)


def present(key: str) -> str:
    """Return the name that a key has since LXC 2.1; those of networks are left as they are."""
    if key.startswith("lxc.limit."):
        return "lxc.prlimit." + key.removeprefix("lxc.limit.")
    return RENAMED.get(key, key)


def is_key(key: str) -> bool:
    """Say whether some version of LXC knows a key for containers."""
    if key.startswith(SYSTEM):
        return False
    if key == OLD_NETWORK or key.startswith(OLD_NETWORK + "."):
        return True
    key = present(key)
    return key in KEYS or key in _WHOLE or key.startswith(FAMILIES)
