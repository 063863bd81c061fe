"""What the kernel filters for an LXC container.

Sources: `lxc.container.conf(5)`, liblxc's `apparmor_prepare` for the profile that is taken where none is named, and
`parse_config` of `src/lxc/seccomp.c` for what a policy is.
"""

from __future__ import annotations

from gate.dialects.lxc_config import said
from gate.dialects.lxc_mounts import lines
from gate.dialects.lxc_namespaces import is_host
from gate.model.evidence import Defaulted, Unknown, known
from gate.model.workload import Confinement, Profile, SELinux, Tweak

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.dialects.lxc_config import Config, Entry
    from gate.model.evidence import Setting
    from gate.model.workload import ProfileKind

_NESTING = "lxc-container-default-with-nesting"


def confinement(config: Config, policy: Callable[[str], str]) -> Confinement:
    """Read what the kernel filters."""
    return Confinement(
        config.setting("lxc.seccomp.profile", Profile("unconfined"), lambda path: _seccomp(path, policy(path))),
        _apparmor(config),
        config.setting("lxc.selinux.context", SELinux("", "", ""), _selinux),
        _proc_mount(config),
        _cgroup(config),
    )


def _seccomp(path: str, text: str) -> Profile:
    """Read a policy's kind; the one that LXC ships, and any that is not in sight, names what is refused and no more."""
    return Profile(policy_kind(text) if text else "deny-list", path)


def policy_kind(text: str) -> ProfileKind:
    """Return `custom` for a policy that names all that is allowed, else `deny-list` (`src/lxc/seccomp.c`).

    One that names nothing to refuse refuses nothing.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    head = lines[1].lower().split() if len(lines) > 1 else []
    allows = head[:1] in (["allowlist"], ["whitelist"]) and head[1:2] not in (["allow"], ["trace"])
    if lines[:1] == ["1"] or (lines[:1] == ["2"] and allows):
        return "custom"
    named = [line for line in lines[2:] if not line.startswith("[")]
    return "deny-list" if named or lines[:1] != ["2"] else "unconfined"


def _apparmor(config: Config) -> Setting[Profile]:
    """Return the profile; `unchanged` is that of whoever starts the container, which is none."""
    raw = [entry for entry in config.all("lxc.apparmor.raw") if not entry.value.lstrip().startswith("deny ")]
    found = config.setting("lxc.apparmor.profile", Profile("runtime-default"), _profile)
    if raw and known(found) == Profile("runtime-default"):
        return Unknown("what its own rules of AppArmor allow is not known", raw[0].at)
    return found


def _profile(name: str) -> Profile:
    if name in ("unconfined", "unchanged"):
        return Profile("unconfined", name)
    if name in ("generated", "lxc-container-default", "lxc-container-default-cgns"):
        return Profile("runtime-default")
    return Profile("custom", name)


def _selinux(context: str) -> SELinux:
    """Read a context; of LXC's own names of types only the one that confines nothing is weak."""
    kind = (*context.split(":"), "", "", "")[2]
    return SELinux("", "", "", disabled="unconfined" in kind or kind == "spc_t")


def _proc_mount(config: Config) -> Setting[str]:
    """Return how /proc is mounted; /sys counts where root is the host's, which it belongs to."""
    names = ("proc", "sys") if is_host(config) else ("proc",)
    found = {name: config.last(f"lxc.mount.auto {name}") for name in names}
    for entry in found.values():
        if entry is not None and entry.reason:
            return Unknown(entry.reason, entry.at)
        if entry is not None and entry.value.endswith(":rw"):
            return said(entry, entry.value)
    for line in lines(config):
        target = line.target.strip("/")
        if target in names and line.kind == {"proc": "proc", "sys": "sysfs"}[target] and "ro" not in line.options:
            return said(line.entry, f"{target}:rw")
    last = found["proc"]
    gap = config.gap_since(last)
    if gap is not None:
        return Unknown(gap.reason, gap.at)
    return said(last, "default") if last is not None else Defaulted("default", config.at)


def _cgroup(config: Config) -> Setting[bool]:
    """Say whether cgroups other than the container's own may be written: `cgroup-full`, where nothing else is said."""
    entry = config.last("lxc.mount.auto cgroup")
    gap = config.gap_since(entry)
    if gap is not None:
        return Unknown(gap.reason, gap.at)
    if entry is None:
        return Defaulted(False, config.at)
    if entry.reason:
        return Unknown(entry.reason, entry.at)
    return said(entry, entry.value.removesuffix(":force") in ("cgroup-full", "cgroup-full:rw"))


def tweaks(config: Config) -> tuple[Tweak, ...]:
    """Return what makes the container one that may hold others."""
    found: list[Entry] = []
    for key, on in (("lxc.apparmor.allow_nesting", "1"), ("lxc.apparmor.profile", _NESTING)):
        entry = config.last(key)
        if entry is not None and (entry.reason or entry.value == on):
            found.append(entry)
    return tuple(
        Tweak(entry.key, Unknown(entry.reason, entry.at) if entry.reason else said(entry, entry.value), entry.at)
        for entry in found
    )
