"""The errors a user can cause, each with what to do about it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location


class GateError(Exception):
    """Base of the expected errors; anything else is a defect of the gate (exit status 70)."""


class UsageError(GateError):
    """The command line, a policy or a declaration is wrong (exit status 2)."""

    def __init__(self, cause: str, *, at: Location | None = None, remedy: str = "") -> None:
        """Say what is wrong, where, and what would be right."""
        super().__init__(cause)
        self.cause = cause
        self.at = at
        self.remedy = remedy


class InputError(GateError):
    """A file under judgement that its real consumer would refuse, or that is over a limit (exit status 3)."""

    def __init__(self, cause: str, *, at: Location, remedy: str = "") -> None:
        """Say what is wrong, where, and what would be right."""
        super().__init__(cause)
        self.cause = cause
        self.at = at
        self.remedy = remedy


class UnrenderedError(InputError):
    """A template that only becomes input by rendering, which the gate never does; the policy says what that means."""
