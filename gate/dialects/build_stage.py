"""One stage of a build: what it starts from, sets, runs and copies, instruction by instruction."""

from __future__ import annotations

from gate.dialects import image_name
from gate.dialects.build_steps import add_step, expand_operands, run_step
from gate.dialects.build_variables import DEFAULT_PATH, declare
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Items, Stated, Unknown
from gate.model.image import Base, Stage, Variable
from gate.model.sensitivity import Statement
from gate.model.subject import User
from gate.syntax.characters import SPACE
from gate.syntax.dockerfile import AS_DOCUMENTED
from gate.syntax.dockerfile_check import flags
from gate.syntax.shellword import Unresolved, WordError, expand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    from gate.dialects.build_variables import Scope
    from gate.model.evidence import Setting
    from gate.model.image import Step
    from gate.model.location import Location
    from gate.syntax.dockerfile import Instruction

    T = TypeVar("T")

LABEL_PREFIX = "gate."
BY_BASE = "the base image decides it"


class Plan:
    """What every stage needs to know of the file: its global arguments, how many stages there are, and their names.

    A name that several stages have is the last one's.
    """

    __slots__ = ("count", "names", "scope")

    def __init__(self, scope: Scope, count: int, names: dict[str, int]) -> None:
        """Take the global arguments, the number of stages and the numbers of those with a name."""
        self.scope = scope
        self.count = count
        self.names = names

    def number_of(self, name: str) -> int | None:
        """Return the number of the stage that a COPY names, by number or name; None for what is no stage."""
        digits = name[1:] if name[:1] in ("+", "-") else name
        if digits.isascii() and digits.isdecimal() and len(digits) < 20:
            return int(name)
        return self.names.get(name.lower())


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
        self.exported: dict[str, tuple[str | Unresolved, Instruction]] = {}
        self.volumes: dict[str, Setting[str]] = {}
        self.shell: tuple[str, ...] = ()
        self.problem: InputError | None = None
        self.is_open = True
        at = base.at
        self.user: Setting[User] = Deferred("image.user", at)
        self.working_directory: Setting[str] = Unknown(BY_BASE, at)
        self.entrypoint: Setting[tuple[str, ...]] = Unknown(BY_BASE, at)

    def from_unknown(self, reason: str) -> None:
        """Start from an image that cannot be named, so that nobody can be asked what it decides."""
        self.user = Unknown(reason, self.base.at)

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
        """Start from an earlier stage: all but its triggers carries over, arguments too where no ENV has their name."""
        self.scope = other.scope.copy()
        self.is_open = other.is_open
        self.user = other.user
        self.working_directory = other.working_directory
        self.entrypoint = other.entrypoint
        self.shell = other.shell
        self.labels = dict(other.labels)
        self.environment = dict(other.environment)
        self.exported = dict(other.exported)
        for name, (value, instruction) in self.exported.items():
            self.scope.assign(name, value, instruction)
        self.volumes = dict(other.volumes)
        self.statements = list(other.statements)

    @property
    def weight(self) -> int:
        """How much a stage that starts from this one takes over."""
        inherited = len(self.labels) + len(self.environment) + len(self.volumes)
        return len(self.scope.values) + inherited + len(self.triggers)

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

    def take(self, instruction: Instruction, plan: Plan) -> None:
        """Take one instruction."""
        taken = _TAKEN.get(instruction.keyword)
        if taken is not None:
            taken(self, instruction, plan)

    def _argument(self, instruction: Instruction, plan: Plan) -> None:
        declare(self.scope, plan.scope, instruction)

    def _environment(self, instruction: Instruction, _plan: Plan) -> None:
        scope = self.scope
        for name, value, variable in self._variables(instruction):
            if isinstance(name, Unresolved):
                scope.forget(name.reason)
                self.environment[f"?{len(self.environment)}"] = Unknown(name.reason, instruction.at)
            else:
                scope.assign(name, value, instruction)
                self.exported[name] = value, instruction
                self.environment[name] = variable

    def _labels(self, instruction: Instruction, _plan: Plan) -> None:
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

    def _user(self, instruction: Instruction, _plan: Plan) -> None:
        word, at = instruction.words[0], instruction.operand_at
        value = self.scope.expand(word, instruction)
        if isinstance(value, str):
            self.user = Stated(User.named(value), at, self.scope.via())
            return
        # Where only the base image could decide otherwise, a file that names root is taken at its word.
        named = self.scope.without_outside(word, instruction)
        root = isinstance(named, str) and named != "" and User.named(named).is_root
        self.user = Stated(User.named(named), at) if isinstance(named, str) and root else Unknown(value.reason, at)

    def _directory(self, instruction: Instruction, _plan: Plan) -> None:
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

    def _volumes(self, instruction: Instruction, _plan: Plan) -> None:
        for word in instruction.words:
            setting = self.scope.setting(word.strip(SPACE), instruction.at)
            if isinstance(setting, Stated) and not setting.value:
                raise refused("has a path that comes to nothing", instruction.at)
            self.volumes[setting.value if isinstance(setting, Stated) else f"?{word}"] = setting

    def _entrypoint(self, instruction: Instruction, _plan: Plan) -> None:
        words = instruction.words
        if not instruction.is_json:
            words = (*(self.shell or ("/bin/sh", "-c")), words[0] if words else "")
        self.entrypoint = Stated(words, instruction.at)

    def _shell(self, instruction: Instruction, _plan: Plan) -> None:
        self.shell = instruction.words

    def _trigger(self, instruction: Instruction, _plan: Plan) -> None:
        self.triggers.append(instruction)

    def _run(self, instruction: Instruction, plan: Plan) -> None:
        step = run_step(instruction, self.scope, self.shell)
        self.steps.append(step)
        for mount in step.mounts:
            if not mount.source_image:
                continue
            number = plan.names.get(mount.source_image.lower())
            if number is None:
                self.mounted.append((mount.source_image, mount.at))
            else:
                self._need(number, mount.at)

    def _add(self, instruction: Instruction, _plan: Plan) -> None:
        expand_operands(instruction, self.scope)
        step = add_step(instruction, self.scope)
        if step is not None:
            self.steps.append(step)

    def _copy(self, instruction: Instruction, plan: Plan) -> None:
        expand_operands(instruction, self.scope)
        given = flags(instruction).get("from", [""])[0] if instruction.flags else ""
        if given:
            self.copies.append(self._copied(given, instruction, plan))

    def _copied(self, name: str, instruction: Instruction, plan: Plan) -> Base:
        """Resolve where a COPY takes files from: a stage by number or name, or an image."""
        at = instruction.at
        try:
            plain = expand(name, lambda _name: None, self.scope.escape) == name
        except WordError:
            plain = False
        if not plain:
            raise refused("copies from a variable, which BuildKit does not expand there", at)
        number = plan.number_of(name)
        if number is None:
            return external(name, at)
        if not 0 <= number < plan.count:
            raise refused(f"copies from the stage {number}, which does not exist", at)
        self._need(number, at)
        return Base(Inapplicable("a stage of this file", at), number, at)

    def _need(self, number: int, at: Location) -> None:
        self.needs.append(number)
        if number >= self.number and self.problem is None:
            self.problem = refused("takes files from a stage that does not come before it", at)

    def _ports(self, instruction: Instruction, _plan: Plan) -> None:
        for word in instruction.words:
            self.scope.expand(word, instruction)


_TAKEN = {
    "ADD": StageBuild._add,  # noqa: SLF001
    "ARG": StageBuild._argument,  # noqa: SLF001
    "COPY": StageBuild._copy,  # noqa: SLF001
    "ENTRYPOINT": StageBuild._entrypoint,  # noqa: SLF001
    "ENV": StageBuild._environment,  # noqa: SLF001
    "EXPOSE": StageBuild._ports,  # noqa: SLF001
    "LABEL": StageBuild._labels,  # noqa: SLF001
    "ONBUILD": StageBuild._trigger,  # noqa: SLF001
    "RUN": StageBuild._run,  # noqa: SLF001
    "SHELL": StageBuild._shell,  # noqa: SLF001
    "USER": StageBuild._user,  # noqa: SLF001
    "VOLUME": StageBuild._volumes,  # noqa: SLF001
    "WORKDIR": StageBuild._directory,  # noqa: SLF001
}


def external(text: str, at: Location, via: tuple[Location, ...] = ()) -> Base:
    """Return an image that is not built here; raise InputError for a name that is none."""
    name = image_name.parse(text)
    if name is None:
        raise refused(f"names no image: {text[:80]}", at)
    return Base(Stated(name, at, via), None, at)


def refused(cause: str, at: Location) -> InputError:
    """Return the error about something that BuildKit refuses."""
    return InputError(cause, at=at, remedy=AS_DOCUMENTED)


def joined(before: str, path: str) -> str:
    """Join a working directory to the one before it; only a relative one is tidied up."""
    if path.startswith("/") or not path:
        return path or before
    parts: list[str] = []
    for part in f"{before}/{path}".split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)
