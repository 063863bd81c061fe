"""The stages of a build, one after the other: what each starts from, sets, copies and leaves."""

from __future__ import annotations

from gate.dialects import image_name
from gate.dialects.build_steps import add_step, run_step
from gate.dialects.build_variables import DEFAULT_PATH, Scope, declare, declare_global, global_scope
from gate.dialects.docker_options import user as as_user
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Items, Stated, Unknown
from gate.model.image import Base, Stage, Variable
from gate.model.sensitivity import Statement
from gate.model.source import Source
from gate.model.workload import User
from gate.syntax.dockerfile import scan
from gate.syntax.dockerfile_check import flags, problem_of
from gate.syntax.shellword import Unresolved, WordError, expand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    from gate.model.evidence import Setting
    from gate.model.image import Step
    from gate.model.location import Location
    from gate.syntax.dockerfile import Dockerfile, Instruction

    T = TypeVar("T")

#: Stages of one file; real files have a few dozen at most.
MAX_STAGES = 1_000

#: Variables, labels and triggers that stages take over from the stages they start from, all together.
MAX_INHERITED = 500_000

LABEL_PREFIX = "gate."
BY_BASE = "the base image decides it"


class StageBuild:
    """One stage while it is being built."""

    def __init__(self, number: int, name: str, instruction: Instruction, base: Base, scope: Scope) -> None:
        """Start from nothing."""
        self.number = number
        self.name = name
        self.instruction = instruction
        self.base = base
        self.scope = scope
        self.platform = ""
        self.steps: list[Step] = []
        self.copies: list[Base] = []
        self.mounted: list[tuple[str, Location]] = []
        self.needs: list[int] = []
        self.triggers: list[Instruction] = []
        self.statements: list[Statement] = []
        self.labels: dict[str, Setting[Variable]] = {}
        self.environment: dict[str, Setting[Variable]] = {}
        self.volumes: dict[str, Setting[str]] = {}
        self.shell: tuple[str, ...] = ()
        self.problem: InputError | None = None
        self.is_open = True
        at = base.at
        self.user: Setting[User] = Deferred("image.user", at)
        self.working_directory: Setting[str] = Unknown(BY_BASE, at)
        self.entrypoint: Setting[tuple[str, ...]] = Unknown(BY_BASE, at)

    def from_scratch(self) -> None:
        """Start from the empty image, which nobody else decides."""
        at = self.base.at
        self.is_open = False
        self.user = Defaulted(User("root", 0), at)
        self.working_directory = Defaulted("/", at)
        self.entrypoint = Defaulted((), at)
        self.scope.outside = ""
        self.scope.values["PATH"] = DEFAULT_PATH

    def from_stage(self, other: StageBuild) -> None:
        """Start from an earlier stage: everything but its triggers carries over, arguments too."""
        self.scope = other.scope.copy()
        self.is_open = other.is_open
        self.user = other.user
        self.working_directory = other.working_directory
        self.entrypoint = other.entrypoint
        self.shell = other.shell
        self.labels = dict(other.labels)
        self.environment = dict(other.environment)
        self.volumes = dict(other.volumes)
        self.statements = list(other.statements)

    @property
    def weight(self) -> int:
        """How much a stage that starts from this one takes over."""
        return len(self.scope.values) + len(self.labels) + len(self.environment) + len(self.triggers) + len(self.volumes)

    def items(self, members: Iterable[Setting[T]], reason: str) -> Items[T]:
        """Return a collection that the base image may have more of."""
        return Items(tuple(members), self.base.at, not self.is_open, reason if self.is_open else "")

    def stage(self) -> Stage:
        """Return the finished stage."""
        return Stage(
            self.name,
            self.instruction.at,
            self.base,
            self.platform,
            tuple(self.steps),
            tuple(self.copies),
            self.user,
        )

    def take(self, instruction: Instruction, stages: Stages) -> None:
        """Take one instruction."""
        taken = _TAKEN.get(instruction.keyword)
        if taken is not None:
            taken(self, instruction, stages)

    def _argument(self, instruction: Instruction, stages: Stages) -> None:
        declare(self.scope, stages.scope, instruction)

    def _environment(self, instruction: Instruction, _stages: Stages) -> None:
        scope = self.scope
        for name, value, variable in self._variables(instruction):
            if isinstance(name, Unresolved):
                scope.forget(name.reason)
                self.environment[f"?{len(self.environment)}"] = Unknown(name.reason, instruction.at)
            else:
                scope.assign(name, value, instruction)
                self.environment[name] = variable

    def _labels(self, instruction: Instruction, _stages: Stages) -> None:
        for number, (name, value, variable) in enumerate(self._variables(instruction)):
            if isinstance(name, Unresolved):
                self.labels[f"?{len(self.labels)}"] = Unknown(name.reason, instruction.at)
                continue
            self.labels[name] = variable
            if name.startswith(LABEL_PREFIX):
                said = instruction.words[number * 3 + 1] if isinstance(value, Unresolved) else value
                place = instruction.place(*self._span(instruction, number))
                self.statements.append(Statement(name[len(LABEL_PREFIX) :], said, place))

    def _span(self, instruction: Instruction, number: int) -> tuple[int, int]:
        start, end = instruction.spans[number]
        return instruction.rest_at + start, instruction.rest_at + end

    def _variables(
        self, instruction: Instruction
    ) -> list[tuple[str | Unresolved, str | Unresolved, Setting[Variable]]]:
        """Expand the names and values of one instruction, all before any of them is set."""
        scope = self.scope
        words = instruction.words
        found: list[tuple[str | Unresolved, str | Unresolved, Setting[Variable]]] = []
        for number in range(len(words) // 3):
            name = scope.expand(words[number * 3], instruction)
            value = scope.expand(words[number * 3 + 1], instruction)
            at = instruction.place(*self._span(instruction, number))
            shown: Setting[str] = (
                Unknown(value.reason, at) if isinstance(value, Unresolved) else Stated(value, at, scope.via())
            )
            variable = Stated(Variable(name if isinstance(name, str) else "", shown, at), at)
            found.append((name, value, variable))
        return found

    def _user(self, instruction: Instruction, _stages: Stages) -> None:
        word, at = instruction.words[0], instruction.operand_at
        value = self.scope.expand(word, instruction)
        if isinstance(value, str):
            self.user = Stated(as_user(value), at, self.scope.via())
            return
        # Where only the base image could decide otherwise, a file that names root is taken at its word.
        named = self.scope.without_outside(word, instruction)
        root = isinstance(named, str) and named != "" and as_user(named).is_root
        self.user = Stated(as_user(named), at) if isinstance(named, str) and root else Unknown(value.reason, at)

    def _directory(self, instruction: Instruction, _stages: Stages) -> None:
        at = instruction.operand_at
        value = self.scope.expand(instruction.words[0], instruction)
        before = self.working_directory
        if isinstance(value, Unresolved):
            self.working_directory = Unknown(value.reason, at)
        elif value.startswith("/") or isinstance(before, Stated | Defaulted):
            start = before.value if isinstance(before, Stated | Defaulted) else "/"
            self.working_directory = Stated(joined(start, value), at, self.scope.via())
        else:
            self.working_directory = Unknown("it is relative to a folder that the base image decides", at)

    def _volumes(self, instruction: Instruction, _stages: Stages) -> None:
        for word in instruction.words:
            setting = self.scope.setting(word.strip(), instruction.at)
            self.volumes[setting.value if isinstance(setting, Stated) else f"?{word}"] = setting

    def _entrypoint(self, instruction: Instruction, _stages: Stages) -> None:
        words = instruction.words
        if words and not instruction.is_json:
            words = (*(self.shell or ("/bin/sh", "-c")), words[0])
        self.entrypoint = Stated(words, instruction.at)

    def _shell(self, instruction: Instruction, _stages: Stages) -> None:
        self.shell = instruction.words

    def _trigger(self, instruction: Instruction, _stages: Stages) -> None:
        self.triggers.append(instruction)

    def _run(self, instruction: Instruction, stages: Stages) -> None:
        step = run_step(instruction, self.scope, self.shell)
        self.steps.append(step)
        for mount in step.mounts:
            if not mount.source_image:
                continue
            number = stages.names.get(mount.source_image.lower())
            if number is None:
                self.mounted.append((mount.source_image, mount.at))
            else:
                self._need(number, mount.at)

    def _add(self, instruction: Instruction, _stages: Stages) -> None:
        step = add_step(instruction, self.scope)
        if step is not None:
            self.steps.append(step)

    def _copy(self, instruction: Instruction, stages: Stages) -> None:
        given = flags(instruction).get("from", [""])[0] if instruction.flags else ""
        if given:
            self.copies.append(self._copied(given, instruction, stages))

    def _copied(self, name: str, instruction: Instruction, stages: Stages) -> Base:
        """Resolve where a COPY takes files from: a stage by number or name, or an image."""
        at = instruction.at
        try:
            plain = expand(name, lambda _name: None, self.scope.escape) == name
        except WordError:
            plain = False
        if not plain:
            raise _error("copies from a variable, which BuildKit does not expand there", at)
        digits = name[1:] if name[:1] in ("+", "-") else name
        number = int(name) if digits.isascii() and digits.isdecimal() else stages.names.get(name.lower())
        if number is None:
            return stages.image(name, at)
        if not 0 <= number < stages.count:
            raise _error(f"copies from the stage {number}, which does not exist", at)
        self._need(number, at)
        return Base(Inapplicable("a stage of this file", at), number, at)

    def _need(self, number: int, at: Location) -> None:
        if number >= self.number:
            raise _error("takes files from a stage that does not come before it", at)
        self.needs.append(number)


_TAKEN = {
    "ADD": StageBuild._add,  # noqa: SLF001
    "ARG": StageBuild._argument,  # noqa: SLF001
    "COPY": StageBuild._copy,  # noqa: SLF001
    "ENTRYPOINT": StageBuild._entrypoint,  # noqa: SLF001
    "ENV": StageBuild._environment,  # noqa: SLF001
    "LABEL": StageBuild._labels,  # noqa: SLF001
    "ONBUILD": StageBuild._trigger,  # noqa: SLF001
    "RUN": StageBuild._run,  # noqa: SLF001
    "SHELL": StageBuild._shell,  # noqa: SLF001
    "USER": StageBuild._user,  # noqa: SLF001
    "VOLUME": StageBuild._volumes,  # noqa: SLF001
    "WORKDIR": StageBuild._directory,  # noqa: SLF001
}


def joined(before: str, path: str) -> str:
    """Join a working directory to the one before it, as Linux paths."""
    parts: list[str] = []
    for part in (path if path.startswith("/") else f"{before}/{path}").split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


class Stages:
    """All stages of one file; `names` are the numbers of the stages by name, the last of each name."""

    def __init__(self, file: Dockerfile) -> None:
        """Split the file into stages and take the arguments before the first."""
        self._file = file
        self.scope = global_scope(file.escape)
        self.built: list[StageBuild] = []
        self._groups: list[list[Instruction]] = []
        self._inherited = 0
        for instruction in file.instructions:
            if instruction.keyword == "FROM":
                self._groups.append([])
            if self._groups:
                self._groups[-1].append(instruction)
            else:
                declare_global(self.scope, instruction)
        if len(self._groups) > MAX_STAGES:
            raise _error(f"has more than {MAX_STAGES} stages", self._groups[MAX_STAGES][0].at)
        self.count = len(self._groups)
        self.names = {
            group[0].words[2].lower(): number for number, group in enumerate(self._groups) if len(group[0].words) == 3
        }

    def build(self) -> None:
        """Build every stage in order; raise InputError for what stops the build of the last one."""
        earlier: dict[str, StageBuild] = {}
        for number, group in enumerate(self._groups):
            stage = self._stage(number, group[0], earlier)
            self.built.append(stage)
            if stage.name:
                earlier[stage.name] = stage
            try:
                self._run(stage, group[1:])
            except InputError as error:
                stage.problem = error
        for number in self._reachable():
            problem = self.built[number].problem
            if problem is not None:
                raise problem

    def image(self, text: str, at: Location) -> Base:
        """Return an image that is not built here; raise InputError for a name that is none."""
        name = image_name.parse(text)
        if name is None:
            raise _error(f"names no image: {text[:80]}", at)
        return Base(Stated(name, at), None, at)

    def _run(self, stage: StageBuild, instructions: list[Instruction]) -> None:
        if stage.base.stage is not None:
            for trigger in self.built[stage.base.stage].triggers:
                stage.take(_triggered(trigger, stage), self)
        for instruction in instructions:
            stage.take(instruction, self)

    def _stage(self, number: int, instruction: Instruction, earlier: dict[str, StageBuild]) -> StageBuild:
        words = instruction.words
        name = words[2].lower() if len(words) == 3 else ""
        at = instruction.place(instruction.rest_at, instruction.rest_at + len(words[0]))
        text = self.scope.expand(words[0], instruction)
        via = self.scope.via()
        other = earlier.get(text) if isinstance(text, str) else None
        scope = Scope(self._file.escape, "the base image may set")
        stage = StageBuild(number, name, instruction, self._base(text, other, at, via), scope)
        if other is not None:
            self._inherited += other.weight
            if self._inherited > MAX_INHERITED:
                raise _error("has stages that take over too much from each other", at)
            stage.from_stage(other)
        elif text == "scratch":
            stage.from_scratch()
        stage.platform = self._platform(instruction)
        return stage

    def _base(
        self, text: str | Unresolved, other: StageBuild | None, at: Location, via: tuple[Location, ...]
    ) -> Base:
        if isinstance(text, Unresolved):
            return Base(Unknown(text.reason, at), None, at)
        if other is not None:
            return Base(Inapplicable("an earlier stage of this file", at), other.number, at)
        if text == "scratch":
            return Base(Inapplicable("scratch is no image", at), None, at)
        if not text:
            raise _error("names an image that comes to nothing", at)
        base = self.image(text, at)
        return Base(Stated(base.image.value, at, via), None, at) if isinstance(base.image, Stated) else base

    def _platform(self, instruction: Instruction) -> str:
        given = flags(instruction).get("platform", [""])[0] if instruction.flags else ""
        value = self.scope.expand(given, instruction)
        return given if isinstance(value, Unresolved) else value

    def _reachable(self) -> list[int]:
        """Return the numbers of the stages that the last one is built with, the last one first."""
        found: dict[int, None] = {}
        stack = [len(self.built) - 1]
        while stack:
            number = stack.pop()
            if number in found:
                continue
            found[number] = None
            stage = self.built[number]
            stack += stage.needs
            if stage.base.stage is not None:
                stack.append(stage.base.stage)
        return list(found)


def _triggered(instruction: Instruction, stage: StageBuild) -> Instruction:
    """Return what an ONBUILD holds, read again as BuildKit does: by itself, with the default escape character."""
    text = instruction.text.lstrip("\t\n\f\r ")
    text = text[len(instruction.spelled) :].lstrip("\t\n\f\r ") if text.startswith(instruction.spelled) else text
    bodies = "".join(f"\n{heredoc.content}{heredoc.name}" for heredoc in instruction.heredocs)
    file = scan(_Placed(instruction, text + bodies))
    problem = problem_of(file.instructions[0])
    if problem or len(file.instructions) != 1:
        raise _error(problem or "triggers more than one instruction", instruction.at)
    return file.instructions[0]


class _Placed(Source):
    """A trigger's text, whose every place is the ONBUILD that holds it."""

    __slots__ = ("_instruction",)

    def __init__(self, instruction: Instruction, text: str) -> None:
        super().__init__("", text.encode("utf-8", "surrogateescape"))
        self._instruction = instruction

    def location(self, start: int, end: int) -> Location:  # noqa: ARG002
        return self._instruction.at


def _error(cause: str, at: Location) -> InputError:
    return InputError(cause, at=at, remedy="write it as the Dockerfile reference has it")
