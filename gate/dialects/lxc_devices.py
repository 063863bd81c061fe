"""Which devices of the host a container may open, as `lxc.cgroup.devices.*` and `lxc.cgroup2.devices.*` say.

Without a rule every device may be opened by whoever can make its node, which root of the host's own user namespace can
and root of another one cannot. Numbers: Linux `Documentation/admin-guide/devices.txt`.
"""

from __future__ import annotations

from gate.dialects.lxc_keys import COMMON_DEVICES
from gate.model.evidence import Items, Stated, Unknown
from gate.model.truth import no, unknown, yes
from gate.model.workload import Device

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.lxc_config import Config, Entry
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.truth import Truth

_CGROUPS = ("lxc.cgroup.devices.", "lxc.cgroup2.devices.")

#: Character devices by their numbers; `/dev` stands for any of them.
_NAMES = {
    "*:*": "/dev",
    "1:*": "/dev/mem",
    "1:1": "/dev/mem",
    "1:2": "/dev/kmem",
    "1:4": "/dev/port",
    "1:11": "/dev/kmsg",
    "10:200": "/dev/net/tun",
    "10:232": "/dev/kvm",
    "10:237": "/dev/loop-control",
    "116:*": "/dev/snd",
    "195:*": "/dev/nvidia",
    "226:*": "/dev/dri",
}

#: Opened as often as the others of every container: clocks, and the terminals of old configurations.
_HARMLESS = frozenset({*COMMON_DEVICES, "254:0", "10:228", "4:0", "4:1", "5:*"})


def unrestricted(config: Config) -> Truth:
    """Say whether no rule keeps the container from any device."""
    ruled = [entry for prefix in _CGROUPS for entry in config.family(prefix)]
    if any(_is_all(entry) for entry in ruled if entry.key.endswith(".deny")):
        return no(config.at, "denies devices")
    gap = config.gap_since(None)
    if gap is not None:
        return unknown(gap.at, gap.reason)
    return yes(config.at, "may open every device of the host")


def rules(config: Config) -> Items[str]:
    """Return the rules in force that open block devices, or everything; those for making nodes open nothing."""
    found: list[Setting[str]] = []
    for entry in _allowed(config):
        if entry.reason:
            found.append(Unknown(entry.reason, entry.at))
        elif (_is_all(entry) or entry.value.startswith("b")) and _opens(entry):
            found.append(Stated(entry.value if entry.value != "a" else "a *:* rwm", entry.at, entry.via))
    return _items(found, config)


def devices(config: Config) -> list[Setting[Device]]:
    """Return the character devices that rules open."""
    found: list[Setting[Device]] = []
    for entry in _allowed(config):
        words = entry.value.split()
        if entry.reason or words[:1] != ["c"] or not _opens(entry):
            continue
        numbers = words[1] if len(words) > 1 else "*:*"
        if numbers not in _HARMLESS:
            found.append(Stated(Device(_named(numbers), words[2] if len(words) > 2 else "rwm", entry.at), entry.at))
    return found


def _named(numbers: str) -> str:
    major = numbers.partition(":")[0]
    return _NAMES.get(numbers) or _NAMES.get(f"{major}:*" if major != "1" else "") or f"the character device {numbers}"


def _allowed(config: Config) -> list[Entry]:
    """Return what is allowed behind the last rule that denies everything and not denied again by the same words."""
    return [
        entry
        for prefix in _CGROUPS
        for entry in config.all(prefix + "allow")
        if not any(
            rule.order > entry.order and (_is_all(rule) or rule.value == entry.value)
            for rule in config.all(prefix + "deny")
        )
    ]


def _is_all(entry: Entry) -> bool:
    return entry.value.split()[:1] == ["a"]


def _opens(entry: Entry) -> bool:
    words = entry.value.split()
    return len(words) < 3 or any(access in words[2] for access in "rw")


def _items(found: list[Setting[str]], config: Config) -> Items[str]:
    gap = config.gap_since(None)
    at: Location = config.at
    return (
        Items(tuple(found), at) if gap is None else Items(tuple(found), gap.at, complete=False, open_because=gap.reason)
    )
