"""How a policy is named: by the command line, by a declaration, and by a pack that extends it."""

from __future__ import annotations

from gate.model.errors import UsageError
from gate.model.source import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location

#: The name of a pack, or the path of a policy file; after either the SHA-256 that its file must have.
POLICY = (
    r"([a-z0-9][a-z0-9-]*|(?![/~]|[A-Za-z]:)[^\\\x00-\x1f\x7f]+\.ya?ml)"
    r"(@sha256:[0-9a-f]{64})?"
)

MARK = "@sha256:"
ENDINGS = (".yaml", ".yml")


def parted(written: str, at: Location | None = None) -> tuple[str, str]:
    """Part a name from the digest behind it, which is empty where none is given."""
    name, mark, digest = written.rpartition(MARK)
    if not mark:
        return written, ""
    if len(digest) != 64 or digest.strip("0123456789abcdef"):
        raise UsageError(f"`{MARK}` is not followed by 64 hexadecimal digits", at=at, remedy="write them in lower case")
    return name, digest


def is_file(name: str) -> bool:
    """Tell whether a name, without a digest, is the path of a file."""
    return name.endswith(ENDINGS)


def check_digest(name: str, data: bytes, wanted: str, at: Location | None = None) -> None:
    """Raise UsageError where a digest is wanted and the bytes have another."""
    found = sha256(data).hexdigest() if wanted else ""
    if found != wanted:
        remedy = "name the digest that was reviewed, or review what has changed"
        raise UsageError(f"{name} has the digest sha256:{found} and not sha256:{wanted}", at=at, remedy=remedy)
