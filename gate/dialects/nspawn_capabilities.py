"""Which capabilities a container of systemd-nspawn keeps, and whether they are enough to leave it.

Source: systemd-nspawn(1), `--capability=`, for what every container keeps; its description says that without a user
namespace a container is easily left from within.
"""

from __future__ import annotations

from gate.dialects.nspawn_options import RETAINED
from gate.dialects.nspawn_settings import ALL, NAMES, is_private
from gate.model.evidence import Items, Stated, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.nspawn_settings import Given, Settings
    from gate.model.evidence import Setting
    from gate.model.location import Location

#: Each of these alone leads root of the host out: mounts, any file by its handle, modules, ports and memory.
ESCAPING = ("SYS_ADMIN", "DAC_READ_SEARCH", "SYS_MODULE", "SYS_RAWIO")

#: Makes the node of any device, which the policy of the container's unit keeps closed.
MAKES_NODES = "MKNOD"


class Kept:
    """The capabilities that are kept, what was added and dropped to come to them, and what of both is not known."""

    __slots__ = ("added", "at", "doubts", "dropped", "names")

    def __init__(self, settings: Settings) -> None:
        """Go through every step in its order."""
        self.at: Location = settings.at
        self.names: set[str] = set(RETAINED)
        self.added: dict[str, Given] = {}
        self.dropped: dict[str, Given] = {}
        #: What is added or dropped and cannot be known, by its sign.
        self.doubts: dict[str, Given] = {}
        for step in settings.steps:
            names = NAMES if step.name == ALL else {step.name} if step.name else set()
            if not step.name:
                self.doubts.setdefault(step.sign, step.given)
            elif step.sign == "+":
                self._add(step.name, names, step.given)
            else:
                self._drop(step.name, names, step.given)
        if is_private(settings) is not None:
            self.added.pop("NET_ADMIN", None)

    def _add(self, name: str, names: set[str] | frozenset[str], given: Given) -> None:
        if not names <= self.names:
            self.added[name] = given
        self.names |= names
        for one in names & self.dropped.keys():
            del self.dropped[one]
        self.dropped.pop(ALL, None)

    def _drop(self, name: str, names: set[str] | frozenset[str], given: Given) -> None:
        self.names -= names
        self.dropped |= dict.fromkeys(names, given)
        if name == ALL:
            self.added.clear()
        for one in names & self.added.keys():
            del self.added[one]

    def keeps(self, name: str) -> bool | None:
        """Say whether a capability is kept; None where that is not known."""
        if name in self.names:
            return None if "-" in self.doubts else True
        return None if "+" in self.doubts else False

    def items(self) -> tuple[Items[str], Items[str]]:
        """Return what is added to what every container keeps, and what is dropped of it: all of it, where so."""
        added = [_stated(name, given) for name, given in self.added.items()]
        dropped = [_stated(name, given) for name, given in sorted(self.dropped.items())]
        if self.names <= {"NET_BIND_SERVICE"} and dropped:
            given = next(iter(self.dropped.values()))
            added = [_stated(name, given) for name in self.names]
            dropped = [_stated(ALL, given)]
        for sign, found in (("+", added), ("-", dropped)):
            if sign in self.doubts:
                found.append(Unknown(self.doubts[sign].reason, self.doubts[sign].at))
        return Items(tuple(added), self.at), Items(tuple(dropped), self.at)

    def leads_out(self, *, makes_nodes: bool) -> tuple[bool | None, Location]:
        """Say whether root of the host gets out by what is kept, with the place; None where that is not known."""
        asked = (*ESCAPING, *((MAKES_NODES,) if makes_nodes else ()))
        answers = {name: self.keeps(name) for name in asked}
        for name, answer in answers.items():
            if answer:
                return True, self.added[name].at if name in self.added else self.at
        doubted = next(iter(self.doubts.values()), None)
        if doubted is not None and None in answers.values():
            return None, doubted.at
        return False, self.at


def _stated(name: str, given: Given) -> Setting[str]:
    return Stated(name, given.at, given.via)
