"""What a reader may say about one setting, and how questions are put to it."""

from __future__ import annotations

from gate.model.record import Generic, Record
from gate.model.truth import Truth, either, every, inapplicable, no, unknown, yes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias, TypeVar

    from gate.model.location import Location

    T = TypeVar("T")

else:
    T = None


class Stated(Record, Generic[T]):
    """Written in the input; `via` are the sites the value came through (an anchor, a variable, another file)."""

    value: T
    at: Location
    via: tuple[Location, ...] = ()


class Defaulted(Record, Generic[T]):
    """Not written, and the format says what that means; `at` is the node it would be written in."""

    value: T
    at: Location


class Deferred(Record):
    """Not written here, and decided elsewhere: by a link or by the platform profile.

    `to` names the decider, such as `image.user` or `kubernetes.seccomp_default`. Linking turns every deferred setting
    into another kind; none is left when judging starts.
    """

    to: str
    at: Location


class Unknown(Record):
    """Something is written, or may be, and what it comes to cannot be known; the reason is a clause.

    `candidates` are all that it can come to, where that much is known: what every one of them says is certain.
    """

    reason: str
    at: Location
    candidates: tuple[Any, ...] = ()


class Inapplicable(Record):
    """The platform has no such setting; the reason is a clause."""

    reason: str
    at: Location


if TYPE_CHECKING:
    Setting: TypeAlias = Stated[T] | Defaulted[T] | Deferred | Unknown | Inapplicable


class Items(Record, Generic[T]):
    """A collection: the members that are known of, and whether there can be no others.

    An unread include or an unresolved entry leaves it open; `open_because` then says why.
    """

    members: tuple[Setting[T], ...]
    at: Location
    complete: bool = True
    open_because: str = ""


def holds(setting: Setting[T], test: Callable[[T], bool], text: str) -> Truth:
    """Ask one setting whether its value passes the test; `text` is the clause that the answer is about."""
    if isinstance(setting, Stated | Defaulted):
        return (yes if test(setting.value) else no)(setting.at, text)
    if isinstance(setting, Inapplicable):
        return inapplicable(setting.at, setting.reason)
    if isinstance(setting, Unknown):
        answers = {bool(test(value)) for value in setting.candidates}
        if len(answers) == 1:
            return (yes if answers.pop() else no)(setting.at, text)
        return unknown(setting.at, setting.reason)
    return unknown(setting.at, f"{setting.to} decides this and is not known")


def each(items: Items[T], test: Callable[[T], Truth]) -> tuple[Truth, ...]:
    """Ask every member, and the rest of an open collection: one truth a member, so that none hides another."""
    truths = tuple(_member(member, test) for member in items.members)
    if items.complete:
        return truths
    return (*truths, unknown(items.at, items.open_because))


def any_of(items: Items[T], test: Callable[[T], Truth]) -> Truth:
    """Ask whether some member passes."""
    return either(each(items, test)) if items.members or not items.complete else no(items.at, "there are none")


def all_of(items: Items[T], test: Callable[[T], Truth]) -> Truth:
    """Ask whether every member passes."""
    return every(each(items, test)) if items.members or not items.complete else yes(items.at, "there are none")


def _member(member: Setting[T], test: Callable[[T], Truth]) -> Truth:
    if isinstance(member, Stated | Defaulted):
        return test(member.value)
    if isinstance(member, Inapplicable):
        return inapplicable(member.at, member.reason)
    if isinstance(member, Unknown):
        return unknown(member.at, member.reason)
    return unknown(member.at, f"{member.to} decides this and is not known")


def known(setting: Setting[T]) -> T | None:
    """Return the value when there is one; for display and for links, never for a verdict."""
    return setting.value if isinstance(setting, Stated | Defaulted) else None
