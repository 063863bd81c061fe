"""Against a reference: the work is proportional to the change, not to what there is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from json_schemas.parts import literals

from gate.model.reader import Reader, Reading
from gate.model.source import Source
from gate.pipeline.against import Against
from gate.pipeline.against_kinds import KINDS
from gate.pipeline.against_reach import HABITS
from gate.pipeline.options import Options
from gate.pipeline.reading import Ledger
from gate.readers import READERS
from tests.trust.changes import ACCOUNT, DECLARATIONS, POD, RECIPES, SERVICES, SPACE, Change, State, repository
from tests.verbs import NOW

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="tests of git histories use POSIX paths")

MANY = 1_000


def pod(name: str, extra: str = "") -> str:
    return POD.format(name=name, labels="", mounts="", image="shop/web:1", extra=extra)


def many() -> State:
    """A thousand files, most of which have nothing to do with each other."""
    found: State = {".gate.yaml": DECLARATIONS[1]}
    for number in range(MANY // 4):
        name = f"team{number % 50}/service{number}"
        found[f"{name}/Dockerfile"] = RECIPES[number % 4]
        account = f"  serviceAccountName: service{number}\n"
        found[f"{name}/pod.yaml"] = POD.format(
            name=f"service{number}", labels="", mounts="", image="shop/web:1", extra=account
        )
        found[f"{name}/compose.yaml"] = f"services:\n  service{number}:\n    build: .\n"
        found[f"{name}/account.yaml"] = ACCOUNT.format(name=f"service{number}", space="", token="false")  # noqa: S106 - whether one is handed out
    return found


@pytest.mark.parametrize(
    ("changed", "most"),
    [
        pytest.param(
            {"team7/service7/Dockerfile": RECIPES[0], "README.md": "more\n"}, 4, id="a recipe and its service"
        ),
        pytest.param({"team8/service8/pod.yaml": pod("x")}, 3, id="a pod"),
        pytest.param({"team9/service9/account.yaml": SPACE}, 3, id="a service account and its pod"),
        pytest.param(
            {f"team{number}/service{number}/compose.yaml": SERVICES[1] for number in (1, 2, 3)}, 12, id="three services"
        ),
    ],
)
def test_the_work_is_proportional_to_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: State, most: int
) -> None:
    read: list[str] = []
    ledgers_read = Ledger._read

    def counting(self: Ledger, reader: Reader, source: Source) -> Reading:
        read.append(source.path)
        return ledgers_read(self, reader, source)

    was = many()
    folder = repository(tmp_path / "repository", Change(was, {**was, **changed}, (".",), "linear"))
    monkeypatch.setattr(Ledger, "_read", counting)
    options = Options((str(folder),), (), "", "", "", NOW, None, False, (("json", ""),), against="main")
    report = Against(options).report()
    assert report.against is not None
    assert report.against.judged > 0
    assert len(read) <= most, sorted(read)


def test_every_reader_and_every_link_is_known_here() -> None:
    """Whoever adds one says where it leads: else what a change does through it would go unseen."""
    assert set(HABITS) == set(READERS)
    # Engines and clients lead to every workload of theirs, which the scope settles by itself.
    assert {*KINDS, "image", "build", "daemon", "client-setting"} == set(
        literals("gate/model/reference.py", "ReferenceKind")
    )
