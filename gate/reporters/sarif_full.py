"""The report as SARIF 2.1.0 with all there is: what is excepted is suppressed, with who permits it and until when."""

from __future__ import annotations

import json

from gate.reporters.sarif import document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.page import Pages
    from gate.model.report import Report


def render(report: Report, pages: Pages) -> str:
    """Return the document, in ASCII."""
    return json.dumps(document(report, pages, full=True), indent=2) + "\n"
