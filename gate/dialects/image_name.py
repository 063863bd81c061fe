"""References to images, as Docker writes and completes them.

Source: distribution/reference; the conformance suite compares the two.
"""

from __future__ import annotations

import re

from gate.model.image import ImageName

_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PATH = rf"{_COMPONENT}(?:/{_COMPONENT})*"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = f"{_LETTERS}{_LETTERS.upper()}0123456789_"
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}

MAX_TEXT = 1_000
MAX_PATH = 255
MAX_TAG = 128
HUB = "docker.io"


def parse(text: str) -> ImageName | None:
    """Return the parts of a reference, None for what is none; nothing is looked up."""
    if len(text) > MAX_TEXT or (len(text) == 64 and _is_hexadecimal(text)):
        return None
    domain, rest = _domain(text)
    rest, at, digest = rest.partition("@")
    path, colon, tag = rest.partition(":")
    if not _is_path(path) or len(path) > MAX_PATH:
        return None
    if domain != HUB and not re.fullmatch(_HOST, domain) and not _is_path(f"{domain}/{path}"):
        return None
    if (colon and not _is_tag(tag)) or (at and not _is_digest(digest)):
        return None
    return ImageName(text, f"{domain}/{path}", tag, digest)


def identity(text: str) -> str:
    """Return what two references to one image have in common: the digest, which decides alone, else name and tag.

    Empty for what is no reference.
    """
    name = parse(text)
    if name is None:
        return ""
    return f"@{name.digest}" if name.digest else f"{name.repository}:{name.tag or 'latest'}"


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
    return len(value) == _DIGEST_LENGTHS.get(algorithm) and _is_hexadecimal(value)


def _is_hexadecimal(text: str) -> bool:
    return not text.strip("0123456789abcdef")


def _is_tag(text: str) -> bool:
    return 0 < len(text) <= MAX_TAG and text[0] in _WORD and not text.strip(f"{_WORD}.-")


def _is_path(text: str) -> bool:
    """Match the components of a repository; the plain ones, which most are, without a regular expression."""
    plain = all(part and not part.strip(f"{_LETTERS}0123456789") for part in text.split("/"))
    return plain or re.fullmatch(_PATH, text) is not None
