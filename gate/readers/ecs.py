"""Amazon ECS: task definitions as the API takes them, in CloudFormation templates, and in Terraform modules.

A file is recognised by what it holds: a list of container definitions, a resource of type `AWS::ECS::TaskDefinition`,
or a Terraform resource of that name. What cannot be known without a deployment is unknown at its place.
"""

from __future__ import annotations

from gate.dialects.ecs_task import refusal, workload
from gate.model.errors import InputError, UnrenderedError
from gate.model.reader import Reader, Reading
from gate.model.record import replace
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.dialects.ecs_task import Task
    from gate.model.source import Source, Sources
    from gate.model.workload import Workload
    from gate.syntax.document import Document
    from gate.syntax.tree import Node

_TERRAFORM = (".tf", ".tofu", ".tf.json", ".tofu.json")

#: Terraform's resources that are a task definition, and modules of the registry that make one.
_RESOURCES = rb"aws(?:cc)?_ecs_task_definition"
_MODULES = rb"terraform-aws-modules/(?:ecs/aws|terraform-aws-ecs)"

#: What a Terraform file that is ours has at least one of.
_WORDS = (b"_ecs_task_definition", b"terraform-aws-modules/")

#: What other tools replace before a task definition is registered.
_PLACEHOLDER = r"\{\{|\{%|<%|<[A-Z_]+>|\$\{?[A-Za-z_]|@[A-Za-z_]+@|%[A-Za-z_]+%"

#: Actions of Go's templates, of which a parser often complains far from where they stand.
_OF_GO = r"\{\{-?[ \t]{0,20}(?:if|range|with|end|template|include|define)\b"

#: What describes clusters of Kubernetes, and machines for tasks.
_CLUSTERS = (b"AWS::EKS::", b"AWS::ECS::CapacityProvider")

_CLOUDFORMATION = b"AWS::ECS::TaskDefinition"
_RAW = b"containerDefinitions"

#: How JSON writes such a resource; what else the CDK leaves beside its templates need not be parsed.
_IN_JSON = rb"\"Type\"\s*:\s*\"AWS::ECS::TaskDefinition\""


def claims(source: Source) -> bool:
    """Claim what holds task definitions, or would if it could be read."""
    if _is_terraform(source):
        return True
    if source.path.lower().endswith(_TERRAFORM):
        return False
    if _RAW not in source.data and not _has_resource(source):
        return False
    return any(_is_ours(document, source) for document in _documents(source))


def _is_terraform(source: Source) -> bool:
    path = source.path.lower()
    other = path.endswith((".json", ".yaml", ".yml")) and not path.endswith(_TERRAFORM)
    if other or not any(word in source.data for word in _WORDS):
        return False
    from gate.dialects.resource_claims import mentions

    return mentions(source, _RESOURCES, _MODULES)


def _has_resource(source: Source) -> bool:
    """Say whether a file may hold a resource of CloudFormation that is a task definition."""
    if _CLOUDFORMATION not in source.data or not source.path.lower().endswith(".json"):
        return _CLOUDFORMATION in source.data
    import re

    return re.search(_IN_JSON, source.data) is not None


def _documents(source: Source) -> list[Document]:
    if source.path.lower().endswith(".json") or source.text.lstrip().startswith("{"):
        from gate.syntax.json import parse

        return [parse(source)]
    from gate.syntax.yaml import documents

    return documents(source)


def _is_ours(document: Document, source: Source) -> bool:
    root = document.root
    if document.error is not None:
        return _resembles(source.text[document.at.start : document.at.end])
    if not isinstance(root, Mapping) or (root.get("apiVersion") is not None and root.get("kind") is not None):
        return False
    if _raw(root) is not None:
        return True
    if _CLOUDFORMATION not in source.data:
        return False
    from gate.dialects.ecs_stacks import templates

    return bool(templates(root, document.tags))


def _resembles(text: str) -> bool:
    """Say whether a document that could not be read would be a template with a task definition, or one itself."""
    import re

    if re.search(r"(?m)^[ \t]{0,80}[\"']?apiVersion[\"']?[ \t]*:", text):
        return False
    return bool(
        re.search(r"[\"']?Type[\"']?[ \t]*:[ \t]*[\"']?AWS::ECS::TaskDefinition", text)
        or re.search(r"[\"']containerDefinitions[\"'][ \t]*:", text)
        or re.search(r"(?m)^containerDefinitions[ \t]*:", text)
    )


def _raw(root: Mapping) -> Mapping | None:
    """Return a task definition of the API: what registers one, or how one is described."""
    inner = root.get("taskDefinition")
    for found in (root, inner):
        if isinstance(found, Mapping) and found.get("containerDefinitions") is not None:
            return found
    return None


def read(source: Source, sources: Sources) -> Reading:
    """Read every task definition of the file."""
    if _is_terraform(source):
        from gate.dialects.ecs_terraform import tasks

        return _reading(*tasks(source, sources))
    found: list[Task] = []
    problems: list[InputError] = []
    for document in _documents(source):
        if document.error is not None:
            problems.append(_worded(document.error, source))
        elif document.root is not None:
            found += _tasks(document.root, document, source.path, problems)
    return _with_clusters(_reading(found, problems), source)


def _with_clusters(reading: Reading, source: Source) -> Reading:
    """Add what the same template describes of EKS and of machines, which no other reader is asked for."""
    if not any(word in source.data for word in _CLUSTERS):
        return reading
    from gate.dialects.clusters_cloudformation import clusters

    found = (one for document in _documents(source) for one in clusters(document.root, document.tags, source.path))
    return replace(reading, definitions=tuple(found))


def _worded(error: InputError, source: Source) -> InputError:
    """Say of what is no JSON because of a placeholder that it is a template."""
    import re

    before = source.text[max(0, error.at.start - 1) : error.at.start + 80]
    here = any(re.match(_PLACEHOLDER, text) for text in (before, before[1:]))
    if isinstance(error, UnrenderedError) or not (here or re.search(_OF_GO, source.text)):
        return error
    return UnrenderedError(
        "is a template that nobody has rendered", at=error.at, remedy="render it and check what is registered"
    )


def _tasks(root: Node, document: Document, path: str, problems: list[InputError]) -> Iterator[Task]:
    raw = _raw(root) if isinstance(root, Mapping) else None
    if isinstance(root, Mapping) and raw is not None:
        from gate.dialects.ecs_raw import task

        yield task(raw, root, path)
        return
    from gate.dialects.ecs_stacks import Stack, templates

    for template in templates(root, document.tags):
        stack = Stack(template)
        yield from stack.tasks(path)
        problems += stack.problems


def _reading(tasks: Iterable[Task], problems: Iterable[InputError]) -> Reading:
    subjects: dict[str, Workload] = {}
    found = list(problems)
    for task in tasks:
        problem = refusal(task)
        if problem is not None:
            found.append(problem)
            continue
        one, count = workload(task), 2
        while one.id in subjects:
            one, count = replace(one, id=f"{task.id}@{count}"), count + 1
        subjects[one.id] = one
    return Reading(tuple(subjects.values()), problems=tuple(found))


READER = Reader("ecs", ("ecs",), claims, read)
