"""`os-release`, which names the system, and the files beside it that have its point release.

Source: freedesktop.org `os-release(5)`.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.contents import SystemRelease
    from gate.model.location import Location

#: Where `os-release` stands, the first before the second.
PATHS = ("etc/os-release", "usr/lib/os-release")

#: The files that have the point release, by the system; of several, the first that is there.
POINTS = {
    "debian": ("etc/debian_version",),
    "alpine": ("etc/alpine-release",),
    "centos": ("etc/centos-release", "etc/redhat-release"),
    "rhel": ("etc/redhat-release",),
    "rocky": ("etc/rocky-release", "etc/redhat-release"),
    "almalinux": ("etc/almalinux-release", "etc/redhat-release"),
    "ol": ("etc/oracle-release", "etc/redhat-release"),
    "fedora": ("etc/fedora-release",),
    "amzn": ("etc/system-release",),
    "photon": ("etc/photon-release",),
    "mariner": ("etc/mariner-release",),
    "azurelinux": ("etc/azurelinux-release",),
    "wolfi": ("etc/alpine-release",),
    "chainguard": ("etc/alpine-release",),
}

#: Systems whose images may be without `os-release`, by the file that tells them.
OLD = {"etc/centos-release": "centos", "etc/redhat-release": "rhel", "etc/alpine-release": "alpine"}

_LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)", re.ASCII)
_ESCAPE = re.compile(r"\\(.)")
_NUMBER = re.compile(r"\d[0-9A-Za-z._-]*", re.ASCII)

MAX_VALUE = 200


def fields(data: bytes) -> dict[str, str]:
    """Read the assignments; of a name that is assigned twice the later value, as a shell would have it."""
    found: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").split("\n"):
        match = _LINE.fullmatch(line.strip())
        if match:
            found[match[1]] = _value(match[2].strip())[:MAX_VALUE]
    return found


def point(data: bytes) -> str:
    """Return the point release in a file that holds it alone, or behind the name of the system."""
    line = data.decode("utf-8", "replace").partition("\n")[0].strip()[:MAX_VALUE]
    before, word, after = line.partition(" release ")
    match = _NUMBER.match(after.strip() if word else before.rpartition(" ")[2])
    if match is not None:
        return match[0]
    return line if not word and _is_word(line) else ""


def release(said: dict[str, str], point: str, at: Location) -> SystemRelease:
    """Return what the fields say."""
    from gate.model.contents import SystemRelease

    return SystemRelease(
        said.get("ID", "").lower(),
        said.get("VERSION_ID", ""),
        said.get("VERSION", ""),
        said.get("VERSION_CODENAME", "").lower(),
        said.get("BUILD_ID", "") or said.get("IMAGE_VERSION", ""),
        point,
        at,
    )


def _value(text: str) -> str:
    """Take the quotes off, as a shell does."""
    quote = text[:1]
    if quote in ("'", '"') and len(text) > 1 and text.endswith(quote):
        return text[1:-1] if quote == "'" else _ESCAPE.sub(r"\1", text[1:-1])
    return _ESCAPE.sub(r"\1", text)


def _is_word(line: str) -> bool:
    """Say whether a line is the name of a release that has no number yet, such as `trixie/sid`."""
    return bool(line) and " " not in line and line.isprintable()
