"""What a scheduler starts, and what is said alike of every kind of subject.

The facets of a workload stand in `gate.model.workload`: whoever judges an image needs none of them.
"""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.cadence import Cadence
    from gate.model.evidence import Items, Setting
    from gate.model.location import Location
    from gate.model.machine import Machine
    from gate.model.pod import Pod
    from gate.model.reference import Reference
    from gate.model.segments import Segments
    from gate.model.sensitivity import Statement
    from gate.model.workload import (
        Build,
        Container,
        Credentials,
        IgnoredKey,
        Namespaces,
        Placement,
        RefusedKey,
        Sandbox,
        Stack,
    )


#: Accounts that may do everything: of Linux, and of Windows containers (Microsoft, "Secure Windows containers").
ADMINISTRATORS = frozenset({"root", "containeradministrator", "user manager\\containeradministrator"})


class User(Record):
    """A user as written: `uid` is None for a name, which only the image's own account file can resolve."""

    text: str
    uid: int | None

    @classmethod
    def named(cls, text: str) -> User:
        """Read a name or a number, with an optional group, as engines do: they take a number with a sign too."""
        name = text.partition(":")[0].strip()
        digits = name[1:] if name[:1] in ("+", "-") else name
        is_number = digits.isdigit() and digits.isascii() and len(digits) < 20
        return cls(text, int(name) if is_number else 0 if name == "" else None)

    @property
    def is_root(self) -> bool:
        """Whether this is root by number, or by one of the names that always are."""
        return self.uid == 0 or self.text.split(":")[0].lower() in ADMINISTRATORS


class Doubt(Record):
    """A place that evidence was read from and that two consumers of the format would read differently.

    `path` is the keys that lead to it, as far as they are known; it lasts while lines move.
    """

    text: str
    at: Location
    path: str = ""


class Workload(Record):
    """One scheduled unit: a pod, a service, a task."""

    id: str
    name: str
    namespace: str
    kind: str
    platform: str
    at: Location
    os: Setting[str]
    containers: Items[Container]
    namespaces: Namespaces
    sandbox: Sandbox
    placement: Placement
    credentials: Credentials
    build: Build
    references: tuple[Reference, ...] = ()
    statements: tuple[Statement, ...] = ()
    ignored: tuple[IgnoredKey, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    pod: Pod | None = None
    refused: tuple[RefusedKey, ...] = ()
    segments: Segments | None = None
    stack: Stack | None = None
    machine: Machine | None = None
    cadence: tuple[Cadence, ...] = ()


def by_policies(workload: Workload) -> bool:
    """Say whether policies decide what keeps a workload apart, whether or not they have been asked yet."""
    return workload.segments is not None and workload.pod is not None
