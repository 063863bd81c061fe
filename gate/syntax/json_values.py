"""JSON as plain values, at the speed of C: for large documents of which little is wanted.

What readers of JSON take differently is refused: a key that stands twice, numbers that no double can hold, NaN.
"""

from __future__ import annotations

from gate.model.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from gate.model.source import Source


class _Twice(Exception):
    """A key that stands twice in one mapping."""


def values(source: Source, remedy: str) -> object:
    """Return what a document holds; raise InputError for what is not JSON as all readers see it."""
    from json import JSONDecodeError, loads

    try:
        text = source.data.decode("utf-8")
        return loads(text, object_pairs_hook=_unique, parse_constant=_refused, parse_float=_double)
    except JSONDecodeError as error:
        raise InputError("is not JSON", at=source.location(error.pos, error.pos), remedy=remedy) from None
    except _Twice as error:
        cause = f"has the key `{error}` twice in one mapping, and JSON readers differ in which one counts"
    except UnicodeDecodeError:
        cause = "is not UTF-8"
    except RecursionError:
        cause = "is nested too deeply"
    except ValueError:
        cause = "has a number that readers of JSON take differently"
    raise InputError(cause, at=source.location(0, 0), remedy=remedy)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [key for key, _value in pairs]
        raise _Twice(next(name[:40] for name in names if names.count(name) > 1))
    return found


def _double(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError
    return value


def _refused(_word: str) -> NoReturn:
    raise ValueError
