"""Renders charts: finds them, hands Helm what the gate has read of them, and finds their lines in what it prints."""

from __future__ import annotations

import os
from posixpath import join

from gate.dialects.chart import CHART, chart_in, charts_in, is_definition_of, is_template_of, missing, root_of
from gate.dialects.chart_output import Marks, TemplatePlaces, alike, sections
from gate.model.coverage import Skipped
from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.model.policy import Variant
from gate.model.record import Record, replace
from gate.model.source import Source, sha256
from gate.pipeline.rendering_files import UNPACKED, Bundle, Outcome
from gate.syntax.rendered import Fixed, Rendered
from gate.tools.helm import found
from gate.tools.rendering import RenderError, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.dialects.chart import Chart
    from gate.dialects.chart_output import Section, Span
    from gate.model.location import Location
    from gate.model.policy import Declaration
    from gate.pipeline.declarations import Declarations
    from gate.pipeline.options import Options
    from gate.pipeline.trees import AnyFiles
    from gate.syntax.rendered import Places
    from gate.tools.helm import Helm

#: Where the files of the tree, and those of values, stand in the folder that Helm works in.
TREE, VALUES = "tree", "values"

#: Characters of a release's name (helm/helm `pkg/chartutil/validate_name.go`).
MAX_RELEASE = 53

NOTHING = "renders nothing with the values that are given"
LIBRARY = "is a chart that others use, and is rendered nowhere by itself"


class Loaded(Record):
    """A chart with its files: by their paths in the tree, and the charts by the names that Helm gives them."""

    root: Chart
    files: dict[str, Source]
    charts: dict[str, Chart]


class Charts:
    """The charts of one run."""

    __slots__ = ("_count", "_declarations", "_files", "_folder", "_helm", "_options")

    def __init__(self, files: AnyFiles, options: Options, declarations: Declarations, folder: str) -> None:
        """Take the files, and an empty private folder."""
        self._files = files
        self._options = options
        self._declarations = declarations
        self._folder = folder
        self._helm: Helm | RenderError | None = None
        self._count = 0

    def found(self, paths: Iterable[str]) -> list[str]:
        """Return the folders of the charts at, above and below paths."""
        roots: dict[str, None] = {}
        for path in paths:
            for file in (join(path, CHART), *self._files.walk(path)):
                folder, _, name = file.rpartition("/")
                if name == CHART:
                    roots[root_of(folder, self._opened)] = None
            above = self._above(path)
            if above is not None:
                roots[above] = None
        return sorted(folder for folder in roots if self._opened(join(folder, CHART)) is not None)

    def unfound(self, paths: Iterable[str]) -> Iterator[InputError]:
        """Yield what declarations above the paths have rendered and is no chart; a change may remove one, though."""
        above = (one for path in paths for one in self._declarations.above(join(path, CHART)))
        for declaration in dict.fromkeys(above) if not self._options.trusted_ref else ():
            for variant in declaration.render:
                folder = _below(declaration, variant)
                if self._opened(join(folder, CHART)) is None:
                    remedy = "correct `chart`, which is relative to the declaration, or remove the entry"
                    yield InputError(f"has {folder or '.'} rendered, which is no chart", at=variant.at, remedy=remedy)

    def _above(self, path: str) -> str | None:
        """Return the chart that a path is inside of."""
        here = path
        while here:
            here = here.rpartition("/")[0]
            if self._opened(join(here, CHART)) is not None:
                return root_of(here, self._opened)
        return None

    def _opened(self, path: str) -> Source | None:
        try:
            return self._files.open(path)
        except InputError:
            return Source(path, b"")

    def outcome(self, root: str) -> Outcome:
        """Render a chart in every way that is declared; raise nothing that is the fault of its files."""
        excluded = self._declarations.excluded(join(root, CHART))
        if excluded is not None:
            return Outcome(skipped=(excluded,))
        try:
            loaded = self._loaded(root)
            if loaded.root.is_library:
                return Outcome(skipped=(Skipped(loaded.root.at, LIBRARY),))
            return self._rendered(loaded)
        except InputError as error:
            gap = InputError(f"is not rendered: {error.cause}", at=error.at, remedy=error.remedy)
            return Outcome(asked=frozenset(self._files.walk(root)), gaps=(gap,))

    def _loaded(self, folder: str) -> Loaded:
        bundle = Bundle()
        bundle.folder(self._files, folder)
        root = chart_in(folder, bundle.files.get)
        if root is None:
            raise InputError("is gone", at=whole_file(join(folder, CHART)))
        return Loaded(root, bundle.files, charts_in(root, bundle.files))

    def _rendered(self, loaded: Loaded) -> Outcome:
        lacking = missing(loaded.root, loaded.charts)
        if lacking is not None:
            remedy = "run `helm dependency build` before the gate, which fetches nothing"
            raise InputError(f"needs the chart {lacking.name}, which is not there", at=lacking.at, remedy=remedy)
        made: list[tuple[Rendered, str]] = []
        gaps: list[InputError] = []
        brought: set[str] = set()
        variants = self._variants(loaded.root)
        for variant in variants:
            try:
                found = self._variant(loaded, variant)
                made += ((one, variant.name) for one in found.values())
                brought |= found.keys()
            except InputError as error:
                gaps.append(error)
        consumed = frozenset(path for path in loaded.files if is_template_of(loaded.charts, path))
        asked = frozenset(path.partition(UNPACKED)[0] for path in loaded.files)
        if len(gaps) == len(variants):
            return Outcome(asked=asked, gaps=tuple(gaps))
        silent = sorted(path for path in consumed - brought if _may_start_pods(loaded.files[path]))
        skipped = tuple(Skipped(whole_file(path.partition(UNPACKED)[0]), NOTHING) for path in silent)
        made += ((one, "") for one in _definitions(loaded))
        return Outcome(tuple(made), consumed, asked, tuple(gaps), tuple(dict.fromkeys(skipped)))

    def _variants(self, root: Chart) -> tuple[Variant, ...]:
        path = join(root.folder, CHART)
        for declaration in self._declarations.above(path):
            found = tuple(one for one in declaration.render if _below(declaration, one) == root.folder)
            if found:
                return found
        return (Variant(root.folder, "", "", "", (), root.at),)

    def _variant(self, loaded: Loaded, variant: Variant) -> dict[str, Rendered]:
        """Render once as it is and once with marks; raise InputError where it cannot be rendered."""
        values = [self._values(path, variant) for path in variant.values]
        texts = {path: source.data for path, source in loaded.files.items()}
        try:
            printed = self._printed(loaded, variant, texts, values)
        except RenderError as error:
            raise _gave_up(error, loaded, variant) from None
        marks, marked = _marked(loaded)
        try:
            spans = marks.spans(printed, self._printed(loaded, variant, {**texts, **marked}, values))
        except RenderError:
            spans = [[None] * len(one.lines) for one in printed]
        return _sources(loaded, variant, printed, spans)

    def _values(self, path: str, variant: Variant) -> bytes:
        """Read a file of values that the declaration names."""
        source = self._files.open(path)
        if source is None:
            cause = f"names the file of values {path}, which is not there"
            raise InputError(cause, at=variant.at, remedy="correct the path, which is relative to the declaration")
        return source.data

    def _printed(self, loaded: Loaded, variant: Variant, texts: dict[str, bytes], values: list[bytes]) -> list[Section]:
        """Have a chart rendered; every section is named after the file in the tree that it comes of."""
        helm = self._program()
        self._count += 1
        folder = os.path.join(self._folder, str(self._count))
        given = [(f"{VALUES}/{number}.yaml", data) for number, data in enumerate(values)]
        write(os.path.join(folder, "work"), [*((f"{TREE}/{path}", data) for path, data in texts.items()), *given])
        root = loaded.root
        release = (variant.release or _release(root.name), variant.namespace or "default")
        kubernetes = self._declarations.of(join(root.folder, CHART)).platform.kubernetes_version
        printed = helm.template(join(TREE, root.folder), release, [path for path, _data in given], kubernetes, folder)
        found = sections(printed)
        if any(not one.name for one in found):
            raise RenderError("printed something else than a chart", "see what it prints when you start it")
        return [replace(one, name=_path_of(one.name, loaded)) for one in found]

    def _program(self) -> Helm:
        """Find Helm, once."""
        if self._helm is None:
            try:
                self._helm = found(self._files.root, os.path.join(self._folder, "version"))
            except RenderError as error:
                self._helm = error
        if isinstance(self._helm, RenderError):
            raise self._helm
        return self._helm


def _below(declaration: Declaration, variant: Variant) -> str:
    """Return the folder of the chart that a declaration speaks of."""
    return "/".join(one for one in (declaration.folder, variant.chart) if one)


def _release(name: str) -> str:
    """Return the name that a release of a chart has where nobody gives it one."""
    name = name.lower().replace("_", "-").replace(".", "-")
    return name if len(name) <= MAX_RELEASE and not name.endswith("-") else "release"


def _path_of(name: str, loaded: Loaded) -> str:
    """Return the file that Helm means by a name; the chart's own where it is none of the tree."""
    folder, _, rest = name.partition("/templates/")
    while folder not in loaded.charts and "/templates/" in rest:
        more, _, rest = rest.partition("/templates/")
        folder = f"{folder}/templates/{more}"
    chart = loaded.charts.get(folder)
    path = join(chart.folder, "templates", rest) if chart is not None else ""
    return path if path in loaded.files else join(loaded.root.folder, CHART)


def _marked(loaded: Loaded) -> tuple[Marks, dict[str, bytes]]:
    """Return the templates with marks in them: no partials, whose text other templates put where they like."""
    whole = sha256(b"\0".join(source.data for _path, source in sorted(loaded.files.items()))).hexdigest()
    marks = Marks(f"gate-{whole[:32]}")
    marked: dict[str, bytes] = {}
    for path, source in loaded.files.items():
        name = path.rpartition("/")[2]
        if is_template_of(loaded.charts, path) and name.endswith((".yaml", ".yml")) and not name.startswith("_"):
            marked[path] = marks.marked(path, source.text).encode("utf-8", "surrogateescape")
    return marks, marked


def _sources(loaded: Loaded, variant: Variant, printed: list[Section], spans: list[list[Span]]) -> dict[str, Rendered]:
    """Put together what each template came to, in the order of the output."""
    named = f" ({variant.name})" if variant.name else ""
    by = f"helm template {loaded.root.folder or '.'}{named}"
    found: dict[str, list[tuple[Section, list[Span]]]] = {}
    for section, of_section in zip(printed, spans, strict=True):
        known = any(span is not None for span in of_section)
        origin = loaded.files[section.name]
        found.setdefault(section.name, []).append((section, of_section if known else alike(origin, section)))
    made = {}
    for path, parts in found.items():
        text = "".join(f"{line}\n" for section, _ in parts for line in section.lines)
        lines = [section.first + index for section, _ in parts for index in range(len(section.lines))]
        places = _places(loaded, path, parts)
        shown = join(loaded.root.folder, CHART) if UNPACKED in path else path
        made[path] = Rendered(shown, text.encode("utf-8", "surrogateescape"), by, lines, places)
    return made


def _definitions(loaded: Loaded) -> Iterator[Rendered]:
    """Yield what packed charts hold in `crds/`: Helm installs it as it is, of whatever kind, and prints none of it."""
    for path, source in loaded.files.items():
        if UNPACKED in path and is_definition_of(loaded.charts, path):
            lines = range(1, source.text.count("\n") + 2)
            by = path.replace(UNPACKED, "")
            yield Rendered(join(loaded.root.folder, CHART), source.data, by, lines, _places(loaded, path, []))


def _places(loaded: Loaded, path: str, parts: list[tuple[Section, list[Span]]]) -> Places:
    """Return what finds the places: of a packed chart, where the chart around it says that it needs it."""
    packed, unpacked, _ = path.partition(UNPACKED)
    if not unpacked:
        origin = loaded.files[path]
        if path.endswith(f"/{CHART}") or path == CHART:
            return Fixed(loaded.root.at)
        return TemplatePlaces(origin, [one for one, _ in parts], [one for _, one in parts])
    inner = next((one for one in loaded.charts.values() if one.folder == packed + UNPACKED), loaded.root)
    return Fixed(next((one.at for one in loaded.root.dependencies if one.name == inner.name), loaded.root.at))


def _may_start_pods(source: Source) -> bool:
    """Say whether a template that came to nothing could come to pods; partials and notes never do by themselves."""
    name = source.path.rpartition("/")[2]
    return name != "NOTES.txt" and not name.startswith("_") and b"containers" in source.data


def _gave_up(error: RenderError, loaded: Loaded, variant: Variant) -> InputError:
    """Say why Helm gave up, at the line of the template where it did."""
    at = variant.at
    path = _path_of(error.path, loaded) if error.path else ""
    if path in loaded.files and UNPACKED not in path and not path.endswith(CHART):
        at = _line(loaded.files[path], error.line)
    named = f" ({variant.name})" if variant.name else ""
    return InputError(f"is not rendered{named}: helm {error.cause}", at=at, remedy=error.remedy)


def _line(source: Source, number: int) -> Location:
    """Return a line of a file, the first one where it has no such line."""
    lines = source.text.split("\n")
    if not 1 <= number <= len(lines):
        return whole_file(source.path)
    start = sum(len(line) + 1 for line in lines[: number - 1])
    return source.location(start, start + len(lines[number - 1]))
