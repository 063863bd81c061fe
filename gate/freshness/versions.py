"""The order of versions, as those who install them have it: a key for each version, which compares as they compare.

Sources: Debian Policy 5.6.12 and deb-version(7); rpm-version(7); the grammar in apk-package(5) and Gentoo's PMS 3.3,
which apk follows; PEP 440 with its appendix B; Semantic Versioning 2.0.0. A version that its scheme does not allow has
no place in the order: MalformedError.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal, TypeAlias

    Scheme = Literal["dpkg", "apk", "rpm", "pep440", "semver"]
    #: A whole number of any size: its digits without leading zeros, behind how many they are.
    Number: TypeAlias = tuple[int, str]
    Text: TypeAlias = tuple[tuple[tuple[int, ...], Number], ...]
    Part: TypeAlias = tuple[int, Number]

#: Characters of one version: longer ones are nobody's, and reading them is somebody's attack.
MAX_LENGTH = 1_000


class MalformedError(ValueError):
    """A version that its scheme does not allow; the text is a clause."""


def compare(scheme: Scheme, one: str, other: str) -> int:
    """Return -1, 0 or 1: whether `one` is older than, as old as or newer than `other`; raise MalformedError."""
    first, second = key(scheme, one), key(scheme, other)
    return (first > second) - (first < second)


def key(scheme: Scheme, version: str) -> tuple[object, ...]:
    """Return what compares with other keys of the scheme as the version does; raise MalformedError."""
    if len(version) > MAX_LENGTH:
        raise MalformedError(f"a version is longer than {MAX_LENGTH} characters")
    return KEYS[scheme](version)


def _number(digits: str) -> Number:
    """Read digits without `int`, whose bound on them is another than ours."""
    plain = digits.lstrip("0")
    return len(plain), plain


# ------------------------------------------------------------------------------------------------------------- dpkg

_UPSTREAM = re.compile(r"[A-Za-z0-9.+~:-]+")
_DEBIAN_REVISION = re.compile(r"[A-Za-z0-9.+~]+")
_RUNS = re.compile(r"([^0-9]*)([0-9]*)")
#: dpkg keeps an epoch in an int.
_MAX_EPOCH = (10, "2147483647")


def _dpkg(version: str) -> tuple[Number, Text, Text]:
    epoch, colon, rest = version.rpartition(":") if version.count(":") < 2 else version.partition(":")
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = rest, "0"
    if not _UPSTREAM.fullmatch(upstream) or not _DEBIAN_REVISION.fullmatch(revision):
        raise MalformedError(f"dpkg does not allow the version {version!r}")
    if colon and (not (epoch.isascii() and epoch.isdecimal()) or _number(epoch) > _MAX_EPOCH):
        raise MalformedError(f"dpkg does not allow the epoch of {version!r}")
    return _number(epoch), _runs(upstream), _runs(revision)


def _runs(text: str) -> Text:
    """Split into pairs of what is no digit and what is; the last pair is empty, and stands for the end."""
    return tuple(((*map(_weight, letters), 0), _number(digits)) for letters, digits in _RUNS.findall(text))


def _weight(character: str) -> int:
    """Say where a character stands: a tilde before the end, the end before letters, letters before everything else."""
    if character == "~":
        return -1
    return ord(character) if character.isalpha() else ord(character) + 256


# -------------------------------------------------------------------------------------------------------------- rpm

_RPM = re.compile(r"(?:(?P<epoch>[0-9]*):)?(?P<version>[^:]*?)(?:-(?P<release>[^-:]*))?")
_SEGMENTS = re.compile(r"[0-9]+|[A-Za-z]+|[~^]")
_TILDE, _END, _CARET, _LETTERS, _DIGITS = range(5)


def _rpm(version: str) -> tuple[tuple[Part, ...], tuple[Part, ...], tuple[Part, ...]]:
    found = _RPM.fullmatch(version)
    if found is None or not found["version"]:
        raise MalformedError(f"rpm does not allow the version {version!r}")
    release = found["release"]
    return _segments(found["epoch"] or "0"), _segments(found["version"]), () if release is None else _segments(release)


def _segments(text: str) -> tuple[Part, ...]:
    """Split at whatever is neither a letter, a digit, a tilde nor a caret: it means nothing else."""
    return (*map(_segment, _SEGMENTS.findall(text)), (_END, (0, "")))


def _segment(text: str) -> Part:
    if text in "~^":
        return _TILDE if text == "~" else _CARET, (0, "")
    return (_DIGITS, _number(text)) if text.isdecimal() else (_LETTERS, (0, text))


# -------------------------------------------------------------------------------------------------------------- apk

_APK_BEFORE = ("alpha", "beta", "pre", "rc")
_APK_AFTER = ("cvs", "svn", "git", "hg", "p")
_APK = re.compile(
    r"(?P<numbers>[0-9]+(?:\.[0-9]+)*)(?P<letter>[a-z]?)"
    rf"(?P<suffixes>(?:_(?:{'|'.join(_APK_BEFORE + _APK_AFTER)})[0-9]*)*)"
    r"(?:~(?P<commit>[0-9a-f]+))?(?:-r(?P<revision>[0-9]+))?"
)
_SUFFIX = re.compile(r"_([a-z]+)([0-9]*)")
#: What may come next, the oldest first: a suffix of what is not yet released is older than no suffix at all.
_BEFORE, _FINISHED, _REVISION, _COMMIT, _COUNT, _AFTER, _LETTER, _DECIMAL = range(8)


def _apk(version: str) -> tuple[Part, ...]:
    found = _APK.fullmatch(version)
    if found is None:
        raise MalformedError(f"apk does not allow the version {version!r}")
    first, *rest = found["numbers"].split(".")
    parts = [(_DECIMAL, _number(first)), *((_DECIMAL, _decimal(digits)) for digits in rest)]
    if found["letter"]:
        parts.append((_LETTER, (0, found["letter"])))
    for word, digits in _SUFFIX.findall(found["suffixes"]):
        kind, words = (_BEFORE, _APK_BEFORE) if word in _APK_BEFORE else (_AFTER, _APK_AFTER)
        parts.append((kind, (words.index(word), "")))
        if digits:
            parts.append((_COUNT, _number(digits)))
    if found["commit"]:
        parts.append((_COMMIT, (0, found["commit"])))
    if found["revision"]:
        parts.append((_REVISION, _number(found["revision"])))
    return (*parts, (_FINISHED, (0, "")))


def _decimal(digits: str) -> Number:
    """Compare a part with a leading zero as text: it is older than every part without one."""
    return (0, digits) if digits[0] == "0" else _number(digits)


# ----------------------------------------------------------------------------------------------------------- PEP 440

_PEP440 = re.compile(
    r"""\s*v?(?:(?P<epoch>[0-9]+)!)?(?P<release>[0-9]+(?:\.[0-9]+)*)
    (?:[-_.]?(?P<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre_number>[0-9]*))?
    (?P<post>-(?P<post_implied>[0-9]+)|[-_.]?(?:post|rev|r)[-_.]?(?P<post_number>[0-9]*))?
    (?P<dev>[-_.]?dev[-_.]?(?P<dev_number>[0-9]*))?
    (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_PHASES = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}
_DEV_ALONE, _RELEASED = -1, 3
_LOCAL = re.compile(r"[-_.]")


def _pep440(version: str) -> tuple[Number, tuple[Number, ...], Part, Part, Part, tuple[Part, ...]]:
    found = _PEP440.fullmatch(version)
    if found is None:
        raise MalformedError(f"PEP 440 does not allow the version {version!r}")
    release = list(map(_number, found["release"].split(".")))
    while release and release[-1] == (0, ""):
        release.pop()
    is_post, is_dev = found["post"] is not None, found["dev"] is not None
    if found["pre"]:
        pre = (_PHASES[found["pre"].lower()], _number(found["pre_number"]))
    else:
        pre = (_DEV_ALONE if is_dev and not is_post else _RELEASED, (0, ""))
    return (
        _number(found["epoch"] or "0"),
        tuple(release),
        pre,
        (int(is_post), _number(found["post_implied"] or found["post_number"] or "")),
        (int(not is_dev), _number(found["dev_number"] or "")),
        tuple(map(_identifier, _LOCAL.split(found["local"].lower()))) if found["local"] else (),
    )


def _identifier(text: str) -> Part:
    """Put the numbers of a local version after its words."""
    return (1, _number(text)) if text.isdecimal() else (0, (0, text))


# ------------------------------------------------------------------------------------------------------------ semver

_SEMVER = re.compile(
    r"(?P<core>(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){2})"
    r"(?:-(?P<pre>(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
    r"(?:\.(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)


def _semver(version: str) -> tuple[tuple[Number, ...], int, tuple[Part, ...]]:
    found = _SEMVER.fullmatch(version)
    if found is None:
        raise MalformedError(f"Semantic Versioning does not allow the version {version!r}")
    words = found["pre"].split(".") if found["pre"] else []
    parts = [(0, _number(word)) if word.isdecimal() else (1, (0, word)) for word in words]
    return tuple(map(_number, found["core"].split("."))), int(not words), tuple(parts)


#: How each scheme makes a key of a version. Keys of two schemes do not compare.
KEYS: dict[Scheme, Callable[[str], tuple[object, ...]]] = {
    "apk": _apk,
    "dpkg": _dpkg,
    "pep440": _pep440,
    "rpm": _rpm,
    "semver": _semver,
}
