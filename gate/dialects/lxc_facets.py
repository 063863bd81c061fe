"""What an LXC configuration means, as the facets of one container.

Sources: `lxc.container.conf(5)`; linuxcontainers.org/lxc/security for what a container without an id map is worth.
"""

from __future__ import annotations

from gate.dialects.lxc_config import number, said
from gate.dialects.lxc_confinement import confinement, tweaks
from gate.dialects.lxc_devices import devices as ruled_devices
from gate.dialects.lxc_devices import rules, unrestricted
from gate.dialects.lxc_keys import CAPABILITIES, COMMON
from gate.dialects.lxc_mounts import devices as mounted_devices
from gate.dialects.lxc_mounts import mounts
from gate.dialects.lxc_namespaces import is_host, user_namespace
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown, holds, known
from gate.model.truth import either
from gate.model.workload import Confinement, Container, Device, Exposure, Privilege, Resources, User

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.dialects.lxc_config import Config
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.truth import Truth

NO_SUCH = "a system container has no such setting"

#: Capabilities that every distribution's own configuration takes away; to leave one is to add it.
_DROPPED_BY_ALL = tuple(COMMON[0][1].split())

#: What a container in the hardened level may keep.
_HARDENED = frozenset({"net_bind_service"})


def container(config: Config, name: str, policy: Callable[[str], str]) -> Container:
    """Return the one container; `policy` returns the text of a seccomp policy that is in sight, else nothing."""
    filters = confinement(config, policy)
    return Container(
        name,
        "main",
        config.at,
        Inapplicable("LXC names no image", config.at),
        "cri",
        privilege(config, filters),
        filters,
        exposure(config),
        resources(config),
    )


def privilege(config: Config, filters: Confinement) -> Privilege:
    """Read what the processes may do."""
    added, dropped = _capabilities(config)
    user = config.setting("lxc.init.uid", User("0", 0), _user)
    return Privilege(
        _privileged(config, filters),
        added,
        dropped,
        config.setting("lxc.no_new_privs", False, lambda text: number(text) == 1),
        user,
        Inapplicable(NO_SUCH, user.at),
        Inapplicable(NO_SUCH, config.at),
    )


def _user(text: str) -> User | None:
    uid = number(text)
    return None if uid is None else User(text, uid)


def _privileged(config: Config, filters: Confinement) -> Setting[bool]:
    """Say whether root of the host is confined by nothing that holds it: any of what holds it is missing.

    A map that reaches root of the host still makes a user namespace, in which capabilities are worth nothing on the
    host and no node of a device can be made.
    """
    user, mapped = user_namespace(config), bool(config.all("lxc.idmap"))
    if known(user) == "remapped":
        return Defaulted(False, config.at)
    signs = [
        holds(filters.apparmor, lambda profile: profile.kind == "unconfined", "runs without AppArmor"),
        *(holds(tweak.value, _is_on, "may nest containers") for tweak in tweaks(config)),
        holds(filters.seccomp, lambda profile: profile.kind == "unconfined", "runs without a seccomp filter"),
        holds(filters.proc_mount, lambda way: way != "default", "sees /proc or /sys writable"),
        holds(filters.cgroup_writable, bool, "may write every cgroup"),
        *(() if mapped else (unrestricted(config),)),
    ]
    found = either(signs) & holds(user, lambda mode: mode == "host", "is root of the host")
    if found.answer == "unknown":
        return Unknown(found.because[0].text, found.because[0].at)
    if found.answer == "no":
        return Defaulted(False, config.at) if mapped else _undropped(config)
    return Stated(True, _stated_first(found, config.at))


def _undropped(config: Config) -> Setting[bool]:
    """Say whether no capability is taken away at all."""
    gap = config.gap_since(None)
    if gap is not None:
        return Unknown(gap.reason, gap.at)
    return Defaulted(not config.capabilities and not config.keep, config.at)


def _stated_first(truth: Truth, default: Location) -> Location:
    return next((reason.at for reason in truth.because if reason.at != default), default)


def _is_on(text: str) -> bool:
    return text not in ("", "0", "false")


def _capabilities(config: Config) -> tuple[Items[str], Items[str]]:
    """Return what is added to what LXC's own configuration leaves, and what is taken away.

    Capabilities of another user namespace than the host's are worth nothing there, so that of them only counts whether
    nearly all are gone.
    """
    entries = config.capabilities
    names = {entry.value for entry in entries if not entry.reason}
    doubted = [entry for entry in entries if entry.reason]
    added: list[Setting[str]] = [Unknown(entry.reason, entry.at) for entry in doubted if config.keep]
    dropped: list[Setting[str]] = [Unknown(entry.reason, entry.at) for entry in doubted if not config.keep]
    if config.keep:
        kept = [entry for entry in entries if not entry.reason and entry.value != "none"]
        if is_host(config) or names <= {*_HARDENED, "none"}:
            dropped.append(said(entries[0], "ALL"))
            added += (said(entry, entry.value.upper()) for entry in kept)
    else:
        dropped += (said(entry, entry.value.upper()) for entry in entries if not entry.reason)
        if entries and names.issuperset(CAPABILITIES):
            dropped.append(said(entries[0], "ALL"))
        elif entries and is_host(config):
            left = [name for name in _DROPPED_BY_ALL if name not in names]
            added += (
                Unknown(doubted[0].reason, doubted[0].at) if doubted else said(entries[0], name.upper())
                for name in left
            )
    return _items(added, config), _items(dropped, config)


def _items(found: list[Setting[str]], config: Config) -> Items[str]:
    gap = config.gap_since(None)
    if gap is not None:
        return Items(tuple(found), gap.at, complete=False, open_because=gap.reason)
    return Items(tuple(found), found[0].at if found else config.at)


def exposure(config: Config) -> Exposure:
    """Read what of the host is reachable."""
    at = config.at
    host = is_host(config)
    found: list[Setting[Device]] = [
        *mounted_devices(config),
        *(ruled_devices(config) if host else ()),
        *_interfaces(config),
    ]
    return Exposure(
        mounts(config),
        Items(tuple(found), at),
        rules(config) if host else Items((), at),
        Items((), at),
        Items((), at),
        Items((), at),
        Items(tuple(_sysctls(config)), at),
        Items((), at),
    )


def _interfaces(config: Config) -> Iterator[Setting[Device]]:
    """Yield the network interfaces that are taken from the host whole."""
    for network in config.networks.values():
        kind = network.get("type")
        if kind is not None and kind.value == "phys":
            link = network["link"].value if "link" in network else ""
            yield Stated(Device(f"the network interface {link or 'that it names'}", "rw", kind.at), kind.at, kind.via)


def _sysctls(config: Config) -> Iterator[Setting[str]]:
    for entry in config.family("lxc.sysctl."):
        if entry.value:
            yield said(entry, entry.key.removeprefix("lxc.sysctl."))


def resources(config: Config) -> Resources:
    """Read the limits."""
    return Resources(
        config.setting("lxc.rootfs.options", False, lambda text: "ro" in text.split(",")),
        _limit(config, "memory.max", "memory.limit_in_bytes"),
        _limit(config, "pids.max", "pids.max"),
    )


def _limit(config: Config, name: str, older: str) -> Setting[str]:
    """Return a limit by its name in either version of cgroups."""
    for key in (f"lxc.cgroup2.{name}", f"lxc.cgroup.{older}"):
        entry = config.last(key)
        if entry is not None:
            if entry.reason:
                return Unknown(entry.reason, entry.at)
            return said(entry, "" if entry.value in ("max", "-1") else entry.value)
    gap = config.gap_since(None)
    return Unknown(gap.reason, gap.at) if gap is not None else Defaulted("", config.at)
