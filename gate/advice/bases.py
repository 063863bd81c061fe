"""Finds the smallest change of a base image that brings a recipe's age to what is required.

Candidates are tags of the same official image, spelled like the one that is there: the same words in the same places,
with another version or another release of the same distribution. All were still rebuilt when the tables were made, and
everything that they carry is supported. Each is tried, nearest first, by judging the recipe with it; what is not proven
is not shown.
"""

from __future__ import annotations

from gate.advice.tags import distance, spelled
from gate.freshness import recipe
from gate.freshness.support import end, supports
from gate.model.days import days, iso
from gate.model.evidence import Stated
from gate.model.image_name import ImageName
from gate.model.suggestion import Edit, Suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from gate.data.tables import Tables
    from gate.freshness.support import Support
    from gate.model.image import Image
    from gate.model.lifecycle import Window
    from gate.model.report import SubjectReport

    #: Judges the recipe with another base; None where that cannot be done.
    Prove: TypeAlias = Callable[[Edit], SubjectReport | None]

#: Candidates that are tried for one recipe.
MOST = 8

#: What says of a base that it is too old.
OF_BASES = frozenset({"AGE001", "AGE003"})

#: Days before the tables were made within which a tag was rebuilt that is certainly still rebuilt.
LATELY = 120


def base_change(image: Image, report: SubjectReport, tables: Tables, now: str, prove: Prove) -> Suggestion | None:
    """Return the smallest change that is proven; None where nothing fails for its base, or nothing is better."""
    base = recipe.base(image)
    if base is None or not isinstance(base.image, Stated) or not _is_too_old(report):
        return None
    name = base.image.value
    for found in list(_candidates(name, tables, now))[:MOST]:
        edit = Edit(base.at, found.text)
        proven = prove(edit)
        if proven is not None and _is_better(report, proven):
            is_written = not name.digest and not base.image.via
            return _suggestion(name, found, proven, edit, tables, now, is_written=is_written)
    return None


def _is_too_old(report: SubjectReport) -> bool:
    return any(reason.rule == "image_age" for reason in report.reasons) or any(
        one.rule in OF_BASES and one.outcome in ("failed", "undecided") for one in report.findings
    )


def _is_better(was: SubjectReport, new: SubjectReport) -> bool:
    """Say whether the age is what is required, no base is too old, and nothing is found that was not there."""
    if _is_too_old(new):
        return False
    before = {(one.rule, one.outcome) for one in was.findings}
    return all((one.rule, one.outcome) in before for one in new.findings if one.outcome in ("failed", "undecided"))


def _candidates(name: ImageName, tables: Tables, now: str) -> Iterator[ImageName]:
    """Yield the tags that are spelled alike, rebuilt and supported, the nearest first."""
    was = spelled(name.tag)
    if was is None:
        return
    found = []
    for tag, window in tables.current(name.repository):
        new = spelled(tag)
        far = distance(was, new) if new is not None else None
        if far is not None and tag != name.tag and _is_rebuilt(window, tables):
            found.append((far, tag))
    text = name.text.partition("@")[0].removesuffix(f":{name.tag}")
    for _, tag in sorted(found):
        other = ImageName(f"{text}:{tag}", name.repository, tag, "")
        if _is_supported(other, name, tables, now):
            yield other


def _is_rebuilt(window: Window, tables: Tables) -> bool:
    return window.changed is not None and days(tables.date) - window.changed <= LATELY


def _is_supported(other: ImageName, name: ImageName, tables: Tables, now: str) -> bool:
    """Say whether all that a tag carries is supported for a while, and is known where the first one's was."""
    found = supports(other, tables, now)
    product = tables.product_of(other.repository)
    own = [one.lifecycle for one in found if one.lifecycle.product == product]
    version = spelled(other.tag)
    if product and not own:
        return False
    if own and version is not None and 0 < len(version.version) <= own[0].cycle.count("."):
        return False  # it says less than a release line: the next build may be of another
    kinds = {one.lifecycle.is_distribution for one in found}
    wanted = {one.lifecycle.is_distribution for one in supports(name, tables, now)}
    return bool(found) and wanted <= kinds and all(_lasts(one) for one in found)


def _lasts(one: Support) -> bool:
    return one.state in ("supported", "extended") and not one.is_ending


def _suggestion(
    name: ImageName, found: ImageName, proven: SubjectReport, edit: Edit, tables: Tables, now: str, *, is_written: bool
) -> Suggestion:
    """Put the change into words, with its evidence; where the reference is not written out it stays without a patch."""
    score = proven.scores["image_age"].score
    shown = "" if score is None else str(score.lo) if score.lo == score.hi else f"{score.lo}..{score.hi}"
    lines = [*_evidence(found, tables, now)]
    if name.digest:
        lines.append(f"and pin it again: `docker buildx imagetools inspect {found.text}` prints the digest")
    elif not is_written:
        lines.append("the name is put together from variables: change their values")
    return Suggestion(
        f"base it on {found.text}",
        f"image age {shown}",
        safe=False,
        snippet=f"FROM {found.text}\n" + "".join(f"# {line}\n" for line in lines),
        at=edit.at,
        preconditions=("the image still builds, and its tests pass",),
        costs=tuple(_costs(name, found, tables, now)),
        edits=(edit,) if is_written else (),
    )


def _evidence(found: ImageName, tables: Tables, now: str) -> Iterator[str]:
    window = tables.window(found.repository, found.tag)
    if window is not None and window.changed is not None:
        yield f"rebuilt on {iso(window.changed)}, as official-images has it on {tables.date}"
    for one in supports(found, tables, now):
        last = end(one.lifecycle) if one.lifecycle.free else one.lifecycle.security
        yield f"{one.lifecycle.title}: fixes {f'until {iso(last)}' if last else 'without an end that is known'}"


def _costs(name: ImageName, found: ImageName, tables: Tables, now: str) -> Iterator[str]:
    """Name every release line that becomes another."""
    before = {one.lifecycle.product: one.lifecycle.title for one in supports(name, tables, now)}
    for one in supports(found, tables, now):
        title = before.get(one.lifecycle.product, "")
        if title and title != one.lifecycle.title:
            yield f"{title} becomes {one.lifecycle.title}, which may lack or rename what the image uses"
