"""The variables of a build: global arguments, a stage's arguments and environment, and what a word comes to.

Source: moby/buildkit `frontend/dockerfile/dockerfile2llb`. An argument with a default counts as its default, with the
place of the default in `via`, because whoever builds may pass another value.
"""

from __future__ import annotations

from gate.model.errors import InputError
from gate.model.evidence import Stated, Unknown
from gate.model.location import Location
from gate.model.record import Record
from gate.syntax.dockerfile import AS_DOCUMENTED
from gate.syntax.shellword import Unresolved, WordError, expand, expand_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.model.evidence import Setting
    from gate.syntax.dockerfile import Instruction

#: What BuildKit sets from the platforms of the build, which no file states.
PLATFORM_ARGUMENTS = (
    *("BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT"),
    *("TARGETPLATFORM", "TARGETOS", "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE"),
)
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Given(Record):
    """A build argument that whoever builds passes, at the place that says so."""

    value: str | Unresolved
    at: Location


class Scope:
    """The variables that a word may use.

    `outside` is why a variable that the file does not set may be set all the same, empty when it cannot be. `given` are
    the arguments that the build is passed, which count for more than the file's defaults.
    """

    __slots__ = ("_at", "_used", "escape", "given", "outside", "values")

    def __init__(self, escape: str, outside: str = "", given: Mapping[str, Given] | None = None) -> None:
        """Start without variables."""
        self.escape = escape
        self.outside = outside
        self.given = given or {}
        self.values: dict[str, str | Unresolved] = {}
        self._at: dict[str, Instruction | Given] = {}
        self._used: list[str] = []

    def copy(self) -> Scope:
        """Return a scope that starts from this one."""
        other = Scope(self.escape, self.outside)
        other.values = dict(self.values)
        other._at = dict(self._at)
        return other

    def lookup(self, name: str) -> str | Unresolved | None:
        """Return what a variable holds, None when it is not set, or why that cannot be known."""
        value = self.values.get(name)
        if value is None:
            return Unresolved(f"{self.outside} {name}") if self.outside else None
        self._used.append(name)
        return value

    def expand(self, word: str, at: Location | Instruction) -> str | Unresolved:
        """Return what a word comes to; raise InputError where the build would stop."""
        self._used = []
        try:
            return expand(word, self.lookup, self.escape)
        except WordError as error:
            raise _refused(error, at) from None

    def expand_document(self, text: str, at: Location | Instruction) -> None:
        """Raise InputError where the expansion of a copied document would stop the build."""
        try:
            expand_text(text, self.lookup)
        except WordError as error:
            raise _refused(error, at) from None

    def expand_quietly(self, word: str) -> str | Unresolved:
        """Return what a word of a script comes to, whose own variables are nobody's business here."""
        outside, self.outside = self.outside, "the script may set"
        self._used = []
        try:
            return expand(word, self.lookup)
        except WordError as error:
            return Unresolved(f"it {error}")
        finally:
            self.outside = outside

    def without_outside(self, word: str, at: Location | Instruction) -> str | Unresolved:
        """Return what a word comes to if nothing but the file sets a variable."""
        outside, self.outside = self.outside, ""
        try:
            return self.expand(word, at)
        finally:
            self.outside = outside

    def setting(self, word: str, at: Location) -> Setting[str]:
        """Return what a word comes to as a setting."""
        value = self.expand(word, at)
        return Unknown(value.reason, at) if isinstance(value, Unresolved) else Stated(value, at, self.via())

    def via(self) -> tuple[Location, ...]:
        """Return the places of the variables that the last word came through."""
        return tuple(self._at[name].at for name in dict.fromkeys(self._used) if name in self._at)

    def assign(self, name: str, value: str | Unresolved, instruction: Instruction | Given) -> None:
        """Set a variable."""
        self.values[name] = value
        self._at[name] = instruction

    def forget(self, reason: str) -> None:
        """Give up on every variable, because one that cannot be named was set."""
        self.values.clear()
        self._at.clear()
        self.outside = reason


def _refused(error: WordError, at: Location | Instruction) -> InputError:
    place = at if isinstance(at, Location) else at.at
    return InputError(f"has a word that {error}", at=place, remedy=AS_DOCUMENTED)


def global_scope(escape: str, given: Mapping[str, Given] | None = None) -> Scope:
    """Return the scope of the arguments before the first FROM, with those that BuildKit sets."""
    scope = Scope(escape, given=given)
    for name in PLATFORM_ARGUMENTS:
        scope.values[name] = Unresolved(f"the platform or target of the build decides {name}")
    return scope


def declare_global(scope: Scope, instruction: Instruction) -> None:
    """Take an ARG before the first FROM."""
    for word in instruction.words:
        name, equals, value = word.partition("=")
        if name in scope.given:
            scope.assign(name, scope.given[name].value, scope.given[name])
        elif equals:
            scope.assign(name, scope.expand(value, instruction), instruction)
        elif name not in scope.values:
            scope.assign(name, _no_default(name), instruction)


def declare(scope: Scope, outer: Scope, instruction: Instruction) -> None:
    """Take an ARG inside a stage: without a default it is the global argument of that name."""
    for word in instruction.words:
        name, equals, value = word.partition("=")
        if name in outer.given:
            scope.assign(name, outer.given[name].value, outer.given[name])
        elif equals:
            scope.assign(name, scope.expand(value, instruction), instruction)
        elif name in outer.values:
            scope.assign(name, outer.values[name], outer._at.get(name, instruction))  # noqa: SLF001
        elif name not in scope.values:
            scope.assign(name, _no_default(name), instruction)


def _no_default(name: str) -> Unresolved:
    return Unresolved(f"the build argument {name} has no default")
