"""The digest of a policy: of what it decides, not of how the file is laid out."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.policy import Policy


def digest_of(policy: Policy) -> str:
    """Return the SHA-256 of the policy's canonical JSON, without the digest itself, in hexadecimal."""
    from hashlib import sha256
    from json import dumps

    content = _plain(policy)
    assert isinstance(content, dict)
    del content["digest"]
    return sha256(dumps(content, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Record):
        return {field: _plain(getattr(value, field)) for field in value._fields}
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, tuple):
        return [_plain(member) for member in value]
    return value
