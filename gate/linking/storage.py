"""Which persistent volume a claim is bound to, by the rules of the binder as far as files show them.

A claim that names its volume gets it, a volume that names its claim goes to it, and otherwise class and access modes
decide (kubernetes `pkg/controller/volume/persistentvolume`). What nothing in sight binds, the cluster provisions.
"""

from __future__ import annotations

from gate.model.evidence import Stated, Unknown
from gate.model.record import replace
from gate.model.storage import Claim, Persistent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.evidence import Setting
    from gate.model.reference import Definition
    from gate.model.storage import Claimed
    from gate.model.workload import Mount

_SEVERAL = "which of several persistent volumes it is bound to is up to the cluster"
_BY_DEFAULT = "whether the cluster has a storage class by default decides what it is bound to"


class Storage:
    """The persistent volumes and claims in sight."""

    __slots__ = ("_claims", "_volumes")

    def __init__(self, definitions: Iterable[Definition]) -> None:
        """Gather them."""
        self._volumes: list[Persistent] = []
        self._claims: dict[str, list[tuple[str, Claim]]] = {}
        for one in definitions:
            if isinstance(one.body, Persistent):
                self._volumes.append(one.body)
            elif isinstance(one.body, Claim):
                self._claims.setdefault(one.name, []).append((one.namespace, one.body))

    def bound(self, mount: Mount) -> Mount:
        """Return the mount as what it comes to: a path of the node, or still a volume that the cluster manages."""
        asked = mount.claim
        if asked is None or not self._volumes:
            return mount
        claims = [asked.own] if asked.own is not None else self._named(asked.namespace, asked.name)
        paths = [path for one in claims for path in self._paths(one, asked)]
        kept = {path.value if isinstance(path, Stated) else None for path in paths}
        if not paths or all(path is None for path in paths):
            return mount
        if len(paths) > 1 and (len(kept) > 1 or None in kept):
            return replace(mount, kind="bind", source=Unknown(_SEVERAL, claims[0].at))
        path = next(path for path in paths if path is not None)
        if isinstance(path, Stated):
            part = f"{path.value.rstrip('/')}/{asked.part}" if asked.part else path.value
            path = Stated(part, path.at, (mount.at, claims[0].at))
        return replace(mount, kind="bind", source=path)

    def _named(self, namespace: str, name: str) -> list[Claim]:
        """Return the claims that a name may mean, where a namespace that is not written is any."""
        found = self._claims.get(name, [])
        exact = [one for its, one in found if its == namespace]
        return exact or [one for its, one in found if not its or not namespace]

    def _paths(self, claim: Claim, asked: Claimed) -> list[Setting[str] | None]:
        """Return what a claim may be bound to; nothing where no volume in sight could be."""
        if claim.volume:
            return [one.path for one in self._volumes if one.name == claim.volume]
        kept = [one.path for one in self._volumes if asked.name and _is_for(one, asked.namespace, asked.name)]
        if kept:
            return kept
        fitting = [one for one in self._volumes if not one.claim[1] and claim.modes <= (one.modes or claim.modes)]
        fitting = [one for one in fitting if one.storage_class == (claim.storage_class or "")]
        if claim.storage_class is None and any(one.path is not None for one in fitting):
            return [Unknown(_BY_DEFAULT, claim.at)]
        return [one.path for one in fitting]


def _is_for(volume: Persistent, namespace: str, name: str) -> bool:
    return volume.claim[1] == name and (not namespace or volume.claim[0] in ("", namespace))
