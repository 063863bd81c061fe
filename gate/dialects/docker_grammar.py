"""The flags of `docker run`, `podman run` and `nerdctl run`: which take a value, and how they are spelled.

Sources: docker/cli v29 `cli/command/container/{opts,run,create}.go` and `cli/flags/options.go`; containers/podman v6
`cmd/podman/common/{create,netflags}.go`, `cmd/podman/containers/{run,create}.go`, `cmd/podman/root.go`; containerd's
nerdctl v2 `cmd/nerdctl/container/container_run*.go`. All three parse with spf13/pflag: flags end at the first word that
is none, and names are never abbreviated.
"""

from __future__ import annotations

from gate.model.record import Record


class Grammar(Record):
    """The flags of one engine's command.

    `booleans` take a value only behind `=`; `valued` always take one; `listed` are those of them whose value is a list
    with commas. `shorts` maps a letter to a name, `aliases` a name to the one that it is another spelling of.
    """

    engine: str
    booleans: frozenset[str]
    valued: frozenset[str]
    listed: frozenset[str]
    shorts: dict[str, str]
    aliases: dict[str, str]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHARED_BOOLEANS = _words(
    "detach disable-content-trust help init interactive no-healthcheck oom-kill-disable privileged publish-all quiet "
    "read-only rm sig-proxy tty"
)
_SHARED_VALUED = _words(
    "add-host annotation attach blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns cidfile "
    "cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems detach-keys device "
    "device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops dns dns-option dns-search "
    "entrypoint env env-file expose gpus group-add health-cmd health-interval health-retries health-start-period "
    "health-timeout hostname ip ip6 ipc kernel-memory label label-file log-driver log-opt mac-address memory "
    "memory-reservation memory-swap memory-swappiness mount name network network-alias oom-score-adj pid pids-limit "
    "platform publish pull restart runtime security-opt shm-size stop-signal stop-timeout sysctl tmpfs ulimit umask "
    "user userns uts volume volumes-from workdir"
)
_SHORTS = {
    "a": "attach",
    "c": "cpu-shares",
    "d": "detach",
    "e": "env",
    "h": "hostname",
    "i": "interactive",
    "l": "label",
    "m": "memory",
    "P": "publish-all",
    "p": "publish",
    "q": "quiet",
    "t": "tty",
    "u": "user",
    "v": "volume",
    "w": "workdir",
}
_ALIASES = {"net": "network", "net-alias": "network-alias", "dns-opt": "dns-option"}

DOCKER = Grammar(
    "docker",
    _SHARED_BOOLEANS | {"use-api-socket"},
    _SHARED_VALUED
    | _words(
        "cpu-count cpu-percent domainname health-start-interval io-maxbandwidth io-maxiops isolation link "
        "link-local-ip storage-opt volume-driver"
    ),
    frozenset(),
    _SHORTS,
    _ALIASES,
)

#: What `docker` takes before its command.
DOCKER_GLOBAL = Grammar(
    "docker",
    _words("debug tls tlsverify version help"),
    _words("config context host log-level tlscacert tlscert tlskey"),
    frozenset(),
    {"c": "context", "D": "debug", "H": "host", "l": "log-level", "v": "version"},
    {},
)

#: What `podman` takes before its command, and between its command and the image as well.
PODMAN_GLOBAL = Grammar(
    "podman",
    _words("debug help noout remote syslog trace transient-store version"),
    _words(
        "cdi-spec-dir cgroup-manager config conmon connection context cpu-profile default-mounts-file events-backend "
        "hooks-dir host identity imagestore log-level max-workers memory-profile module namespace network-backend "
        "network-cmd-path network-config-dir out pull-option registries-conf root runroot runtime runtime-flag ssh "
        "storage-driver storage-opt tls-ca tls-cert tls-details tls-key tmpdir url volumepath"
    ),
    frozenset(),
    {"c": "connection", "D": "debug", "H": "host", "r": "remote", "v": "version"},
    {},
)

PODMAN = Grammar(
    "podman",
    PODMAN_GLOBAL.booleans
    | _SHARED_BOOLEANS
    | _words(
        "env-host http-proxy no-hostname no-hosts passwd read-only-tmpfs replace rmi rootfs tls-verify unsetenv-all"
    ),
    PODMAN_GLOBAL.valued
    | _SHARED_VALUED
    | _words(
        "arch authfile cert-dir cgroup-conf cgroups chrootdirs conmon-pidfile creds decryption-key env-merge gidmap "
        "group-entry health-log-destination health-max-log-count health-max-log-size health-on-failure "
        "health-startup-cmd health-startup-interval health-startup-retries health-startup-success "
        "health-startup-timeout hosts-file hostuser image-volume infra-command infra-conmon-pidfile infra-name "
        "init-ctr init-path link-local-ip os passwd-entry personality pidfile pod pod-id-file preserve-fd "
        "preserve-fds rdt-class requires retry retry-delay sdnotify seccomp-policy secret shm-size-systemd "
        "signature-policy subgidname subuidname systemd timeout tz uidmap unsetenv variant"
    ),
    _words(
        "attach cap-add cap-drop device-cgroup-rule gidmap gpus group-add hostuser publish requires sysctl uidmap "
        "ulimit"
    ),
    _SHORTS,
    _ALIASES
    | {
        "healthcheck-command": "health-cmd",
        "healthcheck-interval": "health-interval",
        "healthcheck-retries": "health-retries",
        "healthcheck-start-period": "health-start-period",
        "healthcheck-timeout": "health-timeout",
        "override-arch": "arch",
        "override-os": "os",
        "override-variant": "variant",
    },
)

#: What `podman pod create` takes.
POD = Grammar(
    "podman",
    PODMAN.booleans | {"infra", "share-parent"},
    PODMAN.valued | _words("exit-policy infra-image share"),
    PODMAN.listed,
    PODMAN.shorts,
    PODMAN.aliases,
)

#: What `nerdctl` takes before its command, and between its command and the image as well.
NERDCTL_GLOBAL = Grammar(
    "nerdctl",
    _words("debug debug-full experimental help insecure-registry kube-hide-dupe selinux-enabled version"),
    _words(
        "address bridge-ip cdi-spec-dirs cgroup-manager cni-netconfpath cni-path data-root global-dns global-dns-opts "
        "global-dns-search host host-gateway-ip hosts-dir namespace snapshotter storage-driver userns-remap"
    ),
    frozenset(),
    {"a": "address", "H": "host", "n": "namespace", "v": "version"},
    {},
)

NERDCTL = Grammar(
    "nerdctl",
    NERDCTL_GLOBAL.booleans | _SHARED_BOOLEANS | {"rootfs"},
    NERDCTL_GLOBAL.valued
    | _SHARED_VALUED
    | _words(
        "cgroup-conf cosign-certificate-identity cosign-certificate-identity-regexp cosign-certificate-oidc-issuer "
        "cosign-certificate-oidc-issuer-regexp cosign-key domainname init-binary ipfs-address isolation pidfile "
        "rdt-class systemd verify"
    ),
    _words("attach cap-add cap-drop device group-add network publish ulimit"),
    {**_SHORTS, "n": "namespace"},
    _ALIASES,
)

#: The grammar of what stands before an engine's command, and of the command itself.
ENGINES = {
    "docker": (DOCKER_GLOBAL, DOCKER),
    "podman": (PODMAN_GLOBAL, PODMAN),
    "nerdctl": (NERDCTL_GLOBAL, NERDCTL),
}

#: What `volume create` takes, on every engine.
VOLUME = Grammar(
    "docker",
    _words("help ignore force"),
    _words("driver gid group label name opt scope sharing source type uid topology-preferred topology-required"),
    frozenset(),
    {"d": "driver", "o": "opt"},
    {},
)
