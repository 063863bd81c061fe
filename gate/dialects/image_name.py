"""References to images, as Docker writes and completes them.

Source: distribution/reference; the conformance suite compares the two.
"""

from __future__ import annotations

import re

from gate.model.image import ImageName

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?", re.ASCII)
_PATH = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_IDENTIFIER = re.compile(r"[a-f0-9]{64}")
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_HEXADECIMAL = re.compile(r"[a-f0-9]+")

MAX_PATH = 255
HUB = "docker.io"


def parse(text: str) -> ImageName | None:
    """Return the parts of a reference, None for what is none; nothing is looked up."""
    if len(text) > 1000 or _IDENTIFIER.fullmatch(text):
        return None
    domain, rest = _domain(text)
    rest, at, digest = rest.partition("@")
    path, colon, tag = rest.partition(":")
    if not _PATH.fullmatch(path) or len(path) > MAX_PATH:
        return None
    if not _HOST.fullmatch(domain) and not _PATH.fullmatch(f"{domain}/{path}"):
        return None
    if (colon and not _TAG.fullmatch(tag)) or (at and not _is_digest(digest)):
        return None
    return ImageName(text, f"{domain}/{path}", tag, digest)


def _domain(text: str) -> tuple[str, str]:
    """Split off the registry: a first part with a dot, a colon or a capital, or `localhost`."""
    first, slash, rest = text.partition("/")
    if not slash:
        return HUB, f"library/{text}"
    if first == f"index.{HUB}":
        domain = HUB
    elif first == "localhost" or "." in first or ":" in first or first.lower() != first:
        domain = first
    else:
        return HUB, text
    return domain, f"library/{rest}" if domain == HUB and "/" not in rest else rest


def _is_digest(text: str) -> bool:
    algorithm, _, value = text.partition(":")
    return len(value) == _DIGEST_LENGTHS.get(algorithm) and _HEXADECIMAL.fullmatch(value) is not None
