"""What scheduled pipelines of GitLab, Azure, CircleCI and Jenkins build.

Sources: GitLab documentation, `rules`, `only` and scheduled pipelines; Azure Pipelines YAML schema, `schedules`;
CircleCI configuration reference, `triggers.schedule`; Jenkins handbook, pipeline syntax, `triggers`.
"""

from __future__ import annotations

import re

from gate.dialects.cadence_builds import Build, joined, of_action, of_script
from gate.dialects.cadence_tree import Scheduled, at_path, entries_of, members_of, root_of, text_of, texts_of
from gate.model.cadence import Keeper
from gate.model.record import replace
from gate.syntax.cron import longest
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.model.source import Source
    from gate.syntax.tree import Node

#: Templates of GitLab that extend each other, and levels of steps inside steps, that are followed.
MAX_NESTING = 8

#: Characters of a Jenkinsfile that are read.
MAX_TEXT = 256 * 1024

_ELSEWHERE = "its schedule is set in {}, and in no file"


def _unreadable(source: Source, tool: str) -> Iterator[Scheduled]:
    """Let a pipeline that cannot be read build anything, perhaps."""
    keeper = Keeper(tool, "rebuild", source.location(0, 0), doubt=f"{source.path} cannot be read as YAML")
    yield Scheduled(Build("image", None), keeper)
    yield Scheduled(Build("machine", None), keeper)


def gitlab(source: Source) -> Iterator[Scheduled]:
    """Yield what the jobs build that are meant for schedules; the schedules themselves are in no file."""
    root = root_of(source)
    if root is None:
        yield from _unreadable(source, "GitLab CI") if b"schedule" in source.data else ()
        return
    for name, job in root.entries.items():
        if not isinstance(job, Mapping) or name.startswith("."):
            continue
        place = _of_schedules(job, root)
        if place is not None:
            keeper = Keeper("GitLab CI", "rebuild", place.at, doubt=_ELSEWHERE.format("GitLab"))
            lines = [
                *texts_of(_inherited(job, root, "before_script") or root.get("before_script")),
                *texts_of(_inherited(job, root, "script")),
            ]
            yield from (Scheduled(build, keeper) for build in of_script("\n".join(lines), ""))


def _of_schedules(job: Mapping, root: Mapping) -> Node | None:
    """Return the line that lets a job run in scheduled pipelines; None where it is not meant for them."""
    only = _inherited(job, root, "only")
    for node in (at_path(only, "refs"), only):
        found = [one for one in members_of(node) if text_of(one) == "schedules"]
        if found or text_of(node) == "schedules":
            return found[0] if found else node
    for rule in members_of(_inherited(job, root, "rules")):
        said = at_path(rule, "if")
        if text_of(at_path(rule, "when")) != "never" and _names_schedule(text_of(said)):
            return said
    return None


def _names_schedule(text: str) -> bool:
    bare = re.sub(r"\s+", "", text[:1_000]).replace("'", '"')
    return '$CI_PIPELINE_SOURCE=="schedule"' in bare


def _inherited(job: Mapping, root: Mapping, name: str) -> Node | None:
    """Return what a job says, or a template that it extends; of several the last."""
    here, pending = 0, [job]
    while pending and here < MAX_NESTING:
        one, here = pending.pop(), here + 1
        if one.get(name) is not None:
            return one.get(name)
        above = (root.get(extended) for extended in texts_of(one.get("extends")))
        pending += [template for template in above if isinstance(template, Mapping)]
    return None


def azure(source: Source) -> Iterator[Scheduled]:
    """Yield what a pipeline builds on a schedule; without `always` it only runs where somebody changed something."""
    root = root_of(source)
    if root is None:
        yield from _unreadable(source, "Azure Pipelines") if b"schedules" in source.data else ()
        return
    for entry in members_of(root.get("schedules")):
        cron, always = at_path(entry, "cron"), at_path(entry, "always")
        every = longest(text_of(cron))
        if cron is None or every is None or text_of(always).lower() != "true":
            continue
        keeper = Keeper("Azure Pipelines", "rebuild", cron.at, every)
        for build in _steps(root, _azure_task, 0):
            yield Scheduled(build, keeper)
        if root.get("extends") is not None or b"template:" in source.data:
            doubt = replace(keeper, doubt="it takes its steps from a template")
            yield Scheduled(Build("image", None), doubt)
            yield Scheduled(Build("machine", None), doubt)


def _steps(node: Node, task: Callable[[Mapping], Iterator[Build]], depth: int) -> Iterator[Build]:
    """Yield what every step at or below a node builds."""
    if depth > MAX_NESTING:
        return
    if isinstance(node, Mapping):
        yield from task(node)
        for name, below in node.entries.items():
            if name not in ("schedules", "triggers", "variables"):
                yield from _steps(below, task, depth + 1)
    else:
        for one in members_of(node):
            yield from _steps(one, task, depth + 1)


def _azure_task(step: Mapping) -> Iterator[Build]:
    for name in ("script", "bash", "pwsh", "powershell"):
        written = text_of(step.get("workingDirectory"))
        where = joined("", written) if written else ""
        yield from of_script(text_of(step.get(name)), where)
    inputs = {name.lower(): text_of(value) for name, value in entries_of(step.get("inputs"))}
    if text_of(step.get("task")).startswith("Docker@") and inputs.get("command", "") in ("", "build", "buildAndPush"):
        file = inputs.get("dockerfile", "**/Dockerfile")
        yield from of_action({"file": file, "context": inputs.get("buildcontext", "")})
    yield from of_script(inputs.get("script", ""), "")


def circleci(source: Source) -> Iterator[Scheduled]:
    """Yield what the jobs of a scheduled workflow build; schedules of the service itself are in no file."""
    root = root_of(source)
    if root is None:
        yield from _unreadable(source, "CircleCI") if b"schedule" in source.data else ()
        return
    for _, workflow in entries_of(root.get("workflows")):
        keepers = list(_circleci_schedules(workflow, source))
        jobs = [_circleci_job(one) for one in members_of(at_path(workflow, "jobs"))]
        for keeper in keepers:
            for name in jobs:
                job = at_path(root, "jobs", name)
                found = list(_steps(job, _circleci_step, 0)) if job is not None else _of_orb(name)
                yield from (Scheduled(build, keeper) for build in found)


def _circleci_schedules(workflow: Node, source: Source) -> Iterator[Keeper]:
    for trigger in members_of(at_path(workflow, "triggers")):
        cron = at_path(trigger, "schedule", "cron")
        every = longest(text_of(cron))
        if cron is not None and every is not None:
            yield Keeper("CircleCI", "rebuild", cron.at, every)
    when = at_path(workflow, "when")
    if when is not None and "scheduled_pipeline" in source.text[when.start : when.end]:
        yield Keeper("CircleCI", "rebuild", when.at, doubt=_ELSEWHERE.format("CircleCI"))


def _circleci_job(node: Node) -> str:
    return text_of(node) or next((name for name, _ in entries_of(node)), "")


def _of_orb(name: str) -> list[Build]:
    """Take a job of an orb for a build where its name says so."""
    is_build = any(word in name for word in ("docker", "publish", "build", "image", "push"))
    return [Build("image", None)] if "/" in name and is_build else []


def _circleci_step(step: Mapping) -> Iterator[Build]:
    run = step.get("run")
    script = text_of(run) or text_of(at_path(run, "command"))
    written = text_of(at_path(run, "working_directory"))
    yield from of_script(script, joined("", written) if written else "")
    for name, _ in entries_of(step):
        yield from _of_orb(name)


_TRIGGERS = re.compile(r"(?:triggers\s*\{|pipelineTriggers\s*\()")
_CRON = re.compile(r"\b(?:parameterizedCron|cron)\s*\(?\s*(?:spec:\s*)?(['\"])(.{0,200}?)\1", re.DOTALL)
_SHELL = re.compile(r"\b(?:sh|bat)\b\s*\(?\s*(?:script:\s*)?('''|\"\"\"|'|\")(.{0,4000}?)\1", re.DOTALL)
_DOCKER = re.compile(r"\bdocker\.build\s*\(([^)\n]{0,400})\)")


def jenkins(source: Source) -> Iterator[Scheduled]:
    """Yield what a declarative or scripted pipeline builds that has a `cron` trigger of its own."""
    text = _without_comments(source.text[:MAX_TEXT])
    trigger = _TRIGGERS.search(text)
    found = _CRON.search(text, trigger.end()) if trigger else None
    if found is None:
        return
    every = min((days for line in found[2].split("\n") if (days := longest(_bare(line)))), default=None)
    doubt = "a part of it runs under conditions" if re.search(r"\bwhen\s*\{", text) else ""
    keeper = Keeper("Jenkins", "rebuild", source.location(found.start(), found.end()), every, doubt)
    for script in _SHELL.finditer(text):
        yield from (Scheduled(build, keeper) for build in of_script(script[2], ""))
    for call in _DOCKER.finditer(text):
        words = call[1].split(",", 1)
        given = words[1].strip().strip("'\"") if len(words) > 1 else "."
        yield from (Scheduled(build, keeper) for build in of_script(f"docker build {given}", ""))


def _bare(line: str) -> str:
    """Leave out the time zone that Jenkins lets a line name."""
    return "" if line.strip().startswith("TZ=") else line


def _without_comments(text: str) -> str:
    """Blank out the comments of Groovy, so that every offset stays; quoted text is kept."""
    pieces, here = [], 0
    for part in re.finditer(r"'''.*?'''|\"\"\".*?\"\"\"|'[^'\n]*'|\"[^\"\n]*\"|//[^\n]*|/\*.*?\*/", text, re.DOTALL):
        if part[0].startswith("/"):
            pieces += [text[here : part.start()], re.sub(r"[^\n]", " ", part[0])]
            here = part.end()
    return "".join([*pieces, text[here:]])


#: By the file that a service reads.
READERS: dict[str, Callable[[Source], Iterator[Scheduled]]] = {
    ".gitlab-ci.yml": gitlab,
    "azure-pipelines.yml": azure,
    "azure-pipelines.yaml": azure,
    ".azure-pipelines.yml": azure,
    ".circleci/config.yml": circleci,
    "Jenkinsfile": jenkins,
}
