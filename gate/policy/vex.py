"""VEX documents: OpenVEX 0.2.0, and CycloneDX from 1.4 to 1.7.

What a document says is believed, because the operator named it or because it comes from the trusted commit. So it has
to be complete: whoever says that a product is not affected says why.

Source: OpenVEX specification 0.2.0.
"""

from __future__ import annotations

from gate.model.vex import Product, Statement
from gate.policy.shape import refuse
from gate.policy.vex_shape import document, instant, mapping, members, part, shortened, text, texts, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.source import Source
    from gate.model.vex import Status
    from gate.syntax.tree import Mapping, Node

CONTEXT = "https://openvex.dev/ns/v0.2.0"

STATUSES: tuple[Status, ...] = ("not_affected", "affected", "fixed", "under_investigation")

_SHA256 = ("sha-256", "sha256")

JUSTIFICATIONS = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)


def load_vex(source: Source) -> tuple[Statement, ...]:
    """Read a document; raise UsageError for the first thing that is wrong with it."""
    root = document(source)
    if root.get("bomFormat") is not None:
        from gate.policy.vex_cyclonedx import statements

        return tuple(statements(root))
    if root.get("@context") is None:
        refuse(root, "is neither OpenVEX nor CycloneDX", f"OpenVEX says `@context: {CONTEXT}`")
    return tuple(_statements(root))


def _statements(root: Mapping) -> Iterator[Statement]:
    if text(root, "@context", required=True) != CONTEXT:
        refuse(root.entries["@context"], "is a version of OpenVEX that is not known", f"this one is: {CONTEXT}")
    text(root, "@id", required=True)
    author = shortened(text(root, "author", required=True))
    dated = instant(root, "last_updated") or instant(root, "timestamp")
    if instant(root, "timestamp") is None or dated is None:
        refuse(root, "the key `timestamp` is missing", "say when the document was made")
    for node in members(root, "statements", required=True):
        one = mapping(node, "a statement")
        vulnerability = part(one, "vulnerability")
        if vulnerability is None:
            refuse(one, "the key `vulnerability` is missing", "name it: `{name: CVE-2024-1234}`")
        ids = (text(vulnerability, "name", required=True), *texts(vulnerability, "aliases"))
        day, second = instant(one, "last_updated") or instant(one, "timestamp") or dated
        products = tuple(_product(product) for product in members(one, "products"))
        yield Statement(ids, _status(one), _reason(one), products, author, day, second, one.at)


def _status(one: Mapping) -> Status:
    said = word(one, "status", STATUSES, required=True)
    return next(status for status in STATUSES if status == said)


def _reason(one: Mapping) -> str:
    """Return why a product is not affected, which has to be said."""
    justification, impact = word(one, "justification", JUSTIFICATIONS), text(one, "impact_statement")
    if _status(one) == "not_affected" and not justification and not impact:
        remedy = "add a `justification` or an `impact_statement`"
        refuse(one, "says `not_affected` and not why", remedy)
    return shortened(justification or impact)


def _product(node: Node) -> Product:
    one = mapping(node, "a product")
    parts = [identifiers(mapping(inner, "a subcomponent")) for inner in members(one, "subcomponents")]
    return Product(identifiers(one), tuple(name for names in parts for name in names))


def identifiers(component: Mapping) -> tuple[str, ...]:
    """Return everything by which a component can be known; raise UsageError for one that is not named."""
    said, hashes = part(component, "identifiers"), part(component, "hashes")
    names = [text(component, "@id"), text(said, "purl") if said is not None else ""]
    if hashes is not None:
        names += [f"sha256:{text(hashes, key).lower()}" for key in hashes.entries if key.lower() in _SHA256]
    if not any(names) and said is None and hashes is None:
        refuse(component, "a product is named by nothing", "give it an `@id`, best a package URL")
    return tuple(dict.fromkeys(name for name in names if name))
