"""What Nomad's drivers for Docker and Podman are configured to do: flags of the engine, and folders of its own.

Sources: hashicorp/nomad `drivers/docker/{config,driver,utils}.go` and `drivers/shared/capabilities`,
hashicorp/nomad-driver-podman `{config,driver}.go`. A key that a driver does not know keeps the task from starting.
"""

from __future__ import annotations

from gate.dialects.docker_container import container as made
from gate.dialects.docker_container import namespaces, sandbox
from gate.dialects.docker_container import os as of_flags
from gate.dialects.docker_flags import Flags, Word, parse
from gate.dialects.docker_grammar import DOCKER, PODMAN
from gate.dialects.docker_networks import segments as of_docker
from gate.dialects.docker_refused import refused
from gate.dialects.interpolation import GAP
from gate.dialects.nomad import (
    Task,
    group_network,
    memory,
    os,
    role,
    segments,
    setting,
    shared,
    text_of,
    volume_mounts,
)
from gate.dialects.nomad_mounts import devices_of, mounts_of, stray
from gate.dialects.podman_networks import segments as of_podman
from gate.model.evidence import Defaulted, Items, Stated, Unknown, known
from gate.model.record import Record, replace
from gate.model.workload import IgnoredKey
from gate.syntax.hcl_scalars import as_boolean
from gate.syntax.tree import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.docker_grammar import Grammar
    from gate.dialects.reading import Fields
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.segments import Segments
    from gate.model.workload import Container, Namespaces, RefusedKey, Sandbox


class Driver(Record):
    """How a driver's keys are the flags of its engine; `keys` are all that it knows."""

    grammar: Grammar
    switches: dict[str, str]
    last: dict[str, str]
    lists: dict[str, tuple[str, str]]
    keys: frozenset[str]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SWITCHES = {"privileged": "privileged", "readonly_rootfs": "read-only"}
_LISTS = {"cap_add": ("cap-add", ""), "cap_drop": ("cap-drop", ""), "security_opt": ("security-opt", "")}

OF_DOCKER = Driver(
    DOCKER,
    _SWITCHES,
    {
        "cgroupns": "cgroupns",
        "ipc_mode": "ipc",
        "isolation": "isolation",
        "network_mode": "network",
        "pid_mode": "pid",
        "pids_limit": "pids-limit",
        "runtime": "runtime",
        "userns_mode": "userns",
        "uts_mode": "uts",
    },
    _LISTS,
    _words(
        "image advertise_ipv6_address args auth auth_soft_fail cap_add cap_drop cgroupns command cpuset_cpus "
        "cpu_hard_limit cpu_cfs_period container_exists_attempts devices dns_search_domains dns_options dns_servers "
        "entrypoint extra_hosts force_pull group_add healthchecks hostname init interactive ipc_mode ipv4_address "
        "ipv6_address isolation labels load logging mac_address memory_hard_limit mount mounts network_aliases "
        "network_mode oom_score_adj runtime pids_limit pid_mode ports port_map privileged image_pull_timeout "
        "readonly_rootfs security_opt shm_size storage_opt sysctl tty ulimit uts_mode userns_mode volumes "
        "volume_driver work_dir"
    ),
)
OF_PODMAN = Driver(
    PODMAN,
    _SWITCHES,
    {
        "ipc_mode": "ipc",
        "network_mode": "network",
        "os": "os",
        "pids_limit": "pids-limit",
        "userns": "userns",
        "apparmor_profile": "security-opt=apparmor",
    },
    {**_LISTS, "selinux_opts": ("security-opt", "label="), "tmpfs": ("tmpfs", "")},
    _words(
        "apparmor_profile args auth auth_soft_fail command cap_add cap_drop selinux_opts cpu_hard_limit cpu_cfs_period "
        "devices entrypoint working_dir hostname image arch os variant image_pull_timeout init init_path ipv4_address "
        "ipv6_address static_ips static_mac labels logging memory_reservation memory_swap memory_swappiness "
        "network_mode ipc_mode oom_score_adj extra_hosts pids_limit port_map ports privileged security_opt socket "
        "sysctl tmpfs tty ulimit volumes force_pull readonly_rootfs userns shm_size"
    ),
)


class Started(Record):
    """What a driver's configuration comes to."""

    container: Container
    namespaces: Namespaces
    sandbox: Sandbox
    os: Setting[str]
    segments: Segments | None
    ignored: tuple[IgnoredKey, ...]
    refused: tuple[RefusedKey, ...]
    open_because: str
    open_at: Location
    #: Whether what is not known may name a runtime; a key that the driver does not know cannot, as that one's is known.
    leaves_runtime_open: bool


def by_engine(task: Task, driver: Driver) -> Started:
    """Return the container that the driver of an engine starts."""
    config = task.fields.sub("config")
    flags = _flags(task, config, driver)
    leaves_runtime_open = bool(flags.open_because)
    if strays := stray(config, driver.keys):
        flags.open(strays, config.at)
    image = _image(config)
    one = _completed(made(flags, task.name, image), task, config, driver)
    system = os(task)
    if isinstance(system, Defaulted):
        system = of_flags(flags, image)
    own, mode = namespaces(flags), group_network(task)
    network, ignored = _network(flags, own.network, mode)
    return Started(
        one,
        replace(own, network=network),
        _isolated(sandbox(flags), system),
        system,
        _segments(flags, mode, driver),
        ignored,
        tuple(refused(flags)),
        flags.open_because,
        flags.open_at,
        leaves_runtime_open,
    )


def _flags(task: Task, config: Fields, driver: Driver) -> Flags:
    """Return the flags that the keys stand for; whatever cannot be read leaves them open."""
    flags = parse(list(_given(task, config, driver)), driver.grammar, config.at)
    if config.reason or not config.present:
        flags.open(config.reason or "it has no configuration for its driver", config.at)
    for reason, at in flags.unknown:
        flags.open(reason, at)
    return flags


def _given(task: Task, config: Fields, driver: Driver) -> Iterator[Word]:
    for name, flag in driver.switches.items():
        node = config.get(name)
        if node is not None:
            answer = as_boolean(node)
            text = GAP if answer is None else str(answer).lower()
            reason = "" if answer is not None else text_of(node)[1] or "it is neither true nor false"
            yield Word(f"--{flag}={text}", config.at_of(name), reason)
    for name, flag in driver.last.items():
        node = config.get(name)
        text, reason = text_of(node) if node is not None else ("", "")
        if text:
            yield Word(f"--{flag}={text}", config.at_of(name), reason)
    for name, (flag, prefix) in driver.lists.items():
        yield from _listed(config, name, f"--{flag}={prefix}")
    yield from _pairs(config, "sysctl", "--sysctl")
    yield from _pairs(config, "labels", "--label")
    who = task.fields.get("user")
    if who is not None:
        text, reason = text_of(who)
        yield Word(f"--user={text}", task.fields.at_of("user"), reason)


def _listed(config: Fields, name: str, flag: str) -> Iterator[Word]:
    node = config.get(name)
    if node is None:
        return
    if not isinstance(node, Sequence):
        yield Word(f"{flag}{GAP}", config.at_of(name), text_of(node)[1] or "it is no list", (), many=True)
        return
    for member in config.items(name).nodes:
        text, reason = text_of(member)
        yield Word(f"{flag}{text}", member.at, reason)


def _pairs(config: Fields, name: str, flag: str) -> Iterator[Word]:
    """Yield the entries of a list of mappings; the driver refuses a mapping alone."""
    found, reason = config.mappings(name)
    for row in found:
        reason = reason or row.reason
        for key, value in row.node.entries.items() if row.node is not None else ():
            text, why = text_of(value)
            yield Word(f"{flag}={key}={text}", row.at_of(key), why)
    if reason:
        yield Word(f"{flag}={GAP}", config.at_of(name), reason)


def _image(config: Fields) -> Setting[str]:
    found = setting(config, "image")
    if isinstance(found, Defaulted) or known(found) == "":
        return Unknown("it names no image", config.at)
    return replace(found, value=found.value.removeprefix("https://")) if isinstance(found, Stated) else found


def _completed(one: Container, task: Task, config: Fields, driver: Driver) -> Container:
    """Add what is no flag: mounts, devices, memory, and the capability that Nomad takes away."""
    exposure, given = one.exposure, volume_mounts(task)
    found, reason = mounts_of(config, blocks=driver is OF_DOCKER)
    mounts = (*exposure.mounts.members, *found, *given.members)
    reason = reason or given.open_because
    devices, unread = devices_of(config, blocks=driver is OF_DOCKER)
    asked, unasked = task.fields.sub("resources").mappings("device")
    dropped = one.privilege.capabilities_dropped
    # The client allows its tasks what Docker gives by default but for this one, and takes away what it does not allow.
    lacks: tuple[Setting[str], ...] = (*dropped.members, Defaulted("NET_RAW", config.at))
    return replace(
        one,
        role=role(task.fields),
        privilege=replace(one.privilege, capabilities_dropped=replace(dropped, members=lacks)),
        exposure=replace(
            exposure,
            mounts=Items(mounts, exposure.mounts.at, not reason, reason),
            devices=Items(devices, config.at_of("devices"), not unread, unread),
            gpus=Items(tuple(_plugged(row) for row in asked), task.fields.at_of("resources"), not unasked, unasked),
        ),
        resources=replace(one.resources, memory_limit=memory(task.fields)),
    )


def _plugged(row: Fields) -> Setting[str]:
    """Return a device that a plug-in of the client hands out."""
    return setting(row, "name", "device")


def _network(flags: Flags, own: Setting[str], mode: Setting[str]) -> tuple[Setting[str], tuple[IgnoredKey, ...]]:
    """Return the network: the driver's own, else the group's, else the bridge of the engine.

    Docker's driver takes its own mode first, Podman's that of the group.
    """
    asked, group = flags.last("network"), shared(mode)
    hosted = not isinstance(group, Unknown) and known(group) == "host"
    if flags.grammar is PODMAN:
        if hosted:
            return (own if asked is None or not asked.value.startswith("task:") else Stated("private", asked.at)), ()
        ignored = IgnoredKey("network_mode", "the group has a network of its own, which comes first", flags.at)
        return group, (replace(ignored, at=asked.at),) if asked is not None else ()
    if asked is not None or hosted:
        return own, ()
    return group, ()


def _segments(flags: Flags, mode: Setting[str], driver: Driver) -> Segments:
    group = shared(mode)
    hosted = known(group) == "host"
    if hosted or (driver is OF_DOCKER and flags.last("network") is not None):
        return of_docker(flags) if driver is OF_DOCKER else of_podman(flags)
    return segments(mode)


def _isolated(box: Sandbox, system: Setting[str]) -> Sandbox:
    """Leave open what isolates a Windows container that asks for nothing: Hyper-V, since Nomad 1.8.2."""
    if known(system) != "windows" or not isinstance(box.native, Defaulted):
        return box
    reason = 'Nomad asks for Hyper-V by itself since 1.8.2, and older ones do not; write `isolation = "hyperv"`'
    return replace(box, native=Unknown(reason, box.native.at))
