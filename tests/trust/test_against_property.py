"""Against a reference, over generated histories: the old report and what is judged of both sides make the new one."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings

from gate.model.errors import UsageError
from gate.model.record import replace
from gate.model.report import Report, SubjectReport
from gate.pipeline.against import Against
from gate.pipeline.against_delta import Comparing, Delta
from gate.pipeline.against_reach import Reach, readers_of
from gate.pipeline.against_sides import Sides
from gate.pipeline.files import Files
from gate.pipeline.options import Options
from gate.pipeline.reading import Ledger
from gate.pipeline.run import Run
from tests.readers.layouts import packed, saved
from tests.trust.changes import Change, State, changes, put, repository
from tests.verbs import NOW

IMAGE = "web.tar"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="tests of git histories use POSIX paths")


def options(folder: Path, change: Change, against: str = "") -> Options:
    """The options of a run in a folder; an image is given from outside of it."""
    named = tuple(str(folder / path) for path in change.paths if (folder / path).exists())
    images = (str(folder.parent / IMAGE),) if change.image else ()
    return Options(named, images, "", "", "", NOW, None, False, (("json", ""),), against=against)


def full(asked: Options) -> Report | None:
    """The report of a run over everything; None where it ends with exit status 2, or nothing is there."""
    try:
        return Run(asked).report() if asked.paths or asked.images else None
    except UsageError:
        return None


def state(folder: Path, files: State) -> Path:
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    return put(folder, files)


def delta(asked: Options) -> Delta | None:
    try:
        sides = Sides(asked)
        try:
            return Comparing(sides).delta()
        finally:
            sides.close()
    except UsageError:
        return None


def by_id(report: Report | None) -> dict[str, SubjectReport]:
    return {subject.id: subject for subject in report.subjects} if report else {}


def check(change: Change, folder: Path) -> None:
    """The former report, with its part of the delta taken away and the latter's added, is the latter report."""
    (folder / IMAGE).write_bytes(packed(saved("shop/web:1", runtime={"User": "1000"})))
    made = repository(folder / "repository", change)
    change = change._replace(paths=tuple(path for path in change.paths if (made / path).exists()))
    was = full(options(state(folder / "was", change.was), change))
    now = full(replace(options(made, change), trusted_ref="main" if change.trusted else ""))
    asked = replace(options(made, change, "main"), trusted_ref="main" if change.trusted else "")
    if not asked.paths:
        return
    found = delta(asked)
    if found is None:
        assert now is None
        return
    if now is None:
        assert was is None  # what is wrong was so before, and is no part of the change
        return
    assert found.now.items() <= by_id(now).items()
    if found.unreadable is not None:
        assert was is None
        assert found.now == by_id(now)
        return
    if was is None and options(folder / "was", change).paths:
        return
    assert found.was.items() <= by_id(was).items()
    same = {name: report for name, report in by_id(was).items() if name not in found.was}
    assert {**same, **found.now} == by_id(now)
    gaps = set(was.coverage.not_understood) if was else set()
    assert gaps - set(found.gaps_was) | set(found.gaps_now) == set(now.coverage.not_understood)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes())
def test_the_old_report_and_the_change_make_the_new_report(change: Change) -> None:
    with TemporaryDirectory() as folder:
        check(change, Path(folder))


def told(asked: Options) -> Report | None:
    try:
        return Against(asked).report()
    except UsageError:
        return None


@settings(max_examples=18, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes())
def test_only_what_failed_before_is_let_pass(change: Change) -> None:
    with TemporaryDirectory() as name:
        made = repository(Path(name) / "repository", change)
        change = change._replace(paths=tuple(path for path in change.paths if (made / path).exists()), image=False)
        was = by_id(full(options(state(Path(name) / "was", change.was), change)))
        now = full(options(made, change))
        found = told(options(made, change, "main")) if change.paths else None
        if found is None or now is None:
            return
        failing = {one.id for one in now.subjects if one.verdict == "fail"}
        gone = {one.id.partition("#")[2] for one in was.values() if one.verdict == "fail" and one.id not in by_id(now)}
        before = {one.id for one in was.values() if one.verdict == "fail"}
        new = {one for one in failing - before if not gone or one.partition("#")[2] not in gone}
        assert found.status == 1 or not new
        assert found.status == 0 or now.status != 0
        assert {one.id for one in found.subjects if one.verdict == "fail"} <= failing


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes())
def test_who_may_ask_for_a_file_is_known_without_reading_it(change: Change) -> None:
    """What a reading asks for is in reach of it: else a change there would go unseen."""
    with TemporaryDirectory() as name:
        files = Files(str(put(Path(name).resolve(), change.was)))
        ledger = Ledger(files)
        ledger.take("", named=False)
        for path, asked in ledger.depends.items():
            readers = readers_of([path.rpartition("/")[2]], partial(getattr, ledger.read[path], "data"))
            for other in asked - {path}:
                added = f"{other}new-{path.rpartition('/')[2]}".lstrip("/")
                touched = _Touched(frozenset({added if other.endswith("/") else other}))
                reach = Reach(touched, lambda one: held.data if (held := files.open(one)) else b"")  # type: ignore[arg-type]
                assert reach.may_ask(path, readers), (path, other)


class _Touched(NamedTuple):
    """As much of what a change touches as is asked for here."""

    paths: frozenset[str]
    links: frozenset[str] = frozenset()
