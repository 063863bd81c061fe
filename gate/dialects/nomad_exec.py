"""What Nomad's drivers without an engine do: a process in a folder of its own, one of the host's, a machine of QEMU.

Sources: hashicorp/nomad `drivers/{exec,java,rawexec,qemu}/driver.go` and `drivers/shared/executor/executor_linux.go`.
The executor of `exec` and `java` makes namespaces for mounts, processes and IPC, and joins the group's for the network;
it has no filter for system calls, and what runs as `root` keeps every capability, whatever the task drops.
"""

from __future__ import annotations

from gate.dialects.docker_options import capability_name
from gate.dialects.machine import HOST_DISK, Parts, share
from gate.dialects.nomad import (
    Task,
    group_network,
    memory,
    role,
    segments,
    setting,
    shared,
    text_of,
    user,
    volume_mounts,
)
from gate.dialects.qemu_arguments import monitors
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown, known
from gate.model.machine import Machine
from gate.model.record import replace
from gate.model.subject import User
from gate.model.workload import (
    Confinement,
    Container,
    Device,
    Exposure,
    IgnoredKey,
    Mount,
    Namespaces,
    Privilege,
    Profile,
    Resources,
    Sandbox,
    Tweak,
)
from gate.syntax.tree import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.reading import Fields
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.segments import Segments

NO_SUCH = "the driver has no such setting"
BARE = "it is a command on the host"
NO_IMAGE = "it runs without an image"

#: How `sandbox.native` says that there is no container either.
COMMAND = "command"

#: Keys of the drivers that the executor starts.
KEYS = {
    "exec": frozenset({"command", "args", "pid_mode", "ipc_mode", "cap_add", "cap_drop", "work_dir"}),
    "java": frozenset(
        {
            *("class", "class_path", "jar_path", "jvm_options", "args", "pid_mode", "ipc_mode", "cap_add"),
            *("cap_drop", "work_dir"),
        }
    ),
    "raw_exec": frozenset(
        {
            *("command", "args", "cgroup_v2_override", "cgroup_v1_override", "oom_score_adj", "work_dir"),
            "denied_envvars",
        }
    ),
    "qemu": frozenset(
        {
            *("image_path", "drive_interface", "accelerator", "graceful_shutdown", "guest_agent", "args"),
            "port_map",
        }
    ),
}

#: What root keeps, whatever the client allows and the task drops (`drivers/shared/capabilities`, `LegacySupported`).
_OF_ROOT = (
    *("CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP"),
    *("LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER"),
    *("SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE"),
    *("SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP"),
    *("MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ"),
)

#: The user of `exec` and `java` that is told none.
NOBODY = User.named("nobody")

#: Arguments of QEMU that share a folder, and those that hand over a drive or a device of the host.
_SHARES = ("virtfs", "fsdev")
_DRIVES = ("drive", "hda", "hdb", "hdc", "hdd", "blockdev")
_HARDWARE = ("vfio-", "usb-host", "ivshmem", "scsi-block", "scsi-generic")


def process(task: Task, *, bare: bool) -> Container:
    """Return the process that the executor starts in a folder of its own, or, where it is bare, on the host."""
    at, config = task.fields.at, task.fields.sub("config")
    who = user(task.fields, Defaulted(NOBODY, at))
    if bare:
        who = user(task.fields, Unknown("it runs as the user that the client itself is started with", at))
    nothing: Items[str] = Items((), at)
    added, dropped = (nothing, nothing) if bare else _capabilities(config, who)
    return Container(
        task.name,
        role(task.fields),
        at,
        Inapplicable(NO_IMAGE, at),
        "docker",
        Privilege(
            Defaulted(False, at),
            added,
            dropped,
            Defaulted(False, at),
            who,
            Inapplicable(NO_SUCH, at),
            Inapplicable(NO_SUCH, at),
        ),
        Confinement(
            Inapplicable(BARE, at) if bare else Defaulted(Profile("unconfined"), at),
            Inapplicable(NO_SUCH, at),
            Inapplicable(NO_SUCH, at),
            Inapplicable(BARE, at) if bare else Defaulted("default", at),
            Inapplicable(NO_SUCH, at),
        ),
        Exposure(volume_mounts(task), Items((), at), nothing, _gpus(task), Items((), at), nothing, nothing, nothing),
        Resources(Defaulted(False, at), memory(task.fields), Inapplicable(NO_SUCH, at)),
    )


def _gpus(task: Task) -> Items[str]:
    found, reason = task.fields.sub("resources").mappings("device")
    members = tuple(setting(one, "name", "device") for one in found)
    return Items(members, task.fields.at_of("resources"), not reason, reason)


def _capabilities(config: Fields, who: Setting[User]) -> tuple[Items[str], Items[str]]:
    """Return what is added and dropped: root keeps all, whoever else has what clients allow, without NET_RAW."""
    added, dropped = _names(config, "cap_add"), _names(config, "cap_drop")
    lacking = replace(dropped, members=(*dropped.members, Defaulted("NET_RAW", dropped.at)))
    if isinstance(who, Unknown):
        unsure: Setting[str] = Unknown(f"root keeps every capability, and {who.reason}", who.at)
        return replace(added, members=(*added.members, unsure)), lacking
    if (known(who) or NOBODY).text == "root":
        return Items(tuple(Stated(one, who.at) for one in _OF_ROOT), added.at), Items((), dropped.at)
    return added, lacking


def _names(config: Fields, name: str) -> Items[str]:
    node = config.get(name)
    at = config.at_of(name)
    if node is None or not isinstance(node, Sequence):
        reason = config.reason or (text_of(node)[1] or "it is no list" if node is not None else "")
        return Items((), at, not reason, reason)
    found = ((text_of(one), one.at) for one in node.items)
    members = (Unknown(why, place) if why else Stated(capability_name(text), place) for (text, why), place in found)
    return Items(tuple(members), at)


def undone(task: Task) -> Iterator[IgnoredKey]:
    """Yield the drop of capabilities that root keeps all the same."""
    config = task.fields.sub("config")
    who = user(task.fields, Defaulted(NOBODY, task.fields.at))
    if config.has("cap_drop") and (known(who) or NOBODY).text == "root":
        yield IgnoredKey("cap_drop", "the driver leaves root every capability", config.at_of("cap_drop"))


def namespaces(task: Task, *, bare: bool) -> Namespaces:
    """Return what of the host's a process shares: users, names and control groups always."""
    at, config = task.fields.at, task.fields.sub("config")
    network = shared(group_network(task))
    if bare:
        gone = Inapplicable(BARE, at)
        return Namespaces(gone, network, gone, gone, Defaulted("host", at), gone)
    return Namespaces(
        _mode(config, "pid_mode"),
        network,
        _mode(config, "ipc_mode"),
        Defaulted("host", at),
        Defaulted("host", at),
        Defaulted("host", at),
    )


def _mode(config: Fields, name: str) -> Setting[str]:
    said = setting(config, name, "private")
    if isinstance(said, Stated) and said.value not in ("private", "host"):
        return said if not said.value else Unknown(f"`{said.value[:40]}` is no mode that the driver takes", said.at)
    return said


def of_group(task: Task) -> Segments:
    """Say what the network of the group closes."""
    mode = group_network(task)
    return segments(mode if known(shared(mode)) != "host" else Defaulted("host", mode.at))


def box(at: Location, *, bare: bool) -> Sandbox:
    """Return what stands between a process and the host's kernel: nothing."""
    native: Setting[str] = Stated(COMMAND, at) if bare else Defaulted("", at)
    return Sandbox(Inapplicable("the driver starts processes itself", at), native, Items((), at))


def machine(task: Task) -> tuple[Setting[str], Parts]:
    """Return the boundary that QEMU makes, and what of the host the machine is given beside it."""
    at, config = task.fields.at, task.fields.sub("config")
    words = list(_arguments(config))
    lacking = next((reason for _, _, reason in words if reason), "")
    plain = [(text, place) for text, place, _ in words]
    tweaks = (Tweak("qemu:commandline", Stated("", place), place) for _, place in plain[:1])
    image = setting(config, "image_path")
    devices = [*_disk(image), *_drives(plain)]
    ways: Items[str] = Items(tuple(monitors(plain)), at, not lacking, lacking)
    none: Items[str] = Items((), at)
    parts = Parts(
        Items(tuple(_folders(plain)), at, not lacking, lacking),
        Items(tuple(devices), at, not lacking, lacking),
        Items(tuple(Stated(one, one.at) for one in tweaks), at),
        Machine(ways, none, none, none, _nested(config), none, _verified(plain, lacking, at)),
        memory(task.fields),
        Inapplicable("a job does not say what system its guest runs", at),
    )
    return _accelerated(config), parts


def _accelerated(config: Fields) -> Setting[str]:
    """Return the kind of machine: one that software emulates, unless an accelerator is asked for."""
    asked = setting(config, "accelerator", "tcg")
    if isinstance(asked, Unknown):
        return asked
    value = known(asked) or "tcg"
    if value not in ("tcg", "kvm", "hvf", "whpx", "xen"):
        return Unknown(f"`{value[:40]}` is no accelerator that is known here", asked.at)
    kind = "emulated-vm" if value == "tcg" else "vm"
    return Stated(kind, asked.at) if isinstance(asked, Stated) else Defaulted(kind, asked.at)


def _nested(config: Fields) -> Setting[bool]:
    """Tell whether the guest may start machines: with KVM it is handed the processor of the host (`-cpu host`)."""
    asked = setting(config, "accelerator")
    if isinstance(asked, Unknown) or known(asked) == "kvm":
        return Unknown("the host decides whether its processor offers virtualization to guests", asked.at)
    return Defaulted(False, config.at)


def _verified(words: list[tuple[str, Location]], lacking: str, at: Location) -> Setting[bool]:
    """Tell whether the firmware checks what it starts: QEMU's own does not, and arguments may name another."""
    if lacking:
        return Unknown(lacking, at)
    for option, value, place in _options(words):
        if option in ("bios", "pflash", "kernel") or "if=pflash" in value:
            return Unknown("its arguments name what starts it, and that is not looked into", place)
    return Defaulted(False, at)


def _arguments(config: Fields) -> Iterator[tuple[str, Location, str]]:
    """Yield the words that are handed to QEMU unread, each with its place and why it cannot be known."""
    listed = config.items("args")
    for node in listed.nodes:
        text, reason = text_of(node)
        yield text, node.at, reason
    if listed.reason:
        yield "", listed.at, listed.reason


def _disk(image: Setting[str]) -> Iterator[Setting[Device]]:
    if isinstance(image, Unknown):
        yield Unknown(f"whether its disk is one of the host's cannot be known: {image.reason}", image.at)
    elif HOST_DISK.fullmatch(known(image) or ""):
        yield Stated(Device(known(image) or "", "rwm", image.at), image.at)


def _options(words: list[tuple[str, Location]]) -> Iterator[tuple[str, str, Location]]:
    for place, (word, at) in enumerate(words):
        if word.startswith("-"):
            yield word.lstrip("-"), words[place + 1][0] if place + 1 < len(words) else "", at


def _folders(words: list[tuple[str, Location]]) -> Iterator[Setting[Mount]]:
    for option, value, at in _options(words):
        if option in _SHARES:
            fields = dict(part.partition("=")[::2] for part in value.split(","))
            path = fields.get("path", "")
            source: Setting[str] = Stated(path, at) if path else Unknown("the folder is not stated", at)
            read_only = any(name.startswith("readonly") for name in fields)
            yield Stated(share(source, fields.get("mount_tag", ""), Stated(read_only, at), at), at)


def _drives(words: list[tuple[str, Location]]) -> Iterator[Setting[Device]]:
    for option, value, at in _options(words):
        paths = [part.rpartition("=")[2] for part in value.split(",")] if option in _DRIVES else []
        for path in paths:
            if HOST_DISK.fullmatch(path):
                yield Stated(Device(path, "rwm", at), at)
        if option == "device" and value.removeprefix("driver=").startswith(_HARDWARE):
            yield Stated(Device(f"a device of the host ({value[:60]})", "rwm", at), at)
        elif option == "usbdevice" and value.startswith("host:"):
            yield Stated(Device("a USB device of the host", "rwm", at), at)
