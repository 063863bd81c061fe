"""Finds files that the change leaves alone by what links them with something that it touches.

A file is read where it contains a word without which there can be no such link; in most trees that is next to none.
"""

from __future__ import annotations

from functools import partial

from gate.dialects.image_name import identity
from gate.linking.link import repository_of
from gate.model.errors import UsageError
from gate.model.evidence import Stated
from gate.model.subject import Workload
from gate.pipeline.against_kinds import IN_TERRAFORM, KINDS, OBJECT, defined, may_define
from gate.pipeline.against_reach import SHELLS, VERBS, habits, holds_word, spells
from gate.pipeline.linked import rooted_profile
from gate.pipeline.reading import DECLARATION
from gate.readers import is_shared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gate.model.image import Image
    from gate.model.profile import PlatformProfile
    from gate.model.reader import Reading
    from gate.model.reference import Definition
    from gate.pipeline.against_kinds import Name
    from gate.pipeline.against_reach import Reach
    from gate.pipeline.against_sides import Sides
    from gate.pipeline.declarations import Declarations
#: Recipes for which the words of every file are asked one by one.
MANY = 200


class Search:
    """Looks through the files that are the same on both sides."""

    __slots__ = ("_reach", "_sides")

    def __init__(self, sides: Sides, reach: Reach) -> None:
        """Take the sides."""
        self._sides = sides
        self._reach = reach

    def defining(self, names: Iterable[Name], known: Iterable[str]) -> set[str]:
        """Return the files that define one of these; `known` ones are left out."""
        wanted = set(names)

        def spelt(data: bytes) -> bool:
            return any(may_define(data, name) for name in wanted)

        def defines(reading: Reading) -> bool:
            return any(defined(one) in wanted for one in reading.definitions)

        return self._found(self._unchanged(known), spelt, defines) if wanted else set()

    def concerned(self, definitions: Iterable[Definition], known: Iterable[str]) -> set[str]:
        """Return the files with workloads that one of these may matter to."""
        some = tuple(definitions)
        openshift = self._speaks_of_openshift() if some else False

        def spelt(data: bytes) -> bool:
            return IN_TERRAFORM in data or any(KINDS[one.kind].spelled(one, data, openshift) for one in some)

        def concerns(reading: Reading) -> bool:
            return any(
                KINDS[one.kind].concerns(one, workload, self.profile_of(workload))
                for workload in _workloads(reading)
                for one in some
            )

        return self._found(self.manifests(known), spelt, concerns) if some else set()

    def profile_of(self, workload: Workload) -> PlatformProfile:
        """Return the platform that a workload of a file that stays as it is runs on; that is the same on both sides."""
        return self._sides.declared[0].of(workload.at.path).platform

    def _speaks_of_openshift(self) -> bool:
        """Say whether any declaration may say that OpenShift runs something."""
        options, sides = self._sides.options, self._sides
        declared = (path for path in sides.now | sides.was if path.rpartition("/")[2] == DECLARATION)
        return bool(options.declaration or sides.trust) or any(
            b"openshift" in sides.bytes_of(path) for path in declared
        )

    def building(self, recipes: Iterable[str], known: Iterable[str]) -> set[str]:
        """Return the files with workloads that are built from one of these recipes, whose ids are paths."""
        wanted = set(recipes)
        if not wanted:
            return set()

        def builds(reading: Reading) -> bool:
            references = (one for workload in _workloads(reading) for one in workload.references)
            return any(one.kind == "build" and self._leads(one.name, wanted) for one in references)

        return {path for path in self._unchanged(known) if self._may_build(path, wanted) and self._holds(path, builds)}

    def running(self, images: Iterable[Image], known: Iterable[str]) -> set[str]:
        """Return the files with workloads that name one of these built images."""
        names = {identity(name) for image in images if image.identity for name in image.identity.names} - {""}
        digests = {f"@{one}" for image in images if image.identity for one in image.identity.digests}
        words = {name.rpartition("/")[2].partition(":")[0].partition("@")[0] for name in names}
        words |= {one.rpartition(":")[2] for one in digests}
        return self._naming(self._unchanged(known), words, lambda image: identity(image) in names | digests)

    def declared(self, recipes: set[str], declarations: Declarations, known: Iterable[str]) -> set[str]:
        """Return the files with workloads whose image a declaration says is built from one of these recipes.

        Where a declaration cannot be read, that is every file below it.
        """
        found: set[str] = set()
        left = self._unchanged(known)
        for folder, profile in self._profiles(declarations):
            here = {path for path in left if not folder or path.startswith(f"{folder}/")}
            if profile is None:
                found |= here
            else:
                names = {one.name for one in profile.images if self._leads(one.value, recipes)}
                found |= self._naming(here, names, partial(_is_of, names))
        return found

    def unfounded(self, declarations: Declarations) -> Iterator[str]:
        """Yield the folders of the declarations that name a recipe which came or went: without it they are wrong."""
        for folder, profile in self._profiles(declarations):
            if profile is None or any(self._came_or_went(one.value) for one in profile.images):
                yield folder

    def _came_or_went(self, path: str) -> bool:
        touched = self._sides.touched
        there = {touched.was(path) in self._sides.was, touched.now(path) in self._sides.now}
        return len(there) > 1 and touched.has(path)

    def _profiles(self, declarations: Declarations) -> Iterator[tuple[str, PlatformProfile | None]]:
        """Yield the folders of the declarations with what each says of the platform; None for one that is wrong."""
        trust = self._sides.trust
        present = trust.files.entries if trust else self._sides.now | self._sides.was
        folders = [path.rpartition("/")[0] for path in sorted(present) if path.rpartition("/")[2] == DECLARATION]
        for folder in [""] if declarations.options.declaration else folders:
            try:
                yield folder, rooted_profile(declarations.of(f"{folder}/{DECLARATION}" if folder else DECLARATION))
            except UsageError:
                yield folder, None

    def _naming(self, files: Iterable[str], words: set[str], is_one: Callable[[str], bool]) -> set[str]:
        """Return the files with workloads whose image is one of those; each holds a word, or a variable."""

        def names(reading: Reading) -> bool:
            members = (one for workload in _workloads(reading) for one in workload.containers.members)
            images = (one.value.image for one in members if isinstance(one, Stated))
            return any(isinstance(one, Stated) and is_one(one.value) for one in images)

        encoded = [word.encode() for word in words]

        def spelt(path: str) -> bool:
            readers = {one for one in self._sides.readers_of(path) if habits(one).workloads}
            if not readers:
                return False
            data = self._sides.bytes_of(path)
            filled = (b"$" in data or b"%" in data) and not all(habits(one, path).literal for one in readers)
            if filled or (readers & SHELLS and VERBS.search(data)):
                return True
            return any(spells(data, word) for word in encoded)

        chosen = filter(spelt, files) if encoded else ()
        return {path for path in chosen if self._holds(path, names)}

    def _leads(self, path: str, wanted: set[str]) -> bool:
        """Say whether a path leads to one of those that are wanted, on either side and through links."""
        touched = self._sides.touched
        if path in wanted:
            return True
        return bool(touched.links) and not wanted.isdisjoint((touched.was(path), touched.now(path)))

    def _found(
        self, files: Iterable[str], spelt: Callable[[bytes], bool], holds: Callable[[Reading], bool]
    ) -> set[str]:
        return {path for path in files if spelt(self._sides.bytes_of(path)) and self._holds(path, holds)}

    def _holds(self, path: str, holds: Callable[[Reading], bool]) -> bool:
        reading = self._sides.peek(path)
        return reading is not None and holds(reading)

    def _unchanged(self, known: Iterable[str]) -> set[str]:
        return set(self._sides.candidates - self._sides.touched.paths) - set(known)

    def manifests(self, known: Iterable[str]) -> set[str]:
        """Return the files that may be manifests of Kubernetes."""
        named = (path for path in self._unchanged(known) if "kubernetes" in self._sides.readers_of(path))
        return {path for path in named if is_shared(path) or spells(self._sides.bytes_of(path), OBJECT)}

    def _may_build(self, path: str, recipes: set[str]) -> bool:
        """Say whether a file may build one of the recipes: what leads there from its folder is spelled in it."""
        readers = self._sides.readers_of(path)
        if not any(habits(one).builds for one in readers):
            return False
        data = self._sides.bytes_of(path)
        if readers & SHELLS and VERBS.search(data):
            return True
        if self._reach.leads_on(path, data):
            return True
        if not spells(data, b"build"):
            return False
        if b"$" in data or len(recipes) > MANY or any(map(self._sides.touched.is_behind_link, recipes)):
            return True
        folder = path.split("/")[:-1]
        return any(all(holds_word(data, part) for part in _spelled(folder, one.split("/"))) for one in recipes)


def _is_of(names: set[str], image: str) -> bool:
    return repository_of(image) in names


def _spelled(folder: list[str], recipe: list[str]) -> list[str]:
    """Return the parts of a recipe's path that a file in a folder has to write out to name it."""
    shared = 0
    while shared < min(len(folder), len(recipe) - 1) and folder[shared] == recipe[shared]:
        shared += 1
    rest = recipe[shared:]
    return rest[:-1] if rest[-1] == "Dockerfile" else rest


def _workloads(reading: Reading) -> Iterator[Workload]:
    return (subject for subject in reading.subjects if isinstance(subject, Workload))
