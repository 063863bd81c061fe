"""A group of settings that a reader speaks as a whole or not at all."""

from __future__ import annotations

from gate.model.evidence import Inapplicable, Items, Unknown
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from gate.model.location import Location


class Facet(Record):
    """A group of settings that can be unknown or inapplicable together."""

    @classmethod
    def unknown(cls, reason: str, at: Location) -> Self:
        """Return the facet with every setting unknown for one reason."""
        return cls._all(Unknown(reason, at), Items((), at, complete=False, open_because=reason))

    @classmethod
    def inapplicable(cls, reason: str, at: Location) -> Self:
        """Return the facet with every setting without meaning on this platform."""
        return cls._all(Inapplicable(reason, at), Items((), at))

    @classmethod
    def _all(cls, setting: Unknown | Inapplicable, items: Items[object]) -> Self:
        annotations = cls.__annotations__
        return cls(*(items if annotations[field].startswith("Items") else setting for field in cls._fields))
