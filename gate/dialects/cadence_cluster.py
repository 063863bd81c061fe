"""What in a cluster moves on the images of a manifest, as the manifest itself says it.

Source: Flux documentation, image update automation, which marks the line of an image with the policy that picks its
tag; Keel documentation, annotations.
"""

from __future__ import annotations

import re

from gate.model.cadence import Keeper

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.source import Source

_MARKER = re.compile(r'#[ \t]*\{[ \t]*"\$imagepolicy"[ \t]*:[ \t]*"[^"\n]{1,200}"[ \t]*\}')
_KEEL = re.compile(r"""^[ \t]*["']?keel\.sh/policy["']?[ \t]*:[ \t]*["']?([A-Za-z]{1,20})""", re.MULTILINE)

_NOT_IN_SIGHT = "the ImageUpdateAutomation that writes the change is not in sight"


def keepers(source: Source, start: int, end: int, repository: str, *, automated: bool) -> Iterator[Keeper]:
    """Yield what moves on an image that an object in a stretch of a file names; `automated` where Flux writes."""
    text = source.text
    name = repository.rpartition("/")[2]
    for marker in _MARKER.finditer(text, start, end):
        line = text.rfind("\n", 0, marker.start()) + 1
        if name in text[line : marker.start()]:
            at = source.location(marker.start(), marker.end())
            yield Keeper("Flux", "bump", at, doubt="" if automated else _NOT_IN_SIGHT)
    for policy in _KEEL.finditer(text, start, end):
        if policy[1].lower() != "never":
            yield Keeper("Keel", "bump", source.location(policy.start(1), policy.end(1)))
