"""Persistent volumes and the claims to them: a path of a node may stand behind a claim that a pod mounts."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.evidence import Setting
    from gate.model.location import Location


class Persistent(Record):
    """A persistent volume; `path` is the one of a node that it is, None for storage that the network serves.

    `claim` are the namespace and name of the claim that it is kept for, empty where it is kept for none.
    """

    name: str
    storage_class: str
    modes: frozenset[str]
    claim: tuple[str, str]
    path: Setting[str] | None
    at: Location


class Claim(Record):
    """A claim; `volume` is the volume it names, and a class of None is whatever the cluster has for a default."""

    volume: str
    storage_class: str | None
    modes: frozenset[str]
    at: Location


class Claimed(Record):
    """What a mount says of its claim: its name, or itself where every pod makes one; `part` is what is mounted."""

    namespace: str
    name: str
    own: Claim | None
    part: str
