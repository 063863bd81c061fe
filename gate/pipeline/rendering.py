"""Renders what the command line asks for, and reads what comes of it in the place of what it is made of."""

from __future__ import annotations

from gate.model.coverage import NotUnderstood
from gate.model.errors import InputError
from gate.model.record import replace
from gate.model.workload import Workload
from gate.pipeline.reading import load
from gate.pipeline.rendering_files import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.source import Source
    from gate.pipeline.declarations import Declarations
    from gate.pipeline.options import Options
    from gate.pipeline.reading import Ledger
    from gate.pipeline.trees import AnyFiles


def render(ledger: Ledger, options: Options, declarations: Declarations, paths: Iterable[str]) -> None:
    """Render everything at, below or around the paths, before anything else of them is read."""
    from tempfile import TemporaryDirectory

    from gate.pipeline.rendering_charts import Charts
    from gate.pipeline.rendering_overlays import Overlays
    from gate.tools.rendering import terminable

    files, named = ledger.files, tuple(paths)
    with terminable(), TemporaryDirectory(prefix="boundary-gate-", ignore_cleanup_errors=True) as folder:
        try:
            charts = Charts(files, options, declarations, folder)
            for root in charts.found(named):
                keep(ledger, charts.outcome(root), declarations)
            keep(ledger, Outcome(gaps=tuple(charts.unfound(named))), declarations)
            for outcome in Overlays(files, declarations, folder).outcomes(named):
                keep(ledger, outcome, declarations)
        except InputError as error:
            ledger.not_understood.append(NotUnderstood(error.at, error.cause, error.remedy))


def keep(ledger: Ledger, outcome: Outcome, declarations: Declarations) -> None:
    """Read what was rendered into the ledger."""
    gaps = [NotUnderstood(gap.at, gap.cause, gap.remedy) for gap in outcome.gaps]
    ledger.not_understood += gaps
    ledger.unmade.update(dict.fromkeys(gaps, outcome.asked))
    ledger.skipped += outcome.skipped
    ledger.consumed |= outcome.consumed
    for source, variant in outcome.made:
        excluded = declarations.excluded(source.path)
        if excluded is not None:
            ledger.skipped.append(excluded)
            continue
        ledger.renderings[source.by] = outcome.asked
        original = _original(ledger.files, source.path)
        if original is not None:
            ledger.read[source.path] = original
        ledger.depends[source.path] = ledger.depends.get(source.path, frozenset()) | outcome.asked
        reading = load("kubernetes").read(source, ledger.files)
        subjects = tuple(
            replace(one, id=f"{one.id}[{variant}]") if variant and isinstance(one, Workload) else one
            for one in reading.subjects
        )
        ledger.keep(replace(reading, subjects=subjects))


def _original(files: AnyFiles, path: str) -> Source | None:
    try:
        return files.open(path)
    except InputError:
        return None
