"""Starts `helm template` on a chart, and hands back what it prints.

Nothing is looked up: not in a cluster (`lookup` finds nothing), not by name (`getHostByName` says nothing without
`--enable-dns`) and in no repository, since dependencies are only ever those that lie there. Schemas of values are left
to whoever writes the files, because Helm fetches what they refer to.

Sources: helm/helm `pkg/cmd/template.go`, `pkg/action/install.go`, `pkg/chart/loader`; CVE-2025-53547 for why
dependencies are never updated, CVE-2025-32386 and CVE-2025-32387 for why it gets neither archives nor schemas.
"""

from __future__ import annotations

import re

from gate.model.record import Record
from gate.tools.rendering import PROBE_SECONDS, RenderError, program, started, version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.tools.process import Ended

#: The oldest release that is started.
MINIMUM = (3, 8)

#: What Helm says when it gives up, and what that means; nothing else of it is repeated, as values may be in it.
MARKERS = (
    ("missing in charts/ directory", "lacks charts that it needs"),
    ("requires kubeVersion", "is not given a version of Kubernetes that the chart is for"),
    ("library charts are not installable", "does not render a library"),
    ("values don't meet the specifications of the schema", "has values that its schema refuses"),
    ("nil pointer evaluating", "reads a value of something that is not there"),
    ("parse error at", "cannot parse a template"),
    ("YAML parse error", "makes something that is no YAML"),
    ("error converting YAML to JSON", "makes something that is no YAML"),
    ("unable to build kubernetes objects", "makes something that is no object"),
    ("execution error at", "stops by itself: a value is required or refused"),
    ("error calling", "cannot evaluate a template"),
    ("failed to parse", "has a file of values that cannot be read"),
    ("fatal error: out of memory", "needs more memory than it may have"),
)

SEE = "start `helm template` on it to see what it says"
REMEDIES = {
    MARKERS[0][1]: "run `helm dependency build` before the gate, which fetches nothing",
    MARKERS[1][1]: "declare `platform: {kubernetes: {version: ...}}`, or give --kubernetes-version",
}

#: Where it stopped: `(web/templates/a.yaml:3:7)`, `template: web/templates/a.yaml:3:7` or `error on web/a.yaml`.
_PLACE = r"(?:\(|template: |parse error at \(|error on )([A-Za-z0-9][^\s():]*)(?::(\d{1,9}))?"


class Helm(Record):
    """A Helm that may be started: its program and version."""

    program: str
    version: tuple[int, ...]

    def template(self, chart: str, release: tuple[str, str], values: list[str], kubernetes: str, folder: str) -> str:
        """Render the chart at a path below `work` of a private folder; `release` are its name and namespace.

        Raises RenderError.
        """
        name, namespace = release
        command = [self.program, "template", name, f"./{chart}" if chart else ".", "--namespace", namespace]
        for path in values:
            command += ["--values", path]
        if kubernetes:
            command += ["--kube-version", kubernetes]
        ended = started(command, folder)
        if ended.status:
            raise _gave_up(ended)
        return ended.out.decode("utf-8", "surrogateescape")


def found(root: str, folder: str) -> Helm:
    """Find Helm in PATH, outside of the tree at `root`; raise RenderError where it may not be used."""
    helm = program("helm", root)
    if not helm:
        raise RenderError("is not installed", "install it, or render the chart elsewhere and check the result")
    ended = started([helm, "version", "--short"], folder, PROBE_SECONDS)
    numbers = version(ended.out) if not ended.status else ()
    if numbers[:2] < MINIMUM:
        said = f"is {'.'.join(map(str, numbers))}" if numbers else "does not say its version"
        raise RenderError(said, f"install release {'.'.join(map(str, MINIMUM))} or a newer one")
    return Helm(helm, numbers)


def _gave_up(ended: Ended) -> RenderError:
    said = ended.err.decode("utf-8", "replace")
    cause = next((meaning for marker, meaning in MARKERS if marker in said), ended.how)
    places = re.findall(_PLACE, said)
    path, line = next((one for one in places if "/" in one[0]), ("", ""))
    return RenderError(cause, REMEDIES.get(cause, SEE), path, int(line or 0))
