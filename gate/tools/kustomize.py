"""Starts `kustomize build`, or `kubectl kustomize`, on a folder, and hands back what it prints.

No plugin, function or chart is enabled, so that it starts nothing; it finds no program to start either, neither git nor
Helm, and reads no file outside of a customization's own folder, as it does by default.

Sources: kubernetes-sigs/kustomize `kustomize/commands/build`, `api/krusty/options.go`.
"""

from __future__ import annotations

from gate.model.record import Record
from gate.tools.rendering import PROBE_SECONDS, RenderError, program, started, version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.tools.process import Ended

#: The oldest release that is started: the first whose output can say which file a resource comes of.
MINIMUM = (4, 5)

#: What kustomize says when it gives up, and what that means; nothing else of it is repeated, as secrets may be in it.
MARKERS = (
    ("cycle detected", "finds customizations that use each other in a circle"),
    ("is not in or below", "is asked for a file outside of the folder of its customization"),
    ("already registered id", "is given one resource twice"),
    ("no matches for Id", "finds nothing that a patch is for"),
    ("unable to find patch target", "finds nothing that a patch is for"),
    ("failed to find unique target", "finds no single target for a patch"),
    ("unable to load external plugins", "is asked for a plugin, and starts none"),
    ("--enable", "is asked for what it does only on request: a plugin, a function or a chart"),
    ("unknown field", "does not know a field of a customization"),
    ("invalid Kustomization", "takes a file for no customization"),
    ("no such file", "does not find a file"),
)


class Kustomize(Record):
    """A kustomize that may be started: the command, without the folder."""

    command: tuple[str, ...]
    version: tuple[int, ...]

    def build(self, folder: str, private: str) -> str:
        """Render a folder below `work` of a private one; raise RenderError."""
        ended = started([*self.command, f"./{folder}"], private)
        if ended.status:
            raise _gave_up(ended)
        return ended.out.decode("utf-8", "surrogateescape")


def found(root: str, private: str) -> Kustomize:
    """Find kustomize in PATH, or else kubectl, outside of the tree at `root`; raise RenderError."""
    own, kubectl = program("kustomize", root), program("kubectl", root)
    if own:
        asked, command = [own, "version"], (own, "build")
    elif kubectl:
        asked, command = [kubectl, "version", "--client"], (kubectl, "kustomize")
    else:
        remedy = "install it, or kubectl, or build elsewhere and check the result"
        raise RenderError("is not installed", remedy)
    ended = started(asked, private, PROBE_SECONDS)
    said = ended.out if own else ended.out.partition(b"Kustomize Version:")[2]
    numbers = version(said) if not ended.status else ()
    if numbers < MINIMUM:
        shown = f"is {'.'.join(map(str, numbers))}" if numbers else "does not say its version"
        raise RenderError(shown, f"install release {'.'.join(map(str, MINIMUM))} or a newer one")
    return Kustomize(command, numbers)


def _gave_up(ended: Ended) -> RenderError:
    said = ended.err.decode("utf-8", "replace")
    cause = next((meaning for marker, meaning in MARKERS if marker in said), ended.how)
    return RenderError(cause, "start `kustomize build` on it to see what it says")
