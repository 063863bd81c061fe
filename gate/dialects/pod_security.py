"""The security fields of a pod as they are written, before any precedence.

Fields: kubernetes/api `core/v1/types.go`. What Pod Security admission looks at is a `gate.model.pod.Pod`; the merged
reading, which says what a container ends up with, starts from it as well.
"""

from __future__ import annotations

from gate.dialects.pod_volumes import volume_kinds
from gate.dialects.reading import Fields, as_int
from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.model.pod import Annotation, Pod, PodContainer, SecurityContext, SELinuxOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from gate.model.evidence import Setting
    from gate.model.workload import Doubt, Role
    from gate.syntax.tree import Node

    A = TypeVar("A")
    B = TypeVar("B")

#: The lists of a pod that hold containers, and the role of what they hold.
CONTAINER_LISTS: tuple[tuple[str, Role], ...] = (
    ("initContainers", "init"),
    ("containers", "main"),
    ("ephemeralContainers", "ephemeral"),
)

#: Sysctls of one pod; every container has them all.
MAX_SYSCTLS = 500

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HOOKS = ("postStart", "preStop")
_CALLS = ("httpGet", "tcpSocket")


def pod(node: Node, doubts: list[Doubt] | None = None) -> Pod:
    """Read a Pod object or a pod template: a mapping with `metadata` and `spec`."""
    template = Fields(node, node, [] if doubts is None else doubts)
    containers, reason = containers_of(template.sub("spec"))
    return pod_of(template, [pod_container(fields, role) for fields, role in containers], reason)


def pod_of(template: Fields, containers: list[PodContainer], open_because: str) -> Pod:
    """Read a pod whose containers have been read."""
    spec = template.sub("spec")
    security = spec.sub("securityContext")
    return Pod(
        template.at,
        spec.sub("os").text_or_none("name"),
        spec.flag_or_none("hostNetwork"),
        spec.flag_or_none("hostPID"),
        spec.flag_or_none("hostIPC"),
        spec.flag_or_none("hostUsers"),
        security_context(security),
        sysctls(security),
        volume_kinds(spec),
        annotations_of(template.sub("metadata")),
        Items(
            tuple(Stated(one, one.at) for one in containers), spec.at_of("containers"), not open_because, open_because
        ),
        security.number_or_none("fsGroup"),
        security.items("supplementalGroups").convert("a whole number", as_int),
        annotations_of(template.sub("metadata"), "labels"),
    )


def containers_of(spec: Fields) -> tuple[list[tuple[Fields, Role]], str]:
    """Return the containers of every kind with their roles, and why there may be others (empty if there are none)."""
    found: list[tuple[Fields, Role]] = []
    open_because = ""
    for name, role in CONTAINER_LISTS:
        members, reason = spec.mappings(name)
        for fields in members:
            found.append((fields, _role(fields, role)))
            reason = reason or fields.reason
        open_because = open_because or reason
    return found, open_because


def _role(fields: Fields, role: Role) -> Role:
    """Tell a sidecar, which runs beside the main containers, from an init container, which runs before them."""
    if role != "init":
        return role
    policy = fields.text("restartPolicy")
    return "sidecar" if isinstance(policy, Stated) and policy.value == "Always" else "init"


def pod_container(fields: Fields, role: Role) -> PodContainer:
    """Read one container."""
    security = fields.sub("securityContext")
    capabilities = security.sub("capabilities")
    name = fields.text("name")
    return PodContainer(
        name.value if isinstance(name, Stated | Defaulted) else "",
        role,
        fields.at,
        security_context(security),
        security.flag_or_none("privileged"),
        security.flag_or_none("allowPrivilegeEscalation"),
        security.text_or_none("procMount"),
        capabilities.strings("add"),
        capabilities.strings("drop"),
        _host_ports(fields),
        _probe_hosts(fields),
    )


def security_context(fields: Fields) -> SecurityContext:
    """Read the fields that a pod's and a container's security context share."""
    return SecurityContext(
        fields.flag_or_none("runAsNonRoot"),
        fields.number_or_none("runAsUser"),
        _profile_type(fields, "seccompProfile"),
        _profile_type(fields, "appArmorProfile"),
        _selinux(fields),
        fields.sub("windowsOptions").flag_or_none("hostProcess"),
    )


def _profile_type(fields: Fields, name: str) -> Setting[str | None]:
    profile = fields.sub(name)
    if not profile.present:
        return Defaulted(None, fields.at)
    return mapped(profile.text_or_none("type"), lambda kind: kind or "")


def _selinux(fields: Fields) -> Setting[SELinuxOptions | None]:
    options = fields.sub("seLinuxOptions")
    if not options.present:
        return Defaulted(None, fields.at)
    parts = []
    for name in ("user", "role", "type"):
        part = options.text(name)
        if not isinstance(part, Stated | Defaulted):
            return Unknown(part.reason, part.at) if isinstance(part, Unknown) else Unknown("it cannot be read", part.at)
        parts.append(part.value)
    return Stated(SELinuxOptions(*parts), options.at)


def sysctls(security: Fields) -> Items[str]:
    """Return the names of the sysctls that a pod sets."""
    members, reason = security.mappings("sysctls")
    if len(members) > MAX_SYSCTLS:
        reason = f"there are more than {MAX_SYSCTLS}"
    names = tuple(one.text("name") for one in members[:MAX_SYSCTLS])
    return Items(names, security.at_of("sysctls"), not reason, reason)


def sysctls_within(security: Fields) -> Iterator[Setting[str]]:
    """Yield the sysctls that the value of another brings in behind a `+`, as CRI-O once took it (CVE-2022-0811)."""
    for one in security.mappings("sysctls")[0][:MAX_SYSCTLS]:
        value = one.text("value")
        if isinstance(value, Stated):
            first, *others = value.value.split("+", MAX_SYSCTLS)
            hidden = [other.partition("=")[0] for other in others] or (
                [first.partition("=")[0]] if "=" in first else []
            )
            yield from (Stated(name.strip(), value.at, (one.at,)) for name in hidden)


def annotations_of(metadata: Fields, name: str = "annotations") -> Items[Annotation]:
    """Return the annotations, or the labels; a value that is no string is refused by the API server: unknown here."""
    written = metadata.sub(name)
    members = tuple(Stated(Annotation(key, written.text(key)), written.at_of(key)) for key in written.names())
    return Items(members, written.at, not written.reason, written.reason)


def _host_ports(container: Fields) -> Items[int]:
    found: list[Setting[int]] = []
    members, reason = container.mappings("ports")
    for port in members:
        number = port.number_or_none("hostPort")
        if not isinstance(number, Defaulted):
            found.append(or_else(number, 0))
    return Items(tuple(found), container.at_of("ports"), not reason, reason)


def _probe_hosts(container: Fields) -> Items[str]:
    hosts = tuple(host for host in _called(container) if not isinstance(host, Defaulted))
    return Items(hosts, container.at)


def _called(container: Fields) -> Iterator[Setting[str]]:
    handlers = [container.sub(name) for name in _PROBES if container.has(name)]
    if container.has("lifecycle"):
        lifecycle = container.sub("lifecycle")
        handlers += [lifecycle.sub(name) for name in _HOOKS]
    for handler in handlers:
        for call in _CALLS:
            if handler.has(call) or handler.reason:
                yield handler.sub(call).text("host")


def mapped(setting: Setting[A], convert: Callable[[A], B]) -> Setting[B]:
    """Return the setting with its value converted; what has none stays what it is."""
    if isinstance(setting, Stated):
        return Stated(convert(setting.value), setting.at, setting.via)
    if isinstance(setting, Defaulted):
        return Defaulted(convert(setting.value), setting.at)
    return setting


def or_else(setting: Setting[A | None], default: A) -> Setting[A]:
    """Return the setting with a default in the place of None."""
    return mapped(setting, lambda value: default if value is None else value)


def is_unset(setting: Setting[A | None]) -> bool:
    """Say whether nothing is written."""
    return isinstance(setting, Defaulted) and setting.value is None


def first_set(inner: Setting[A | None], outer: Setting[A | None]) -> Setting[A | None]:
    """Let the container's setting win over the pod's."""
    return outer if is_unset(inner) and not is_unset(outer) else inner
