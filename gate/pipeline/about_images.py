"""What is given about the images of a run, by scanners and distributions; for a run without it nothing is loaded."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.pipeline.declarations import Declarations
    from gate.pipeline.files import Files
    from gate.pipeline.indexes import Indexes
    from gate.pipeline.options import Options
    from gate.pipeline.reading import Ledger
    from gate.pipeline.scans import Scans


def scanned(files: Files, options: Options, ledger: Ledger, declarations: Declarations) -> Scans | None:
    """Return the reports of scanners in a run that has any; their models are loaded for no other."""
    if not options.reports and not options.vex and not options.scanner:
        return None
    from gate.pipeline.scans import Scans

    return Scans(files, options, ledger, declarations)


def indexed(files: Files, options: Options, ledger: Ledger, scans: Scans | None) -> Indexes | None:
    """Return the indexes of packages in a run that has any; nothing of theirs is loaded for another."""
    if not options.indexes:
        return None
    from gate.pipeline.indexes import Indexes

    return Indexes(files, options, ledger, scans)
