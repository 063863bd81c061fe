"""What the keys of an ECS container definition mean, as facets of one container.

On EC2 and on external hosts the agent hands the definition to Docker, whose defaults hold where it is silent; on
Fargate a task has a kernel of its own and takes fewer options. Source: the API model of Amazon ECS.
"""

from __future__ import annotations

from gate.dialects.docker_options import SecurityOptions
from gate.dialects.reading import as_int, as_text
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Items, Stated, Unknown, known
from gate.model.workload import Confinement, Container, Device, Exposure, Privilege, Resources, User
from gate.syntax.tree import Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.ecs_volumes import Volumes
    from gate.dialects.reading import Fields
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.workload import Mount

NO_SUCH = "Amazon ECS has no such setting"
NOT_ON_FARGATE = "Fargate takes no security options"

_ACCESS = {"read": "r", "write": "w", "mknod": "m"}

#: Devices of the host that the agent hands out by their kind; Elastic Inference is reached over the network.
_ACCELERATORS = ("GPU", "NeuronDevice")


def container(fields: Fields, name: str, task: Fields, volumes: Volumes, *, fargate: bool, windows: bool) -> Container:
    """Read one container definition of a task that runs on Fargate, or of which nothing in sight says so."""
    security = _security(fields)
    if fargate:
        security.no_new_privileges = Inapplicable(NOT_ON_FARGATE, security.at)
    return Container(
        name,
        "main",
        fields.at,
        fields.text("image"),
        "docker",
        _privilege(fields, security, windows=windows),
        Confinement(
            security.seccomp, security.apparmor, security.selinux, security.proc_mount, security.cgroup_writable
        ),
        _exposure(fields, volumes.mounts(fields)),
        _resources(fields, task),
    )


def _security(fields: Fields) -> SecurityOptions:
    """Read `dockerSecurityOptions`; one entry that cannot be known may be any of the options."""
    members = fields.items("dockerSecurityOptions")
    texts = [as_text(node) if isinstance(node, Scalar) else None for node in members.nodes]
    entries = [(text, node.at) for text, node in zip(texts, members.nodes, strict=True) if text is not None]
    options = SecurityOptions(entries, members.at)
    if isinstance(options.no_new_privileges, Defaulted):
        options.no_new_privileges = Deferred("docker.no_new_privileges", members.at)
    unread = next((node for text, node in zip(texts, members.nodes, strict=True) if text is None), None)
    reason = members.reason or (getattr(unread, "reason", "it is not a string") if unread is not None else "")
    if reason:
        at = unread.at if unread is not None else members.at
        for field in ("no_new_privileges", "seccomp", "apparmor", "selinux", "proc_mount", "cgroup_writable"):
            if not isinstance(getattr(options, field), Stated):
                setattr(options, field, Unknown(reason, at))
    return options


def _privilege(fields: Fields, security: SecurityOptions, *, windows: bool) -> Privilege:
    capabilities = fields.sub("linuxParameters").sub("capabilities")
    user = Deferred("image.user", fields.at) if windows else _user(fields)
    return Privilege(
        fields.flag("privileged", default=False),
        capabilities.items("add").convert("a capability", _capability),
        capabilities.items("drop").convert("a capability", _capability),
        security.no_new_privileges,
        user,
        Inapplicable(NO_SUCH, user.at),
        Inapplicable(NO_SUCH, fields.at),
    )


def _user(fields: Fields) -> Setting[User]:
    """Return the user: the one that is written, else whatever the image says; an empty one is none."""
    name = fields.text("user")
    if isinstance(name, Stated) and name.value:
        return Stated(User.named(name.value), name.at)
    return name if isinstance(name, Unknown) else Deferred("image.user", fields.at)


def _capability(node: Scalar) -> str | None:
    text = as_text(node)
    return None if text is None else text.strip().upper().removeprefix("CAP_")


def _exposure(fields: Fields, mounts: Items[Mount]) -> Exposure:
    none: Items[str] = Items((), fields.at)
    return Exposure(
        mounts, _devices(fields), none, _accelerators(fields), Items((), fields.at), none, _sysctls(fields), none
    )


def _devices(fields: Fields) -> Items[Device]:
    members = fields.sub("linuxParameters").items("devices")
    found, reason = fields.sub("linuxParameters").mappings("devices")
    return Items(tuple(map(_device, found)), members.at, not reason, reason)


def _device(fields: Fields) -> Setting[Device]:
    path = fields.text("hostPath")
    if not isinstance(path, Stated):
        return Unknown(getattr(path, "reason", "it names no device"), fields.at)
    asked = [known(member) for member in fields.strings("permissions").members]
    access = "".join(_ACCESS.get(one or "", "") for one in asked)
    return Stated(Device(path.value, access or "rwm", path.at), path.at)


def _accelerators(fields: Fields) -> Items[str]:
    """Return what is asked for of GPUs and their like."""
    found, reason = fields.mappings("resourceRequirements")
    asked: list[Setting[str]] = []
    for one in found:
        kind = one.text("type")
        if isinstance(kind, Unknown) or (isinstance(kind, Stated) and kind.value in _ACCELERATORS):
            asked.append(kind)
    return Items(tuple(asked), fields.at_of("resourceRequirements"), not reason, reason)


def _sysctls(fields: Fields) -> Items[str]:
    found, reason = fields.mappings("systemControls")
    names: list[Setting[str]] = []
    for one in found:
        name = one.text("namespace")
        names.append(Unknown("it names no parameter", one.at) if isinstance(name, Defaulted) else name)
    return Items(tuple(names), fields.at_of("systemControls"), not reason, reason)


def _resources(fields: Fields, task: Fields) -> Resources:
    """Read the limits; what the task as a whole may have bounds each of its containers too."""
    memory: Setting[str] = fields.setting("memory", "", "an amount", _amount)
    if isinstance(memory, Defaulted):
        whole = task.setting("memory", "", "an amount", _amount)
        memory = whole if not isinstance(whole, Defaulted) else memory
    return Resources(fields.flag("readonlyRootFilesystem", default=False), memory, _processes(fields, fields.at))


def _amount(node: Scalar) -> str | None:
    """Take an amount of memory; the API has it as a number of a container and as a text of a task."""
    number = as_int(node)
    return str(number) if number is not None else as_text(node) or None


def _processes(fields: Fields, at: Location) -> Setting[str]:
    """Return the limit of processes that a ulimit sets, the only one there is."""
    found = [one for one in _ulimits(fields) if known(one.text("name")) == "nproc"]
    return found[-1].setting("hardLimit", "", "a number", _amount) if found else Defaulted("", at)


def _ulimits(fields: Fields) -> Iterator[Fields]:
    yield from fields.mappings("ulimits")[0]
