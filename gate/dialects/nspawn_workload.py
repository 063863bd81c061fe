"""The containers that commands of `systemd-nspawn` start, with the settings files that these take in."""

from __future__ import annotations

from gate.dialects.compose_open import opened
from gate.dialects.docker_flags import Word, parse
from gate.dialects.docker_workload import no_build
from gate.dialects.interpolation import GAP
from gate.dialects.nspawn_facets import Start, container, namespaces
from gate.dialects.nspawn_networks import network, segments
from gate.dialects.nspawn_options import GRAMMAR, TEMPLATE, TEMPLATE_PROPERTIES, boolean
from gate.dialects.nspawn_settings import Given, Settings, merged, of_command
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, known
from gate.model.record import replace
from gate.model.workload import Credentials, Placement, RefusedKey, Sandbox, Workload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.docker_flags import Flags
    from gate.dialects.nspawn_settings import Mode
    from gate.dialects.shell_engines import Invocation
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.model.subject import Doubt

#: Commands that start nothing.
_TELLING = ("help", "version", "cleanup")

#: The key of a settings file that settles what whoever starts a container decides otherwise.
_SETTLES = {"PrivateUsers": "PrivateUsers", "VirtualEthernet": "Private"}


class Command:
    """One command of `systemd-nspawn`: its flags, its environment, and the properties of the unit that it runs in."""

    __slots__ = ("doubts", "environment", "flags", "properties")

    def __init__(self, flags: Flags, environment: tuple[Word, ...], properties: dict[str, list[Given]]) -> None:
        """Take the flags and what stands around them."""
        self.flags = flags
        self.doubts: tuple[Doubt, ...] = ()
        self.environment = {
            name: Given(value, word.at, word.reason if GAP in value else "", word.via)
            for word in environment
            for name, _, value in (word.text.partition("="),)
        }
        self.properties = properties if self._is_on("keep-unit") else _scope(flags)

    @classmethod
    def of(cls, invocation: Invocation, properties: dict[str, list[Given]]) -> Command:
        """Return the command that a script or a unit holds."""
        found = cls(invocation.before, invocation.environment, properties)
        found.doubts = invocation.doubts
        return found

    @property
    def starts(self) -> bool:
        """Whether a container is started at all."""
        return not any(name in self.flags.given for name in _TELLING)

    @property
    def name(self) -> str:
        """The machine's name: the one that it is given, else that of its folder or disk."""
        for flag in ("machine", "directory", "image", "template", "oci-bundle"):
            given = self.flags.last(flag)
            last = given.value.rstrip("/").rpartition("/")[2] if given is not None else GAP
            if given is not None and given.value and GAP not in last:
                return last.removesuffix(".raw") or "host"
        return "container"

    @property
    def mode(self) -> Mode:
        """How a settings file counts."""
        given = self.flags.last("settings")
        if self.flags.last("oci-bundle") is not None:
            return "no"
        if given is None:
            return "yes"
        if given.value in ("override", "trusted"):
            return "override" if given.value == "override" else "trusted"
        return "no" if boolean(given.value) is False else "yes"

    def start(self) -> Start:
        """Return how it starts the container, beside the settings."""
        share, selinux = self.flags.last("share-system"), self.flags.last("selinux-context")
        return Start(
            self.environment,
            self.properties,
            self._keeps_devices_closed(),
            None if share is None else Given("yes", share.at),
            None if selinux is None else Given(selinux.value, selinux.at, selinux.reason, selinux.via),
            self._root(),
        )

    def _keeps_devices_closed(self) -> bool:
        """Say whether the unit does: the scope that is made for a container, or one that says so itself."""
        said = [given.value for given in self.properties.get("DevicePolicy", ())]
        if not self._is_on("keep-unit"):
            return not said or said[-1] != "auto"
        return bool(said) and said[-1] in ("closed", "strict")

    def _is_on(self, name: str) -> bool:
        return name in self.flags.given

    def _root(self) -> Setting[str] | None:
        """Return the root file system where it is the host's own, and no copy of it."""
        given = self.flags.last("directory")
        if given is None or self._is_on("ephemeral") or given.value.strip("/") or not given.value:
            return None
        return Stated("/", given.at, given.via)


def template(name: str, at: Location, properties: dict[str, list[Given]], environment: tuple[Word, ...]) -> Command:
    """Return the command of the template unit, for a container of a name, in a unit with more properties."""
    words = [Word(text, at) for text in TEMPLATE.format(name).split()]
    shipped = {key: [Given(value, at, "", (), False)] for key, value in TEMPLATE_PROPERTIES.items()}
    return Command(parse(words, GRAMMAR, at), environment, shipped | properties)


def workload(
    path: str, command: Command, file: Settings | None = None, *, trusted: bool = False, name: str = ""
) -> Workload:
    """Return the container that a command starts, with the settings file that is in sight for it."""
    own = of_command(command.flags)
    settings = merged(own, file, command.mode, trusted=trusted) if file is not None else own
    found = _workload(path, name or command.name, settings, command.start())
    found = replace(found, ignored=tuple(settings.ignored), refused=tuple(_refused(command, settings)))
    flags = command.flags
    bundle = flags.last("oci-bundle")
    if bundle is not None:
        return opened(found, "what it is confined by stands in a bundle that is made when it is built", bundle.at)
    return opened(found, flags.open_because, flags.open_at) if flags.open_because else found


def alone(path: str, file: Settings, *, trusted: bool, name: str) -> Workload:
    """Return the container of a settings file that nothing in sight starts.

    The template unit maps users and gives a network, a command does neither: what the file leaves out is not known.
    """
    own = Settings(file.at)
    for key, what in (("PrivateUsers", "maps its users"), ("VirtualEthernet", "gives it a network of its own")):
        reason = f"systemd-nspawn@.service {what}, a command does not, and the file has no `{_SETTLES[key]}=`"
        own.add(key, Given(GAP, file.at, reason, (), False))
    settings = merged(own, file, "override", trusted=trusted)
    start = Start({}, {}, True, None, None, None)
    return replace(_workload(path, name, settings, start), ignored=tuple(settings.ignored))


def _workload(path: str, name: str, settings: Settings, start: Start) -> Workload:
    at, own = settings.at, namespaces(settings, start)
    return Workload(
        f"{path}#nspawn/{name}",
        name,
        "",
        "Container",
        "systemd-nspawn",
        at,
        Defaulted("linux", at),
        Items((Stated(container(name, settings, start), at),), at),
        own,
        Sandbox(
            Inapplicable("systemd-nspawn has one runtime", at),
            Inapplicable("systemd-nspawn starts no machines", at),
            Items((), at),
        ),
        Placement.inapplicable("systemd-nspawn starts it where the command runs", at),
        Credentials.inapplicable("systemd-nspawn hands out no tokens", at),
        no_build(at),
        segments=segments(settings, own.network),
    )


def _scope(flags: Flags) -> dict[str, list[Given]]:
    """Return the properties of the scope that is made for a container, where the command sets some."""
    found: dict[str, list[Given]] = {}
    for flag in flags.given.get("property", ()):
        name, _, value = flag.value.partition("=")
        found.setdefault(name, []).append(Given(value, flag.at, flag.reason if GAP in value else "", flag.via))
    return found


def _refused(command: Command, settings: Settings) -> Iterator[RefusedKey]:
    """Yield what systemd-nspawn does not take together (`verify_arguments`)."""
    boot, second = (command.flags.last(name) for name in ("boot", "as-pid2"))
    if boot is not None and second is not None:
        yield RefusedKey("--as-pid2", "systemd-nspawn does not take it with `--boot`", second.at)
    for reason, at in command.flags.unknown:
        if "lacks" in reason:
            yield RefusedKey(reason.split("`")[1], reason, at)
    yield from settings.refused
    users = settings.last("PrivateUsers")
    bound, port = settings.last("BindUser"), settings.last("Port")
    if bound is not None and (users is None or users.value == "no"):
        yield RefusedKey("--bind-user", "systemd-nspawn binds users only with `--private-users`", bound.at)
    if port is not None and known(network(settings)) == "host":
        yield RefusedKey("--port", "systemd-nspawn takes it only with a network of the container's own", port.at)
    bridge, zone = settings.last("Bridge"), settings.last("Zone")
    if bridge is not None and zone is not None:
        yield RefusedKey("--network-zone", "systemd-nspawn does not take it with a bridge", zone.at)
