"""The persistent volumes of a file, and which claims they are bound to: a path of the host may stand behind a claim.

Binding: a claim that names its volume gets it, a volume that names its claim goes to it, and otherwise the storage
class decides. What is bound by a cluster, or described in another file, is the kubelet's to know.
"""

from __future__ import annotations

from gate.dialects.pod_volumes import MANAGED, Volume
from gate.dialects.reading import Fields
from gate.model.evidence import Defaulted, Inapplicable, Stated, Unknown
from gate.model.record import Record
from gate.syntax.tree import Mapping, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.evidence import Setting
    from gate.syntax.tree import Node


class Persistent(Record):
    """A persistent volume that is a path of a node, and what decides who gets it."""

    name: str
    storage_class: str
    claim: tuple[str, str]
    path: Setting[str]


class Storage:
    """The persistent volumes and claims that the documents of a file describe."""

    __slots__ = ("_claims", "_volumes")

    def __init__(self, roots: Iterable[Node]) -> None:
        """Gather them, also from lists."""
        self._claims: dict[tuple[str, str], Fields] = {}
        self._volumes: list[Persistent] = []
        for fields in _objects(roots):
            kind, metadata = _plain(fields, "kind"), fields.sub("metadata")
            if kind == "PersistentVolume":
                self._volumes += _persistent(fields)
            elif kind == "PersistentVolumeClaim":
                self._claims[_plain(metadata, "namespace"), _plain(metadata, "name")] = fields.sub("spec")

    def of_claim(self, namespace: str, name: str) -> Volume | None:
        """Return the path of the node that a claim is bound to; None when nothing says that it is one."""
        if not self._volumes:
            return None
        wanted = (namespace, name)
        spec = next((spec for claim, spec in self._claims.items() if _are_one(claim, wanted)), None)
        return None if spec is None else self._bound(spec, wanted)

    def of_templates(self, stateful_set: Fields) -> dict[str, Volume]:
        """Return the volumes of the claims that a StatefulSet, or its like, makes for every pod."""
        found = {}
        for claim in stateful_set.sub("spec").mappings("volumeClaimTemplates")[0]:
            name = _plain(claim.sub("metadata"), "name")
            bound = self._bound(claim.sub("spec"), ("", "")) if self._volumes else None
            found[name] = bound or Volume("volume", Inapplicable(MANAGED, claim.at))
        return found

    def _bound(self, spec: Fields, claim: tuple[str, str]) -> Volume | None:
        named, wanted = _plain(spec, "volumeName"), _plain(spec, "storageClassName")
        if named:
            candidates = [one for one in self._volumes if one.name == named]
        else:
            candidates = [one for one in self._volumes if _are_one(one.claim, claim)] or [
                one for one in self._volumes if wanted and one.storage_class == wanted and not one.claim[1]
            ]
        if not candidates:
            return None
        several = Unknown("which of several persistent volumes it is bound to is up to the cluster", spec.at)
        return Volume("bind", candidates[0].path if len(candidates) == 1 else several)


def _objects(roots: Iterable[Node]) -> Iterator[Fields]:
    for root in roots:
        if isinstance(root, Mapping):
            items = root.get("items")
            for node in items.items if isinstance(items, Sequence) else [root]:
                yield Fields(node, node, [])


def _persistent(fields: Fields) -> Iterator[Persistent]:
    metadata, spec = fields.sub("metadata"), fields.sub("spec")
    claim = spec.sub("claimRef")
    for kind in ("hostPath", "local"):
        source = spec.sub(kind)
        if source.present:
            path = source.text("path")
            yield Persistent(
                _plain(metadata, "name"),
                _plain(spec, "storageClassName"),
                (_plain(claim, "namespace"), _plain(claim, "name")),
                Unknown("it names no path", source.at) if isinstance(path, Defaulted) else path,
            )


def _are_one(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Compare two claims; a namespace that is not written is whichever the file is applied to."""
    return one[1] == other[1] != "" and (one[0] == other[0] or not (one[0] and other[0]))


def _plain(fields: Fields, name: str) -> str:
    text = fields.text(name)
    return text.value if isinstance(text, Stated) else ""
