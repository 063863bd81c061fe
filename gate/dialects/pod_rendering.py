"""Tells manifests from what only becomes one by rendering: the templates of a Helm chart, the patches of kustomize.

What they would make is judged where somebody has made it, or where the command line asks to have it made.
"""

from __future__ import annotations

import re
from posixpath import join, normpath

from gate.dialects.pod_places import STARTING, may_start_pods
from gate.dialects.reading import Fields, as_text
from gate.model.errors import InputError
from gate.syntax.document import UTF16
from gate.syntax.rendered import Rendered
from gate.syntax.tree import Mapping, Scalar
from gate.syntax.yaml import KUBERNETES, documents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.source import Source, Sources
    from gate.syntax.document import Document
    from gate.syntax.tree import Node

CUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")

#: Groups whose objects start no pod: a kustomization, and StackRox's policies as code (`SecurityPolicy`).
KUSTOMIZE, STACKROX = "kustomize.config.k8s.io", "config.stackrox.io"

#: Groups of policies for admission, of Kyverno and of OPA Gatekeeper, which may hold what looks like a pod.
POLICIES = frozenset(
    {
        "kyverno.io",
        "policies.kyverno.io",
        "templates.gatekeeper.sh",
        "constraints.gatekeeper.sh",
        "mutations.gatekeeper.sh",
    }
)

#: Groups whose objects need no word, whatever they look like.
STARTING_NOTHING = frozenset({KUSTOMIZE, *POLICIES, "apiextensions.k8s.io", "metrics.k8s.io"})

#: Fields of a kustomization that change what its resources say, or make others.
CHANGING = (
    "components",
    "configurations",
    "generators",
    "helmCharts",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "transformers",
)

_KEY = "kustomize.patches"

# Regular expressions for files that are not what they should be, compiled when there is one.
_OBJECT = r"(?m)(?:^|[{,])[ \t\"'{-]{0,80}apiVersion[\"']?[ \t]{0,80}:"
_KINDS = r"(?m)(?:^|[{,])[ \t\"'{-]{0,80}kind[\"']?[ \t]{0,80}:[ \t]{0,80}([^,\n]{0,80})"

#: What kubectl takes a manifest from; a name that goes on is one of what a program makes a manifest of.
_MANIFESTS = (".yaml", ".yml", ".json")


def is_named_template(source: Source) -> bool:
    """Say whether a file is called like what a program makes a manifest of, as `pod.yaml.in` is."""
    return source.path.lower().rpartition(".")[0].endswith(_MANIFESTS)


def is_chart_template(source: Source, sources: Sources) -> bool:
    """Say whether a file has expressions of Helm's template language and stands where Helm would evaluate them."""
    if b"{{" not in source.data or isinstance(source, Rendered):
        return False
    parts = source.path.split("/")[:-1]
    charts = ["/".join(parts[:index]) for index, part in enumerate(parts) if part == "templates"]
    return any(_opened(sources, join(chart, "Chart.yaml")) is not None for chart in charts)


def is_patch(source: Source, sources: Sources) -> bool:
    """Say whether a kustomization, in the file's folder or above, names the file as a patch."""
    folder = source.path.rpartition("/")[0]
    while not isinstance(source, Rendered):
        for name in CUSTOMIZATIONS:
            found = _opened(sources, join(folder, name))
            if found is not None and source.path in _patches(found, folder):
                return True
        if not folder:
            return False
        folder = folder.rpartition("/")[0]
    return False


def unjudged(fields: Fields, group: str) -> str:
    """Say why an object that starts nothing itself is only named in the ledger; nothing where it needs no word."""
    if group == KUSTOMIZE and any(fields.has(name) for name in CHANGING):
        return "what it makes is only seen in the output of kustomize build"
    if group == STACKROX:
        return "a policy of StackRox says what its Central enforces in a cluster, and starts nothing"
    if group in POLICIES and may_start_pods(fields.owner):
        return "a policy for admission says what others may start, and starts nothing"
    return ""


def resembles(source: Source, document: Document) -> bool:
    """Say whether a document that could not be read looks like an object."""
    text = source.text[document.at.start : document.at.end]
    return source.data.startswith(UTF16) or bool(re.search(_OBJECT, text) and re.search(_KINDS, text))


def may_matter(source: Source, document: Document) -> bool:
    """Say whether a template may come to start pods: it names no kind, or one that does, or containers."""
    text = source.text[document.at.start : document.at.end]
    kinds = _kinds(text)
    return starts_something(text) or not kinds or not all(map(str.isalnum, kinds))


def starts_something(text: str) -> bool:
    """Say whether what looks like a manifest names a kind that starts pods, or containers."""
    kinds = _kinds(text)
    return "containers" in text or "knative" in text or any(kind in STARTING or kind == "List" for kind in kinds)


def _kinds(text: str) -> list[str]:
    return [kind.strip(" \r\"',") for kind in re.findall(_KINDS, text)]


def _opened(sources: Sources, path: str) -> Source | None:
    try:
        return sources.open(path)
    except InputError:
        return None


def _patches(source: Source, folder: str) -> frozenset[str]:
    """Return the paths of the patches that a kustomization names; read once for all files."""
    kept = source.trees.get(_KEY)
    if kept is None:
        paths = (path for document in documents(source, KUBERNETES) for path in _named(document.root))
        kept = source.trees[_KEY] = frozenset(normpath(join(folder, path)) for path in paths)
    return kept  # type: ignore[return-value]


def _named(root: Node | None) -> Iterator[str]:
    """Yield the paths; a patch may also be written out in their place, and is then no path of anything."""
    if not isinstance(root, Mapping):
        return
    fields = Fields(root, root, [])
    written = [one.get("path") for one in fields.mappings("patches")[0]]
    written += fields.items("patchesStrategicMerge").nodes
    for node in written:
        path = as_text(node) if isinstance(node, Scalar) else None
        if path and "\n" not in path:
            yield path
