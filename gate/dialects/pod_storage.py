"""Persistent volumes, and claims to them, as they are written.

Fields: kubernetes/api `core/v1/types.go`. Which volume a claim is bound to is settled where all files are in sight.
"""

from __future__ import annotations

from gate.dialects.pod_volumes import MANAGED, Volume
from gate.dialects.reading import Fields, as_text
from gate.model.evidence import Defaulted, Inapplicable, Stated, Unknown
from gate.model.storage import Claim, Claimed, Persistent
from gate.syntax.tree import Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.evidence import Setting

#: The sources of a volume that are a path of a node.
_LOCAL = ("hostPath", "local")


def persistent(fields: Fields) -> Persistent:
    """Read a PersistentVolume."""
    spec = fields.sub("spec")
    claim = spec.sub("claimRef")
    return Persistent(
        _plain(fields.sub("metadata"), "name"),
        _plain(spec, "storageClassName"),
        _modes(spec),
        (_plain(claim, "namespace"), _plain(claim, "name")),
        _path(spec),
        fields.at,
    )


def _path(spec: Fields) -> Setting[str] | None:
    for kind in _LOCAL:
        source = spec.sub(kind)
        if source.present:
            path = source.text("path")
            return Unknown("it names no path", source.at) if isinstance(path, Defaulted) else path
    return Unknown(spec.reason, spec.at) if spec.reason else None


def claim(fields: Fields) -> Claim:
    """Read what a PersistentVolumeClaim, or the template of one, asks for."""
    spec = fields.sub("spec")
    named = spec.get("storageClassName")
    storage_class = as_text(named) if isinstance(named, Scalar) else None
    return Claim(_plain(spec, "volumeName"), storage_class, _modes(spec), fields.at)


def claimed(top: Fields, namespace: str) -> dict[str, Volume]:
    """Return the volumes of the claims that a StatefulSet, or its like, makes for every pod."""
    found = {}
    for spec in (top.sub("spec"), top.sub("spec").sub("workflowSpec")):
        for one in spec.mappings("volumeClaimTemplates")[0]:
            name = _plain(one.sub("metadata"), "name")
            mine = Claimed(namespace, "", claim(one), "")
            found[name] = Volume("volume", Inapplicable(MANAGED, one.at), mine)
    return found


def _modes(spec: Fields) -> frozenset[str]:
    return frozenset(mode.value for mode in spec.strings("accessModes").members if isinstance(mode, Stated))


def _plain(fields: Fields, name: str) -> str:
    text = fields.text(name)
    return text.value if isinstance(text, Stated) else ""
