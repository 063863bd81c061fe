"""VEX in CycloneDX: vulnerabilities with an analysis, of components of the same document or of others.

Source: CycloneDX 1.4 to 1.7, `vulnerabilities`.
"""

from __future__ import annotations

from urllib.parse import unquote

from gate.model.vex import EXCUSING, Product, Statement
from gate.policy.shape import refuse
from gate.policy.vex_shape import instant, mapping, members, part, shortened, text, word
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.vex import Status

VERSIONS = ("1.4", "1.5", "1.6", "1.7")

STATES: dict[str, Status] = {
    "resolved": "fixed",
    "resolved_with_pedigree": "fixed",
    "exploitable": "affected",
    "in_triage": "under_investigation",
    "false_positive": "not_affected",
    "not_affected": "not_affected",
}

JUSTIFICATIONS = (
    "code_not_present",
    "code_not_reachable",
    "requires_configuration",
    "requires_dependency",
    "requires_environment",
    "protected_by_compiler",
    "protected_at_runtime",
    "protected_at_perimeter",
    "protected_by_mitigating_control",
)

UNNAMED = "an author without a name"


class _Document:
    """The components of a document by their references, and the image that it is about, if it is about one."""

    __slots__ = ("author", "components", "dated", "image", "root")

    def __init__(self, root: Mapping) -> None:
        self.root = root
        metadata = part(root, "metadata")
        self.dated = (instant(metadata, "timestamp") if metadata is not None else None) or ("", 0)
        self.author = shortened(_author(metadata))
        about = part(metadata, "component") if metadata is not None else None
        self.image = about if about is not None and text(about, "type") == "container" else None
        self.components: dict[str, Mapping] = {}
        waiting = [about] if about is not None else []
        waiting += [mapping(node, "a component") for node in members(root, "components")]
        while waiting:
            one = waiting.pop()
            waiting += [mapping(node, "a component") for node in members(one, "components")]
            self.components.setdefault(text(one, "bom-ref"), one)


def statements(root: Mapping) -> Iterator[Statement]:
    """Yield what a document states; a vulnerability without an analysis has been stated nothing about."""
    if text(root, "bomFormat") != "CycloneDX":
        refuse(root.entries["bomFormat"], "is a bill of materials of another format", "name OpenVEX or CycloneDX")
    word(root, "specVersion", VERSIONS, required=True)
    found = _Document(root)
    for node in members(root, "vulnerabilities", required=True):
        one = mapping(node, "a vulnerability")
        analysis = part(one, "analysis")
        if analysis is not None and analysis.get("state") is not None:
            yield _statement(found, one, analysis)


def _statement(found: _Document, one: Mapping, analysis: Mapping) -> Statement:
    state = word(analysis, "state", tuple(STATES), required=True)
    status = STATES[state]
    justification, detail = word(analysis, "justification", JUSTIFICATIONS), text(analysis, "detail")
    if status == "not_affected" and not justification and not detail:
        refuse(analysis, f"says `{state}` and not why", "add a `justification` or a `detail`")
    references = [mapping(node, "a reference") for node in members(one, "references")]
    aliases = tuple(text(reference, "id") for reference in references)
    day, second = instant(analysis, "lastUpdated") or instant(analysis, "firstIssued") or found.dated
    affected = [mapping(node, "an affected component") for node in members(one, "affects")]
    products = tuple(_product(found, place, is_excusing=status in EXCUSING) for place in affected)
    ids = (text(one, "id", required=True), *filter(None, aliases))
    return Statement(ids, status, shortened(justification or detail), products, found.author, day, second, one.at)


def _product(found: _Document, affected: Mapping, *, is_excusing: bool) -> Product:
    """Resolve a reference; in a document about an image it means the component in that image."""
    reference = text(affected, "ref", required=True)
    component = found.components.get(reference)
    names = _identifiers(component) if component is not None else _elsewhere(reference)
    versions = _versions(affected) if is_excusing else None
    if found.image is None or component is found.image:
        return Product(names, (), versions)
    return Product(_identifiers(found.image), names or (reference,), versions)


def _identifiers(component: Mapping) -> tuple[str, ...]:
    names = [text(component, "purl")]
    for node in members(component, "hashes"):
        one = mapping(node, "a hash")
        if text(one, "alg").upper() == "SHA-256":
            names.append(f"sha256:{text(one, 'content').lower()}")
    if text(component, "type") == "container":
        name, version = text(component, "name"), text(component, "version")
        names += [
            name,
            f"{name}@{version}" if version.startswith("sha256:") else f"{name}:{version}" if version else "",
        ]
    return tuple(dict.fromkeys(name for name in names if name))


def _elsewhere(reference: str) -> tuple[str, ...]:
    """Read a reference into another document, which is of use where it carries a package URL."""
    fragment = unquote(reference.partition("#")[2]) if reference.startswith("urn:cdx:") else reference
    return (fragment,) if fragment.startswith("pkg:") else ()


def _versions(affected: Mapping) -> tuple[str, ...] | None:
    """Return the versions that a statement excuses, where it lists any; ranges are not compared, and excuse nothing."""
    if affected.get("versions") is None:
        return None
    listed = [mapping(node, "a version") for node in members(affected, "versions")]
    return tuple(text(one, "version") for one in listed if text(one, "status") == "unaffected" and text(one, "version"))


def _author(metadata: Mapping | None) -> str:
    if metadata is None:
        return UNNAMED
    named = [text(mapping(node, "an author"), "name") for node in members(metadata, "authors")]
    for key in ("supplier", "manufacturer", "manufacture"):
        entry = metadata.get(key)
        named += [text(entry, "name")] if isinstance(entry, Mapping) else []
    return next((name for name in named if name), UNNAMED)
