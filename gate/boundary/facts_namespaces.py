"""Facts about the kernel namespaces a workload shares with its host or with others."""

from __future__ import annotations

from gate.boundary.fact import Fact
from gate.model.evidence import holds, known
from gate.model.truth import unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.profile import PlatformProfile
    from gate.model.truth import Truth
    from gate.model.workload import Container, Namespaces, Workload


#: Platforms whose containers run a whole system, with a root of its own.
SYSTEM_CONTAINERS = ("lxc", "incus", "systemd-nspawn")


def _host(field: str, what: str) -> Fact:
    """Make the fact that the workload lives in one of the host's namespaces."""

    def ask(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
        setting = getattr(workload.namespaces, field)
        yield holds(setting, lambda value: value == "host", "").about(f"shares the host's {what}")

    name = {"network": "net", "cgroup": "cgroupns"}.get(field, field)
    return Fact(f"W.host_{name}", "weakener", f"shares the host's {what}", workload=ask)


def _userns_optout(workload: Workload, profile: PlatformProfile) -> Iterator[Truth]:
    """Leaving the remapped user namespace, which only means something where the platform has one.

    System containers are meant to have one: without, their root is root of the host.
    """
    if workload.platform in SYSTEM_CONTAINERS:
        yield holds(workload.namespaces.user, lambda value: value == "host", "").about(
            "maps its root to root of the host"
        )
    if profile.podman_userns_auto if workload.platform == "podman" else profile.docker_userns_remap:
        yield holds(workload.namespaces.user, lambda value: value == "host", "").about(
            "opts out of the engine's user namespace"
        )


def _userns(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    yield holds(workload.namespaces.user, lambda value: value == "remapped", "").about("has a private user namespace")


def _joined(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    """Joining a container of somebody else; a service of the same file is part of the same unit, as in a pod."""
    namespaces: Namespaces = workload.namespaces
    for field in ("pid", "network", "ipc"):
        setting = getattr(namespaces, field)
        joined = known(setting) or ""
        named = f": {joined.removeprefix('container:')}" if joined.startswith("container:") else ""
        yield holds(setting, lambda value: value.startswith("container:"), "").about(
            f"joins the {field} namespace of a container outside its own unit{named}"
        )


def _joined_volumes(_workload: Workload, container: Container) -> Iterator[Truth]:
    """Taking all mounts of another container."""
    joined = container.exposure.joined_namespaces
    for member in joined.members:
        name = getattr(member, "value", "another container")
        yield holds(member, bool, "").about(f"{container.name} takes all volumes of {name}")
    if not joined.complete:
        yield unknown(joined.at, joined.open_because)


FACTS = (
    _host("pid", "process namespace"),
    _host("network", "network namespace"),
    _host("ipc", "IPC namespace"),
    _host("uts", "UTS namespace"),
    _host("cgroup", "cgroup namespace"),
    Fact("W.host_userns_optout", "weakener", "opts out of the user namespace", workload=_userns_optout),
    Fact("W.share_ns_with_other", "weakener", "joins another container's namespaces", workload=_joined),
    Fact("W.share_volumes", "weakener", "takes another container's volumes", container=_joined_volumes),
    Fact("H.userns", "hardening", "has a private user namespace", workload=_userns),
)
