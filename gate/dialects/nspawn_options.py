"""The options of `systemd-nspawn`: as flags, as keys of a settings file, and as variables of its environment.

Sources: systemd-nspawn(1), systemd.nspawn(5); systemd 252 `src/nspawn/nspawn.c` (`parse_argv`, `parse_environment`) and
`src/nspawn/nspawn-gperf.gperf`, with what systemd 258 adds. Flags end at the first word that is none, and getopt_long
takes any beginning of a name that no other has.
"""

from __future__ import annotations

from gate.dialects.docker_grammar import Grammar

PROGRAM = "systemd-nspawn"

#: What the template unit `systemd-nspawn@.service` starts a container with (`units/systemd-nspawn@.service.in`).
TEMPLATE = "--quiet --keep-unit --boot --link-journal=try-guest --network-veth -U --settings=override --machine={}"
TEMPLATE_PROPERTIES = {"DevicePolicy": "closed", "TasksMax": "16384"}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SWITCHES = _words(
    "as-pid2 boot cleanup ephemeral help keep-unit network-veth no-ask-password no-pager pipe private-network "
    "private-users private-users-chown quiet read-only share-system version volatile"
)
_VALUED = _words(
    "ambient-capability background bind bind-ro bind-user bind-user-group bind-user-shell capability chdir console "
    "cpu-affinity directory drop-capability forward-journal forward-journal-keep-free forward-journal-max-file-size "
    "forward-journal-max-files forward-journal-max-use hostname image image-policy inaccessible kill-signal "
    "link-journal load-credential machine mstack network-bridge network-interface network-ipvlan network-macvlan "
    "network-namespace-path network-veth-extra network-zone no-new-privileges notify-ready oci-bundle "
    "oom-score-adjust overlay overlay-ro personality pivot-root port private-users-delegate private-users-ownership "
    "property register resolv-conf rlimit root-hash root-hash-sig selinux-apifs-context "
    "selinux-context set-credential setenv settings slice suppress-sync system-call-filter template timezone "
    "tmpfs user uuid verity-data"
)
_SHORTS = {
    "a": "as-pid2",
    "b": "boot",
    "D": "directory",
    "E": "setenv",
    "h": "help",
    "i": "image",
    "j": "j",
    "L": "selinux-apifs-context",
    "M": "machine",
    "n": "network-veth",
    "P": "pipe",
    "p": "port",
    "q": "quiet",
    "S": "slice",
    "U": "U",
    "u": "user",
    "x": "ephemeral",
    "Z": "selinux-context",
}


def _beginnings() -> dict[str, str]:
    """Return every beginning of a flag's name that stands for that flag alone."""
    found: dict[str, list[str]] = {}
    for name in _SWITCHES | _VALUED:
        for end in range(1, len(name)):
            found.setdefault(name[:end], []).append(name)
    return {
        start: names[0]
        for start, names in found.items()
        if len(names) == 1 and start not in _SWITCHES and start not in _VALUED
    }


GRAMMAR = Grammar(PROGRAM, _SWITCHES | {"U", "j"}, _VALUED, frozenset(), _SHORTS, _beginnings())

#: Key of a settings file that a flag is, and what a flag without a value means.
FLAGS: dict[str, tuple[str, str]] = {
    "U": ("PrivateUsers", "pick"),
    "ambient-capability": ("AmbientCapability", ""),
    "bind": ("Bind", ""),
    "bind-ro": ("BindReadOnly", ""),
    "bind-user": ("BindUser", ""),
    "boot": ("Boot", "yes"),
    "capability": ("Capability", ""),
    "drop-capability": ("DropCapability", ""),
    "ephemeral": ("Ephemeral", "yes"),
    "network-bridge": ("Bridge", ""),
    "network-interface": ("Interface", ""),
    "network-ipvlan": ("IPVLAN", ""),
    "network-macvlan": ("MACVLAN", ""),
    "network-namespace-path": ("NamespacePath", ""),
    "network-veth": ("VirtualEthernet", "yes"),
    "network-veth-extra": ("VirtualEthernetExtra", ""),
    "network-zone": ("Zone", ""),
    "no-new-privileges": ("NoNewPrivileges", ""),
    "overlay": ("Overlay", ""),
    "overlay-ro": ("OverlayReadOnly", ""),
    "port": ("Port", ""),
    "private-network": ("Private", "yes"),
    "private-users": ("PrivateUsers", "yes"),
    "read-only": ("ReadOnly", "yes"),
    "system-call-filter": ("SystemCallFilter", ""),
    "tmpfs": ("TemporaryFileSystem", ""),
    "user": ("User", ""),
    "volatile": ("Volatile", "yes"),
}

#: The keys of each section; every other key and section is passed over with a warning.
SECTIONS = {
    "Exec": _words(
        "Boot Ephemeral ProcessTwo Parameters Environment User Capability AmbientCapability DropCapability KillSignal "
        "Personality MachineID WorkingDirectory PivotRoot PrivateUsers NotifyReady SystemCallFilter LimitCPU "
        "LimitFSIZE LimitDATA LimitSTACK LimitCORE LimitRSS LimitNOFILE LimitAS LimitNPROC LimitMEMLOCK LimitLOCKS "
        "LimitSIGPENDING LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME Hostname NoNewPrivileges OOMScoreAdjust "
        "CPUAffinity ResolvConf LinkJournal Timezone SuppressSync"
    ),
    "Files": _words(
        "ReadOnly Volatile Bind BindReadOnly TemporaryFileSystem Inaccessible Overlay OverlayReadOnly "
        "PrivateUsersChown PrivateUsersOwnership BindUser"
    ),
    "Network": _words("Private Interface MACVLAN IPVLAN VirtualEthernet VirtualEthernetExtra Bridge Zone Port"),
}

#: Keys that are settled together: a command that has one of them has all.
_TOGETHER = {
    "capabilities": "Capability DropCapability AmbientCapability",
    "mounts": "Bind BindReadOnly TemporaryFileSystem Inaccessible Overlay OverlayReadOnly",
    "network": "Private Interface MACVLAN IPVLAN VirtualEthernet VirtualEthernetExtra Bridge Zone NamespacePath",
    "users": "PrivateUsers PrivateUsersChown PrivateUsersOwnership",
}
GROUPS = {key: group for group, keys in _TOGETHER.items() for key in keys.split()}

#: Keys that only a trusted file may set (`merge_settings`); capabilities and filters are trusted to take away.
PRIVILEGED = _words("mounts network users Port")

#: Keys that protect: one that is passed over, or misspelled, only looks as if it did.
SAFEGUARDS = _words(
    "DropCapability Inaccessible NoNewPrivileges Private PrivateUsers ReadOnly SystemCallFilter User VirtualEthernet "
    "Volatile Bridge Zone"
)

#: Capabilities that every container keeps (`arg_caps_retain`); with a network of its own also NET_ADMIN.
RETAINED = _words(
    "AUDIT_CONTROL AUDIT_WRITE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_OWNER KILL LEASE LINUX_IMMUTABLE "
    "MKNOD NET_BIND_SERVICE NET_BROADCAST NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_NICE "
    "SYS_PTRACE SYS_RESOURCE SYS_TTY_CONFIG"
)

#: Namespaces that a variable shares with the host, and the other variables that change what is confined.
SHARES = {
    "SYSTEMD_NSPAWN_SHARE_NS_IPC": ("ipc",),
    "SYSTEMD_NSPAWN_SHARE_NS_PID": ("pid",),
    "SYSTEMD_NSPAWN_SHARE_NS_UTS": ("uts",),
    "SYSTEMD_NSPAWN_SHARE_SYSTEM": ("ipc", "pid", "uts"),
}
CGROUP_NAMESPACE = "SYSTEMD_NSPAWN_USE_CGNS"
WRITABLE = "SYSTEMD_NSPAWN_API_VFS_WRITABLE"
SECCOMP = "SYSTEMD_SECCOMP"
SETS = (*SHARES, CGROUP_NAMESPACE, WRITABLE, SECCOMP)

_TRUE = frozenset({"1", "yes", "y", "true", "t", "on"})
_FALSE = frozenset({"0", "no", "n", "false", "f", "off"})


def boolean(text: str) -> bool | None:
    """Read a boolean as systemd does (`parse_boolean`)."""
    word = text.lower()
    return True if word in _TRUE else False if word in _FALSE else None
