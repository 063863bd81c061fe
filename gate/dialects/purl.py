"""Package URLs, as far as two of them are compared.

Source: the package-url specification and its rules for the types that are compared here.
"""

from __future__ import annotations

from urllib.parse import unquote

from gate.model.record import Record

#: Types whose names, and whose namespaces, are written in any case and mean the same.
_NAMES_FOLDED = frozenset({"alpm", "apk", "bitbucket", "composer", "deb", "github", "oci", "pypi"})
_SPACES_FOLDED = frozenset({"alpm", "apk", "bitbucket", "composer", "deb", "github", "rpm"})


class Purl(Record):
    """The parts of a package URL, decoded; those that are absent are empty."""

    type: str
    namespace: str
    name: str
    version: str
    qualifiers: tuple[tuple[str, str], ...]
    subpath: str


def parse(text: str) -> Purl | None:
    """Return the parts of a package URL, None for what is none."""
    rest, _, subpath = text.partition("#")
    rest, _, query = rest.partition("?")
    scheme, colon, rest = rest.partition(":")
    kind, slash, rest = rest.strip("/").partition("/")
    kind = kind.lower()
    if scheme.lower() != "pkg" or not colon or not slash or not kind:
        return None
    folder, _, last = rest.rpartition("/")
    name, _, version = last.partition("@") if not last.startswith("@") else (last, "", "")
    if not name:
        return None
    pairs = (pair.partition("=") for pair in query.split("&"))
    qualifiers = sorted((key.lower(), unquote(value)) for key, _, value in pairs if value)
    inside = "/".join(unquote(part) for part in subpath.split("/") if part not in ("", ".", ".."))
    return Purl(kind, _space(kind, folder), _name(kind, name), unquote(version), tuple(qualifiers), inside)


def speaks_of(stated: Purl, actual: Purl) -> bool:
    """Say whether a package is one that a URL speaks of: what the URL leaves out may be anything."""
    if (stated.type, stated.namespace, stated.name) != (actual.type, actual.namespace, actual.name):
        return False
    return (
        stated.version in ("", actual.version)
        and {*stated.qualifiers} <= {*actual.qualifiers}
        and stated.subpath in ("", actual.subpath)
    )


def _name(kind: str, text: str) -> str:
    name = unquote(text)
    name = name.lower() if kind in _NAMES_FOLDED else name
    return name.replace("_", "-") if kind == "pypi" else name


def _space(kind: str, text: str) -> str:
    space = "/".join(unquote(part) for part in text.split("/") if part)
    return space.lower() if kind in _SPACES_FOLDED else space
