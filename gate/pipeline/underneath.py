"""What lies underneath: asks the rules about engines, managed clusters, and versions that declarations give.

Engines and clusters are no subjects: nobody declares how sensitive one is, and what runs on it is judged by itself.
What the rules find is said of the run as a whole, at the line that says it.
"""

from __future__ import annotations

from gate.judge import judge_truths
from gate.linking.link import fleet
from gate.model.cluster import Cluster, NodePool
from gate.model.daemon import Daemon
from gate.model.evidence import Inapplicable, Unknown, known
from gate.model.profile import OF_PODS
from gate.model.record import replace
from gate.model.reference import CLUSTERS
from gate.model.subject import Workload
from gate.pipeline.remarks import about
from gate.rules.registry import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.lifecycle import Tables
    from gate.model.policy import Declaration
    from gate.model.reader import Subject
    from gate.model.reference import Definition
    from gate.model.rule import Finding
    from gate.model.source import Source
    from gate.model.truth import Truth
    from gate.pipeline.declarations import Declarations
    from gate.syntax.tree import Node

END_OF_LIFE = "AGE011"
UNUSED = "TPL022"


def underneath(
    definitions: Iterable[Definition],
    subjects: Iterable[Subject],
    declarations: Declarations,
    tables: Tables,
    now: str,
) -> Iterator[Finding]:
    """Yield what is found underneath everything that was judged."""
    yield from _engines(definitions, tables, now)
    yield from _clusters([one for one in definitions if one.kind in CLUSTERS], subjects, tables, now)
    for declaration in declarations.loaded:
        yield from _declared(declaration, declarations.sources.get(declaration.path), tables, now)


def _engines(definitions: Iterable[Definition], tables: Tables, now: str) -> Iterator[Finding]:
    """Ask every rule about engines of every configuration that was read."""
    mine = [one.body for one in definitions if isinstance(one.body, Daemon)]
    if any(known(body.verified) is True for body in mine):
        mine = [_in_doubt(body) for body in mine]
    asked = [entry.load() for entry in RULES.values() if entry.subject == "daemon"] if mine else ()
    for body in mine:
        for rule in asked:
            if rule.check is not None:
                yield from judge_truths(rule, rule.check(body, tables, now), "")


def _in_doubt(body: Daemon) -> Daemon:
    """Leave open whether callers need a certificate where a unit does not say, and another file in sight has them."""
    if not isinstance(body.verified, Inapplicable):
        return body
    doubt = Unknown("another file of an engine has its callers show a certificate", body.verified.at)
    return replace(body, verified=doubt)


def _clusters(mine: list[Definition], subjects: Iterable[Subject], tables: Tables, now: str) -> Iterator[Finding]:
    """Ask every rule about clusters of every one that was read, and of pools whether anything uses their sandbox."""
    asked = [entry.load() for entry in RULES.values() if entry.subject == "cluster"]
    for definition in mine:
        if isinstance(definition.body, Cluster | NodePool):
            for rule in asked:
                if rule.check is not None:
                    yield from judge_truths(rule, rule.check(definition.body, tables, now), "")
    pods = [one for one in subjects if isinstance(one, Workload) and one.platform in OF_PODS]
    clusters = fleet(mine)
    if pods and clusters is not None:
        names = frozenset(one.name for pod in pods for one in pod.references if one.kind == "runtime-class")
        for pool in clusters.unused(names):
            text = f"the nodes of {pool.name} have a sandbox, and no workload in sight asks for it"
            yield about(UNUSED, text, pool.sandbox.at)


def _declared(declaration: Declaration, source: Source | None, tables: Tables, now: str) -> Iterator[Finding]:
    """Judge the versions that a declaration gives, at their lines; what the command line gives has none."""
    if source is None:
        return
    rule = RULES[END_OF_LIFE].load()
    for part, version in (
        ("kubernetes", declaration.platform.kubernetes_version),
        ("openshift", declaration.platform.openshift_version),
    ):
        node = _written(source, part) if version else None
        if node is not None and getattr(node, "text", "") == version:
            yield from judge_truths(rule, _standing(part, version, node, tables, now), "")


def _standing(part: str, version: str, node: Node, tables: Tables, now: str) -> Iterator[Truth]:
    from gate.freshness.clusters import declared as upstream
    from gate.freshness.clusters import openshift

    yield from (upstream if part == "kubernetes" else openshift)(version, node.at, tables, now)


def _written(source: Source, part: str) -> Node | None:
    """Return the node of `platform.PART.version`."""
    from gate.syntax.tree import Mapping
    from gate.syntax.yaml import documents

    node: Node | None = documents(source)[0].root
    for name in ("platform", part, "version"):
        node = node.get(name) if isinstance(node, Mapping) else None
    return node
