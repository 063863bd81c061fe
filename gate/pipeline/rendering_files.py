"""The files that a rendering is given, those of the tree as the gate has read them, and what comes of it."""

from __future__ import annotations

from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.model.record import Record
from gate.model.source import Source
from gate.pipeline.files import Walked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.coverage import Skipped
    from gate.pipeline.trees import AnyFiles
    from gate.syntax.rendered import Rendered

#: Files of one chart or customization, and their bytes together.
MAX_FILES = 5_000
MAX_TOTAL = 64 * 1024 * 1024

#: What a packed chart is unpacked to, behind its name.
UNPACKED = ".unpacked"

#: Folders of a chart of which Helm renders all, whatever they are called.
_RENDERED = {"templates", "charts"}

#: The schemas of values, which Helm follows to wherever they lead.
SCHEMA = "values.schema.json"


class Outcome(Record):
    """What came of one chart or customization.

    `made` are the files that were rendered, each with what tells its subjects from those of another rendering of the
    same files. `consumed` are the paths of all that went into it and is judged no other way, `asked` what it hangs on.
    """

    made: tuple[tuple[Rendered, str], ...] = ()
    consumed: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    gaps: tuple[InputError, ...] = ()
    skipped: tuple[Skipped, ...] = ()


class Bundle:
    """Files by their paths, within bounds."""

    __slots__ = ("_total", "files")

    def __init__(self) -> None:
        """Start with none."""
        self.files: dict[str, Source] = {}
        self._total = 0

    def add(self, path: str, data: bytes) -> None:
        """Add a file; raise InputError for one too many, and for a name that a line of output cannot hold."""
        if not path.isprintable():
            remedy = "rename it"
            raise InputError("has characters in its name that cannot be shown", at=whole_file(path), remedy=remedy)
        self._total += len(data)
        if len(self.files) >= MAX_FILES or self._total > MAX_TOTAL:
            cause = f"is one of more than {MAX_FILES} files, or {MAX_TOTAL} bytes, that belong together"
            raise InputError(cause, at=whole_file(path), remedy="render it elsewhere, and check the result")
        self.files[path] = Source(path, data)

    def folder(self, files: AnyFiles, folder: str) -> None:
        """Add everything below a folder; raise InputError for what may not be read, and for links out of the tree."""
        waiting = [folder]
        while waiting:
            walked = Walked()
            for path in files.walk(waiting.pop(), walked):
                source = files.open(files.target_of(path) or path)
                if source is None:
                    raise InputError("is gone", at=whole_file(path), remedy="judge files that nobody changes meanwhile")
                if path.endswith(".tgz") and path.rpartition("/")[0].endswith("charts"):
                    self.packed(path, source)
                elif not path.endswith(f"/{SCHEMA}") and path != SCHEMA:
                    self.add(path, source.data)
            for error in walked.unread:
                raise error
            waiting += (one for one in (*walked.passed_over, *walked.hidden) if _RENDERED & {*one.split("/")})

    def packed(self, path: str, source: Source, depth: int = 0) -> None:
        """Add what a packed chart holds, below a folder that is called after it."""
        from gate.dialects.chart import MAX_NESTED
        from gate.dialects.chart_packed import unpacked

        if depth >= MAX_NESTED:
            raise InputError("holds charts that are nested too deeply", at=whole_file(path), remedy="flatten them")
        for name, data in unpacked(source, MAX_TOTAL - self._total).items():
            inner = f"{path}{UNPACKED}/{name}"
            if name.endswith(".tgz") and name.rpartition("/")[0].endswith("charts"):
                self.packed(inner, Source(inner, data), depth + 1)
            elif name.rpartition("/")[2] != SCHEMA:
                self.add(inner, data)
