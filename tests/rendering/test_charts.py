"""Charts are rendered where the command line asks, as the gate has read them, and judged at their templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rendering.programs import CHART, POD, helm, only, tree
from tests.verbs import Answer, check, gate, rules, write_all

TEMPLATE = "web/templates/pod.yaml"


def gaps(answer: Answer) -> list[str]:
    """What could not be judged, with its place."""
    found = answer.report["coverage"]["not_understood"]
    return [f"{one['location']['path']}:{one['location']['line']} {one['reason']}" for one in found]


def test_nothing_is_rendered_unless_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    answer = check(capsys, tree(tmp_path, web={"templates/pod.yaml": POD.replace("name: web", "name: {{ .Name }}")}))
    assert (started.runs, answer.report["subjects"]) == ([], [])
    assert "--render" in answer.report["coverage"]["not_understood"][0]["remedy"]


def test_what_is_rendered_is_judged_at_its_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    answer = check(capsys, "--render", tree(tmp_path, web={"templates/pod.yaml": "# {{ .Chart }}\n" + POD}))
    subject = answer.subject("pod.yaml#Pod/web")
    (finding,) = (one for one in subject["findings"] if one["rule"] == "ISO004")
    at = finding["location"]
    assert (at["path"], at["line"], at["column"]) == (TEMPLATE, 7, 3)
    assert at["rendered"] == "line 9 of helm template web"
    assert answer.report["coverage"]["read"] == 1
    assert answer.report["coverage"]["skipped"] == []


def test_the_program_gets_nothing_of_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    for name in ("SECRET", "KUBECONFIG", "HELM_PLUGINS", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "of mine")
    root = tree(tmp_path, web={"templates/pod.yaml": POD, "values.schema.json": "{}", "values.yaml": "tag: 1\n"})
    check(capsys, "--render", root)
    for run in started.runs:
        environment = run["environment"]
        assert "of mine" not in environment.values()
        assert environment["KUBECONFIG"] == "/dev/null"
        assert environment["HTTPS_PROXY"] == "http://127.0.0.1:0"
        assert "/bin" not in environment["PATH"].split(":")
        assert [name for name in run["files"] if "schema" in name] == []
        assert run["arguments"] == ["template", "web", "./tree/web", "--namespace", "default"]


def test_a_chart_is_rendered_whole_whatever_of_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"templates/pod.yaml": POD, "templates/a/b.yaml": POD, "values.yaml": "a: 1\n"})
    write_all(root, {".git/HEAD": ""})
    for named in ("web/values.yaml", TEMPLATE, "web/templates/a", "web"):
        answer = check(capsys, "--render", root / named)
        ids = {subject["id"] for subject in answer.report["subjects"]}
        assert ids == {f"{TEMPLATE}#Pod/web", "web/templates/a/b.yaml#Pod/web"}


def test_what_it_brings_along_is_rendered_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    inner = {"charts/db/Chart.yaml": CHART.replace("web", "store"), "charts/db/templates/pod.yaml": POD}
    answer = check(capsys, "--render", tree(tmp_path, web={"templates/pod.yaml": POD, **inner}))
    ids = [subject["id"] for subject in answer.report["subjects"]]
    assert ids == [f"{TEMPLATE}#Pod/web", "web/charts/db/templates/pod.yaml#Pod/web"]
    assert len(started.runs) == 2


def test_a_chart_that_lacks_another_is_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    chart = CHART + "dependencies:\n- name: redis\n  version: 1.0.0\n  repository: https://charts.example.org\n"
    answer = check(capsys, "--render", tree(tmp_path, web={"Chart.yaml": chart, "templates/pod.yaml": POD}))
    assert (answer.status, started.runs) == (3, [])
    assert gaps(answer) == ["web/Chart.yaml:5 is not rendered: needs the chart redis, which is not there"]
    assert "helm dependency build" in answer.report["coverage"]["not_understood"][0]["remedy"]


def test_a_library_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"Chart.yaml": CHART + "type: library\n"})
    write_all(root, {"pod.yaml": POD.replace("{{ .Values.tag }}", "1")})
    answer = check(capsys, "--render", root)
    assert started.runs == []
    assert answer.report["coverage"]["skipped"][0]["reason"].startswith("is a chart that others use")


def test_a_template_that_comes_to_nothing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch, body="for one in chart.rglob('off.yaml'): one.unlink()")
    root = tree(tmp_path, web={"templates/pod.yaml": POD, "templates/off.yaml": POD, "templates/_a.yaml": POD})
    answer = check(capsys, "--render", root)
    skipped = [(one["location"]["path"], one["reason"]) for one in answer.report["coverage"]["skipped"]]
    assert ("web/templates/off.yaml", "renders nothing with the values that are given") in skipped


def test_definitions_of_a_chart_count_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    isolated = POD.replace("  hostPID: true\n", "  runtimeClassName: sandboxed\n")
    runtime = "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata:\n  name: sandboxed\nhandler: runsc # {{ a }}\n"
    root = tree(tmp_path, web={"templates/pod.yaml": isolated, "templates/runtime.yaml": runtime})
    assert check(capsys, "--render", root).subject("Pod/web")["boundary"]["level"] == "L4"


def test_a_chart_that_is_excluded_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    excluding = "version: 1\nexclude:\n- {paths: [web/], reason: copied}\n"
    answer = check(
        capsys, "--render", write_all(tree(tmp_path, web={"templates/a.yaml": POD}), {".gate.yaml": excluding})
    )
    assert (answer.status, started.runs, answer.report["subjects"]) == (3, [], [])


def test_a_template_that_is_excluded_is_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    excluding = "version: 1\nexclude:\n- {paths: [web/templates/tests/], reason: tests}\n"
    root = tree(tmp_path, web={"templates/pod.yaml": POD, "templates/tests/pod.yaml": POD})
    answer = check(capsys, "--render", write_all(root, {".gate.yaml": excluding}))
    assert [subject["id"] for subject in answer.report["subjects"]] == [f"{TEMPLATE}#Pod/web"]


def test_without_helm_nothing_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only(tmp_path / "nothing", monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    answer = check(capsys, "--render", tree(tmp_path, web={"templates/pod.yaml": POD}))
    assert (answer.status, gaps(answer)) == (3, ["web/Chart.yaml:2 is not rendered: helm is not installed"])


def test_a_program_of_the_tree_is_never_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"templates/pod.yaml": POD})
    (tmp_path / "programs").rename(root / "programs")
    monkeypatch.setenv("PATH", str(root / "programs" / "bin"))
    assert "helm is not installed" in gaps(check(capsys, "--render", root))[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("sys.exit(7)", "helm ended with exit status 7"),
        ("sys.exit('fatal error: out of memory')", "helm needs more memory than it may have"),
        ("print('x: ' + 'y' * (17 << 20))", "helm said more than 16777216 bytes"),
        ("print('kind: Pod'); sys.exit(0)", "helm printed something else than a chart"),
        (
            "sys.exit('Error: execution error at (web/templates/pod.yaml:6:3): a secret is needed')",
            "helm stops by itself: a value is required or refused",
        ),
    ],
)
def test_a_rendering_that_fails_is_a_gap(
    body: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    helm(tmp_path, monkeypatch, body=body)
    answer = check(capsys, "--render", tree(tmp_path, web={"templates/pod.yaml": POD}))
    (gap,) = gaps(answer)
    assert (answer.status, said in gap, "secret" in gap) == (3, True, "secret is" in gap)
    assert gap.startswith(f"{TEMPLATE}:6 " if "required" in said else "web/Chart.yaml:2 ")


def test_time_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("gate.tools.rendering.SECONDS", 0.5)
    helm(tmp_path, monkeypatch, body="import time; time.sleep(60)")
    (gap,) = gaps(check(capsys, "--render", tree(tmp_path, web={"templates/pod.yaml": POD})))
    assert "helm took longer than 0.5 seconds" in gap


def test_it_is_not_compared_with_a_reference(capsys: pytest.CaptureFixture[str]) -> None:
    answer = gate(capsys, "check", "--render", "--against", "HEAD")
    assert (answer.status, "--render cannot be used with --against" in answer.err) == (2, True)


def test_two_runs_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"templates/pod.yaml": POD}, other={"templates/pod.yaml": POD})
    first, second = (check(capsys, "--render", root).out for _ in range(2))
    assert first == second


def test_an_annotation_names_the_line_that_was_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"templates/pod.yaml": POD})
    answer = gate(capsys, "check", "--now", "2026-11-23", "--format", "github", "--render", root)
    assert f"file={TEMPLATE},line=6,col=3" in answer.out
    assert "(line 8 of helm template web)" in answer.out


def test_the_finding_has_the_fingerprint_that_it_has_piped_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from gate.model.fingerprint import identity

    helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"templates/pod.yaml": POD})
    subject = check(capsys, "--render", root).subject("Pod/web")
    assert identity(subject["id"], subject["location"]["path"]) == "#Pod/web"
    assert "ISO004" in rules(subject)
