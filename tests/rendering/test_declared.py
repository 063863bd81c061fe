"""How charts are rendered is a fact of the deployment, and stands in the declaration: the one that counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.model.errors import UsageError
from gate.model.source import Source
from gate.policy.declaration import load_declaration
from tests.histories import committed
from tests.rendering.programs import POD, helm, tree
from tests.rendering.test_charts import gaps
from tests.verbs import check, rules, write_all

TWO = """\
version: 1
platform:
  kubernetes: {version: "1.31"}
render:
- chart: web
  name: prod
  release: shop
  namespace: front
  values: [deploy/all.yaml, deploy/prod.yaml]
- {chart: web, name: staging}
"""


def test_each_way_is_rendered_and_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"templates/pod.yaml": POD})
    write_all(root, {".gate.yaml": TWO, "deploy/all.yaml": "a: 1\n", "deploy/prod.yaml": "b: 1\n"})
    answer = check(capsys, "--render", root)
    ids = [subject["id"] for subject in answer.report["subjects"]]
    assert ids == ["web/templates/pod.yaml#Pod/web[prod]", "web/templates/pod.yaml#Pod/web[staging]"]
    assert started.runs[0]["arguments"] == [
        *("template", "shop", "./tree/web", "--namespace", "front"),
        *("--values", "values/0.yaml", "--values", "values/1.yaml", "--kube-version", "1.31"),
    ]
    (finding,) = (one for one in answer.subject("[prod]")["findings"] if one["rule"] == "ISO004")
    assert finding["location"]["rendered"].endswith("of helm template web (prod)")


def test_values_that_are_not_there_are_a_gap_and_hide_no_other_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    root = write_all(tree(tmp_path, web={"templates/pod.yaml": POD}), {".gate.yaml": TWO})
    answer = check(capsys, "--render", root)
    assert [subject["id"] for subject in answer.report["subjects"]] == ["web/templates/pod.yaml#Pod/web[staging]"]
    assert (answer.status, gaps(answer)) == (
        3,
        [".gate.yaml:5 names the file of values deploy/all.yaml, which is not there"],
    )


def test_one_way_sees_nothing_of_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runtime = "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: box}\nhandler: runsc\n"
    helm(tmp_path, monkeypatch, body="if 'shop' in sys.argv: (chart / 'templates/runtime.yaml').unlink()")
    pod = POD.replace("  hostPID: true\n", "  runtimeClassName: box\n")
    root = tree(tmp_path, web={"templates/pod.yaml": pod, "templates/runtime.yaml": runtime})
    write_all(root, {".gate.yaml": TWO, "deploy/all.yaml": "a: 1\n", "deploy/prod.yaml": "b: 1\n"})
    answer = check(capsys, "--render", root)
    assert answer.subject("[staging]")["boundary"]["worst"] == "L4"
    assert answer.subject("[prod]")["boundary"]["worst"] == "L2"


def test_charts_that_stand_apart_see_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runtime = "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: box}\nhandler: runsc\n"
    helm(tmp_path, monkeypatch)
    pod = POD.replace("  hostPID: true\n", "  runtimeClassName: box\n")
    root = tree(tmp_path, web={"templates/pod.yaml": pod}, infra={"templates/runtime.yaml": runtime})
    assert check(capsys, "--render", root).subject("Pod/web")["boundary"]["worst"] == "L4"


def test_the_trusted_commit_says_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"templates/pod.yaml": POD})
    committed(write_all(root, {".gate.yaml": TWO, "deploy/all.yaml": "a: 1\n", "deploy/prod.yaml": "b: 1\n"}))
    write_all(root, {".gate.yaml": "version: 1\nrender:\n- {chart: web, release: tame}\n"})
    answer = check(capsys, "--render", "--trusted-ref", "HEAD", root)
    assert [subject["id"] for subject in answer.report["subjects"]] == [
        "web/templates/pod.yaml#Pod/web[prod]",
        "web/templates/pod.yaml#Pod/web[staging]",
    ]
    assert not [run for run in started.runs if "tame" in run["arguments"]]
    said = [one["text"] for one in answer.report["trusted"]["changes"]]
    assert {"no longer renders web as prod", "no longer renders web as staging", "renders web too"} <= {*said}


def test_what_a_label_said_before_the_change_still_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    labelled = POD.replace("  name: web\nspec", '  name: web\n  labels: {"boundary-gate.io/class": restricted}\nspec')
    root = tree(tmp_path, web={"templates/pod.yaml": labelled})
    committed(root)
    write_all(root, {"web/templates/pod.yaml": POD})
    answer = check(capsys, "--render", "--trusted-ref", "HEAD", root)
    assert answer.subject("Pod/web")["sensitivity"]["class"] == "restricted"


def test_what_cannot_be_rendered_as_it_was_may_have_said_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch, body="if (chart / 'broken').exists(): sys.exit(1)")
    labelled = POD.replace("  name: web\nspec", '  name: web\n  labels: {"boundary-gate.io/class": restricted}\nspec')
    root = tree(tmp_path, web={"templates/pod.yaml": labelled, "broken": ""})
    committed(root)
    (root / "web" / "broken").unlink()
    write_all(root, {"web/templates/pod.yaml": POD})
    answer = check(capsys, "--render", "--trusted-ref", "HEAD", root)
    assert "as it was in HEAD" in gaps(answer)[0]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{name: prod}", "`chart` is missing"),
        ("{chart: ../web}", "`render.chart` cannot be"),
        ("{chart: web, values: [/etc/passwd]}", "`render.values` cannot be"),
        ("{chart: web, values: ['https://example.org/a.yaml', ../../a]}", "`render.values` cannot be"),
        ("{chart: web, release: --post-renderer}", "`render.release` cannot be"),
        ("{chart: web, namespace: 'a b'}", "`render.namespace` cannot be"),
        ("{chart: web, name: '1'}", "`render.name` cannot be"),
        ("{chart: web, set: {a: 1}}", "there is no key"),
        ("{chart: web}\n- {chart: ./web/}", "have no names of their own"),
        ("{chart: web, name: a}\n- {chart: web, name: a}", "have no names of their own"),
        ("{chart: web, name: a}\n- {chart: web}", "have no names of their own"),
    ],
)
def test_a_way_that_is_none_is_refused(entry: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_declaration(Source(".gate.yaml", f"version: 1\nrender:\n- {entry}\n".encode()))
    assert said in caught.value.cause


def test_the_nearest_declaration_that_speaks_of_a_chart_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"templates/pod.yaml": POD})
    write_all(root, {".gate.yaml": TWO, "web/.gate.yaml": "version: 1\nrender:\n- {chart: ., release: near}\n"})
    answer = check(capsys, "--render", root)
    assert [run["arguments"][1] for run in started.runs] == ["near", "near"]
    assert "ISO004" in rules(answer.subject("Pod/web"))


def test_a_chart_that_is_declared_and_not_there_is_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    helm(tmp_path, monkeypatch)
    root = tree(tmp_path, web={"templates/pod.yaml": POD})
    write_all(root, {".gate.yaml": "version: 1\nrender:\n- {chart: wbe, values: [a.yaml]}\n"})
    answer = check(capsys, "--render", root)
    assert (answer.status, gaps(answer)) == (3, [".gate.yaml:3 has wbe rendered, which is no chart"])
