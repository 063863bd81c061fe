"""Facts that bound the damage or concern the build; none of them moves the level of what runs."""

from __future__ import annotations

from gate.boundary.fact import Fact
from gate.model.evidence import each, holds, known
from gate.model.truth import inapplicable, no, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.profile import PlatformProfile
    from gate.model.truth import Truth
    from gate.model.workload import Container, Workload

#: What a build may be entitled to (BuildKit `util/entitlements`): everything, and the network of the builder.
INSECURE, ON_HOST_NETWORK = "security.insecure", "network.host"


def _read_only_root(workload: Workload, container: Container) -> Iterator[Truth]:
    if known(workload.os) == "windows":
        yield inapplicable(container.at, "Windows keeps no root filesystem read-only")
        return
    yield holds(container.resources.read_only_root, bool, "").about(f"{container.name} has a read-only root filesystem")


def _limits(_workload: Workload, container: Container) -> Iterator[Truth]:
    if container.role == "ephemeral":
        yield inapplicable(container.at, "an ephemeral container cannot have limits")
        return
    yield holds(container.resources.memory_limit, bool, "").about(f"{container.name} has a memory limit")


def _no_token(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    yield (~holds(workload.credentials.service_account_token, bool, "")).about("is handed no service account token")


def _build_privileged(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    yield holds(workload.build.privileged, bool, "").about("is built by a privileged builder")
    yield from _entitled(workload, INSECURE)


def _build_host_network(workload: Workload, _profile: PlatformProfile) -> Iterator[Truth]:
    yield holds(workload.build.host_network, bool, "").about("is built on the host's network")
    yield from _entitled(workload, ON_HOST_NETWORK)


def _entitled(workload: Workload, right: str) -> Iterator[Truth]:
    def ask(name: str) -> Truth:
        return (yes if name == right else no)(workload.at, f"its build is entitled to {name}")

    yield from each(workload.build.entitlements, ask)


FACTS = (
    Fact("H.ro_rootfs", "safeguard", "has a read-only root filesystem", container=_read_only_root),
    Fact("H.limits", "safeguard", "has a memory limit", container=_limits),
    Fact("H.no_sa_token", "safeguard", "is handed no service account token", workload=_no_token),
    Fact("G.build_insecure", "note", "is built by a privileged builder", workload=_build_privileged, phase="build"),
    Fact("W.build_host_net", "note", "is built on the host's network", workload=_build_host_network, phase="build"),
)
