"""What the jobs of Nomad say of their tasks beside the driver: who runs them, on which network, with which folders.

Sources: hashicorp/nomad `website/content/docs/job-specification`, `client/taskenv/env.go`,
`client/allocrunner/taskrunner/{task_dir_hook,volume_hook}.go`, `nomad/structs/{structs,volumes}.go`. What stands in
`${}` in a driver's configuration is filled in by the client; of that only the folders of the task are known here.
"""

from __future__ import annotations

import re

from gate.dialects.docker_mounts import bind
from gate.dialects.docker_networks import both, joined
from gate.dialects.docker_options import NAMED_VOLUME
from gate.dialects.interpolation import GAP
from gate.dialects.reading import Fields, as_spelling
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Items, Stated, Unknown
from gate.model.record import Record, replace
from gate.model.workload import Mount, Placement, User
from gate.syntax.hcl_scalars import as_boolean
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.segments import Segments
    from gate.model.workload import Role
    from gate.syntax.tree import Node

#: What the client calls the folders of a task, whose file system is an image's or a folder of its own.
_FOLDERS = {"NOMAD_ALLOC_DIR": "/alloc", "NOMAD_TASK_DIR": "/local", "NOMAD_SECRETS_DIR": "/secrets"}

_RUNTIME = re.compile(r"\$\{([^{}]*)\}")

#: What templates of Nomad Pack, Levant, Jinja and Go are filled in for; HCL and the client leave it as it is.
_MARKS = ("[[", "{{", "{%", "<%")

AT_START = "it is filled in on the client that starts the task"
UNRENDERED = "is filled in when the template is rendered"

#: What settles which folder of the client a host volume is; linking asks the client's configuration.
HOST_VOLUMES = "nomad.host_volumes."

#: How a volume's mounts pass on.
_PROPAGATION = {"private": "rprivate", "host-to-task": "rslave", "bidirectional": "rshared"}

#: Memory in MiB of a task that asks for none (`nomad/structs/structs.go`, `DefaultResources`).
DEFAULT_MEMORY = "300"

#: Operators of a constraint that say that two things are the same.
_SAME = frozenset({"", "=", "==", "is"})

_ELSEWHERE = "who else is on that network stands in the client's configuration of it"


class Task(Record):
    """One task with the group and the job that it is of."""

    job: Fields
    group: Fields
    fields: Fields
    name: str


def filled(text: str) -> tuple[str, str]:
    """Return a text as the client fills it in, with a gap for what is not known, and why; empty where all is."""
    if any(mark in text for mark in _MARKS):
        return GAP, UNRENDERED
    if "${" not in text and "%{" not in text:
        return text, ""
    text = text.replace("$${", "\1")
    text = _RUNTIME.sub(lambda found: _FOLDERS.get(found[1].strip(), GAP), text).replace("\1", "${")
    if "${" in text or "%{" in text:
        return GAP, AT_START
    return text, AT_START if GAP in text else ""


def text_of(node: Node) -> tuple[str, str]:
    """Return any scalar as the driver takes it for a text, and why it cannot be known."""
    if isinstance(node, Opaque):
        return GAP, node.reason
    text = as_spelling(node) if isinstance(node, Scalar) else None
    return (GAP, "it is no text") if text is None else filled(text)


def setting(fields: Fields, name: str, default: str = "") -> Setting[str]:
    """Return a text; one that is filled in later is unknown."""
    if fields.reason:
        return Unknown(fields.reason, fields.at)
    node = fields.get(name)
    if node is None:
        return Defaulted(default, fields.at)
    text, reason = text_of(node)
    return Unknown(reason, fields.at_of(name)) if reason else Stated(text, fields.at_of(name))


def switch(fields: Fields, name: str) -> Setting[bool]:
    """Return a boolean, which may also be written as a text that HCL converts."""
    if fields.reason:
        return Unknown(fields.reason, fields.at)
    node = fields.get(name)
    if node is None:
        return Defaulted(False, fields.at)
    answer = as_boolean(node)
    if answer is None:
        reason = text_of(node)[1] or "it is neither true nor false"
        return Unknown(reason, fields.at_of(name))
    return Stated(answer, fields.at_of(name))


def rows(fields: Fields, name: str) -> tuple[list[Fields], str]:
    """Return blocks, which may be one mapping or a list of them, and why there may be others."""
    node = fields.get(name)
    if isinstance(node, Mapping):
        return [fields.sub(name)], ""
    return fields.mappings(name)


def one_row(fields: Fields, name: str) -> Fields:
    """Return a block that may stand once, as the one mapping of a list too."""
    node = fields.get(name)
    if isinstance(node, Sequence) and len(node.items) == 1:
        return Fields(node.items[0], node, fields.doubts, (fields, name))
    return fields.sub(name)


def user(fields: Fields, default: Setting[User]) -> Setting[User]:
    """Return who runs a task; a driver that is told nothing has a default of its own."""
    said = setting(fields, "user")
    if isinstance(said, Unknown):
        return said
    return Stated(User.named(said.value), said.at) if isinstance(said, Stated) and said.value else default


def memory(fields: Fields) -> Setting[str]:
    """Return the limit of memory in MiB: what a task is given, unless it may have as much as there is."""
    asked = fields.sub("resources")
    most, given = setting(asked, "memory_max"), setting(asked, "memory", DEFAULT_MEMORY)
    if isinstance(most, Unknown) or (isinstance(most, Stated) and most.value not in ("", "0")):
        return replace(most, value="") if isinstance(most, Stated) and most.value.startswith("-") else most
    return given


def role(fields: Fields) -> Role:
    """Return what a task is to its group."""
    when = fields.sub("lifecycle")
    hook = setting(when, "hook")
    if not isinstance(hook, Stated):
        return "main"
    if getattr(switch(when, "sidecar"), "value", False):
        return "sidecar"
    return "init" if hook.value == "prestart" else "hook"


def os(task: Task) -> Setting[str]:
    """Return the system of the clients that the constraints leave; Linux where they say nothing."""
    for holder in (task.fields, task.group, task.job):
        for one in holder.mappings("constraint")[0]:
            # The attribute itself is filled in by the scheduler, and its name is all that is asked here.
            attribute, value = one.get("attribute"), setting(one, "value")
            same = getattr(setting(one, "operator"), "value", "?") in _SAME
            named = attribute.value if isinstance(attribute, Scalar) else ""
            if named in ("${attr.kernel.name}", "${attr.os.name}") and same and isinstance(value, Stated):
                return Stated("windows" if "windows" in value.value.lower() else "linux", value.at)
    return Defaulted("linux", task.fields.at)


def group_network(task: Task) -> Setting[str]:
    """Return how the tasks of a group are on the network together: by the host's, unless a mode says otherwise."""
    networks, reason = task.group.mappings("network")
    at = task.group.at_of("network")
    if reason:
        return Unknown(reason, at)
    modes = [setting(one, "mode", "host") for one in networks]
    if len(modes) > 1:
        return Unknown("it has several networks, which Nomad refuses", at)
    return modes[0] if modes else Defaulted("host", task.group.at)


def shared(mode: Setting[str]) -> Setting[str]:
    """Return the network namespace that a mode of a group stands for."""
    if isinstance(mode, Unknown):
        return mode
    value = getattr(mode, "value", "host").lower()
    if value in ("host", ""):
        return replace(mode, value="host") if isinstance(mode, Stated | Defaulted) else mode
    known = value in ("bridge", "none") or value.startswith("cni/")
    return Stated("private", mode.at) if known else Unknown(f"`{value[:40]}` is no mode of a network", mode.at)


def segments(mode: Setting[str]) -> Segments:
    """Say what is closed for tasks whose group has a network of its own."""
    at = mode.at
    value = getattr(mode, "value", "").lower()
    if isinstance(mode, Unknown) or value.startswith("cni/"):
        return joined([both(Unknown(getattr(mode, "reason", _ELSEWHERE), at))], at)
    # Whatever is on the bridge of Nomad reaches whatever else is.
    return joined([both(Stated(value == "none", at))], at)


def placement(task: Task) -> Placement:
    """Return where the scheduler may put a task."""
    found: list[Setting[str]] = []
    at = task.job.at
    for holder in (task.job, task.group, task.fields):
        for one in holder.mappings("constraint")[0]:
            words = [as_spelling(node) or "" for node in _values(one)]
            found.append(Stated(" ".join(words), one.at))
    pool = setting(task.job, "node_pool")
    if not isinstance(pool, Defaulted):
        found.append(pool)
    return Placement(Items(tuple(found), at), Items((), at), Inapplicable("a job names no client", at))


def _values(fields: Fields) -> Iterator[Scalar]:
    for name in ("attribute", "operator", "value"):
        node = fields.get(name)
        if isinstance(node, Scalar):
            yield node


def volume_mounts(task: Task) -> Items[Mount]:
    """Return the volumes of the group that a task mounts, and the folder of the client that a CSI plugin is given."""
    volumes, unread = task.group.mappings("volume")
    known = {getattr(setting(one, "name"), "value", ""): one for one in volumes}
    mounts, reason = task.fields.mappings("volume_mount")
    found = [_mounted(one, known, unread) for one in mounts]
    plugin = task.fields.sub("csi_plugin")
    if plugin.present:
        at = plugin.at
        folder = Unknown("it is the folder of the client for its plug-ins", at)
        target = getattr(setting(plugin, "mount_dir", "/csi"), "value", "")
        one = replace(bind(folder, target, at), propagation=Stated("rshared", at))
        found.append(Stated(one, at))
    return Items(tuple(found), task.fields.at_of("volume_mount"), not reason, reason)


def _mounted(fields: Fields, volumes: dict[str, Fields], unread: str) -> Setting[Mount]:
    if fields.reason:
        return Unknown(fields.reason, fields.at)
    name = setting(fields, "volume")
    volume = volumes.get(name.value) if isinstance(name, Stated) else None
    if volume is None:
        reason = getattr(name, "reason", "") or unread or "the group has no volume of this name"
        return Unknown(f"which volume it mounts cannot be known: {reason}", fields.at)
    kind = setting(volume, "type")
    target = getattr(setting(fields, "destination"), "value", "")
    mount = replace(bind(_source(volume), target, fields.at, read_only=_read_only(volume, fields)))
    passed = setting(fields, "propagation_mode", "private")
    if isinstance(passed, Stated):
        mount = replace(mount, propagation=Stated(_PROPAGATION.get(passed.value, passed.value), passed.at))
    elif isinstance(passed, Unknown):
        mount = replace(mount, propagation=passed)
    if getattr(kind, "value", "") == "csi":
        mount = replace(mount, kind="volume", source=Inapplicable(NAMED_VOLUME, volume.at))
    return Stated(mount, fields.at)


def _source(volume: Fields) -> Setting[str]:
    """Return which folder of the client a volume is: its configuration has it under a name."""
    source = setting(volume, "source")
    if isinstance(source, Stated):
        return Deferred(f"{HOST_VOLUMES}{source.value}", source.at)
    return Unknown(getattr(source, "reason", "it names no volume of the client"), source.at)


def _read_only(volume: Fields, mount: Fields) -> Setting[bool]:
    """Return whether a volume is mounted to be read alone, which either of the two may ask for."""
    whole, own = switch(volume, "read_only"), switch(mount, "read_only")
    if isinstance(whole, Stated) and whole.value:
        return whole
    return own if not isinstance(whole, Unknown) or getattr(own, "value", False) else whole


def inside(text: str, reason: str, at: Location) -> Setting[str] | None:
    """Return the path of the client that a path stands for; None for one within the folder of the allocation.

    A relative path starts from the folder of the task, which lies in that of the allocation.
    """
    path = text.replace("\\", "/")
    if path.startswith("/") or path[1:3] == ":/" or text.startswith("\\\\"):
        return Unknown(reason, at) if GAP in text else Stated(text, at)
    depth = 1
    for part in path.split("/"):
        if GAP in part:
            return Unknown(reason, at)
        depth += -1 if part == ".." else 0 if part in ("", ".") else 1
        if depth < 0:
            return Unknown("it leads out of the folder of the allocation, into that of the client", at)
    return None
