"""Immutable slotted values that cost next to nothing to define.

A frozen, slotted dataclass costs more than a millisecond to define and pulls in `inspect`; a commit hook defines
some sixty of these records before it reads a byte. So a record is an annotated class whose metaclass lays out the
slots, and `typing` is only needed by the type checker.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, ClassVar, Generic, Self, dataclass_transform
else:

    class Generic:
        """Run-time stand-in for `typing.Generic`: subscripting changes nothing."""

        __slots__ = ()

        def __class_getitem__(cls, _parameters):
            return cls

    def dataclass_transform(**_options):
        """Run-time stand-in for `typing.dataclass_transform`."""
        return lambda decorated: decorated


__all__ = ["Generic", "Record", "replace"]


@dataclass_transform(frozen_default=True)
class RecordType(type):
    """Turns the annotations of a class into slots, in order, after those of its bases."""

    _fields: tuple[str, ...]
    _defaults: dict[str, Any]
    _setters: tuple[Callable[[object, object], None], ...]
    _last: tuple[object, ...]

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> RecordType:
        """Create the record class; annotations starting with an underscore are not fields."""
        own = tuple(field for field in namespace.get("__annotations__", ()) if field[0] != "_")
        defaults = {field: namespace.pop(field) for field in own if field in namespace}
        namespace["__slots__"] = own
        cls = super().__new__(mcs, name, bases, namespace)
        fields: tuple[str, ...] = ()
        inherited: dict[str, Any] = {}
        for base in bases:
            fields += getattr(base, "_fields", ())
            inherited |= getattr(base, "_defaults", {})
        cls._fields = fields + own
        cls._defaults = inherited | defaults
        cls._setters = tuple(getattr(cls, field).__set__ for field in cls._fields)
        optional = [field for field in cls._fields if field in cls._defaults]
        trailing = cls._fields[len(cls._fields) - len(optional) :] == tuple(optional)
        cls._last = tuple(cls._defaults[field] for field in optional) if trailing else ()
        return cls


class Record(metaclass=RecordType):
    """Base of every value: compared by type and fields, hashable when its fields are, never changed."""

    if TYPE_CHECKING:
        _fields: ClassVar[tuple[str, ...]]
        _defaults: ClassVar[dict[str, Any]]
        _setters: ClassVar[tuple[Callable[[object, object], None], ...]]
    else:

        def __init__(self, *args, **kwargs):
            """Take the fields in order or by name; raise TypeError for a missing, unknown or repeated one."""
            cls = type(self)
            if kwargs or len(args) != len(cls._setters):
                args = _arranged(cls, args, kwargs)
            for assign, value in zip(cls._setters, args):
                assign(self, value)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a record is never changed; `replace` makes another."""
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")

    def __delattr__(self, name: str) -> None:
        """Refuse, like `__setattr__`."""
        raise AttributeError(f"{type(self).__name__}.{name} cannot be removed")

    def __iter_fields(self) -> Iterator[object]:
        return (getattr(self, field) for field in self._fields)

    def __eq__(self, other: object) -> bool:
        """Equal when the type and every field are."""
        if type(self) is not type(other):
            return NotImplemented
        return tuple(self.__iter_fields()) == tuple(getattr(other, field) for field in self._fields)

    def __hash__(self) -> int:
        """Agree with `__eq__`."""
        return hash((type(self), *self.__iter_fields()))

    def __repr__(self) -> str:
        """Show the fields by name."""
        shown = ", ".join(f"{field}={getattr(self, field)!r}" for field in self._fields)
        return f"{type(self).__name__}({shown})"

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        """Let a record cross a process boundary."""
        return type(self), tuple(self.__iter_fields())


def _arranged(cls: RecordType, args: tuple[object, ...], kwargs: dict[str, object]) -> tuple[object, ...]:
    """Put arguments into field order, filling in defaults."""
    absent = len(cls._fields) - len(args)
    if not kwargs and 0 < absent <= len(cls._last):
        return args + cls._last[-absent:]
    rest = cls._fields[len(args) :]
    values = {**cls._defaults, **kwargs}
    if absent < 0 or any(field not in values for field in rest) or any(name not in rest for name in kwargs):
        raise TypeError(f"{cls.__name__}: {_wrong(cls, args, kwargs)}")
    return args + tuple([values[field] for field in rest])


def _wrong(cls: RecordType, args: tuple[object, ...], kwargs: dict[str, object]) -> str:
    """Name the arguments that are repeated or unknown, then those that are missing."""
    given = cls._fields[: len(args)]
    refused = sorted(name for name in kwargs if name in given or name not in cls._fields)
    missing = [field for field in cls._fields[len(args) :] if field not in cls._defaults and field not in kwargs]
    return ", ".join([*refused, *missing]) or "too many arguments"


if TYPE_CHECKING:
    from typing import TypeVar

    R = TypeVar("R", bound=Record)


def replace(record: R, **changes: Any) -> R:
    """Return a record like this one with some fields changed."""
    unknown = [name for name in changes if name not in record._fields]
    if unknown:
        raise TypeError(f"{type(record).__name__}: {', '.join(unknown)}")
    return type(record)(*[changes[name] if name in changes else getattr(record, name) for name in record._fields])
