"""Only volumes that the cluster provides, or that are the pod's own, may be mounted.

Fields: the sources of the pod's volumes. Allowed: the kinds below; in place of the baseline check of host paths.
"""

from __future__ import annotations

from gate.boundary.pod_security.check import Check, Since
from gate.boundary.pod_security.questions import members

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.pod import Pod
    from gate.model.truth import Truth

KINDS = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)


def mounting(pod: Pod) -> Iterator[Truth]:
    """Find the volumes of other kinds."""
    return members(pod.volumes, lambda kind: kind not in KINDS, "the pod", "volumes")


CHECK = Check("restrictedVolumes", "restricted", (Since(0, mounting, ("hostPathVolumes",)),))
