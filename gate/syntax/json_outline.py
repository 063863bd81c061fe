"""Where the parts of a large JSON document stand, without a tree of it.

A scanner's report has a million nodes of which a thousand are findings. The scanner of the standard library steps over
everything else at the speed of C; only the mappings and lists on the way to what is wanted are walked here.
"""

from __future__ import annotations

from json.decoder import JSONDecodeError, JSONDecoder, scanstring  # type: ignore[attr-defined]
from re import compile as pattern

from gate.model.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn, TypeAlias

    from gate.model.location import Location
    from gate.model.source import Source

    #: What to look for: under a key, or in every member of a list under `*`; None is found and not looked into.
    Wanted: TypeAlias = Mapping[str, "Wanted"] | None
    Path: TypeAlias = tuple[str | int, ...]

AGAIN = "have the tool write it again, and let nothing else write to the file"

_EARLY = "is not JSON: it ends early"
_SPACE = pattern(r"[ \t\n\r]*").match


class Outline:
    """The regions of a document by their paths, such as `("Results", 0, "Vulnerabilities", 12)`."""

    __slots__ = ("_scan", "_source", "regions")

    def __init__(self, source: Source, wanted: Wanted) -> None:
        """Find everything wanted; raise InputError for what is not JSON as all readers see it."""
        self._source = source
        self._scan = JSONDecoder(parse_constant=_refused).scan_once  # type: ignore[attr-defined]
        self.regions: dict[Path, tuple[int, int]] = {}
        end = self._skip(self._value(self._skip(0), (), wanted))
        if end < len(source.text):
            self._refuse(end, "is not JSON: something follows the end of the value")

    def at(self, *path: str | int) -> Location:
        """Return the place of a part, or of the nearest part around it that was looked for."""
        while path not in self.regions:
            path = path[:-1]
        return self._source.location(*self.regions[path])

    def _value(self, here: int, path: Path, wanted: Wanted) -> int:
        """Step over a value; return the offset after it."""
        opening = self._source.text[here : here + 1]
        if wanted is not None and opening == ("[" if "*" in wanted else "{"):
            end = self._list(here, path, wanted["*"]) if opening == "[" else self._mapping(here, path, wanted)
        else:
            end = self._over(here)
        self.regions[path] = (here, end)
        return end

    def _over(self, here: int) -> int:
        try:
            end: int = self._scan(self._source.text, here)[1]
        except StopIteration as stop:
            self._refuse(stop.value, self._missing(stop.value))
        except JSONDecodeError as error:
            self._refuse(error.pos, _EARLY if error.msg.startswith("Unterminated") else self._missing(error.pos))
        except RecursionError:
            self._refuse(here, "is nested too deeply")
        except ValueError:
            self._refuse(here, "has a number that readers of JSON take differently")
        return end

    def _missing(self, here: int) -> str:
        return _EARLY if here >= len(self._source.text.rstrip()) else "is not JSON"

    def _list(self, here: int, path: Path, wanted: Wanted) -> int:
        here = self._skip(here + 1)
        number = 0
        closed = self._source.text.startswith("]", here)
        while not closed:
            here = self._skip(self._value(here, (*path, number), wanted))
            number += 1
            closed = self._ends(here, "]")
            here = here if closed else self._skip(here + 1)
        return here + 1

    def _mapping(self, here: int, path: Path, wanted: Mapping[str, Wanted]) -> int:
        here = self._skip(here + 1)
        seen: set[str] = set()
        closed = self._source.text.startswith("}", here)
        while not closed:
            name, after = self._key(here)
            if name in seen:
                self._refuse(here, f"the key `{name[:40]}` is given twice, and JSON readers differ in which one counts")
            seen.add(name)
            here = self._value(after, (*path, name), wanted[name]) if name in wanted else self._over(after)
            here = self._skip(here)
            closed = self._ends(here, "}")
            here = here if closed else self._skip(here + 1)
        return here + 1

    def _key(self, here: int) -> tuple[str, int]:
        if not self._source.text.startswith('"', here):
            self._refuse(here, self._missing(here))
        try:
            name, end = scanstring(self._source.text, here + 1, True)
        except JSONDecodeError as error:
            self._refuse(error.pos, self._missing(error.pos))
        end = self._skip(end)
        if not self._source.text.startswith(":", end):
            self._refuse(end, self._missing(end))
        return name, self._skip(end + 1)

    def _ends(self, here: int, closing: str) -> bool:
        following = self._source.text[here : here + 1]
        if following not in (",", closing) or not following:
            self._refuse(here, self._missing(here))
        return following == closing

    def _skip(self, here: int) -> int:
        return _SPACE(self._source.text, here).end()  # type: ignore[union-attr]

    def _refuse(self, at: int, cause: str) -> NoReturn:
        text = self._source.text
        raise InputError(cause, at=self._source.location(min(at, len(text)), min(at + 1, len(text))), remedy=AGAIN)


def _refused(_word: str) -> NoReturn:
    raise ValueError
