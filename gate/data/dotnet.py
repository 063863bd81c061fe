"""When the images of .NET were built, by the releases of .NET that their tags name.

Microsoft publishes images with each release and rebuilds a tag of one release until the next one takes its place, a
tag of a line for as long as the line and its system are supported, and neither after that.
Source: dotnet/dotnet-docker, documentation/supported-tags.md.
"""

from __future__ import annotations

from gate.data.point import of_line, point
from gate.data.tag import version
from gate.model.lifecycle import Window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.model.lifecycle import Lifecycle

PRODUCT = "dotnet"

#: Repositories of images that follow the releases; nightly ones come before them.
_PUBLISHED = ("mcr.microsoft.com/dotnet/", "mcr.microsoft.com/dotnet/core/")
_RUNTIMES = ("aspnet", "runtime", "runtime-deps")
_SDK = "sdk"

#: Days that an image may have been built before the release that it is published with.
BEFORE = 7

#: Words of tags of what is not released yet.
_UNRELEASED = ("preview", "rc", "alpha", "beta")

#: Words beside which a tag of a line is rebuilt as long as the line: variants, processors, and Alpine's newest release.
_LASTING = frozenset(
    {"aot", "alpine", "amd64", "arm32v7", "arm64v8", "chiseled", "composite", "distroless", "extra", "slim"}
)


def window(
    repository: str, words: Sequence[str], line: Lifecycle | None, systems: Sequence[Lifecycle], day: int
) -> Window | None:
    """Return when the image of a tag was built, as the tables of a day know it; None where nothing is known of it.

    `words` are those of the tag, `line` is the release line that it names, and `systems` are the systems.
    """
    kind = next((repository.removeprefix(one) for one in _PUBLISHED if repository.startswith(one)), "")
    kind = kind.removeprefix("core/")
    if not words or line is None or any(word.startswith(_UNRELEASED) for word in words):
        return None
    release = version(words[0])
    ended = line.security if line.security is not None and line.security <= day else None
    if release.count(".") == 1 and kind in (*_RUNTIMES, _SDK) and _lasts(words[1:], line, systems):
        return _of_line(release, ended)
    return _of_release(release, ended) if release.count(".") == 2 and kind in _RUNTIMES else None


def _lasts(words: Sequence[str], line: Lifecycle, systems: Sequence[Lifecycle]) -> bool:
    """Say whether what a tag names beside the line is supported for as long as the line is.

    A numbered release of Alpine is not: images of it are given up soon after the next one.
    """
    named = [one for one in systems if one.product != "alpine-linux"]
    end = line.security
    if end is None or any(one.security is not None and one.security < end for one in named):
        return False
    return all(word in _LASTING for word in words) or len(named) == len(systems) == 1


def _of_line(release: str, ended: int | None) -> Window | None:
    """Bound a tag of a release line: it is rebuilt with every release of the line."""
    found = of_line(PRODUCT, release)
    if not found:
        return None
    return Window(found[0].first - BEFORE, None if ended is not None else found[-1].first, ended, None)


def _of_release(release: str, ended: int | None) -> Window | None:
    """Bound a tag of one release: it is rebuilt until the next one is there."""
    found = point(PRODUCT, release)
    if found is None:
        return None
    gone = found.next if found.next is not None else ended
    return Window(found.first - BEFORE, None if gone is not None else found.first, gone, None)
