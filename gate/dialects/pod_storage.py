"""The persistent volumes of a file, and which claims they are bound to: a path of the host may stand behind a claim.

Binding: a claim that names its volume gets it, a volume that names its claim goes to it, and otherwise the storage
class decides. What is bound by a cluster, or described in another file, is the kubelet's to know.
"""

from __future__ import annotations

from gate.dialects.pod_volumes import MANAGED, Volume
from gate.dialects.reading import Fields
from gate.model.evidence import Defaulted, Inapplicable, Stated, Unknown
from gate.model.record import Generic, Record
from gate.syntax.tree import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeVar

    from gate.model.evidence import Setting
    from gate.syntax.tree import Node

    T = TypeVar("T")

else:
    T = None


class Persistent(Record):
    """A persistent volume that is a path of a node, and what decides who gets it."""

    name: str
    storage_class: str
    claim: tuple[str, str]
    path: Setting[str]


class Storage:
    """The persistent volumes and claims that the documents of a file describe."""

    __slots__ = ("_claims", "_of_claim", "_of_class", "_of_name")

    def __init__(self, roots: Iterable[Node]) -> None:
        """Gather them, also from lists."""
        self._claims = Namespaced[Fields]()
        self._of_claim = Namespaced[Persistent]()
        self._of_class: dict[str, list[Persistent]] = {}
        self._of_name: dict[str, list[Persistent]] = {}
        for fields in _objects(roots):
            kind = _plain(fields, "kind")
            if kind == "PersistentVolume":
                for volume in _persistent(fields):
                    self._keep(volume)
            elif kind == "PersistentVolumeClaim":
                self._claims.add(_names(fields.sub("metadata")), fields.sub("spec"))

    def _keep(self, volume: Persistent) -> None:
        self._of_name.setdefault(volume.name, []).append(volume)
        if volume.claim[1]:
            self._of_claim.add(volume.claim, volume)
        elif volume.storage_class:
            self._of_class.setdefault(volume.storage_class, []).append(volume)

    def of_claim(self, namespace: str, name: str) -> Volume | None:
        """Return the path of the node that a claim is bound to; None when nothing says that it is one."""
        spec = self._claims.get((namespace, name)) if self._of_name else []
        return self._bound(spec[0], (namespace, name)) if spec else None

    def of_templates(self, stateful_set: Fields) -> dict[str, Volume]:
        """Return the volumes of the claims that a StatefulSet, or its like, makes for every pod."""
        found = {}
        for claim in stateful_set.sub("spec").mappings("volumeClaimTemplates")[0]:
            bound = self._bound(claim.sub("spec"), ("", "")) if self._of_name else None
            name = _plain(claim.sub("metadata"), "name")
            found[name] = bound or Volume("volume", Inapplicable(MANAGED, claim.at))
        return found

    def _bound(self, spec: Fields, claim: tuple[str, str]) -> Volume | None:
        named = _plain(spec, "volumeName")
        if named:
            candidates = self._of_name.get(named, [])
        else:
            candidates = self._of_claim.get(claim) or self._of_class.get(_plain(spec, "storageClassName"), [])
        if not candidates:
            return None
        several = Unknown("which of several persistent volumes it is bound to is up to the cluster", spec.at)
        return Volume("bind", candidates[0].path if len(candidates) == 1 else several)


class Namespaced(Generic[T]):
    """Things by namespace and name, where a namespace that is not written is whichever the file is applied to."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        """Start empty."""
        self._found: dict[tuple[str | None, str], list[T]] = {}

    def add(self, names: tuple[str, str], thing: T) -> None:
        """Keep a thing under its own namespace and under any."""
        self._found.setdefault(names, []).append(thing)
        self._found.setdefault((None, names[1]), []).append(thing)

    def get(self, names: tuple[str, str]) -> list[T]:
        """Return the things that the names may mean."""
        namespace, name = names
        if not namespace:
            return self._found.get((None, name), []) if name else []
        return self._found.get(names) or self._found.get(("", name), [])


def _objects(roots: Iterable[Node]) -> Iterator[Fields]:
    for root in roots:
        if isinstance(root, Mapping):
            items = root.get("items")
            for node in items.items if isinstance(items, Sequence) else [root]:
                yield Fields(node, node, [])


def _persistent(fields: Fields) -> Iterator[Persistent]:
    spec = fields.sub("spec")
    for kind in ("hostPath", "local"):
        source = spec.sub(kind)
        if source.present:
            path = source.text("path")
            yield Persistent(
                _plain(fields.sub("metadata"), "name"),
                _plain(spec, "storageClassName"),
                _names(spec.sub("claimRef")),
                Unknown("it names no path", source.at) if isinstance(path, Defaulted) else path,
            )


def _names(fields: Fields) -> tuple[str, str]:
    return _plain(fields, "namespace"), _plain(fields, "name")


def _plain(fields: Fields, name: str) -> str:
    text = fields.text(name)
    return text.value if isinstance(text, Stated) else ""
