"""What a pod means, wherever it is written: a Pod, the template of a Deployment, of a Knative service, of a job.

The pod as such, for admission, is read by `pod`; `PodReader` reads what a scheduler makes of it.
"""

from __future__ import annotations

from gate.dialects.pod_containers import Surroundings, container
from gate.dialects.pod_ignored import ignored
from gate.dialects.pod_security import (
    CONTAINER_LISTS,
    containers_of,
    mapped,
    pod,
    pod_container,
    pod_of,
    sysctls_within,
)
from gate.dialects.pod_volumes import volumes_by_name
from gate.dialects.reading import Fields, as_spelling
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Items, Stated, Unknown
from gate.model.pod import Annotation
from gate.model.record import replace
from gate.model.reference import Reference
from gate.model.segments import Segments
from gate.model.workload import Credentials, Namespaces, Placement, Runtime, Sandbox, Tweak
from gate.syntax.tree import Mapping, Opaque, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.pod_volumes import Volume
    from gate.model.evidence import Setting
    from gate.model.pod import Pod
    from gate.model.workload import Container, IgnoredKey

__all__ = ["PodReader", "lacks_images", "pod", "refusal"]

#: Containers of one pod; each is asked about everything that the pod shares.
MAX_CONTAINERS = 500

#: Annotations that a sandbox or a runtime takes settings from.
TWEAKS = (
    "io.katacontainers.",
    "dev.gvisor.",
    "io.kubernetes.cri-o.",
    "org.systemd.property.",
    "io.microsoft.",
    "run.oci.",
)
_USERNS = "io.kubernetes.cri-o.userns-mode"
_OS_LABELS = ("kubernetes.io/os", "beta.kubernetes.io/os")
_NO_FIELD = "a pod has no such field"


def refusal(template: Fields) -> InputError | None:
    """Say why the API server would refuse a pod that cannot start anything; None for one that can be judged."""
    spec = template.get("spec")
    if isinstance(spec, Opaque):
        return None
    if not isinstance(spec, Mapping):
        return InputError("has no pod to start", at=template.at_of("spec"), remedy="give it a `spec` with containers")
    containers = spec.get("containers")
    if isinstance(containers, Opaque):
        return None
    fields = Fields(spec, spec, [])
    if not isinstance(containers, Sequence) or not containers.items:
        cause = "has no containers" if not fields.has("containers") else "has containers that are no list of containers"
        return InputError(cause, at=fields.at_of("containers"), remedy="list at least one container")
    count = 0
    for name, _ in CONTAINER_LISTS:
        for node in fields.items(name).nodes:
            count += 1
            if count > MAX_CONTAINERS:
                return InputError(f"has more than {MAX_CONTAINERS} containers", at=node.at, remedy="split the pod")
            if not isinstance(node, Mapping | Opaque):
                return InputError(f"lists something in `{name}` that is no container", at=node.at,
                                  remedy="give each container at least a name and an image")  # fmt: skip
    return None


def lacks_images(template: Fields) -> bool:
    """Say whether a container names no image, as it may in a patch and nowhere else."""
    return any(not fields.has("image") for fields, _ in containers_of(template.sub("spec"))[0])


class PodReader:
    """Reads the pod of one template; `claimed` are the volumes that a StatefulSet or its like makes for every pod."""

    __slots__ = ("_annotations", "_containers", "_spec", "_volumes", "pod", "template")

    def __init__(self, template: Fields, claimed: dict[str, Volume] | None = None, namespace: str = "") -> None:
        """Read the pod as it is written."""
        self.template = template
        self._spec = template.sub("spec")
        fields, reason = containers_of(self._spec)
        self._containers = [(one, pod_container(one, role)) for one, role in fields]
        self.pod: Pod = pod_of(template, [written for _, written in self._containers], reason)
        self._annotations = {
            member.value.key: member.value.value
            for member in self.pod.annotations.members
            if isinstance(member, Stated)
        }
        self._volumes = volumes_by_name(self._spec, claimed or {}, namespace)

    def containers(self) -> Items[Container]:
        """Return the containers, each with what it ends up with."""
        system, security, named = self.os(), self._spec.sub("securityContext"), self.pod.sysctls
        around = Surroundings(
            self.pod,
            self._spec,
            security,
            self._volumes,
            self.pod.volumes.open_because,
            self._annotations,
            isinstance(system, Stated) and system.value == "windows",
            replace(named, members=(*named.members, *sysctls_within(security))),
        )
        members = tuple(Stated(container(one, written, around), one.at) for one, written in self._containers)
        written = self.pod.containers
        return Items(members, written.at, written.complete, written.open_because)

    def os(self) -> Setting[str]:
        """Return the operating system: the field's, else that of the nodes that are selected or that alone have it."""
        named = self.pod.os
        if not isinstance(named, Defaulted):
            return mapped(named, lambda name: name or "linux")
        selector = self._spec.sub("nodeSelector")
        label = next((name for name in _OS_LABELS if selector.has(name)), "")
        windows = self._spec.sub("securityContext").sub("windowsOptions").flag_or_none("hostProcess")
        if not label and isinstance(windows, Stated) and windows.value:
            return Stated("windows", windows.at)
        return selector.text(label) if label else Defaulted("linux", self._spec.at)

    def namespaces(self) -> Namespaces:
        """Read which namespaces are the pod's own."""
        pod = self.pod
        no_field = Inapplicable(_NO_FIELD, self._spec.at)
        return Namespaces(
            mapped(pod.host_pid, _shared), mapped(pod.host_network, _shared), mapped(pod.host_ipc, _shared),
            no_field, self._user_namespace(), no_field,
        )  # fmt: skip

    def _user_namespace(self) -> Setting[str]:
        """Read the field, else CRI-O's older annotation, which only its configuration makes effective."""
        asked = self._annotations.get(_USERNS)
        if isinstance(self.pod.host_users, Defaulted) and asked is not None:
            if isinstance(asked, Stated) and asked.value in ("", "host"):
                return Stated("host", asked.at)
            return Unknown("whether CRI-O heeds the annotation is up to its configuration", asked.at)
        return mapped(self.pod.host_users, lambda shared: "remapped" if shared is False else "host")

    def sandbox(self) -> Sandbox:
        """Read the runtime that is asked for, and what is asked of it."""
        return Sandbox(self._runtime(), Inapplicable(_NO_FIELD, self._spec.at), self._tweaks())

    def _runtime(self) -> Setting[Runtime]:
        name = self._spec.text("runtimeClassName")
        if isinstance(name, Stated) and name.value:
            return Stated(Runtime(name.value, Deferred("runtime-class", name.at), name.at), name.at)
        if isinstance(name, Unknown):
            return name
        return Inapplicable("it asks for no runtime", name.at)

    def _tweaks(self) -> Items[Tweak]:
        written = self.pod.annotations
        members = tuple(
            Stated(Tweak(one.value.key, one.value.value, one.at), one.at)
            for one in written.members
            if isinstance(one, Stated) and one.value.key.startswith(TWEAKS)
        )
        return Items(members, written.at, written.complete, written.open_because)

    def placement(self) -> Placement:
        """Read where the pod may run."""
        spec = self._spec
        selector = spec.sub("nodeSelector")
        labels = tuple(mapped(selector.text(name), f"{name}={{}}".format) for name in selector.names())
        tolerations, reason = spec.mappings("tolerations")
        return Placement(
            Items(labels, selector.at, not selector.reason, selector.reason),
            Items(tuple(_toleration(one) for one in tolerations), spec.at_of("tolerations"), not reason, reason),
            spec.text("nodeName"),
        )

    def credentials(self) -> Credentials:
        """Read whether the pod is handed a token; where it does not say, its service account decides."""
        reason = "what else is bound to its service account is not in sight"
        powers: Items[str] = Items((), self._spec.at, complete=False, open_because=reason)
        if not self._spec.reason and not self._spec.has("automountServiceAccountToken"):
            return Credentials(Deferred("service-account.token", self._spec.at), powers)
        return Credentials(self._spec.flag("automountServiceAccountToken", default=True), powers)

    def segments(self) -> Segments:
        """Leave it to policies whether anything keeps the pod apart; they find it by its labels."""
        labels = self.template.sub("metadata").sub("labels")
        members = tuple(Stated(Annotation(key, labels.text(key)), labels.at_of(key)) for key in labels.names())
        policies = Deferred("network-policy", self.template.at)
        return Segments(policies, policies, Items(members, labels.at, not labels.reason, labels.reason))

    def references(self, namespace: str) -> Iterator[Reference]:
        """Yield what the pod names: images, its runtime class, its service account."""
        for fields, _ in self._containers:
            image = fields.text("image")
            if isinstance(image, Stated):
                yield Reference("image", image.value, image.at)
        runtime = self._spec.text("runtimeClassName")
        if isinstance(runtime, Stated) and runtime.value:
            yield Reference("runtime-class", runtime.value, runtime.at)
        old = "serviceAccount" if not self._spec.has("serviceAccountName") else "serviceAccountName"
        account = self._spec.text(old, "default")
        if isinstance(account, Stated | Defaulted):
            yield Reference("service-account", account.value, account.at, namespace)
        for claim in (one.sub("persistentVolumeClaim").text("claimName") for one in self._spec.mappings("volumes")[0]):
            if isinstance(claim, Stated):
                yield Reference("claim", claim.value, claim.at, namespace)

    def ignored(self) -> Iterator[IgnoredKey]:
        """Yield the keys of the pod that the API server drops."""
        return ignored(self.template, [fields for fields, _ in self._containers])


def _shared(value: bool | None) -> str:
    return "host" if value else "private"


def _toleration(fields: Fields) -> Setting[str]:
    """Write a toleration as `kubectl taint` writes a taint; empty parts tolerate everything."""
    key, value, effect = (fields.setting(name, "", "a string", as_spelling) for name in ("key", "value", "effect"))
    for part in (key, value, effect):
        if not isinstance(part, Stated | Defaulted):
            return part
    return Stated(
        f"{getattr(key, 'value', '')}={getattr(value, 'value', '')}:{getattr(effect, 'value', '')}", fields.at
    )
