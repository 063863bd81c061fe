"""The scripts in the pipelines of CI services, each with what the pipeline sets for it.

Read by their keys: GitHub workflows and composite actions (`steps[].run`), GitLab (`before_script`, `script`,
`after_script`), and the services that spell the same things alike: CircleCI, Azure Pipelines, Travis, Bitbucket, Drone
and Woodpecker; AWS CodeBuild (`phases`). Nothing is run, and no other file is included.
"""

from __future__ import annotations

from gate.dialects.shell_variables import HERE
from gate.model.record import Record
from gate.model.subject import Doubt
from gate.syntax.mapped_text import Builder
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence
from gate.syntax.yaml_text import written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.shell_variables import Value
    from gate.model.location import Location
    from gate.syntax.mapped_text import MappedText
    from gate.syntax.tree import Node

#: Scripts of one file, and lists and mappings inside each other, that are read.
MAX_SCRIPTS = 2_000
MAX_DEPTH = 30

#: Keys whose lines one shell runs one after the other, and those that have a shell of their own.
_TOGETHER = ("before_script", "script")
_APART = ("after_script", "before_install", "install", "after_success", "after_failure", "deploy_script")

#: Keys of a step that hold a script, and of a job or a step that hold variables.
_OF_STEP = ("run", "script", "bash", "command", "commands")
_VARIABLES = ("env", "variables", "environment")

#: Shells whose language is the one that is read here.
_SHELLS = ("bash", "sh", "dash", "zsh", "")


class Script(Record):
    """One script: its text, what is set for it, and `foreign`, the shell that it is for where that is another one.

    `doubts` are the places of its step that services read differently.
    """

    text: MappedText
    variables: dict[str, Value]
    at: Location
    foreign: str
    doubts: tuple[Doubt, ...] = ()


def is_pipeline(root: Node | None) -> bool:
    """Say whether a document is a pipeline, by what all of a service's have."""
    if not isinstance(root, Mapping) or root.get("apiVersion") is not None:
        return False
    jobs, runs = root.get("jobs"), root.get("runs")
    if _has_steps(jobs) or (isinstance(runs, Mapping) and isinstance(runs.get("steps"), Sequence)):
        return True
    if any(isinstance(root.get(name), Sequence) for name in ("steps", "stages")) and _holds_script(root, 0):
        return True
    if isinstance(root.get("services"), Mapping) or isinstance(root.get("tasks"), Mapping):
        return False
    if isinstance(root.get("pipelines"), Mapping):
        return _holds_script(root, 0)
    if isinstance(root.get("phases"), Mapping):
        return any(_is_script(one.get("commands")) for one in _phases(root))
    members = root.entries.values()
    return any(_is_script(root.get(name)) for name in _TOGETHER) or any(
        isinstance(one, Mapping) and any(_is_script(one.get(name)) for name in _TOGETHER) for one in members
    )


def _phases(root: Mapping) -> list[Mapping]:
    """Return the phases of a build of AWS CodeBuild."""
    phases = root.get("phases")
    members = phases.entries.values() if isinstance(phases, Mapping) else ()
    return [one for one in members if isinstance(one, Mapping)]


def _has_steps(jobs: Node | None) -> bool:
    members = jobs.entries.values() if isinstance(jobs, Mapping) else jobs.items if isinstance(jobs, Sequence) else ()
    return any(isinstance(job, Mapping) and isinstance(job.get("steps"), Sequence) for job in members)


def _is_script(node: Node | None) -> bool:
    return isinstance(node, Sequence | Opaque) or (isinstance(node, Scalar) and isinstance(node.value, str))


def _holds_script(node: Node, depth: int) -> bool:
    if depth > MAX_DEPTH:
        return False
    if isinstance(node, Mapping):
        found = any(_is_script(node.get(name)) for name in _OF_STEP)
        return found or any(_holds_script(one, depth + 1) for one in node.entries.values())
    return isinstance(node, Sequence) and any(_holds_script(one, depth + 1) for one in node.items)


def scripts(root: Mapping) -> list[Script]:
    """Return the scripts of a pipeline in the order of the file."""
    found: list[Script] = []
    for script in _Walk().mapping(root, {}, "", 0):
        found.append(script)
        if len(found) >= MAX_SCRIPTS:
            break
    return found


class _Walk:
    """Goes down a pipeline; what a job sets reaches its steps."""

    __slots__ = ("_before", "_seen")

    def __init__(self) -> None:
        self._before: Node | None = None
        self._seen: set[int] = set()

    def mapping(self, node: Mapping, outer: dict[str, Value], shell: str, depth: int) -> Iterator[Script]:
        """Yield the scripts of a mapping and of what is below it."""
        if depth > MAX_DEPTH or id(node) in self._seen:
            return
        self._seen.add(id(node))
        variables = {**outer, **_set(node, outer)}
        shell = _shell(node) or shell
        if depth == 0:
            self._before = node.get("before_script") or _sub(node, "default", "before_script")
        yield from self._own(node, variables, shell)
        for name, below in node.entries.items():
            if name == "steps" and isinstance(below, Sequence):
                for step in below.items:
                    if isinstance(step, Mapping):
                        yield from self._step(step, variables, shell)
            if name not in _VARIABLES:
                yield from self._below(below, variables, shell, depth)

    def _below(self, node: Node, variables: dict[str, Value], shell: str, depth: int) -> Iterator[Script]:
        if isinstance(node, Mapping):
            yield from self.mapping(node, variables, shell, depth + 1)
        elif isinstance(node, Sequence) and depth < MAX_DEPTH:
            for one in node.items:
                yield from self._below(one, variables, shell, depth + 1)

    def _own(self, node: Mapping, variables: dict[str, Value], shell: str) -> Iterator[Script]:
        """Yield the scripts of a job as GitLab has them: what runs before it runs in the same shell."""
        if _is_script(node.get("script")):
            before = node.get("before_script") or self._before
            yield from _script([before, node.get("script")], variables, shell, _doubts(node, _TOGETHER))
        if phases := _phases(node):
            # From version 0.2 on, the commands of all phases run in one shell.
            lists = [phase.get(name) for phase in phases for name in ("commands", "finally")]
            yield from _script(lists, variables, shell, _doubts(node, ("phases",)))
        for name in _APART:
            yield from _script([node.get(name)], variables, shell, _doubts(node, (name,)))

    def _step(self, step: Mapping, outer: dict[str, Value], shell: str) -> Iterator[Script]:
        self._seen.add(id(step))
        variables = {**outer, **_set(step, outer)}
        shell = _shell(step) or shell
        for name in _OF_STEP:
            node = step.get(name)
            if isinstance(node, Mapping):
                shell = _shell(node) or shell
                variables |= _folder(node, variables)
                node = node.get("command")
            yield from _script([node], variables, shell, _doubts(step, (name,)))
        for name, below in step.entries.items():
            if name == "step" and isinstance(below, Mapping):
                yield from self._step(below, variables, shell)
            elif name not in (*_OF_STEP, *_VARIABLES):
                yield from self._below(below, variables, shell, 1)


def _sub(node: Mapping, *names: str) -> Node | None:
    found: Node | None = node
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _shell(node: Mapping) -> str:
    given = node.get("shell") or _sub(node, "defaults", "run", "shell")
    return given.text.partition(" ")[0].rpartition("/")[2] if isinstance(given, Scalar) else ""


def _set(node: Mapping, outer: dict[str, Value]) -> dict[str, Value]:
    """Return the variables that a mapping sets for what is below it, its folder among them."""
    found: dict[str, Value] = {}
    for name in _VARIABLES:
        given = node.get(name)
        for key, value in given.entries.items() if isinstance(given, Mapping) else ():
            inner = value.get("value") if isinstance(value, Mapping) else value
            if isinstance(inner, Scalar):
                found[key] = expanded(written(inner.source, inner.start, inner.end), outer)
            else:
                found[key] = f"the variable {key} is no text"
    return found | _folder(node, {**outer, **found})


def _folder(node: Mapping, variables: dict[str, Value]) -> dict[str, Value]:
    given = (
        node.get("working-directory")
        or node.get("working_directory")
        or node.get("workingDirectory")
        or _sub(node, "defaults", "run", "working-directory")
    )
    if not isinstance(given, Scalar) or not isinstance(given.value, str):
        return {}
    text = expanded(written(given.source, given.start, given.end), variables)
    builder = Builder()
    if not text.text.startswith(("/", "~", ".", "\0")):
        builder.add_as(f"{HERE}/", given.source, given.start, given.end)
    builder.add_all(text)
    return {"PWD": builder.done()}


def _doubts(node: Mapping, names: tuple[str, ...]) -> tuple[Doubt, ...]:
    """Return what is doubtful of some keys of a mapping: a service may take the first of two, the last, or neither."""
    keys = [node.keys[name] for name in names if name in node.entries]
    return tuple(Doubt(key.doubt, key.at, key.text) for key in keys if key.doubt)


def _script(
    parts: list[Node | None], variables: dict[str, Value], shell: str, doubts: tuple[Doubt, ...]
) -> Iterator[Script]:
    """Yield the script that some scalars, and lists of such, make up together, line by line."""
    lines = [one for part in parts for one in _lines(part, 0)]
    if not lines:
        return
    builder = Builder()
    for line in lines:
        text = written(line.source, line.start, line.end)
        builder.add_all(expanded(text, variables))
        builder.add_as("\n", line.source, line.end, line.end)
    foreign = "" if shell in _SHELLS else shell
    yield Script(builder.done(), variables, lines[-1].at, foreign, doubts)


def _lines(node: Node | None, depth: int) -> Iterator[Node]:
    if isinstance(node, Sequence) and depth < MAX_DEPTH:
        for one in node.items:
            yield from _lines(one, depth + 1)
    elif isinstance(node, Opaque) or (isinstance(node, Scalar) and isinstance(node.value, str)):
        yield node


def expanded(text: MappedText, variables: dict[str, Value]) -> MappedText:
    """Replace `${{ … }}`, which a workflow fills in before any shell sees the script."""
    if "${{" not in text.text:
        return text
    builder, here = Builder(), 0
    while (opening := text.text.find("${{", here)) >= 0:
        closing = text.text.find("}}", opening)
        closing = len(text.text) if closing < 0 else closing + 2
        builder.add_cut(text, here, opening)
        inner = text.text[opening + 3 : closing - 2].strip()
        value = variables.get(inner[4:]) if inner.startswith("env.") else None
        if value is not None and not isinstance(value, str | list):
            builder.add_all(value)
        elif inner == "github.workspace":
            builder.add_as(HERE, *text.region(opening, closing))
        else:
            builder.add_gap(f"`{inner[:60]}` is filled in when the workflow runs", *text.region(opening, closing))
        here = closing
    builder.add_cut(text, here, len(text.text))
    return builder.done()


#: What the services call the folder of the project.
FOLDERS = frozenset(
    {
        "BITBUCKET_CLONE_DIR",
        "CI_PROJECT_DIR",
        "CIRCLE_WORKING_DIRECTORY",
        "DRONE_WORKSPACE",
        "GITHUB_WORKSPACE",
        "TRAVIS_BUILD_DIR",
    }
)
