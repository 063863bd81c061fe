"""Nomad: jobs in HCL, in HCL's JSON and in the JSON of the API, and what configurations of clients say of volumes."""

from __future__ import annotations

import re

from gate.dialects.hcl_jobs import IN_TEMPLATE, is_job, is_template
from gate.model.coverage import Skipped
from gate.model.errors import InputError, UnrenderedError
from gate.model.location import whole_file
from gate.model.reader import Reader, Reading
from gate.model.reference import Definition
from gate.syntax.tree import Mapping, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source, Sources
    from gate.syntax.tree import Node

#: Tasks of one job.
MAX_TASKS = 500

_CLIENT = re.compile(rb"(?m)^[ \t]*client[ \t]*\{")
_TOLD = re.compile(rb"(?m)^[ \t]*(?:host_volume|plugin)[ \t]+\"")

_REMEDY = "correct it; `nomad job validate` says more"


def claims(source: Source) -> bool:
    """Claim a job, a template of one, and a client's configuration that says what its jobs may have."""
    if _is_json(source):
        return _job_of(_root(source)) is not None
    data = source.data
    return is_job(data) or (_CLIENT.search(data) is not None and _TOLD.search(data) is not None)


def _is_json(source: Source) -> bool:
    return source.path.lower().endswith(".json") or source.data.lstrip()[:1] in (b"{", b"[")


def _root(source: Source) -> Node | None:
    from gate.syntax.json import parse

    return parse(source).root


def _job_of(root: Node | None) -> Mapping | None:
    """Return the mapping that a job is: of the API, with or without its wrapping, or of HCL's JSON."""
    if not isinstance(root, Mapping):
        return None
    lower = {name.lower(): value for name, value in root.entries.items()}
    inner = lower.get("job")
    if isinstance(inner, Mapping) and _is_of_api(inner):
        return inner
    if _is_of_api(root):
        return root
    return root if inner is not None and any(_has_tasks(one, 0) for one in _each(inner)) else None


def _is_of_api(node: Mapping) -> bool:
    groups = next((value for name, value in node.entries.items() if name.lower() == "taskgroups"), None)
    return isinstance(groups, Sequence)


def _each(node: Node) -> list[Node]:
    return node.items if isinstance(node, Sequence) else [node]


def _has_tasks(node: Node, depth: int) -> bool:
    """Look for groups or tasks below the name of a job."""
    if not isinstance(node, Mapping) or depth > 1:
        return False
    named = (name in node.entries and not isinstance(node.entries[name], Scalar) for name in ("group", "task"))
    return any(named) or any(_has_tasks(each, depth + 1) for one in node.entries.values() for each in _each(one))


def read(source: Source, sources: Sources) -> Reading:
    """Read the tasks of a job, or what a client's configuration says."""
    if _is_json(source):
        return _of_json(source)
    from gate.syntax.hcl import parse

    if not is_job(source.data):
        from gate.dialects.nomad_client import settings

        found = list(settings(source))
        return Reading(
            definitions=tuple(one for one in found if isinstance(one, Definition)),
            skipped=tuple(one for one in found if isinstance(one, Skipped)),
        )
    document = parse(source)
    at = document.at or whole_file(source.path)
    jobs = document.body.of_type("job")
    # What stands in quotes inside of a template's own is several labels to HCL.
    odd = bool(document.error) or any(len(job.labels) != 1 for job in jobs)
    if odd and (is_template(source.path) or IN_TEMPLATE.search(source.data)):
        cause = "is a template that nobody has rendered"
        return Reading(problems=(UnrenderedError(cause, at=at, remedy="render it, and check the result"),))
    if document.error:
        return Reading(problems=(InputError(document.error, at=at, remedy=_REMEDY),))
    if len(jobs) != 1:
        at = jobs[1].at if jobs else at
        return Reading(problems=(InputError("holds several jobs, and Nomad takes one a file", at=at, remedy=_REMEDY),))
    from gate.dialects.nomad_tree import of_hcl

    return _tasks(of_hcl(document, jobs[0]), source)


def _of_json(source: Source) -> Reading:
    from gate.dialects.nomad_tree import of_api, of_json

    job = _job_of(_root(source))
    found: Mapping | None = None
    if job is not None and _is_of_api(job):
        found = of_api(job)
    elif job is not None:
        found = of_json("job", next(value for name, value in job.entries.items() if name.lower() == "job"))
    if found is None:
        cause = "holds no job, or several"
        return Reading(problems=(InputError(cause, at=whole_file(source.path), remedy=_REMEDY),))
    return _tasks(found, source)


def _tasks(node: Mapping, source: Source) -> Reading:
    from gate.dialects.nomad_workload import Job

    job = Job(node, source.path)
    tasks = list(job.tasks())
    problems = [
        InputError(f"has tasks that are not in sight: {reason}", at=at, remedy="write them out")
        for reason, at in job.open_lists()
    ]
    if len(tasks) > MAX_TASKS:
        at = tasks[MAX_TASKS].fields.at
        problems.append(InputError(f"holds more than {MAX_TASKS} tasks", at=at, remedy="split the job"))
    if not tasks and not problems:
        problems.append(InputError("is a job without tasks, which Nomad refuses", at=node.at, remedy=_REMEDY))
    return Reading(tuple(job.workload(task) for task in tasks[:MAX_TASKS]), problems=tuple(problems))


READER = Reader("nomad", ("nomad",), claims, read)
