"""How the tags of official images are spelled, and how far one is from another."""

from __future__ import annotations

from gate.data.tag import distribution
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Numbers: TypeAlias = tuple[int, ...]

#: Components of a version that are compared.
_PARTS = 4


class Spelled(Record):
    """A tag in its parts: `shape` has the words that say something else, and marks where the others stand.

    `version` is the product's, `system` the release of a distribution that a word names; both may be empty. A `dated`
    tag names the day of its build, which is left out.
    """

    shape: tuple[str, ...]
    version: Numbers
    system: Numbers
    dated: bool


def spelled(tag: str) -> Spelled | None:
    """Take a tag apart; None for one that is no version, release and flavour, such as that of a candidate."""
    shape: list[str] = []
    version: Numbers = ()
    system: Numbers = ()
    dated = False
    for place, word in enumerate(tag.split("-")):
        numbers = _numbers(word)
        named = distribution((word,))
        if len(word) == 8 and word.isdecimal():
            dated = True
        elif numbers and place == 0:
            version = numbers
            shape.append("<version>")
        elif named and not system:
            system = _numbers(named[0][1])
            shape.append(f"<{named[0][0]}{'' if system else ' of no release'}{_kind(word)}>")
        elif not word.isalpha():
            return None
        else:
            shape.append(word)
    return Spelled(tuple(shape), version, system, dated) if version or system else None


def _numbers(word: str) -> Numbers:
    """Return the numbers of a version; none for anything else, eight digits of a day included."""
    parts = word.split(".")
    if len(parts) > _PARTS or any(not part.isdecimal() or not part.isascii() or len(part) > 5 for part in parts):
        return ()
    return tuple(int(part) for part in parts)


def _kind(word: str) -> str:
    """Tell a code name from a number, so that nobody is given another spelling."""
    return " in numbers" if any(character.isdigit() for character in word) else ""


def distance(was: Spelled, new: Spelled) -> tuple[Numbers, Numbers, int] | None:
    """Return how far a tag is from another that is spelled alike, to be compared; None for one that is older.

    The version counts before the distribution, and that before a tag that says less of the version.
    """
    if (
        new.dated
        or was.shape != new.shape
        or len(new.version) > len(was.version)
        or bool(was.version) != bool(new.version)
    ):
        return None
    shared = len(new.version)
    if new.version < was.version[:shared] or new.system < was.system:
        return None
    return _apart(was.version[:shared], new.version), _apart(was.system, new.system), len(was.version) - shared


def _apart(was: Numbers, new: Numbers) -> Numbers:
    """Return the difference at the first number that is another, as far to the right as it stands."""
    for place, (before, after) in enumerate(zip(was, new, strict=False)):
        if before != after:
            return (*(0,) * place, after - before, *(0,) * (_PARTS - place - 1))
    return (0,) * _PARTS
