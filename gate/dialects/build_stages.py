"""The stages of a build, one after the other, and which of them the last one is built with.

Source: moby/buildkit `frontend/dockerfile/dockerfile2llb`.
"""

from __future__ import annotations

from types import MappingProxyType

from gate.dialects import image_name
from gate.dialects.build_stage import Plan, StageBuild, external, refused
from gate.dialects.build_steps import mounted_from
from gate.dialects.build_variables import Scope, declare_global, global_scope
from gate.model.errors import InputError
from gate.model.evidence import Inapplicable, Unknown
from gate.model.image import Base
from gate.model.record import Record
from gate.model.source import Source
from gate.syntax.dockerfile import scan
from gate.syntax.dockerfile_check import flags, problem_of
from gate.syntax.shellword import Unresolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.dialects.build_variables import Given
    from gate.model.location import Location
    from gate.syntax.dockerfile import Dockerfile, Instruction

#: Stages of one file; real files have a few dozen at most.
MAX_STAGES = 1_000

#: Variables, labels and triggers that stages take over from the stages they start from, all together.
MAX_INHERITED = 500_000


class Asked(Record):
    """What a build is asked for beside its file: arguments, the stage, and images in the place of those it names.

    `otherwise` is what stands in the place of every other image, where that cannot be known.
    """

    arguments: Mapping[str, Given]
    stage: str = ""
    contexts: Mapping[str, Given] = MappingProxyType({})
    otherwise: Given | None = None


NOTHING = Asked(MappingProxyType({}))


class Stages:
    """All stages of one file; `target` is the number of the one that is built."""

    __slots__ = ("_asked", "_file", "_groups", "_inherited", "_plan", "built", "scope", "target")

    def __init__(self, file: Dockerfile, asked: Asked = NOTHING) -> None:
        """Split the file into stages and take the arguments before the first."""
        self._file = file
        self._asked = asked
        self.scope = global_scope(file.escape, asked.arguments)
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
            raise refused(f"has more than {MAX_STAGES} stages", self._groups[MAX_STAGES][0].at)
        names = {group[0].words[2].lower(): at for at, group in enumerate(self._groups) if len(group[0].words) == 3}
        self._plan = Plan(self.scope, len(self._groups), names)
        self.target = self._target(asked.stage)

    def _target(self, stage: str) -> int:
        """Return the number of a stage that is named, the last one's where none is; raise InputError for no stage."""
        number = self._plan.number_of(stage) if stage else len(self._groups) - 1
        if number is None or not 0 <= number < len(self._groups):
            raise refused(f"has no stage {stage[:60]!r}, which the build asks for", self._file.instructions[0].at)
        return number

    def build(self) -> None:
        """Build every stage in order; raise InputError for what stops the build of the target."""
        self._check_order()
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
        for number in self.reachable():
            problem = self.built[number].problem
            if problem is not None:
                raise problem

    def _check_order(self) -> None:
        """Raise InputError where stages take files from each other in a circle, whichever of them is built."""
        finished: set[int] = set()
        for first in range(len(self._groups)):
            path: set[int] = set()
            stack = [(first, False)]
            while stack:
                number, left = stack.pop()
                if left:
                    path.discard(number)
                    finished.add(number)
                elif number in path:
                    raise refused("takes files from a stage that takes files from it", self._groups[number][0].at)
                elif number not in finished:
                    path.add(number)
                    stack.append((number, True))
                    stack += [(other, False) for other in self._sources(number)]

    def _sources(self, number: int) -> set[int]:
        """Return the stages that a stage takes files from, as its instructions name them."""
        found: set[int] = set()
        for instruction in self._groups[number][1:]:
            if instruction.keyword == "COPY" and instruction.flags:
                names = [self._plan.number_of(name) for name in flags(instruction).get("from", [])]
            elif instruction.keyword == "RUN" and instruction.flags:
                names = [self._plan.names.get(name.lower()) for name in mounted_from(instruction)]
            else:
                continue
            found.update(other for other in names if other is not None and 0 <= other < self._plan.count)
        return found

    def _run(self, stage: StageBuild, instructions: list[Instruction]) -> None:
        if stage.base.stage is not None:
            for trigger in self.built[stage.base.stage].triggers:
                stage.take(_triggered(trigger), self._plan)
        for instruction in instructions:
            stage.take(instruction, self._plan)

    def _stage(self, number: int, instruction: Instruction, earlier: dict[str, StageBuild]) -> StageBuild:
        words = instruction.words
        name = words[2].lower() if len(words) == 3 else ""
        at = instruction.place(instruction.rest_at, instruction.rest_at + len(words[0]))
        text = self.scope.expand(words[0], instruction)
        via = self.scope.via()
        if isinstance(text, str) and via and image_name.parse(text) is None:
            text = Unresolved(f"{text[:80]!r} is no image: the build has to set its arguments")
        other = earlier.get(text) if isinstance(text, str) else None
        if isinstance(text, str) and other is None and (context := self._context(text)) is not None:
            text, via = context.value, (*via, context.at)
        scope = Scope(self._file.escape, "the base image may set")
        stage = StageBuild(number, name, instruction, self._base(text, other, at, via), scope)
        if other is not None:
            self._inherited += other.weight
            if self._inherited > MAX_INHERITED:
                raise refused("has stages that take over too much from each other", at)
            stage.from_stage(other)
        elif isinstance(text, Unresolved):
            stage.from_unknown(text.reason)
        elif text == "scratch":
            stage.from_scratch()
        stage.platform = self._platform(instruction)
        return stage

    def _context(self, text: str) -> Given | None:
        """Return what the build puts in the place of an image."""
        name, asked = image_name.identity(text), self._asked
        return next((one for key, one in asked.contexts.items() if image_name.identity(key) == name), asked.otherwise)

    def _base(self, text: str | Unresolved, other: StageBuild | None, at: Location, via: tuple[Location, ...]) -> Base:
        if isinstance(text, Unresolved):
            return Base(Unknown(text.reason, at), None, at)
        if other is not None:
            return Base(Inapplicable("an earlier stage of this file", at), other.number, at)
        if text == "scratch":
            return Base(Inapplicable("scratch is no image", at), None, at)
        if not text:
            raise refused("names an image that comes to nothing", at)
        return external(text, at, via)

    def _platform(self, instruction: Instruction) -> str:
        given = flags(instruction).get("platform", [""])[0] if instruction.flags else ""
        value = self.scope.expand(given, instruction)
        return given if isinstance(value, Unresolved) else value

    def reachable(self) -> list[int]:
        """Return the numbers of the stages that the target is built with, the target first."""
        found: dict[int, None] = {}
        stack = [self.target]
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


def _triggered(instruction: Instruction) -> Instruction:
    """Return what an ONBUILD holds, read again as BuildKit does: by itself, with the default escape character."""
    text = instruction.text.lstrip("\t\n\f\r ")
    text = text[len(instruction.spelled) :].lstrip("\t\n\f\r ") if text.startswith(instruction.spelled) else text
    bodies = "".join(f"\n{heredoc.content}{heredoc.name}" for heredoc in instruction.heredocs)
    file = scan(_Placed(instruction, text + bodies))
    problem = problem_of(file.instructions[0])
    if problem or len(file.instructions) != 1:
        raise refused(problem or "triggers more than one instruction", instruction.at)
    return file.instructions[0]


class _Placed(Source):
    """A trigger's text, whose every place is the ONBUILD that holds it."""

    __slots__ = ("_instruction",)

    def __init__(self, instruction: Instruction, text: str) -> None:
        super().__init__("", text.encode("utf-8", "surrogateescape"))
        self._instruction = instruction

    def location(self, start: int, end: int) -> Location:  # noqa: ARG002
        return self._instruction.at
