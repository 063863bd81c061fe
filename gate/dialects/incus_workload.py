"""An Incus or LXD instance as a workload: a system container, or a virtual machine."""

from __future__ import annotations

import re

from gate.dialects.incus_devices import Devices
from gate.dialects.incus_instance import OF_MACHINES, config_of, policy_of
from gate.dialects.incus_networks import Sight, segments
from gate.dialects.lxc_confinement import tweaks
from gate.dialects.lxc_facets import container
from gate.dialects.lxc_namespaces import namespaces
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown, known
from gate.model.record import replace
from gate.model.sensitivity import Statement
from gate.model.workload import (
    Build,
    Confinement,
    Container,
    Credentials,
    Exposure,
    IgnoredKey,
    Namespaces,
    Placement,
    Privilege,
    Profile,
    RefusedKey,
    Resources,
    Sandbox,
    Tweak,
    User,
    Workload,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeVar

    from gate.dialects.incus_instance import Instance
    from gate.model.evidence import Setting

    T = TypeVar("T")

#: Keys with this prefix, which Incus keeps for whoever wants to, state the workload's sensitivity.
STATES = "user.boundary-gate."

#: No network in sight.
NOWHERE = Sight({}, {})

_MACHINE = "a virtual machine has a kernel of its own"

#: Settings that loosen what confines a container, each with a value of its own.
_LOOSENING = (
    "linux.kernel_modules",
    "security.bpffs.delegate_",
    "security.delegate_bpf",
    "security.nesting",
    "security.syscalls.intercept.",
)

_BOOLEAN = ("security.delegate_bpf", "security.nesting", "security.syscalls.intercept.")

#: Switches for lists of system calls that are refused.
_DENIES = ("security.syscalls.deny_default", "security.syscalls.deny_compat")

#: What limits look like (LXD `shared/validate`, `shared/units`).
_AMOUNT = r"0*[1-9]\d*(%|B|[kKMGTPE]B|[KMGTPE]iB)?"
_NUMBER = r"-?\d+"


def workload(
    instance: Instance,
    id_: str,
    kind: str,
    type_: Setting[str],
    project: str = "",
    sight: Sight = NOWHERE,
) -> Workload:
    """Return the workload; `type_` is `container` or `virtual-machine`, `sight` what is known of networks."""
    machine = isinstance(type_, Stated) and type_.value == "virtual-machine"
    at = instance.at
    built = _machine(instance) if machine else _container(instance)
    one, own, loosened = built
    return Workload(
        id_,
        instance.name,
        project,
        kind,
        "incus",
        at,
        Defaulted("linux", at),
        Items((Stated(one, at),), at),
        own,
        Sandbox(
            Inapplicable("Incus has one runtime for each type", at),
            _native(instance, type_, kind, machine=machine),
            Items(loosened, at, not instance.reason, instance.reason),
        ),
        Placement.inapplicable("which server it runs on is said when it starts", at),
        Credentials.inapplicable("Incus hands out no tokens of a cluster", at),
        Build.inapplicable("an image is made elsewhere", at),
        statements=tuple(_statements(instance)),
        ignored=tuple(_ignored(instance)) if not machine else (),
        refused=tuple(_refused(instance)),
        doubts=tuple(instance.doubts),
        segments=segments(instance, sight),
    )


def _ignored(instance: Instance) -> Iterator[IgnoredKey]:
    """Yield what keeps the users of instances apart, of one that shares those of the host (`driver_lxc.go`)."""
    if known(instance.flag("security.privileged", default=False)):
        for key in ("security.idmap.isolated", "security.idmap.base", "security.idmap.size"):
            if key in instance.values and (known(instance.text(key)) or "false") != "false":
                yield IgnoredKey(key, "a privileged container has no map of users", instance.values[key][1])


def _refused(instance: Instance) -> Iterator[RefusedKey]:
    """Yield what Incus does not keep beside what else is set (`ValidConfig`)."""
    allow = "security.syscalls.allow"
    denied = [key for key in ("security.syscalls.deny",) if key in instance.values]
    denied += [key for key in _DENIES if known(instance.flag(key, default=False))]
    filters = [*denied, *([allow] if allow in instance.values else [])]
    contradictions = {
        "raw.seccomp": filters,
        allow: denied,
        "nvidia.runtime": ["security.privileged"] if _both(instance, "nvidia.runtime", "security.privileged") else [],
    }
    for key, others in contradictions.items():
        if key in instance.values and others:
            yield RefusedKey(key, f"Incus does not take it with `{others[0]}`", instance.values[key][1])


def _both(instance: Instance, *keys: str) -> bool:
    return all(known(instance.flag(key, default=False)) is True for key in keys)


def _native(instance: Instance, type_: Setting[str], kind: str, *, machine: bool) -> Setting[str]:
    """Return the boundary that the type states; a profile written for machines may be given to a container."""
    if machine:
        sev = instance.flag("security.sev", default=False)
        on = isinstance(sev, Stated | Defaulted) and sev.value
        return Stated("confidential-vm" if on else "vm", type_.at)
    if isinstance(type_, Unknown):
        return Unknown(type_.reason, type_.at)
    meant = next((key for key in instance.values if key.startswith(OF_MACHINES)), "")
    if kind == "Profile" and meant:
        return Unknown("whether it is given to a container or to a virtual machine", instance.values[meant][1])
    return Inapplicable("a container shares the host's kernel", type_.at)


def _container(instance: Instance) -> tuple[Container, Namespaces, tuple[Setting[Tweak], ...]]:
    """Read a system container: what LXC makes of it, and its devices."""
    config = config_of(instance)
    one = container(config, instance.name, policy_of(instance))
    found = Devices(instance, machine=False)
    mounts, passed, gpus = found.items()
    exposure = replace(
        one.exposure,
        mounts=_joined(one.exposure.mounts, mounts),
        devices=_joined(one.exposure.devices, passed),
        gpus=gpus,
    )
    privilege = replace(one.privilege, user=_user(instance, one.privilege))
    confined = replace(one.confinement, apparmor=_apparmor(instance, one.confinement.apparmor))
    one = replace(
        one,
        privilege=privilege,
        exposure=exposure,
        confinement=confined,
        resources=_resources(instance, one.resources, ""),
        image=Inapplicable("Incus says only when it starts which image it is made from", instance.at),
    )
    nesting = instance.flag("security.nesting", default=False).at
    raised = tuple(Stated(tweak, tweak.at) for tweak in tweaks(config) if tweak.at != nesting)
    return one, namespaces(config), (*raised, *_tweaks(instance, _LOOSENING))


def _joined(one: Items[T], other: Items[T]) -> Items[T]:
    reason = one.open_because or other.open_because
    return Items((*one.members, *other.members), other.at, not reason, reason)


def _user(instance: Instance, privilege: Privilege) -> Setting[User]:
    """Return the user of an application container; that of a system is its root."""
    asked = instance.text("oci.uid")
    if isinstance(asked, Stated):
        return Stated(User.named(asked.value), asked.at)
    return privilege.user


def _apparmor(instance: Instance, profile: Setting[Profile]) -> Setting[Profile]:
    """Doubt the generated profile where lines of one's own are added to it, unless they only deny."""
    raw = instance.text("raw.apparmor")
    if isinstance(raw, Unknown):
        return Unknown(raw.reason, raw.at)
    lines = [line.strip() for line in raw.value.splitlines()] if isinstance(raw, Stated) else []
    if any(line and not line.startswith(("deny ", "#")) for line in lines):
        return Unknown("what its own rules of AppArmor allow is not known", raw.at)
    return profile


def _machine(instance: Instance) -> tuple[Container, Namespaces, tuple[Setting[Tweak], ...]]:
    """Read a virtual machine: what it reaches of the host is shared on purpose."""
    at = instance.at
    mounts, passed, gpus = Devices(instance, machine=True).items()
    privilege = Privilege.inapplicable(_MACHINE, at)
    one = Container(
        instance.name,
        "main",
        at,
        Inapplicable("Incus says only when it starts which image it is made from", at),
        "cri",
        privilege,
        Confinement.inapplicable(_MACHINE, at),
        replace(Exposure.inapplicable(_MACHINE, at), mounts=mounts, devices=passed, gpus=gpus),
        _resources(instance, Resources.inapplicable(_MACHINE, at), "1GiB"),
    )
    nesting = instance.flag("security.nesting", default=True)
    spelled = _spelled(nesting)
    found = (Stated(Tweak("security.nesting", spelled, spelled.at), spelled.at),)
    return one, Namespaces.inapplicable(_MACHINE, at), (*found, *_tweaks(instance, ("raw.qemu", "raw.apparmor")))


def _tweaks(instance: Instance, prefixes: tuple[str, ...]) -> Iterator[Setting[Tweak]]:
    """Yield the settings with a prefix, booleans in one spelling."""
    for prefix in prefixes:
        for key, value in instance.family(prefix):
            shown = _spelled(instance.flag(key, default=False)) if key.startswith(_BOOLEAN) else value
            yield Stated(Tweak(key, shown, value.at), value.at)


def _spelled(flag: Setting[bool]) -> Setting[str]:
    """Return a boolean in the one spelling that facts ask for."""
    if isinstance(flag, Stated):
        return Stated("true" if flag.value else "false", flag.at)
    if isinstance(flag, Defaulted):
        return Defaulted("true" if flag.value else "false", flag.at)
    return flag


def _resources(instance: Instance, before: Resources, memory: str) -> Resources:
    return replace(
        before,
        memory_limit=_limit(instance.text("limits.memory", memory), _AMOUNT),
        pids_limit=_limit(instance.text("limits.processes"), _NUMBER),
    )


def _limit(setting: Setting[str], form: str) -> Setting[str]:
    """Return a limit: nothing for one below nought, unknown where it is none that Incus takes."""
    if isinstance(setting, Stated) and not re.fullmatch(form, setting.value):
        return Unknown(f"`{setting.value[:40]}` is no limit that Incus takes", setting.at)
    return Stated("", setting.at) if isinstance(setting, Stated) and setting.value.startswith("-") else setting


def _statements(instance: Instance) -> Iterator[Statement]:
    for key, value in instance.family(STATES):
        text = value.value if isinstance(value, Stated) else ""
        yield Statement(key.removeprefix(STATES), text, value.at)
