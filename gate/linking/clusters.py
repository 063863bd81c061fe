"""What managed clusters in sight make of a pod: a sandbox that its runtime class names, or a machine on Fargate.

A pod does not say which cluster it goes to. What all clusters in sight have in common holds; where they differ, it is
not known. Sources: GKE Sandbox and Autopilot, AKS pod sandboxing, and the Fargate profiles of EKS, by their guides.
"""

from __future__ import annotations

from gate.model.cluster import Cluster, FargateProfile, NodePool
from gate.model.evidence import Defaulted, Stated, Unknown, known
from gate.model.workload import RefusedKey, Runtime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.cluster import Selector
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.reference import Definition
    from gate.model.subject import Workload

#: RuntimeClasses that a provider installs by itself: whose, and for which isolation of the nodes.
INSTALLED = {
    "gvisor": ("gke", frozenset({"gvisor"})),
    "kata-vm-isolation": ("aks", frozenset({"KataVmIsolation", "KataMshvVmIsolation"})),
    "kata-mshv-vm-isolation": ("aks", frozenset({"KataVmIsolation", "KataMshvVmIsolation"})),
    "kata-cc-isolation": ("aks", frozenset({"KataCcIsolation"})),
}

_WHICH = "which of the clusters in sight it runs on is not known, and not all of them"

FARGATE = "fargate"

#: Whatever starts a pod on every node never starts one on Fargate.
ON_EVERY_NODE = "DaemonSet"


class Group:
    """One cluster with what belongs to it; `clusters` is empty where only its parts are in sight."""

    __slots__ = ("clusters", "pools", "profiles")

    def __init__(self) -> None:
        """Start empty."""
        self.clusters: list[Cluster] = []
        self.pools: list[NodePool] = []
        self.profiles: list[FargateProfile] = []


class Fleet:
    """The clusters in sight."""

    __slots__ = ("groups",)

    def __init__(self, definitions: Iterable[Definition]) -> None:
        """Gather them, and give every pool to its cluster."""
        # The machines of Amazon ECS run no pods.
        bodies = [one.body for one in definitions if getattr(one.body, "provider", "") != "ecs"]
        self.groups: dict[str, Group] = {}
        names: dict[str, str] = {}
        for body in bodies:
            if isinstance(body, Cluster):
                self.groups.setdefault(body.key, Group()).clusters.append(body)
                names.setdefault(body.name, body.key)
        alone = next(iter(self.groups)) if len(self.groups) == 1 else ""
        for body in bodies:
            if isinstance(body, NodePool) and not (body.cluster or alone) and isinstance(body.sandbox, Defaulted):
                # It says of no cluster in sight what that has for pods.
                continue
            if isinstance(body, NodePool | FargateProfile):
                key = body.cluster if body.cluster in self.groups else names.get(body.cluster, "")
                group = self.groups.setdefault(key or (body.cluster or alone), Group())
                (group.pools if isinstance(body, NodePool) else group.profiles).append(body)  # type: ignore[arg-type]

    def sandbox(self, runtime: Runtime) -> Setting[Runtime] | None:
        """Return the runtime as a class resolves it that a provider installs; None where no cluster in sight does."""
        if runtime.name not in INSTALLED:
            return None
        found = [_offered(group, *INSTALLED[runtime.name]) for group in self.groups.values()]
        stated = [one for one in found if isinstance(one, Stated)]
        if stated and len(stated) == len(found):
            handler = Stated(runtime.name, stated[0].at, (runtime.at,))
            return Stated(Runtime(runtime.name, handler, runtime.at), runtime.at)
        if all(one is None for one in found):
            return None
        doubt = next((one for one in found if isinstance(one, Unknown)), None)
        if len(found) > 1 or doubt is None:
            return Unknown(f"{_WHICH} have nodes for the runtime class {runtime.name}", runtime.at)
        return Unknown(f"{doubt.reason} (at {doubt.at})", runtime.at)

    def filtered(self) -> Location | None:
        """Return what says that every pod's system calls are filtered: the one cluster in sight is an Autopilot."""
        autopilots = [_autopilot(group) for group in self.groups.values()]
        return autopilots[0].at if len(autopilots) == 1 and isinstance(autopilots[0], Stated) else None

    def fargate(self, workload: Workload) -> Setting[Runtime] | None:
        """Return the machine that a Fargate profile puts the pod into; None where none takes it."""
        if workload.pod is None or workload.kind == ON_EVERY_NODE:
            return None
        found = [_taken(group, workload) for group in self.groups.values()]
        stated = [one for one in found if isinstance(one, Stated)]
        if stated and len(stated) == len(found):
            at = stated[0].at
            return Stated(Runtime(FARGATE, Stated(FARGATE, at, (workload.at,)), at), at)
        if all(one is None for one in found):
            return None
        doubt = next((one for one in found if isinstance(one, Unknown)), None)
        return doubt if len(found) == 1 and doubt else Unknown(f"{_WHICH} run it on Fargate", workload.at)

    def refused(self, workload: Workload, runtime: Setting[Runtime]) -> Iterator[RefusedKey]:
        """Yield what Fargate does not take of a pod that a profile puts there, so that it never starts."""
        pod, found = workload.pod, known(runtime)
        if pod is None or found is None or found.name != FARGATE:
            return
        if _is_on(pod.host_network):
            yield RefusedKey("hostNetwork", "Fargate has no network of the host", pod.host_network.at)
        for kind in pod.volumes.members:
            if known(kind) == "hostPath":
                yield RefusedKey("hostPath", "Fargate has no paths of the host", kind.at)
        for member in pod.containers.members:
            one = known(member)
            if one is not None and _is_on(one.privileged):
                yield RefusedKey("privileged", "Fargate takes no privileged containers", one.privileged.at)
            for port in one.host_ports.members if one is not None else ():
                if known(port):
                    yield RefusedKey("hostPort", "Fargate has no ports of the host", port.at)

    def unused(self, asked: frozenset[str]) -> Iterator[NodePool]:
        """Yield the pools with a sandbox that no workload asks for, by the names of the classes that they ask for."""
        wanted = {kind for name in asked for kind in INSTALLED.get(name, ("", frozenset()))[1]}
        for group in self.groups.values():
            for pool in group.pools:
                kind = known(pool.sandbox)
                if kind and any(kind in kinds for _, kinds in INSTALLED.values()) and kind not in wanted:
                    yield pool


def _is_on(setting: Setting[bool | None]) -> bool:
    return isinstance(setting, Stated) and setting.value is True


def _offered(group: Group, provider: str, kinds: frozenset[str]) -> Setting[str] | None:
    """Return the isolation that a cluster has for pods that ask, None where it has none."""
    autopilot = _autopilot(group)
    if provider == "gke" and autopilot is not None:
        return autopilot
    certain = all(one.certain for one in group.clusters) and len(group.clusters) <= 1
    doubt: Unknown | None = None
    for pool in group.pools:
        kind = known(pool.sandbox)
        if pool.provider != provider or (kind is not None and kind not in kinds):
            continue
        if kind is not None and pool.certain and certain:
            return pool.sandbox
        reason = pool.sandbox.reason if isinstance(pool.sandbox, Unknown) else "whether it is made is not known"
        doubt = Unknown(f"the sandbox of the node pool {pool.name[:80]} is not known: {reason}", pool.at)
    return doubt


def _autopilot(group: Group) -> Setting[str] | None:
    """Say whether a cluster runs in Google's Autopilot mode, which has gVisor for whoever asks; None for no."""
    found = [one for one in group.clusters if known(one.autopilot) is not False]
    if not found:
        return None
    first = found[0]
    if isinstance(first.autopilot, Stated) and first.certain and len(group.clusters) == 1:
        return Stated("gvisor", first.autopilot.at)
    reason = first.autopilot.reason if isinstance(first.autopilot, Unknown) else "whether it is made is not known"
    return Unknown(f"whether {first.name[:80]} is an Autopilot cluster is not known: {reason}", first.at)


def _taken(group: Group, workload: Workload) -> Setting[str] | None:
    """Return whether a profile of a cluster takes the pod, None for no."""
    doubt: Unknown | None = None
    certain = all(one.certain for one in group.clusters) and len(group.clusters) <= 1
    for profile in group.profiles:
        for selector in profile.selectors.members:
            answer = _matches(selector.value, workload) if isinstance(selector, Stated) else None
            if isinstance(selector, Unknown):
                doubt = doubt or selector
            elif answer == "yes" and profile.certain and certain and isinstance(selector, Stated):
                return Stated(FARGATE, selector.at)
            elif answer in ("yes", "maybe"):
                reason = f"whether the Fargate profile {profile.name[:80]} takes {workload.name} is not known"
                doubt = Unknown(reason, profile.at)
    return doubt


def _matches(selector: Selector, workload: Workload) -> str:
    """Match the namespace, where one that is not written may be any but is most often the default, and the labels."""
    anywhere = not selector.namespace.strip("*")
    where = "yes" if anywhere or fits(workload.namespace, selector.namespace) else "no"
    if not workload.namespace and not anywhere:
        where = "maybe" if fits("default", selector.namespace) else "no"
    if where == "no" or not selector.labels:
        return where
    labels = workload.pod.labels if workload.pod is not None else None
    if labels is None or not labels.complete:
        return "maybe"
    written = {one.value.key: one.value.value for one in labels.members if isinstance(one, Stated)}
    for name, wanted in selector.labels:
        value = next((its for key, its in written.items() if fits(key, name)), None)
        if value is None:
            return "no"
        text = known(value)
        if text is None:
            where = "maybe"
        elif not fits(text, wanted):
            return "no"
    return where


def fits(text: str, pattern: str) -> bool:
    """Match a pattern of Fargate, where `*` is any text and `?` one character; the time is bounded by their lengths."""
    at = start = 0
    star, resumed = -1, 0
    while at < len(text):
        if start < len(pattern) and pattern[start] != "*" and pattern[start] in ("?", text[at]):
            at, start = at + 1, start + 1
        elif start < len(pattern) and pattern[start] == "*":
            star, resumed, start = start, at, start + 1
        elif star >= 0:
            resumed += 1
            at, start = resumed, star + 1
        else:
            return False
    return not pattern[start:].strip("*")
