"""Bills of materials: what all of their formats come to, and the fields that each is read by.

A bill lists packages and knows no vulnerability. When it was written says nothing of the age of what it lists.
"""

from __future__ import annotations

from gate.dialects.purl import parse
from gate.model.contents import InstalledPackage
from gate.model.errors import InputError
from gate.model.packages import System
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import NoReturn, TypeAlias

    from gate.dialects.purl import Purl
    from gate.model.contents import PackageManager
    from gate.model.location import Location

    At: TypeAlias = Callable[..., Location]
    Path: TypeAlias = tuple[str | int, ...]

#: The manager of a system's packages by the type of their URL.
MANAGERS: dict[str, PackageManager] = {"apk": "apk", "deb": "dpkg", "rpm": "rpm"}

#: Packages that one bill may list.
MAX_LISTED = 200_000

#: Names of one system that tools spell otherwise.
FAMILIES = {
    "almalinux": "alma",
    "amazonlinux": "amazon",
    "amzn": "amazon",
    "archlinux": "arch",
    "ol": "oracle",
    "opensuse.leap": "opensuse-leap",
    "oraclelinux": "oracle",
    "rhel": "redhat",
    "rockylinux": "rocky",
    "suse linux enterprise server": "sles",
}

AGAIN = "have the tool write it again, and let nothing else write to the file"


class OtherFormError(InputError):
    """A document that may be a bill in a form that is not read here."""


class Bill(Record):
    """One bill of an image.

    `form` is its format with the version, `tool` who wrote it. `names`, `digests` and `layers` (uncompressed, in any
    order) tell whose it is, and `is_image` that it says to be of an image. `doubt` says why its system is not known
    though it names some. `vulnerabilities` counts those that it holds as well. `config` is the image's configuration
    where the bill holds it, with its place, and `labels` those of the image.
    """

    form: str
    tool: str
    name: str
    names: tuple[str, ...]
    digests: tuple[str, ...]
    layers: tuple[str, ...]
    is_image: bool
    system: System | None
    doubt: str
    packages: int
    vulnerabilities: int
    installed: tuple[InstalledPackage, ...]
    labels: tuple[tuple[str, str], ...]
    config: tuple[bytes, Location] | None
    at: Location


class Listed(Record):
    """One package of a bill: its URL, its name, and its source with that one's version, where they are stated."""

    purl: Purl | None
    name: str
    at: Location
    source: str = ""
    source_version: str = ""


class Part:
    """A mapping of a bill, whose fields are asked for by what they have to be; absent ones are empty."""

    __slots__ = ("finder", "path", "value")

    def __init__(self, value: object, path: Path, at: At) -> None:
        """Take the value and how to find its place; raise InputError for what is no mapping."""
        self.path = path
        self.finder = at
        if not isinstance(value, dict):
            self.refuse("is no mapping")
        self.value: dict[str, object] = value

    @property
    def at(self) -> Location:
        """Its place."""
        return self.finder(*self.path)

    def text(self, key: str) -> str:
        """Return a field that is a string."""
        value = self.value.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse("is no string", key)
        return value

    def part(self, key: str) -> Part:
        """Return a field that is a mapping."""
        value = self.value.get(key)
        return Part({} if value is None else value, (*self.path, key), self.finder)

    def parts(self, key: str) -> Iterator[Part]:
        """Yield the mappings of a list."""
        for index, value in enumerate(self._list(key)):
            yield Part(value, (*self.path, key, index), self.finder)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the strings of a list."""
        found = self._list(key)
        if not all(isinstance(one, str) for one in found):
            self.refuse("is no list of strings", key)
        return tuple(str(one) for one in found)

    def _list(self, key: str) -> list[object]:
        value = self.value.get(key)
        if value is not None and not isinstance(value, list):
            self.refuse("is no list", key)
        return value or []

    def refuse(self, cause: str, *keys: str) -> NoReturn:
        """Raise InputError about it, or about a field of it."""
        path = (*self.path, *keys)
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
        raise InputError(f"{where}: {cause}" if where else cause, at=self.finder(*path), remedy=AGAIN)


def installed(listed: Iterable[Listed]) -> Iterator[InstalledPackage]:
    """Yield the packages of the system, with the epochs that their URLs keep apart from the versions."""
    for one in listed:
        purl = one.purl
        manager = MANAGERS.get(purl.type) if purl is not None else None
        if purl is None or manager is None or not purl.version:
            continue
        said = dict(purl.qualifiers)
        epoch = said.get("epoch", "0")
        version = purl.version if epoch == "0" or ":" in purl.version else f"{epoch}:{purl.version}"
        source, source_version = (one.source, one.source_version) if one.source else _upstream(said, manager)
        # In URLs names are in lower case, and Alpine has a package R.
        name = one.name if one.name.lower() == purl.name.lower() else purl.name
        yield InstalledPackage(manager, name, version, said.get("arch", ""), source, source_version, None, None, one.at)


def _upstream(said: dict[str, str], manager: PackageManager) -> tuple[str, str]:
    """Return the source that a URL names, as in `upstream=openssl@3.0.9-1` and `upstream=curl-7.76.1-1.el9.src.rpm`."""
    named = said.get("upstream", "")
    if manager == "rpm" and named.endswith(".src.rpm"):
        parts = named.removesuffix(".src.rpm").rsplit("-", 2)
        return (parts[0], f"{parts[1]}-{parts[2]}") if len(parts) == 3 else ("", "")
    name, _, version = named.partition("@")
    return name, version


def system_of(stated: Iterable[System], listed: Iterable[Listed]) -> tuple[System | None, str]:
    """Return the system that a bill names, or why none is known: what it states and what its packages say must agree.

    URLs of packages name it as `distro=debian-13.2`, or by the release alone beside their namespace.
    """
    # trivy calls a system that it does not know `none`.
    found = dict.fromkeys(one for one in stated if one.family.lower() not in ("", "none"))
    for one in listed:
        if one.purl is not None and one.purl.type in MANAGERS:
            named = dict(one.purl.qualifiers).get("distro", "")
            family, dash, release = named.rpartition("-")
            if release:
                found.setdefault(System(family if dash else one.purl.namespace, release, ended=False))
    if not found:
        return None, ""
    first = next(iter(found))
    for other in found:
        if not _alike(first, other):
            return None, f"it names {_shown(first)} and {_shown(other)}"
    return first, ""


def _alike(one: System, other: System) -> bool:
    """Say whether two names are of one system: one may leave out the point release, and spell the family otherwise."""
    families = {FAMILIES.get(name.lower(), name.lower()) for name in (one.family, other.family)}
    parts, others = one.release.split(" ")[0].split("."), other.release.split(" ")[0].split(".")
    return len(families) == 1 and (parts[: len(others)] == others[: len(parts)])


def _shown(one: System) -> str:
    return f"{one.family} {one.release}"[:60]


def purl(text: str) -> Purl | None:
    """Return a package URL; None for none, and for what is none."""
    return parse(text) if text else None


def image_names(url: Purl | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names and the digests of an image that a URL of the type `oci` or `docker` tells."""
    if url is None or url.type not in ("oci", "docker"):
        return (), ()
    said = dict(url.qualifiers)
    name, tag = said.get("repository_url", ""), said.get("tag", "")
    digests = (url.version,) if url.version.startswith("sha256:") else ()
    return ((f"{name}:{tag}",) if name and tag else ()), digests
