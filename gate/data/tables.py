"""The tables that rules and scores are given: what is known of a product, a tag and an image name."""

from __future__ import annotations

from gate.data.images import COPIES, DISTRIBUTIONS, WORDED
from gate.data.shelf import Embedded
from gate.data.tag import build_date, distribution, release_of, tokens, version
from gate.model.days import days
from gate.model.lifecycle import Lifecycle, Window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gate.data.shelf import Dates, Shelf
    from gate.model.image import ImageName
    from gate.model.lifecycle import Point

#: The one cycle of a distribution that has no releases.
ROLLING = "rolling"
LIBRARY = "docker.io/library/"

#: Products whose extended support reaches everybody who updates as before.
FREE_EXTENSIONS = frozenset({"debian"})


class Tables:
    """Pure lookups in the tables; what was found is kept."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        """Take where the tables come from; they ship with the gate unless somebody gave others."""
        self.shelf: Shelf = Embedded() if shelf is None else shelf
        self.date = self.shelf.date
        self._releases: dict[tuple[str, str, bool], tuple[Lifecycle, ...]] = {}
        self._windows: dict[tuple[str, str], Window | None] = {}
        self._current: dict[str, list[tuple[str, Window]]] = {}

    def lifecycle(self, product: str, release: str) -> Lifecycle | None:
        """Find the cycle that a release belongs to: the longest start of its number that the product lists."""
        cycles = self.cycles(product)
        parts = release.lower().split(".")
        for length in range(len(parts), 0, -1):
            cycle = ".".join(parts[:length])
            if cycle in cycles:
                return self._lifecycle(product, cycle, cycles[cycle])
        below = [cycle for cycle in cycles if cycle.startswith(f"{release}.")]
        if len(below) == 1 and release and product in DISTRIBUTIONS:
            return self._lifecycle(product, below[0], cycles[below[0]])
        return self._lifecycle(product, ROLLING, cycles[ROLLING]) if ROLLING in cycles else None

    def cycles(self, product: str) -> Mapping[str, Dates]:
        """Return every cycle of a product, newest first; none for a product that is not kept."""
        return self.shelf.cycles(product) if product in self.shelf.titles else {}

    def product_of(self, repository: str) -> str:
        """Name the product that a repository carries; empty when it carries none that is kept."""
        official = self.official(repository)
        if official:
            return self.shelf.official.get(official, "")
        others = self.shelf.others
        if repository in others:
            return others[repository]
        folder = repository
        while "/" in folder:
            folder = folder.rpartition("/")[0]
            if f"{folder}/" in others:
                return others[f"{folder}/"]
        return ""

    def official(self, repository: str) -> str:
        """Return the short name of an official image, or of a copy of one; empty for any other."""
        for prefix in (LIBRARY, *COPIES):
            if repository.startswith(prefix):
                return repository.removeprefix(prefix)
        return ""

    def window(self, repository: str, tag: str) -> Window | None:
        """Find when an official tag was built, or one of .NET; None for any other, and for one the tables lack.

        A copy under another registry is no fresher than the original, and may be older.
        """
        key = repository, tag
        if key not in self._windows:
            self._windows[key] = self._window(repository, tag)
        return self._windows[key]

    def current(self, repository: str) -> list[tuple[str, Window]]:
        """Return the tags of an official image that were still built when the tables were made."""
        if repository not in self._current:
            self._current[repository] = self._listed(repository)
        return self._current[repository]

    def _listed(self, repository: str) -> list[tuple[str, Window]]:
        official = self.official(repository)
        if official not in self.shelf.windowed or not repository.startswith(LIBRARY):
            return []
        rows = [line.partition("=") for line in self.shelf.windows(official).splitlines()]
        found = ((names, _parsed(row, copied=False)) for names, _, row in rows if row)
        return [(tag, window) for names, window in found if window.gone is None for tag in names.split()]

    def _window(self, repository: str, tag: str) -> Window | None:
        official = self.official(repository)
        if official not in self.shelf.windowed:
            return self._released(repository, tag)
        table = self.shelf.windows(official)
        at = table.find(f" {tag or 'latest'} ")
        if at < 0:
            return None
        row = table[table.index("=", at) + 1 : table.index("\n", at)]
        return _parsed(row, copied=not repository.startswith(LIBRARY))

    def _released(self, repository: str, tag: str) -> Window | None:
        """Find when a tag was built that follows the releases of its product."""
        if self.product_of(repository) != "dotnet":
            return None
        from gate.data.dotnet import window

        words = tokens(tag)
        line = self.lifecycle("dotnet", version(words[0])) if words else None
        named = distribution(words, self.shelf.codenames)
        systems = [found for product, release in named if (found := self.lifecycle(product, release)) is not None]
        return window(repository, words, line, systems, days(self.date))

    def releases(self, name: ImageName) -> tuple[Lifecycle, ...]:
        """Return the lifecycle of everything that an image name says it carries."""
        key = name.repository, name.tag, bool(name.digest)
        if key not in self._releases:
            self._releases[key] = self._carried(name)
        return self._releases[key]

    def _carried(self, name: ImageName) -> tuple[Lifecycle, ...]:
        named: dict[str, str] = {}
        for product, release in self._named(name):
            before = named.get(product, "")
            # A word that is no release, as the 1 of `amazonlinux:1`, says less than what the tag was built on.
            is_less = bool(before) and self.lifecycle(product, release) is None
            named[product] = before if is_less or before.startswith(f"{release}.") else release or before
        found = (self.lifecycle(product, release) for product, release in named.items())
        return tuple(lifecycle for lifecycle in found if lifecycle is not None)

    def _named(self, name: ImageName) -> Iterator[tuple[str, str]]:
        """Name products and releases; what the tag says in words comes last, and counts."""
        product, words = self.product_of(name.repository), tokens(name.tag)
        window = self.window(name.repository, name.tag) if name.tag or not name.digest else None
        if window is not None and window.system is not None:
            yield window.system
        if product in DISTRIBUTIONS:
            yield product, release_of(product, name.repository, words)
        elif product and words:
            yield product, version(words[0])
        if product or name.repository.startswith(WORDED):
            yield from (named for named in distribution(words, self.shelf.codenames) if named[1])

    def medium(self, name: str) -> Lifecycle | None:
        """Find the release that an installation medium, a cloud image or a Vagrant box is named after."""
        from gate.data.media import named

        found = (self.lifecycle(product, release) for product, release in named(name, self.shelf.codenames))
        return next((lifecycle for lifecycle in found if lifecycle is not None), None)

    def machine_image(self, name: str) -> Lifecycle | None:
        """Find the release of one of Amazon's machine images, by its name or that of the parameter with its id."""
        from gate.data.machine_images import release_of as of_machine

        found = of_machine(name)
        return self.lifecycle(*found) if found is not None else None

    def fetched(self, text: str) -> tuple[Lifecycle, ...]:
        """Find the releases whose addresses stand in a text."""
        from gate.data.addresses import ADDRESSES, BEHIND

        found = []
        for address, product in ADDRESSES:
            at = text.find(address)
            while at >= 0:
                rest = text[at + len(address) :].partition(" ")[0]
                rest = rest.partition(BEHIND[product])[2] if product in BEHIND else rest
                lifecycle = self.lifecycle(product, version(rest))
                found += [lifecycle] if lifecycle is not None else []
                at = text.find(address, at + 1)
        return tuple(dict.fromkeys(found))

    def _lifecycle(self, product: str, cycle: str, row: Dates) -> Lifecycle:
        released, _active, security, extended = row
        title = self.shelf.titles[product]
        return Lifecycle(
            product,
            cycle,
            title if cycle == ROLLING else f"{title} {cycle}",
            _day(released),
            _day(security),
            _day(extended),
            security == "ended",
            product in FREE_EXTENSIONS,
            product in DISTRIBUTIONS,
        )

    def build_day(self, name: ImageName) -> int | None:
        """Return the day that a distribution image's tag claims to be built on."""
        if self.product_of(name.repository) not in DISTRIBUTIONS:
            return None
        claimed = build_date(tokens(name.tag))
        try:
            return days(claimed)
        except ValueError:
            return None

    def point(self, product: str, release: str) -> Point | None:
        """Find when a point release of a distribution appeared; None for what is no point release, or not kept."""
        from gate.data.point import point

        return point(product, release)

    def pointed(self, product: str) -> bool:
        """Say whether the point releases of a product are kept."""
        from gate.data.points import POINTS

        return product in POINTS

    def verify(self) -> list[str]:
        """Re-check the tables: digests, and that dates come in order; return what is wrong."""
        from gate.data.checks import verify

        return verify(self)

    def show(self) -> list[tuple[str, ...]]:
        """Return a row for each release: product, cycle, released, ends of active, security and extended support."""
        return [(product, cycle, *row) for product in self.shelf.titles for cycle, row in self.cycles(product).items()]


def _parsed(row: str, *, copied: bool) -> Window:
    """Read a row of a table of windows."""
    first, changed, gone, system = row.split(",")
    product, _, release = system.partition(" ")
    return Window(
        int(first),
        int(changed) if changed and not copied else None,
        int(gone) if gone else None,
        (product, release) if product else None,
    )


def _day(iso: str) -> int | None:
    return days(iso) if iso[:1].isdigit() else None
