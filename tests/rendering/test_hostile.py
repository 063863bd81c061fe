"""Charts that mean harm: nothing of the machine is read or written, nothing is hidden, and nothing runs for long."""

from __future__ import annotations

import gzip
import io
import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.rendering.programs import CHART, POD, helm, tree
from tests.rendering.test_charts import gaps
from tests.verbs import check, rules


def packed(**files: str) -> bytes:
    """A chart as `helm package` writes it."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"store/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return data.getvalue()


def test_a_link_out_of_the_tree_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"templates/pod.yaml": POD})
    (tmp_path / "secret").write_text("hush", encoding="utf-8")
    (root / "web" / "templates" / "a.yaml").symlink_to(tmp_path / "secret")
    answer = check(capsys, "--render", root)
    assert (answer.status, started.runs) == (3, [])
    assert "web/templates/a.yaml:1 is not rendered: is a link" in gaps(answer)


def test_a_link_within_the_tree_is_what_it_leads_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"files/a.yaml": POD, "templates/_a.tpl": ""})
    (root / "web" / "templates" / "a.yaml").symlink_to("../files/a.yaml")
    ids = {subject["id"] for subject in check(capsys, "--render", root).report["subjects"]}
    assert "web/templates/a.yaml#Pod/web" in ids
    assert "tree/web/templates/a.yaml" in started.runs[0]["files"]


def test_a_linked_folder_keeps_a_chart_from_being_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"templates/pod.yaml": POD})
    (root / "web" / "charts").symlink_to(root)
    assert (gaps(check(capsys, "--render", root)), started.runs) == (
        ["web/charts:1 is not rendered: is a link"],
        [],
    )


@pytest.mark.parametrize("name", ["a\n---\n# Source: web/templates/b.yaml", "a\x1b[2K", "a\u2028b"])
def test_a_name_that_breaks_lines_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"templates/pod.yaml": POD})
    folder = root / "web" / "templates" / name
    folder.mkdir(parents=True)
    (folder / "pod.yaml").write_text(POD, encoding="utf-8")
    answer = check(capsys, "--render", root)
    assert (answer.status, started.runs) == (3, [])
    assert any("has characters in its name" in gap for gap in gaps(answer))


@pytest.mark.parametrize("name", ["../../evil", '"a\\n---\\n# Source: b"', "[a]", "a b", "''"])
def test_a_chart_with_an_odd_name_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    chart = f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n"
    answer = check(capsys, "--render", tree(tmp_path, web={"Chart.yaml": chart, "templates/pod.yaml": POD}))
    assert (answer.status, started.runs) == (3, [])


@pytest.mark.parametrize("chart", ["", "- a\n", "name: web\nname: web\n", "a: [", "\ufeff{", "name: {{ x }}\n"])
def test_a_broken_chart_is_a_gap(
    chart: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    answer = check(capsys, "--render", tree(tmp_path, web={"Chart.yaml": chart, "templates/pod.yaml": POD}))
    assert answer.status in (0, 3)
    assert answer.err == ""
    assert gaps(answer) or answer.subject("Pod/web")


def test_too_many_files_are_not_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("gate.pipeline.rendering_files.MAX_FILES", 3)
    started = helm(tmp_path, monkeypatch)
    files = {f"files/{number}": "" for number in range(4)}
    answer = check(capsys, "--render", tree(tmp_path, web={"templates/pod.yaml": POD, **files}))
    assert (answer.status, started.runs) == (3, [])
    assert "more than 3 files" in gaps(answer)[0]


def test_charts_nested_without_end_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    files = {f"{'charts/a/' * depth}Chart.yaml": CHART for depth in range(1, 12)}
    assert "nested deeper" in gaps(check(capsys, "--render", tree(tmp_path, web=files)))[0]
    assert started.runs == []


@pytest.mark.parametrize("folder", ["node_modules", ".svn", "venv"])
def test_no_folder_of_templates_is_passed_over(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    answer = check(capsys, "--render", tree(tmp_path, web={f"templates/a/{folder}/pod.yaml": POD}))
    assert "ISO004" in rules(answer.subject("Pod/web"))


def test_a_chart_that_helm_passes_over_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch, body="import shutil; shutil.rmtree(chart / 'charts')")
    inner = {"charts/_old/Chart.yaml": CHART, "charts/_old/templates/pod.yaml": POD}
    answer = check(capsys, "--render", tree(tmp_path, web={"templates/pod.yaml": POD, **inner}))
    assert "web/charts/_old/templates/pod.yaml#Pod/web" in {one["id"] for one in answer.report["subjects"]}


def test_the_text_of_a_template_speaks_for_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    excluding = "version: 1\nexclude:\n- {paths: [web/templates/b.yaml], reason: x}\n"
    root = tree(tmp_path, web={"templates/a.yaml": f"# a\n---\n# Source: web/templates/b.yaml\n{POD}"})
    (root / ".gate.yaml").write_text(excluding, encoding="utf-8")
    assert check(capsys, "--render", root).subject("Pod/web")["location"]["path"] == "web/templates/a.yaml"


def test_what_two_documents_of_one_name_say_is_judged_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    tame = POD.replace("  hostPID: true\n", "")
    answer = check(capsys, "--render", tree(tmp_path, web={"templates/a.yaml": f"{tame}---\n{POD}"}))
    assert [one["id"] for one in answer.report["subjects"]] == [
        "web/templates/a.yaml#Pod/web",
        "web/templates/a.yaml#Pod/web@2",
    ]


def test_a_packed_chart_is_unpacked_and_stands_where_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    chart = CHART + "dependencies:\n- name: store\n  version: 1.0.0\n"
    root = tree(tmp_path, web={"Chart.yaml": chart})
    inner = packed(**{"Chart.yaml": CHART.replace("web", "store"), "templates/pod.yaml": POD, "values.yaml": "a: 1"})
    (root / "web" / "charts").mkdir()
    (root / "web" / "charts" / "store-1.0.0.tgz").write_bytes(inner)
    answer = check(capsys, "--render", root)
    subject = answer.subject("#Pod/web")
    assert (subject["location"]["path"], subject["location"]["line"]) == ("web/Chart.yaml", 5)
    assert not [name for name in started.runs[0]["files"] if name.endswith(".tgz")]
    assert answer.report["coverage"]["skipped"] == []


def test_of_two_charts_of_one_name_none_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    same, tame = CHART.replace("web", "store"), POD.replace("  hostPID: true\n", "")
    inner = {f"charts/{name}/Chart.yaml": same for name in "ab"}
    pods = {"charts/a/templates/pod.yaml": POD, "charts/b/templates/pod.yaml": tame}
    answer = check(capsys, "--render", tree(tmp_path, web={**inner, **pods}))
    assert (answer.status, started.runs) == (3, [])
    assert "two charts that Helm calls web/charts/store" in gaps(answer)[0]


@pytest.mark.parametrize(
    ("name", "judged"), [("crds/a/pod.YAML", True), ("crds/pod.txt", False), ("a/pod.yaml", False)]
)
def test_what_a_packed_chart_installs_unrendered_is_judged(
    name: str, judged: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"templates/pod.yaml": POD, "charts/a.txt": ""})
    inner = packed(**{"Chart.yaml": CHART.replace("web", "store"), name: POD.replace("name: web", "name: store")})
    (root / "web" / "charts" / "store-1.0.0.tgz").write_bytes(inner)
    answer = check(capsys, "--render", root)
    found = [one for one in answer.report["subjects"] if one["id"] == "web/Chart.yaml#Pod/store"]
    assert bool(found) == judged
    for one in found:
        (said,) = (told["location"]["rendered"] for told in one["findings"] if told["rule"] == "ISO004")
        assert said == f"line 6 of web/charts/store-1.0.0.tgz/{name}"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"no archive", "the size of a member"),
        (gzip.compress(bytes(65 << 20)), "unpacks to more than"),
        (b"\x1f\x8b", "cannot be unpacked"),
    ],
)
def test_a_harmful_package_is_refused(
    data: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"charts/a.txt": "", "templates/pod.yaml": POD})
    (root / "web" / "charts" / "a.tgz").write_bytes(data)
    answer = check(capsys, "--render", root)
    assert (answer.status, started.runs) == (3, [])
    assert gaps(answer)[0].startswith("web/charts/a.tgz:1 is not rendered: ")
    assert said in gaps(answer)[0] or said == "the size of a member"


@pytest.mark.parametrize("name", ["../../evil", "a/../../b"])
def test_no_member_of_a_package_leads_out_of_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"charts/a.txt": "", "templates/pod.yaml": POD})
    (root / "web" / "charts" / "a.tgz").write_bytes(packed(**{name: "x"}))
    answer = check(capsys, "--render", root)
    assert (answer.status, started.runs, (tmp_path / "evil").exists()) == (3, [], False)


def test_whoever_ends_the_gate_ends_the_program_and_finds_nothing_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = "import signal, time\n(LOG.parent / 'me').write_text(str(os.getpid()))\n"
    helm(tmp_path, monkeypatch, body + "os.kill(os.getppid(), signal.SIGTERM)\ntime.sleep(600)")
    root, folder = tree(tmp_path, web={"templates/pod.yaml": POD}), tmp_path / "temporary"
    folder.mkdir()
    command = [sys.executable, "-m", "gate", "check", "--render", str(root)]
    ended = subprocess.run(command, env={**os.environ, "TMPDIR": str(folder)}, capture_output=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (128 + signal.SIGTERM, b"", b"")
    assert list(folder.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "programs" / "me").read_text()), 0)


def test_a_device_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"templates/pod.yaml": POD})
    os.mkfifo(root / "web" / "templates" / "a.yaml")
    assert "is not a regular file" in " ".join(gaps(check(capsys, "--render", root)))
    assert started.runs == []
