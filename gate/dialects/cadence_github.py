"""What scheduled workflows of GitHub build.

Source: GitHub documentation, workflow syntax: `on.schedule`, `jobs.<id>.if`, `strategy.matrix`, `jobs.<id>.uses`. A
schedule runs on the default branch; in a public repository without activity for 60 days GitHub switches it off.
"""

from __future__ import annotations

from gate.dialects.cadence_builds import Build, joined, of_action, of_script
from gate.dialects.cadence_tree import Scheduled, at_path, entries_of, members_of, root_of, text_of
from gate.model.cadence import Keeper
from gate.model.errors import InputError
from gate.model.record import replace
from gate.syntax.cron import longest
from gate.syntax.tree import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model.source import Source, Sources
    from gate.syntax.tree import Node

TOOL = "GitHub Actions"

#: Workflows and actions inside each other, combinations of one matrix, and steps of one file that are looked at.
MAX_NESTING = 4
MAX_COMBINATIONS = 64
MAX_STEPS = 2_000

#: Actions that build one image, by the start of their name; those that build what another file lists.
_BUILDING = (
    "docker/build-push-action",
    "redhat-actions/buildah-build",
    "mr-smithers-excellent/docker-build-push",
    "aevea/action-kaniko",
    "elgohr/Publish-Docker-Github-Action",
)
_LISTING = ("docker/bake-action", "docker/github-builder", "hashicorp/packer-github-actions")

#: Of what a workflow run is about, this is what the schedule comes to.
_ON_SCHEDULE = "github.event_name"


def scheduled(source: Source, sources: Sources) -> Iterator[Scheduled]:
    """Yield what a workflow builds on its schedule; nothing where it has none."""
    root = root_of(source)
    if root is None:
        if b"schedule" in source.data:
            at = source.location(0, 0)
            doubt = f"{source.path} cannot be read as YAML"
            yield from _anything(Keeper(TOOL, "rebuild", at, doubt=doubt))
        return
    for entry in members_of(at_path(root, "on", "schedule")):
        cron = at_path(entry, "cron")
        every = longest(text_of(cron))
        if cron is not None and every is not None:
            keeper = Keeper(TOOL, "rebuild", cron.at, every)
            yield from dict.fromkeys(_Workflow(sources, keeper).jobs(root, {}, 0))


def _anything(keeper: Keeper) -> Iterator[Scheduled]:
    yield Scheduled(Build("image", None), keeper)
    yield Scheduled(Build("machine", None), keeper)


class _Workflow:
    """One workflow that a schedule starts, with what it calls."""

    __slots__ = ("_keeper", "_left", "_sources")

    def __init__(self, sources: Sources, keeper: Keeper) -> None:
        self._sources = sources
        self._keeper = keeper
        self._left = MAX_STEPS

    def jobs(self, root: Mapping, inputs: dict[str, str], nesting: int) -> Iterator[Scheduled]:
        """Yield what the jobs of a workflow build that is given inputs."""
        inputs = {**_defaults(at_path(root, "on", "workflow_call", "inputs")), **inputs}
        for _, job in entries_of(at_path(root, "jobs")):
            self._left -= 1
            if isinstance(job, Mapping) and self._left >= 0:
                yield from _if(condition(text_of(job.get("if"))), self._job(job, root, inputs, nesting))
        yield from self._doubt("it has more steps than are read") if self._left < 0 else ()

    def _job(self, job: Mapping, root: Mapping, inputs: dict[str, str], nesting: int) -> Iterator[Scheduled]:
        common = {**inputs, **_variables(root), **_variables(job)}
        called = text_of(job.get("uses"))
        folder = at_path(job, "defaults", "run", "working-directory")
        folder = folder or at_path(root, "defaults", "run", "working-directory")
        for binding in _matrix(at_path(job, "strategy", "matrix")):
            known = {**common, **binding}
            if called:
                yield from self._called(called, _inputs(job.get("with"), known), nesting)
            yield from self._steps(job.get("steps"), known, text_of(folder), nesting)

    def _steps(self, steps: Node | None, known: dict[str, str], folder: str, nesting: int) -> Iterator[Scheduled]:
        for step in members_of(steps):
            self._left -= 1
            if isinstance(step, Mapping) and self._left >= 0:
                found = self._step(step, {**known, **_variables(step)}, folder, nesting)
                yield from _if(condition(text_of(step.get("if"))), found)

    def _step(self, step: Mapping, known: dict[str, str], folder: str, nesting: int) -> Iterator[Scheduled]:
        script, used = text_of(step.get("run")), text_of(step.get("uses"))
        if script:
            written = text_of(step.get("working-directory")) or folder
            where = joined("", filled(written, known)) if written else ""
            for build in of_script(filled(script, known), where):
                yield self._said(build)
        elif used.startswith("./"):
            yield from self._action(used, _inputs(step.get("with"), known), nesting)
        elif used.startswith(_BUILDING):
            inputs = {name: filled(text_of(value), known) for name, value in entries_of(step.get("with"))}
            for build in of_action(inputs):
                yield self._said(build)
        elif used.startswith(_LISTING):
            yield self._said(Build("machine" if "packer" in used else "image", None))

    def _action(self, used: str, inputs: dict[str, str], nesting: int) -> Iterator[Scheduled]:
        """Yield what an action of this repository builds."""
        folder = joined("", used)
        for name in ("action.yml", "action.yaml"):
            root = self._root(f"{folder}/{name}" if folder else name, nesting)
            if root is not None:
                known = {**_defaults(root.get("inputs")), **inputs}
                yield from self._steps(at_path(root, "runs", "steps"), known, "", nesting + 1)
                return
        yield from self._doubt(f"it uses {used}, which cannot be read")

    def _called(self, called: str, inputs: dict[str, str], nesting: int) -> Iterator[Scheduled]:
        """Yield what a reusable workflow builds; one of another repository may build anything."""
        root = self._root(joined("", called) or "", nesting) if called.startswith("./") else None
        if root is None:
            yield from self._doubt(f"it calls {called[:120]}, which cannot be read here")
            return
        yield from self.jobs(root, inputs, nesting + 1)

    def _root(self, path: str, nesting: int) -> Mapping | None:
        """Read a file of this repository; None where that cannot be done, or leads too deep."""
        try:
            source = self._sources.open(path) if nesting < MAX_NESTING else None
        except InputError:
            return None
        return root_of(source) if source is not None else None

    def _doubt(self, doubt: str) -> Iterator[Scheduled]:
        yield from _anything(replace(self._keeper, doubt=doubt))

    def _said(self, build: Build) -> Scheduled:
        return Scheduled(build, self._keeper)


def _if(met: str, found: Iterator[Scheduled]) -> Iterator[Scheduled]:
    """Yield what a condition lets through, with the doubt that it leaves; nothing that no schedule runs."""
    for one in found if met != "no" else ():
        doubt = one.keeper.doubt or ("" if met == "yes" else f"it depends on `{met[:120]}`")
        yield replace(one, keeper=replace(one.keeper, doubt=doubt))


def condition(text: str) -> str:
    """Say whether a condition holds of a run that the schedule started: `yes`, `no`, or the part nobody knows of.

    Only comparisons of the event are worked out, and `always()` and its like, joined by `&&` or by `||`.
    """
    text = text.strip().removeprefix("${{").removesuffix("}}").strip()
    if not text or text in ("always()", "success()", "!cancelled()", "true"):
        return "yes"
    if text == "false":
        return "no"
    for joint, decides in (("||", "yes"), ("&&", "no")):
        parts = text.split(joint)
        if len(parts) > 1 and "(" not in text.replace("always()", "").replace("success()", ""):
            answers = [condition(part) for part in parts]
            other = "no" if decides == "yes" else "yes"
            open_parts = [answer for answer in answers if answer not in ("yes", "no")]
            return decides if decides in answers else open_parts[0] if open_parts else other
    return _compared(text)


def _compared(text: str) -> str:
    for sign, equal in (("==", True), ("!=", False)):
        left, mark, right = text.partition(sign)
        if mark and left.strip() == _ON_SCHEDULE:
            is_it = right.strip().strip("'\"") == "schedule"
            return "yes" if is_it is equal else "no"
    return text


def _inputs(given: Node | None, known: dict[str, str]) -> dict[str, str]:
    """Name what a workflow or an action is given as it names them itself."""
    return {f"inputs.{name}": filled(text_of(value), known) for name, value in entries_of(given)}


def _defaults(inputs: Node | None) -> dict[str, str]:
    named = ((name, at_path(one, "default")) for name, one in entries_of(inputs))
    return {f"inputs.{name}": text_of(value) for name, value in named if value is not None}


def _variables(node: Mapping) -> dict[str, str]:
    return {f"env.{name}": text_of(value) for name, value in entries_of(node.get("env")) if text_of(value)}


def _matrix(node: Node | None) -> list[dict[str, str]]:
    """Return the combinations of a matrix, as far as they are written out; what is not is left open."""
    found: list[dict[str, str]] = [{}]
    for name, values in entries_of(node):
        listed = members_of(values)
        if name in ("include", "exclude") or not listed or len(found) * len(listed) > MAX_COMBINATIONS:
            continue
        found = [{**one, **_flat(f"matrix.{name}", value)} for one in found for value in listed]
    included = [_flat("matrix", value) for value in members_of(at_path(node, "include"))[:MAX_COMBINATIONS]]
    return [*found, *included] if found != [{}] or not included else included


def _flat(name: str, node: Node) -> dict[str, str]:
    """Name the texts below a value of a matrix as expressions do: `matrix.image`, `matrix.image.path`."""
    if isinstance(node, Mapping):
        inner = [_flat(f"{name}.{key}", value) for key, value in node.entries.items()]
        return {key: text for one in inner for key, text in one.items()}
    return {name: text} if (text := text_of(node)) else {}


def filled(text: str, known: dict[str, str]) -> str:
    """Fill in the expressions that name something known; the others stay, and are not known."""
    if "${{" not in text:
        return text
    pieces, here = [], 0
    while (start := text.find("${{", here)) >= 0:
        end = text.find("}}", start)
        if end < 0:
            break
        value = known.get(text[start + 3 : end].strip())
        pieces += [text[here:start], text[start : end + 2] if value is None or "${{" in value else value]
        here = end + 2
    return "".join([*pieces, text[here:]])


def names(paths: Sequence[str]) -> list[str]:
    """Return the workflows among some files."""
    return [path for path in paths if path.endswith((".yml", ".yaml"))]
