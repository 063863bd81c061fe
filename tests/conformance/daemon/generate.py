"""Random configurations of engines: every option, with values of the right kind and of others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gate.dialects.docker_daemon import ENABLE_ICC, KEYS

if TYPE_CHECKING:
    from random import Random

#: Values of the options that are read; others have whatever fits.
VALUES: dict[str, list[Any]] = {
    "userns-remap": ["default", "1000:1000", ""],
    "rootless": [True, False],
    "no-new-privileges": [True, False],
    "seccomp-profile": ["unconfined", "builtin", "", "/etc/docker/seccomp.json"],
    "default-cgroupns-mode": ["host", "private"],
    "default-runtime": ["box", "runc", "io.containerd.kata.v2"],
    "runtimes": [
        {"box": {"path": "/usr/local/bin/runsc", "runtimeArgs": ["--host-uds=all"]}},
        {"box": {"runtimeType": "io.containerd.kata.v2"}, "other": {"path": "crun"}},
        {"box": {"runtimeType": "io.containerd.runsc.v1", "options": {"ConfigPath": "/etc/runsc.toml"}}},
        {},
    ],
    "exec-opts": [["isolation=hyperv"], ["native.cgroupdriver=systemd"], []],
    "icc": [True, False],
    "iptables": [True, False],
    "default-network-opts": [{"bridge": {ENABLE_ICC: "false"}}, {"bridge": {ENABLE_ICC: "true"}}, {"overlay": {}}, {}],
    "hosts": [["tcp://0.0.0.0:2375"], ["unix:///var/run/docker.sock", "tcp://127.0.0.1:2376"], ["fd://"], []],
    "tls": [True, False],
    "tlsverify": [True, False],
    "authorization-plugins": [["opa"], []],
    "insecure-registries": [["registry.example:5000"], ["10.0.0.0/8", "localhost:5000"], []],
}
_OTHERS: dict[str, Any] = {
    "debug": True,
    "experimental": True,
    "live-restore": True,
    "log-driver": "journald",
    "log-opts": {"max-size": "10m"},
    "storage-driver": "overlay2",
    "data-root": "/srv/docker",
    "labels": ["a=b"],
    "dns": ["10.0.0.2"],
    "features": {"buildkit": True},
    "builder": {"gc": {"enabled": True}},
    "max-concurrent-downloads": 3,
    "registry-mirrors": ["https://mirror.example"],
    "ipv6": False,
    "userland-proxy": False,
    "default-ulimits": {"nofile": {"Name": "nofile", "Hard": 64000, "Soft": 64000}},
    "default-address-pools": [{"base": "10.10.0.0/16", "size": 24}],
}
_ODD = ("Icc", "userns_remap", "seccomp", "security-opt", "", "ICC", "storage", "userns-remap ")
_WRONG: list[Any] = ["true", 1, None, [], {}, [1], "x"]


def configuration(chance: Random) -> str:
    """Return one configuration."""
    found: dict[str, Any] = {}
    for name in chance.sample(sorted(VALUES), chance.randint(0, 6)):
        found[name] = chance.choice(VALUES[name])
    for name in chance.sample(sorted(_OTHERS), chance.randint(0, 3)):
        found[name] = _OTHERS[name]
    if chance.random() < 0.2:
        found[chance.choice((*_ODD, *sorted(KEYS)))] = chance.choice(_WRONG)
    pairs = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in found.items()]
    if pairs and chance.random() < 0.1:
        name = chance.choice([one for one in found if one in VALUES] or ["debug"])
        pairs.append(f"{json.dumps(name)}: {json.dumps(chance.choice(VALUES.get(name, [True])))}")
    return "{" + ", ".join(pairs) + "}"
