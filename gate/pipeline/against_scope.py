"""Which files have to be judged on both sides of a change: all whose report may differ, and few others.

It begins with what the change touches and grows along everything that makes one file's report depend on another: what
the reading of a file asked for, the declarations and policies above it, the definitions that its names resolve to, the
recipes of its images and the workloads that run an image. Files that stay the same are searched for a word before they
are read, and read on one side only.

Everything is judged where a declaration or policy that the command line names has changed, where the root's declaration
has, where the change decides which stage the run is of, and where it touches a definition of a kind that is not known
here. Every manifest is read where paths are named and a file outside of them may hold a network policy or a cluster:
whether these join depends on all that is in the run.
"""

from __future__ import annotations

from collections import Counter

from gate.dialects.cadence_files import is_upkeep
from gate.model.errors import UsageError
from gate.model.image import Image
from gate.model.record import replace
from gate.model.subject import Workload
from gate.pipeline.against_kinds import JOINED, KINDS, asked
from gate.pipeline.against_reach import Reach, habits, spells
from gate.pipeline.against_search import Search
from gate.pipeline.declarations import Declarations
from gate.pipeline.reading import DECLARATION
from gate.pipeline.sensitive import SENSITIVE
from gate.readers import READERS, may_be_client, may_configure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.reader import Subject
    from gate.model.reference import Definition
    from gate.pipeline.against_kinds import Name
    from gate.pipeline.against_sides import Half, Sides

#: The name under which nobody looks for a declaration, and that is told of as wrong.
MISNAMED = DECLARATION.removesuffix(".yaml") + ".yml"

#: How the files end that are searched for definitions outside of what is judged, and the readers beside Kubernetes'.
MANIFESTS = (".yaml", ".yml", ".json", ".template", ".tf", ".tofu")
OF_CLUSTERS = ("ecs", "clusters")

JOINED_WORDS = tuple(word for kind in JOINED for word in KINDS[kind].words)


def _is_stated(data: bytes) -> bool:
    return any(spells(data, word.encode()) for word in SENSITIVE)


class Scope:
    """The files that are judged on both sides, and those that are read beside them for what they lead to."""

    __slots__ = ("_beyond", "_defined", "_differing", "_reach", "_run", "_search", "_sides", "judged", "read")

    def __init__(self, sides: Sides) -> None:
        """Begin with what the change touches."""
        self._sides = sides
        self._reach = Reach(sides.touched, sides.bytes_of)
        self._search = Search(sides, self._reach)
        self._defined: set[Name] = set()
        self._differing: set[Definition] = set()
        self._run: set[str] = set()
        self._beyond = False
        self.judged = {*self._changed(), *self._ruled(), *self._scanned(), *self._kept()}
        self.read: set[str] = set()
        if not self.is_everything:
            self.judged.update(self._asking())
            self.judged |= self._users(set(sides.touched.paths), self.judged)

    @property
    def wanted(self) -> frozenset[str]:
        """All of them."""
        return frozenset(self.judged | self.read)

    @property
    def is_everything(self) -> bool:
        """Whether every file there is has to be judged."""
        return self.judged >= self._sides.candidates

    def everything(self) -> None:
        """Judge every file there is."""
        self.judged = set(self._sides.candidates)

    def grow(self, was: Half, now: Half) -> bool:
        """Add what the two sides, as far as they are read, show to be missing; say whether that is anything."""
        before = len(self.judged), len(self.wanted)
        if not self.is_everything:
            self._neighbours(was, now)
            self._definitions(was, now)
            self._images(was, now)
            self.judged &= self._sides.candidates
            self.read &= self._sides.candidates
        return before != (len(self.judged), len(self.wanted))

    def ids(self, *halves: Half) -> frozenset[str]:
        """Return the ids of the subjects that are judged: those of the files, and those that were given by name."""
        given = (subject.id for half in halves for subject in half.given())
        return frozenset([*(subject.id for half in halves for subject in self._subjects(half)), *given])

    def _subjects(self, half: Half) -> Iterator[Subject]:
        for path, reading in half.part.by_file.items():
            if path in self.judged:
                yield from reading.subjects

    def _changed(self) -> Iterator[str]:
        """Yield what is touched itself, and what is led to by another link than before."""
        touched, (now, was) = self._sides.touched, self._sides.links
        yield from self._sides.candidates & touched.paths
        for link in now.keys() | was.keys():
            if link in touched.paths or now.get(link) != was.get(link):
                yield link
                yield from (target for target in (now.get(link), was.get(link)) if target is not None)

    def _ruled(self) -> Iterator[str]:
        """Yield what is below a declaration that is touched, or below one whose policies are."""
        parted = (path.rpartition("/") for path in self._sides.touched.paths)
        folders = {folder for folder, _, name in parted if name in (DECLARATION, MISNAMED)}
        folders.update(self._policed())
        for declarations in self._sides.declared:
            folders.update(self._search.unfounded(declarations))
        for folder in folders:
            start = f"{folder}/" if folder else ""
            yield from (path for path in self._sides.candidates if path.startswith(start))

    def _policed(self) -> Iterator[str]:
        """Yield the folders whose declaration may have been judged by a file that is touched, such as a policy."""
        sides = self._sides
        declared = (path.rpartition("/") for path in sides.now - sides.touched.paths)
        folders = {folder for folder, _, name in declared if name == DECLARATION}
        for folder in sorted({"", *folders}):
            path = f"{folder}/{DECLARATION}" if folder else DECLARATION
            if not folder or spells(sides.bytes_of(path), b"policy"):
                asked = self._ruling(path)
                if asked is None or sides.touched.any(one for one in asked if one.rpartition("/")[2] != DECLARATION):
                    yield folder

    def _ruling(self, path: str) -> set[str] | None:
        """Return what is asked for to find the policy that judges a file; None where there is something wrong."""
        files = self._sides.files
        before, files.consulted = files.consulted, {}
        try:
            Declarations(files, replace(self._sides.options, trusted_ref="")).policy_of(path)
            return set(files.consulted)
        except UsageError:
            return None
        finally:
            files.consulted = before

    def _scanned(self) -> Iterator[str]:
        """Yield the built images of the tree where scanners report of some: a report finds its image among them."""
        if self._sides.options.reports:
            names = self._sides.names_of
            yield from (path for path in self._sides.candidates if any(map(READERS["oci"], names(path))))

    def _kept(self) -> Iterator[str]:
        """Yield every file where the change touches what keeps images up to date, and something is sensitive."""
        sides = self._sides
        if any(map(is_upkeep, sides.touched.paths)) and self._is_sensitive():
            yield from sides.candidates

    def _is_sensitive(self) -> bool:
        """Say whether a declaration, a label or a policy may make something confidential or restricted."""
        sides, named = self._sides, self._sides.options.declaration
        declared = {path for path in sides.now | sides.was if path.rpartition("/")[2] == DECLARATION}
        texts = (sides.bytes_of(path) for path in sorted(declared | sides.candidates))
        try:
            counted = {one.policy_of("").undeclared for one in sides.declared}
        except UsageError:
            return True
        return bool(named) or not counted.isdisjoint(SENSITIVE) or any(_is_stated(text) for text in texts)

    def _asking(self) -> Iterator[str]:
        """Yield the files whose reading asks for what is touched."""
        sides, (now, _) = self._sides, self._sides.readings
        left = sorted(sides.candidates - sides.touched.paths - self.judged)
        maybe = [path for path in left if self._reach.may_ask(path, sides.readers_of(path))]
        read = [path for path in maybe if sides.peek(path) is not None]
        yield from (path for path in read if not now.same(path))

    def _users(self, recipes: set[str], known: set[str]) -> set[str]:
        """Return the files with workloads that run what is built from one of these."""
        found = self._search.building(recipes, known)
        for declarations in self._sides.declared:
            found |= self._search.declared(recipes, declarations, known)
        return found

    def _neighbours(self, was: Half, now: Half) -> None:
        """Add the files that may speak of the same subjects, because one asks for the other."""
        for half in (was, now):
            for path, others in half.part.depends.items():
                if path in self.judged and any(habits(one).shares for one in half.part.readers[path]):
                    self.judged |= others & self._sides.candidates
        common, _ = self._sides.readings
        for path, others in common.depends.items():
            if any(habits(one).shares for one in common.readers[path]) and not others.isdisjoint(self.judged):
                self.judged.add(path)

    def _definitions(self, was: Half, now: Half) -> None:
        """Add the files that what is defined otherwise may matter to, and those that define what is asked for."""
        before, after = (Counter(self._defining(half)) for half in (was, now))
        changed = {*(before - after), *(after - before)} - self._differing
        self._differing |= changed
        if any(one.kind not in KINDS for one in changed):
            self.everything()
            return
        self.judged |= self._search.concerned(changed, self.judged)
        names = {name for half in (was, now) for name in self._asked(half)} - self._defined
        self._defined |= names
        self.read |= self._search.defining(names, self.wanted)
        if any(kind in JOINED for kind, _, _ in names) and not self._beyond and self._sides.beyond(JOINED_WORDS):
            self._beyond = True
            self.read |= self._search.manifests(self.wanted)

    def _asked(self, half: Half) -> Iterator[Name]:
        """Yield what the links of the judged workloads of one side ask for, of all where what is beyond counts."""
        subjects = (subject for reading in half.part.by_file.values() for subject in reading.subjects)
        for subject in subjects if self._beyond else self._subjects(half):
            if isinstance(subject, Workload):
                yield from asked(subject, half.declarations.of(subject.at.path).platform)

    def _defining(self, half: Half) -> Iterator[Definition]:
        """Yield what is defined in the judged files of one side, and in what is touched beside them."""
        for path, reading in half.part.by_file.items():
            if path in self.judged:
                yield from (one for one in reading.definitions if one.kind != "image")
        aside = half.part.aside()
        for path in sorted(self._sides.touched.paths):
            if not self._sides.within(path) and may_configure(path.rpartition("/")[2]):
                aside.look_into(path, b"", also=("docker_daemon",))
            elif not self._sides.within(path) and may_be_client(path):
                aside.look_into(path, b"client", also=("nomad",))
            elif not self._sides.within(path) and path.endswith(MANIFESTS):
                aside.look_into(path, *(word for kind in KINDS.values() for word in kind.words), also=OF_CLUSTERS)
        yield from aside.definitions

    def _images(self, was: Half, now: Half) -> None:
        """Add the images of which other things are said than before, and the workloads that run what is judged."""
        judged = self.ids(was, now)
        said = [self._said(half, judged) for half in (was, now)]
        for image_id in said[0].keys() | said[1].keys():
            if said[0].get(image_id) != said[1].get(image_id):
                self.judged.add(image_id.partition("#")[0])
        images = [
            {one.id: one for one in half.linked.subjects if isinstance(one, Image) and one.id in judged}
            for half in (was, now)
        ]
        ids = (images[0].keys() | images[1].keys()) - self._run
        self._run |= ids
        unlike = {one for one in ids if images[0].get(one) != images[1].get(one)} - self._sides.touched.paths
        self.judged |= self._users(unlike, self.judged)
        self.read |= self._users(ids - unlike, set(self.wanted))
        given = [one for one in now.given() if isinstance(one, Image) and one.id in ids]
        self.read |= self._search.running(given, self.wanted)

    def _said(self, half: Half, judged: frozenset[str]) -> dict[str, list[object]]:
        """Return what the judged workloads of one side say of the images that they run."""
        linked = half.linked
        found = {
            image_id: [(one.id, linked.entries(one), one.statements) for one in users if one.id in judged]
            for image_id, users in linked.users.items()
        }
        return {image_id: said for image_id, said in found.items() if said}  # type: ignore[misc]
