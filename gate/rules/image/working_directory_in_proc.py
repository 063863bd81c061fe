"""An image that starts in a folder of its runtime."""

from __future__ import annotations

from gate.model.evidence import holds
from gate.model.rule import Control, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.image import Image
    from gate.model.lifecycle import Tables
    from gate.model.truth import Truth

# Fields: Dockerfile WORKDIR; config.WorkingDir of an image.
# Allowed: any folder that is not below /proc.


def _in_proc(path: str) -> bool:
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return parts[:1] == ["proc"]


def check(image: Image, tables: Tables, now: str) -> Iterator[Truth]:
    """Ask the folder that the image starts in; one that only the base image decides is no question of this file."""
    directory = image.working_directory
    if hasattr(directory, "value"):
        yield holds(directory, _in_proc, "").about("the image starts in a folder below /proc")


RULE = Rule(
    id="ISO053",
    name="working-directory-in-proc",
    title="starts in a folder below /proc",
    severity="high",
    remedy="name a folder of the image",
    check=check,
    controls=(Control("MITRE ATT&CK", "Containers", "T1611"),),
)
