"""Where a task runs: on Fargate, in a virtual machine of its own, or on a host whose kernel it shares.

A service, or what else starts the task, decides with its launch type or capacity providers, and ECS refuses a launch
type that the task definition cannot have. A task definition alone names the launch types that it was checked against:
Fargate alone says what its author means, and no more, because ECS starts the same task on an EC2 instance, too. What
Fargate refuses certainly runs elsewhere. Managed instances isolate a task when its `isolationMode` says so, and only
they take that setting.
"""

from __future__ import annotations

from gate.dialects.reading import as_text
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated, Unknown, known
from gate.model.record import Record
from gate.model.workload import Runtime, Sandbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.dialects.reading import Fields
    from gate.model.evidence import Setting
    from gate.model.location import Location

#: Launch types; `PROVIDER` is a capacity provider of the account, whose instances are its own or managed.
FARGATE, EC2, MANAGED, PROVIDER = "FARGATE", "EC2", "MANAGED_INSTANCES", "a capacity provider"

#: The capacity providers of AWS itself.
_OF_FARGATE = ("FARGATE", "FARGATE_SPOT")

#: The boundary that each isolation mode of managed instances is.
_ISOLATION = {"ISOLATED_SANDBOX": "sandbox", "CONFIDENTIAL_SANDBOX": "confidential-sandbox"}

#: What a task says of its boundary that has none but the kernel it shares.
_SHARED = "host"


class Start(Record):
    """One thing that starts a task, such as a service: its name, and the launch type that it decides."""

    name: str
    launch: Setting[str]


class Launch:
    """Where one task runs, as far as that is known: `asked` is its launch type, defaulted where nothing starts it."""

    __slots__ = ("asked", "compatible", "mode", "named", "starts")

    def __init__(self, task: Fields, starts: Sequence[Start], excluded: str) -> None:
        """Take the task, what starts it, and what it has that Fargate refuses (empty when there is nothing)."""
        self.starts = starts
        self.compatible = task.strings("requiresCompatibilities")
        self.mode = task.sub("trustedExecutionConfiguration").text("isolationMode", "SHARED")
        members = [known(member) for member in self.compatible.members]
        complete = self.compatible.complete and None not in members
        self.named = frozenset(member for member in members if member) if complete else None
        self.asked = self._decided() or self._alone(excluded)

    def _decided(self) -> Setting[str] | None:
        """Return what decides for sure, at its worst: whatever starts the task somewhere else than on Fargate."""
        launches = [start.launch for start in self.starts]
        elsewhere = [one for one in launches if known(one) != FARGATE and isinstance(one, Stated)]
        if elsewhere:
            return elsewhere[0]
        if self.named and FARGATE not in self.named:
            return Stated(MANAGED if self.named == {MANAGED} else EC2, self.compatible.at)
        return next((one for one in launches if isinstance(one, Unknown)), launches[0] if launches else None)

    def _alone(self, excluded: str) -> Setting[str]:
        at = self.compatible.at
        if self.named is None:
            return Unknown("the launch types that it is checked against are not known", at)
        if self.named == {FARGATE}:
            return Defaulted(FARGATE, at)
        if excluded:
            return Defaulted(EC2, at)
        words = "it may be started on EC2 as well as on Fargate" if self.named else "nothing says its launch type"
        return Unknown(f"{words}, and no service in sight decides", at)

    @property
    def fargate(self) -> bool:
        """Whether it runs on Fargate, as far as anything in sight says."""
        return known(self.asked) == FARGATE

    @property
    def isolation(self) -> str:
        """The boundary that its isolation mode asks for, whether or not it can have it."""
        return _ISOLATION.get(known(self.mode) or "", "")

    @property
    def managed(self) -> bool:
        """Whether it can run on managed instances, by all that is in sight."""
        asked = known(self.asked)
        elsewhere = asked == FARGATE or (asked not in (None, MANAGED, PROVIDER) and isinstance(self.asked, Stated))
        return not elsewhere and (self.named is None or self.named <= {MANAGED})


def sandbox(launch: Launch, at: Location) -> Sandbox:
    """Return what stands between the task and the kernel of its host."""
    asked = launch.asked
    runtime: Setting[Runtime] = Inapplicable("Amazon ECS names no runtime", at)
    native: Setting[str] = Stated(_SHARED, asked.at)
    if launch.isolation and launch.managed:
        native = Stated(launch.isolation, launch.mode.at)
    elif isinstance(launch.mode, Unknown) and launch.managed:
        native = launch.mode
    elif launch.fargate and isinstance(asked, Stated):
        native = Stated("fargate", asked.at)
    elif launch.fargate:
        native = Inapplicable("nothing in sight starts it", at)
        runtime = Stated(Runtime(FARGATE, Stated("fargate", asked.at), asked.at), asked.at)
    elif isinstance(asked, Unknown):
        native = asked
    return Sandbox(runtime, native, Items((), at))


def launch_of(fields: Fields) -> Setting[str] | None:
    """Read the launch type of what starts a task; None where it leaves that to its cluster."""
    kind = fields.setting("launchType", "", "a launch type", as_text)
    if not isinstance(kind, Defaulted):
        return kind
    return providers(fields, "capacityProviderStrategy")


def is_of_fargate(provider: str) -> bool:
    """Say whether a capacity provider is one of Fargate's."""
    return provider in _OF_FARGATE


def providers(fields: Fields, name: str) -> Setting[str] | None:
    """Read a strategy as a launch type; capacity providers that are not AWS's own are instances."""
    found, reason = fields.mappings(name)
    asked = [one.text("capacityProvider") for one in found]
    if reason:
        return Unknown(reason, fields.at_of(name))
    own = next((one for one in asked if isinstance(one, Stated) and one.value not in _OF_FARGATE), None)
    if own is not None:
        return Stated(PROVIDER, own.at)
    unknown = next((one for one in asked if isinstance(one, Unknown)), None)
    return unknown or (Stated(FARGATE, asked[0].at) if asked else None)
