"""An image whose labels speak to the runtime."""

from __future__ import annotations

from gate.model.rule import Control, Rule
from gate.model.truth import unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: Dockerfile LABEL; config.Labels of an image.
# Allowed: no key in the name spaces that containerd keeps for itself.

RESERVED = ("containerd.io/", "io.cri-containerd")


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask every label for its key."""
    for member in image.labels.members:
        label = getattr(member, "value", None)
        if label is None:
            yield unknown(member.at, "a label of the image cannot be known")
        elif label.name.startswith(RESERVED):
            yield yes(label.at, f"the label {label.name} is one that containerd acts on")


RULE = Rule(
    id="ISO050",
    name="reserved-runtime-label",
    title="carries a label that containerd acts on",
    severity="critical",
    remedy="remove the label",
    check=check,
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
