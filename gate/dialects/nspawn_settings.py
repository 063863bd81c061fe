"""What a container of systemd-nspawn is started with: the flags of a command, and the settings file beside them.

Source: systemd 252 `src/nspawn/nspawn-settings.c` for what a line comes to, and `merge_settings` of
`src/nspawn/nspawn.c` for which of the two counts. Settings from beside an image are taken only as far as they give
nothing away.
"""

from __future__ import annotations

from gate.dialects.interpolation import GAP
from gate.dialects.lxc_keys import CAPABILITIES
from gate.dialects.nspawn_options import FLAGS, GROUPS, PRIVILEGED, SAFEGUARDS, SECTIONS, boolean
from gate.model.record import Record
from gate.model.workload import IgnoredKey, RefusedKey
from gate.syntax.systemd_unit import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Literal

    from gate.dialects.docker_flags import Flag, Flags
    from gate.model.location import Location
    from gate.syntax.systemd_unit import Entry, Unit

    #: How the settings file counts (`--settings=`).
    Mode = Literal["no", "yes", "override", "trusted"]

NAMES = frozenset(name.upper() for name in CAPABILITIES)
ALL = "ALL"

#: The group of all keys that are about capabilities.
CAPABILITIES_GROUP = "capabilities"

_BOOLEANS = frozenset({"NoNewPrivileges", "ReadOnly", "Private", "VirtualEthernet", "Ephemeral"})
_NAMED = frozenset({"Capability", "DropCapability", "AmbientCapability"})
_PLACED = frozenset({"Bind", "BindReadOnly", "Overlay", "OverlayReadOnly", "TemporaryFileSystem"})
_LISTS = frozenset({"Interface", "MACVLAN", "IPVLAN", "BindUser"})

#: What only a file can have: an empty value takes back what was said before.
_TAKEN_BACK = _BOOLEANS | _LISTS | {"User", "Bridge"}

#: The most that a user's number can be, and the two that stand for nobody (`uid_is_valid`).
_MOST = 2**32 - 1
_NOBODY = (65535, _MOST)


class Given(Record):
    """One value of an option: what is unknown of it has a reason; `stated` is false for what nobody wrote."""

    value: str
    at: Location
    reason: str = ""
    via: tuple[Location, ...] = ()
    stated: bool = True


class Capability(Record):
    """A step to the capabilities that a container keeps: `+` and `-` one by its name, `ALL`, or none that is known."""

    sign: str
    name: str
    given: Given


class Settings:
    """The values of every option by its key in a settings file, and what only looks like a setting.

    `steps` lead from the capabilities that every container keeps to those of this one; `refused` are the values that a
    command is not started with.
    """

    __slots__ = ("at", "given", "ignored", "refused", "steps")

    def __init__(self, at: Location) -> None:
        """Start with nothing; `at` is the place of the whole."""
        self.at = at
        self.given: dict[str, list[Given]] = {}
        self.ignored: list[IgnoredKey] = []
        self.refused: list[RefusedKey] = []
        self.steps: list[Capability] = []

    def add(self, key: str, given: Given) -> None:
        """Take one more value."""
        self.given.setdefault(key, []).append(given)

    def last(self, key: str) -> Given | None:
        """Return the value that counts of an option that has one."""
        values = self.given.get(key)
        return values[-1] if values else None

    def all(self, key: str) -> list[Given]:
        """Return every value of an option."""
        return self.given.get(key, [])

    def groups(self) -> set[str]:
        """Return what anything is said of."""
        return {GROUPS.get(key, key) for key, values in self.given.items() if values}


def of_command(flags: Flags) -> Settings:
    """Read the flags of a command."""
    found = Settings(flags.at)
    for name, values in flags.given.items():
        if name in FLAGS:
            for flag in values:
                _flag(found, name, flag)
    found.steps += _steps("+", found.all("Capability"))
    private = is_private(found)
    if private is not None:
        found.steps.append(Capability("+", "NET_ADMIN", private))
    found.steps += _steps("-", found.all("DropCapability"))
    return found


def _flag(found: Settings, name: str, flag: Flag) -> None:
    key, implied = FLAGS[name]
    value = implied if implied and flag.value == "true" else flag.value
    parts = [part.strip() for part in value.split(",")] if key in _NAMED else [value]
    for part in parts:
        reason = flag.reason if GAP in part or (flag.reason and len(parts) == 1) else ""
        cause = "" if reason else _unfit(key, part, numbers=False)
        if cause:
            found.refused.append(RefusedKey(f"--{name}", cause, flag.at))
        found.add(key, Given(_spelled(key, part), flag.at, reason or cause, flag.via))


def of_file(unit: Unit) -> Settings:
    """Read a settings file; what systemd-nspawn only warns of it passes over."""
    found = Settings(unit.at("Exec"))
    for entry in unit.entries:
        if entry.key in SECTIONS.get(entry.section, ()):
            _entry(found, entry)
        else:
            _misplaced(found, entry)
    owner = found.last("PrivateUsersOwnership") or found.last("PrivateUsersChown")
    if owner is not None and found.last("PrivateUsers") is None:
        # Who says whose the files shall be and nothing of a user namespace has none (`settings_load`).
        found.add("PrivateUsers", Given("no", owner.at))
    return found


def _entry(found: Settings, entry: Entry) -> None:
    key, text, at = entry.key, entry.value.text, entry.at
    if not text and key in _TAKEN_BACK:
        found.given.pop(key, None)
        return
    parts = [one.text for one in words(entry.value)] if key in _NAMED | _LISTS else [text]
    for part in parts:
        cause = _unfit(key, part, numbers=True)
        if not cause:
            found.add(key, Given(_spelled(key, part, numbers=True), at))
        elif key in SAFEGUARDS:
            found.ignored.append(IgnoredKey(f"{key}=", f"systemd-nspawn passes it over: {cause}", at))


def _misplaced(found: Settings, entry: Entry) -> None:
    """Note a safeguard that stands in another section, or in letters of another size."""
    for section, keys in SECTIONS.items():
        for key in keys & SAFEGUARDS:
            if entry.key.lower() == key.lower():
                consequence = f"systemd-nspawn reads it only as `{key}=` in [{section}]"
                found.ignored.append(IgnoredKey(f"{entry.key}=", consequence, entry.at))


def _unfit(key: str, value: str, *, numbers: bool) -> str:
    """Say why a value is none of its key's; empty for one that is. In a file `0` and `1` are booleans of users too."""
    shown = f"`{value[:40]}`".replace(GAP, "…")
    if key in _BOOLEANS and boolean(value) is None:
        return f"{shown} is no boolean"
    if key in _NAMED and capability(value) is None:
        return f"{shown} is no capability, whose names begin with `CAP_`"
    if key == "PrivateUsers" and user_map(value, numbers=numbers) is None:
        return f"{shown} is no range of users"
    if key in _PLACED and not _is_placed(key, value):
        return f"{shown} names no absolute path in the container"
    if key == "Volatile" and boolean(value) is None and value not in ("state", "overlay"):
        return f"{shown} is no mode"
    return ""


def _is_placed(key: str, value: str) -> bool:
    """Say whether a mount names where it is mounted: its own source's path, where it names nothing else."""
    parts = cut(value)
    if key == "TemporaryFileSystem":
        place = parts[0]
    elif key in ("Overlay", "OverlayReadOnly"):
        if len(parts) < 3:
            return len(parts) == 2
        place = parts[-1]
    else:
        place = parts[1] if len(parts) > 1 else parts[0].removeprefix("+")
    return place.startswith("/") or GAP in place


def cut(value: str) -> list[str]:
    """Cut at colons, but for those behind a backslash."""
    found, here = [""], 0
    while here < len(value):
        character = value[here]
        if character == "\\" and here + 1 < len(value):
            found[-1] += value[here + 1]
            here += 1
        elif character == ":":
            found.append("")
        else:
            found[-1] += character
        here += 1
    return found


def _spelled(key: str, value: str, *, numbers: bool = False) -> str:
    """Return a value as the rest of the gate spells it."""
    if key in _NAMED:
        return capability(value) or value
    if key in _BOOLEANS or (key == "Volatile" and boolean(value) is not None):
        return "yes" if boolean(value) else "no"
    if key == "PrivateUsers":
        return user_map(value, numbers=numbers) or value
    return value


def capability(value: str) -> str | None:
    """Return a capability by its name, which begins with `CAP_` in letters of either size, or by its number."""
    if value.isascii() and value.isdecimal() and len(value) < 3 and int(value) < len(CAPABILITIES):
        return CAPABILITIES[int(value)].upper()
    name = value.upper()
    known = name.startswith("CAP_") and name[4:] in NAMES
    return ALL if value == "all" else name[4:] if known else None


def user_map(value: str, *, numbers: bool) -> str | None:
    """Return `no`, `host` for a map that gives root of the host, `remapped`, or `yes` for one that the files decide.

    `pick` and `managed` choose a range that nobody else has; any other word than a range is none, and is None.
    """
    if value in ("pick", "managed"):
        return "remapped"
    if value in ("host", "remapped"):
        return value
    truth = boolean(value) if numbers or not value.isdecimal() else None
    if truth is not None:
        return "yes" if truth else "no"
    if value == "identity":
        return "host"
    first, _, count = value.partition(":")
    if not _is_number(first) or not _is_number(count or "1"):
        return None
    start, many = int(first), int(count or "65536")
    if start in _NOBODY or not many > 0 or start + many > _MOST:
        return None
    return "host" if start == 0 else "remapped"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 10 and (text == "0" or text[0] != "0")


def _steps(sign: str, values: Iterable[Given]) -> Iterator[Capability]:
    return (Capability(sign, "" if one.reason else one.value, one) for one in values)


#: Options that each give a container a network of its own.
LINKS = ("Bridge", "Zone", "Interface", "MACVLAN", "IPVLAN", "VirtualEthernetExtra")


def is_private(settings: Settings) -> Given | None:
    """Return what gives a container a network of its own; None where nothing does (`settings_private_network`)."""
    for key in ("VirtualEthernet", "Private"):
        given = settings.last(key)
        if given is not None and (given.reason or given.value == "yes"):
            return given
    return next((given for key in LINKS if (given := settings.last(key)) is not None), None)


def merged(command: Settings, file: Settings, mode: Mode, *, trusted: bool) -> Settings:
    """Return what a command and a settings file come to together."""
    if mode == "no":
        return command
    found = Settings(command.at)
    found.given = {key: list(values) for key, values in command.given.items()}
    found.ignored = [*command.ignored, *file.ignored]
    found.refused = [*command.refused, *file.refused]
    said = set() if mode == "override" else command.groups()
    trusted = trusted or mode == "trusted"
    for group in sorted(file.groups() - said - {CAPABILITIES_GROUP}):
        if not trusted and (group in PRIVILEGED or (group == "SystemCallFilter" and _adds_calls(file))):
            found.ignored += _untrusted(file, group)
        else:
            _take_over(found, file, group)
    found.steps = [*command.steps]
    if CAPABILITIES_GROUP not in said:
        found.steps += _later_steps(file, trusted=trusted, networked="network" in file.groups() - said)
    return found


def _later_steps(file: Settings, *, trusted: bool, networked: bool) -> Iterator[Capability]:
    """Yield what a settings file changes of the capabilities; what it drops counts wherever it lies.

    NET_ADMIN comes and goes with a network of the container's own.
    """
    added, private = file.all("Capability"), is_private(file)
    if networked and (trusted or (private is None and not added)):
        given = private or next(values[-1] for key, values in file.given.items() if GROUPS.get(key) == "network")
        yield Capability("+" if private is not None else "-", "NET_ADMIN", given)
    yield from _steps("+", added if trusted else ())
    yield from _steps("-", file.all("DropCapability"))


def _adds_calls(file: Settings) -> bool:
    return any(not given.value.startswith("~") for given in file.all("SystemCallFilter"))


def _untrusted(file: Settings, group: str) -> Iterator[IgnoredKey]:
    """Yield the safeguards among what is not taken from a file beside an image."""
    for key, values in file.given.items():
        if GROUPS.get(key, key) == group and key in SAFEGUARDS and values[-1].value != "no":
            consequence = "systemd-nspawn takes it from /etc/systemd/nspawn, and not from a file beside an image"
            yield IgnoredKey(f"{key}=", consequence, values[-1].at)


def _take_over(found: Settings, file: Settings, group: str) -> None:
    found.given = {key: values for key, values in found.given.items() if GROUPS.get(key, key) != group}
    for key, values in file.given.items():
        if GROUPS.get(key, key) == group:
            found.given[key] = list(values)
