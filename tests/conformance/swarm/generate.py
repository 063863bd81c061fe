"""Random stacks: services made of keys that a stack honours, drops or refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

CAPS = ("ALL", "SYS_ADMIN", "CAP_NET_RAW", "net_bind_service", "CHOWN", "cap_chown")
VOLUMES = (
    "/etc:/e:ro",
    "./data:/d",
    "named:/n",
    "hidden:/h",
    "hidden:/r:ro",
    "/var/run/docker.sock:/s",
    "/anonymous",
    "{type: bind, source: /srv, target: /t, read_only: true}",
    "{type: volume, source: hidden, target: /v}",
    "{type: tmpfs, target: /m}",
    "{type: npipe, source: '\\\\.\\pipe\\docker_engine', target: '\\\\.\\pipe\\docker_engine'}",
)
#: Keys with the values that they may have; those of the second kind are dropped, those of the third refused.
HONOURED = {
    "user": ("'1000'", "root", "'0:0'", "''"),
    "read_only": ("true", "false"),
    "isolation": ("process", "hyperv", "default"),
    "sysctls": ("{kernel.shmmax: 1}", "[net.core.somaxconn=1]"),
    "networks": ("[inner]", "[host]", "[renamed]", "[old]", "[inner, host]", "{host: {aliases: [a]}}"),
    "deploy": (
        "{resources: {limits: {memory: 1g}}}",
        "{resources: {limits: {pids: 10}}}",
        "{placement: {constraints: ['node.labels.a == b', node.role==worker]}}",
        "{mode: global, update_config: {parallelism: 1}}",
        "{resources: {reservations: {devices: [{capabilities: [gpu]}]}}}",
    ),
    "secrets": ("[]",),
}
DROPPED = {
    "privileged": ("true", "false", "'true'"),
    "security_opt": ("[no-new-privileges:true]", "[seccomp=unconfined]", "[apparmor=unconfined, seccomp=p.json]"),
    "pid": ("host",),
    "ipc": ("host", "shareable"),
    "network_mode": ("host", "none", "bridge"),
    "devices": ("[/dev/sda]", "['/dev/kvm:/dev/kvm:r']"),
    "userns_mode": ("host",),
    "cgroupns_mode": ("host",),
    "cgroup_parent": ("/x",),
    "restart": ("always",),
}
REFUSED = {
    "mem_limit": ("1g",),
    "runtime": ("runsc",),
    "uts": ("host",),
    "volumes_from": ("[other]",),
    "use_api_socket": ("true",),
    "cgroup": ("host",),
    "x-anything": ("1",),
    "pids_limit": ("10",),
    "gpus": ("all",),
    "group_add": ("[a]",),
    "depends_on": ("{s0: {condition: service_started}}",),
}

SECTIONS = """\
networks:
  inner: {}
  host: {external: true}
  renamed: {external: true, name: host}
  old: {external: {name: host}}
volumes:
  named: {}
  hidden: {driver_opts: {type: none, o: bind, device: /root}}
"""

#: Every key of a service that Compose has, for what of them a stack takes.
KEYS = (
    "annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent cgroupns_mode command configs "
    "container_name cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus "
    "cpuset credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search "
    "domainname entrypoint env_file environment expose extends external_links extra_hosts gpus group_add "
    "healthcheck hostname image init ipc isolation label_file labels links logging mac_address mem_limit "
    "mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid "
    "pids_limit platform ports post_start pre_start pre_stop privileged profiles provider pull_policy read_only "
    "restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt "
    "sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volume_driver volumes volumes_from working_dir"
).split()


def stack(chance: random.Random) -> str:
    """Return one stack with one to three services."""
    services = "".join(f"  s{index}: {{{_service(chance)}}}\n" for index in range(chance.randint(1, 3)))
    return f"services:\n{services}{SECTIONS}"


def _service(chance: random.Random) -> str:
    parts = ["image: web"]
    for kind, often in ((HONOURED, 0.35), (DROPPED, 0.3), (REFUSED, 0.02)):
        parts += [f"{key}: {chance.choice(values)}" for key, values in kind.items() if chance.random() < often]
    for key in ("cap_add", "cap_drop"):
        if chance.random() < 0.5:
            parts.append(f"{key}: [{', '.join(chance.sample(CAPS, chance.randint(1, 3)))}]")
    if chance.random() < 0.7:
        volumes = chance.sample(VOLUMES, chance.randint(1, 3))
        parts.append(f"volumes: [{', '.join(one if one[0] == '{' else repr(one) for one in volumes)}]")
    chance.shuffle(parts)
    return ", ".join(parts)
