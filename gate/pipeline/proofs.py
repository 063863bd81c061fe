"""Tries changes of a recipe before they are suggested: the text is edited in memory, read and judged again."""

from __future__ import annotations

from gate.model.errors import InputError
from gate.model.image import Image
from gate.model.record import replace
from gate.model.source import Source
from gate.pipeline.judging import judge
from gate.pipeline.reading import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.data.tables import Tables
    from gate.model.report import SubjectReport
    from gate.model.suggestion import Edit
    from gate.pipeline.judging import Case
    from gate.pipeline.trees import AnyFiles


def advised(image: Image, report: SubjectReport, case: Case, files: AnyFiles, tables: Tables) -> SubjectReport:
    """Return the report with the change of base that mends the age, where there is one."""
    from gate.advice.bases import base_change

    source = files.held(image.at.path)
    if source is None or image.id != source.path:
        return report

    def prove(edit: Edit) -> SubjectReport | None:
        text = f"{source.text[: edit.at.start]}{edit.text}{source.text[edit.at.end :]}"
        patched = Source(source.path, text.encode("utf-8", "surrogateescape"))
        try:
            subjects = load("dockerfile").read(patched, files).subjects
        except InputError:
            return None
        found = [one for one in subjects if isinstance(one, Image) and one.id == image.id]
        if len(found) != 1:
            return None
        again = replace(found[0], user=image.user, cadence=image.cadence)
        return judge(again, case)

    found = base_change(image, report, tables, case.now, prove)
    return report if found is None else replace(report, suggestions=(found,))
