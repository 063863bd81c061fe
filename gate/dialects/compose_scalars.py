"""Booleans of a Compose file, which may be strings, and paths inside a container."""

from __future__ import annotations

from gate.dialects.reading import as_bool, as_spelling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.reading import Fields
    from gate.model.evidence import Setting
    from gate.syntax.tree import Scalar

_TRUE = frozenset({"true", "t", "1", "y", "yes", "on"})
_FALSE = frozenset({"false", "f", "0", "n", "no", "off"})


def flag(fields: Fields, name: str, *, default: bool = False) -> Setting[bool]:
    """Return a boolean, which Compose also takes as a string."""
    return fields.setting(name, default, "true or false", loose_bool)


def loose_bool(node: Scalar) -> bool | None:
    """Read a boolean as compose-go casts it."""
    value = as_bool(node)
    if value is None:
        word = (as_spelling(node) or "").lower()
        return True if word in _TRUE else False if word in _FALSE else None
    return value


def cleaned(path: str) -> str:
    """Resolve `.`, `..` and doubled slashes in a path, as Go does."""
    rooted = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and (rooted or (parts and parts[-1] != "..")):
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return ("/" if rooted else "") + "/".join(parts) or "."
