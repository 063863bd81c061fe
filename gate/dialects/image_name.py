"""References to images, as Docker writes and completes them.

Source: distribution/reference; the conformance suite compares the two.
"""

from __future__ import annotations

from gate.model.image import ImageName

_DIGITS = "0123456789"
_LOWER = f"abcdefghijklmnopqrstuvwxyz{_DIGITS}"
_LETTERS = f"{_LOWER}{_LOWER.upper()}"
_WORD = f"{_LETTERS}_"

#: Leaves of a component what stands between its letters and digits.
_BETWEEN = str.maketrans(_LOWER, "/" * len(_LOWER))
_SEPARATORS = (".", "_", "__")
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
    if domain != HUB and not _is_host(domain) and not _is_path(f"{domain}/{path}"):
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
    return not text.strip(f"{_DIGITS}abcdef")


def _is_tag(text: str) -> bool:
    return 0 < len(text) <= MAX_TAG and text[0] in _WORD and not text.strip(f"{_WORD}.-")


def _is_path(text: str) -> bool:
    return all(_is_component(part) for part in text.split("/"))


def _is_component(text: str) -> bool:
    """Match lower-case letters and digits, parted by one dot, one or two underscores, or any number of hyphens."""
    if not text.strip(_LOWER):
        return text != ""
    between = [found for found in text.translate(_BETWEEN).split("/") if found]
    return text[0] in _LOWER and text[-1] in _LOWER and all(one in _SEPARATORS or not one.strip("-") for one in between)


def _is_host(text: str) -> bool:
    """Match a name of labels, or an address in brackets, and the port if there is one."""
    head, colon, port = text.rpartition(":")
    if colon and port and not port.strip(_DIGITS):
        text = head
    if text[:1] == "[" and text[-1:] == "]":
        return text != "[]" and not text[1:-1].strip(f"{_DIGITS}abcdefABCDEF:")
    return all(_is_label(label) for label in text.split("."))


def _is_label(text: str) -> bool:
    return text[:1] in _LETTERS and text[-1:] in _LETTERS and text != "" and not text.strip(f"{_LETTERS}-")
