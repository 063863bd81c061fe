"""The files that an LXC configuration is made of: the one that is read, and what it includes.

What the distribution ships is known by its name. A file of the tree counts where it stands beside the one that names
it, or at the same path below the root; of any other nobody knows what it sets.
"""

from __future__ import annotations

from gate.dialects.lxc_config import Config, Entry
from gate.dialects.lxc_keys import COMMON, PREFIX, USERNS, is_key, present, shipped
from gate.model.errors import InputError
from gate.syntax.key_value import pairs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.location import Location
    from gate.model.source import Source, Sources
    from gate.syntax.key_value import Pair

#: Files that one configuration may be made of, and how deep they may include each other.
MAX_FILES = 50
MAX_DEPTH = 8

#: Where the mounts of `lxc.mount.fstab` are kept, beside those of `lxc.mount.entry`.
FSTAB = "lxc.mount.fstab entries"

#: How LXC calls the parts that its templates include, which include others of them.
_PARTS = ("common.conf", "moresecure.conf", "nesting.conf", "userns.conf")

_MANUAL = "correct it; lxc.container.conf(5) lists the keys"
_SHIPPED_IN = ("share/lxc/config", "LXC_TEMPLATE_CONFIG", "@LXCTEMPLATECONFIG@", "}", "%")


class Loader:
    """Applies the lines of a file, and of those that it includes, to a configuration.

    `whole` says that it is more than a fragment for others to include; `problems` are what LXC refuses it for.
    """

    __slots__ = ("_files", "_sources", "config", "problems", "whole")

    def __init__(self, config: Config, sources: Sources) -> None:
        """Take the configuration to fill, and the files that may be included."""
        self.config = config
        self.problems: list[InputError] = []
        self.whole = False
        self._sources = sources
        self._files = 0

    def read(self, source: Source, via: tuple[Location, ...] = ()) -> None:
        """Apply a file."""
        for pair in pairs(source.text, PREFIX, source.location):
            if pair.value is None:
                self._refuse("has a line without `=`", pair)
            elif not is_key(pair.key):
                self._refuse(f"`{pair.key[:40]}` is no key that LXC knows", pair)
            elif pair.key == "lxc.include":
                self._include(pair.value, pair.at, source, via)
            else:
                self.config.set(pair.key, pair.value, pair.at, via=via)
                if present(pair.key) == "lxc.mount.fstab" and pair.value:
                    self._fstab(pair.value, pair.at, source, via)

    def _refuse(self, cause: str, pair: Pair) -> None:
        self.problems.append(InputError(f"{cause}, so LXC refuses the file", at=pair.at, remedy=_MANUAL))

    def _include(self, path: str, at: Location, source: Source, via: tuple[Location, ...]) -> None:
        """Apply what is included: a file of the distribution, a file of the tree, or the files of a folder."""
        if not path:
            return
        known = shipped(path) if _is_shipped(path) else None
        if known is not None:
            self.whole = True
            for key, value in known:
                self.config.set(key, value, at, via=via)
            return
        found = list(self._found(path, source))
        if not found or len(via) >= MAX_DEPTH or self._files + len(found) > MAX_FILES:
            self.config.leave_open(f"what {path[:80]} sets is not in sight", at)
            return
        self._files += len(found)
        for file in found:
            self.read(file, (*via, at))

    def _found(self, path: str, source: Source) -> Iterator[Source]:
        """Yield the file of the tree that a path names, or those of the folder that it names."""
        for candidate in _candidates(path, source.path):
            if path.endswith("/"):
                names = [name for name in self._sources.list(candidate) if name.endswith(".conf")]
                found = [self._opened(name) for name in names]
            else:
                found = [self._opened(candidate)]
            there = [file for file in found if file is not None]
            if there:
                yield from there
                return

    def _opened(self, path: str) -> Source | None:
        try:
            return self._sources.open(path)
        except InputError:
            return None

    def _fstab(self, path: str, at: Location, source: Source, via: tuple[Location, ...]) -> None:
        """Keep the mounts of a table of its own."""
        table = next(iter(self._found(path, source)), None) if not path.endswith("/") else None
        if table is None:
            reason = f"what {path[:80]} mounts is not in sight"
            self.config.entries[FSTAB] = [Entry(FSTAB, path, at, 0, reason=reason, via=via)]
            return
        found = [
            Entry(FSTAB, line.strip(), table.location(start, start + len(line)), 0, via=(*via, at))
            for start, line in _lines(table.text)
            if line.strip() and not line.lstrip().startswith("#")
        ]
        self.config.entries[FSTAB] = found


def load(source: Source, sources: Sources) -> Loader:
    """Read a configuration, and where it names no root file system, what a template of `lxc-create` puts before it.

    The templates begin with `common.conf`, and with `userns.conf` where ids are mapped.
    """
    at = extent(source)
    loader = Loader(Config(at), sources)
    loader.read(source)
    config = loader.config
    made = config.last("lxc.rootfs.path") is not None
    mapped = bool(config.all("lxc.idmap"))
    shipped_part = source.path.removesuffix(".in").endswith(_PARTS)
    loader.whole = (loader.whole and not shipped_part) or made or mapped or bool(config.networks)
    if made:
        return loader
    again = Loader(Config(at), sources)
    for key, value in (*COMMON, *(USERNS if mapped else ())):
        again.config.set(key, value, at, stated=False)
    again.read(source)
    again.whole = loader.whole
    return again


def policy(path: str, source: Source, sources: Sources) -> str:
    """Return the text of a seccomp policy that lies in the tree; nothing for one that does not."""
    if _is_shipped(path):
        return ""
    for candidate in _candidates(path, source.path):
        try:
            found = sources.open(candidate)
        except InputError:
            continue
        if found is not None:
            return found.text
    return ""


def extent(source: Source) -> Location:
    """Return the place from the first line of a configuration to its last."""
    places = [pair.at for pair in pairs(source.text, PREFIX, source.location)]
    return source.location(places[0].start, places[-1].end) if places else source.location(0, 0)


def _is_shipped(path: str) -> bool:
    """Say whether a path lies where the distribution keeps its files, or where an installer will put it."""
    folder = path.rstrip("/").rpartition("/")[0]
    folder = folder.removesuffix(".d").removesuffix("/common.conf").removesuffix("/userns.conf")
    return folder.endswith(_SHIPPED_IN) or folder.startswith("$")


def _candidates(path: str, origin: str) -> Iterator[str]:
    """Yield where in the tree a path may lie: beside the file that names it, or below the root."""
    folder = origin.rpartition("/")[0]
    if not path.startswith("/"):
        yield f"{folder}/{path}" if folder else path
        return
    yield path.strip("/")
    name = path.rstrip("/").rpartition("/")[2]
    yield f"{folder}/{name}" if folder else name


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1
