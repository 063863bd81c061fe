"""Customizations are rendered from their tops, and what they use is judged as they make it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.histories import committed
from tests.rendering.programs import install, kustomize, only
from tests.rendering.test_charts import gaps
from tests.verbs import Answer, check, rules, write_all

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - image: nginx:1
    name: web
"""
HOST = POD + "  hostPID: true\n"
TREE = {
    "base/kustomization.yaml": "resources: [pod.yaml]\n",
    "base/pod.yaml": POD,
    "prod/kustomization.yaml": "resources:\n- ../base\npatches:\n- path: host.yaml\n",
    "prod/host.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostPID: true\n",
    "dev/kustomization.yaml": "resources:\n- ../base\n",
}

#: What the stand-in does to a resource in `prod`.
PATCHED = "def change(text, tree): return text + '  hostPID: true\\n' if 'prod' in str(top) else text"


def written(tmp_path: Path, **files: str) -> Path:
    """Write the tree, with other files in it."""
    return write_all(tmp_path / "tree", {**TREE, **{name.replace("__", "/"): text for name, text in files.items()}})


def ids(answer: Answer) -> set[str]:
    """The ids of what was judged."""
    return {subject["id"] for subject in answer.report["subjects"]}


def place(subject: Any, rule: str) -> str:
    """Where a rule failed, and what it says of the rendered line."""
    (found,) = (one["location"] for one in subject["findings"] if one["rule"] == rule)
    return f"{found['path']}:{found['line']} {found['rendered']}"


def test_a_base_is_judged_as_each_overlay_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kustomize(tmp_path, monkeypatch, PATCHED)
    answer = check(capsys, "--render", written(tmp_path))
    assert ids(answer) == {"base/pod.yaml#Pod/web[prod]", "base/pod.yaml#Pod/web[dev]"}
    assert place(answer.subject("[prod]"), "ISO004") == "prod/host.yaml:5 line 9 of kustomize build prod"
    assert "ISO004" not in rules(answer.subject("[dev]"))
    assert (answer.report["coverage"]["skipped"], answer.report["coverage"]["read"]) == ([], 5)


def test_what_a_base_says_itself_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kustomize(tmp_path, monkeypatch)
    answer = check(capsys, "--render", written(tmp_path, base__pod="", **{"base__pod.yaml": "# a\n" + HOST}))
    assert place(answer.subject("[prod]"), "ISO004") == "base/pod.yaml:10 line 10 of kustomize build prod"


def test_what_nobody_wrote_stands_at_what_is_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kustomize(tmp_path, monkeypatch, "def change(text, tree): return text + '  hostIPC: true\\n'")
    answer = check(capsys, "--render", written(tmp_path))
    assert place(answer.subject("[dev]"), "ISO003").startswith("base/pod.yaml:5 ")


def test_a_patch_in_its_kustomization_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kustomize(tmp_path, monkeypatch, PATCHED)
    inline = (
        "resources: [../base]\npatches:\n- patch: |-\n    - op: add\n      path: /spec/hostPID\n      value: true\n"
    )
    answer = check(capsys, "--render", written(tmp_path, **{"prod__kustomization.yaml": inline}))
    assert place(answer.subject("[prod]"), "ISO004").startswith("prod/kustomization.yaml:3 ")


def test_a_base_that_is_named_is_judged_in_each_overlay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kustomize(tmp_path, monkeypatch, PATCHED)
    root = written(tmp_path, **{".git__HEAD": ""})
    for named in ("base", "base/pod.yaml"):
        assert ids(check(capsys, "--render", root / named)) == {
            "base/pod.yaml#Pod/web[prod]",
            "base/pod.yaml#Pod/web[dev]",
        }
    assert ids(check(capsys, "--render", root / "prod")) == {"base/pod.yaml#Pod/web[prod]"}


def test_an_overlay_that_drops_an_object_does_not_hide_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kustomize(tmp_path, monkeypatch, "def change(text, tree): return text.replace('kind: Pod', 'kind: Podlet')")
    answer = check(capsys, "--render", written(tmp_path, **{"base__pod.yaml": HOST}))
    assert "base/pod.yaml#Pod/web" in ids(answer)


def test_an_overlay_that_drops_an_object_of_a_list_does_not_hide_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kustomize(tmp_path, monkeypatch, f"def change(text, tree): return {POD!r}")
    lost = HOST.replace("name: web", "name: lost")
    items = "".join("- " + one.replace("\n", "\n  ").rstrip(" ") for one in (POD, lost))
    root = written(tmp_path, **{"base__pod.yaml": f"apiVersion: v1\nkind: List\nitems:\n{items}"})
    assert "base/pod.yaml#Pod/lost" in ids(check(capsys, "--render", root))


def test_the_program_gets_the_tree_that_was_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = kustomize(tmp_path, monkeypatch)
    monkeypatch.setenv("SECRET", "of mine")
    check(capsys, "--render", written(tmp_path, **{"base__other.yaml": POD, "base__.env": "a=b"}))
    for run in started.runs:
        assert run["arguments"][0] == "build"
        assert "of mine" not in run["environment"].values()
        assert set(run["environment"]["PATH"].split("/")) & {"bin"} == set()
        assert {"tree/base/other.yaml", "tree/base/.env"} & {*run["files"]} == set()


def test_kubectl_does_where_kustomize_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kustomize(tmp_path, monkeypatch)
    script = (tmp_path / "programs" / "bin" / "kustomize").read_text().partition("\n")[2]
    (tmp_path / "programs" / "bin" / "kustomize").unlink()
    said = "Client Version: v1.32.4\\nKustomize Version: v5.5.0"
    install(tmp_path / "programs" / "bin", "kubectl", script.replace("v5.7.1", said))
    assert len(ids(check(capsys, "--render", written(tmp_path)))) == 2


def test_without_kustomize_nothing_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only(tmp_path / "nothing", monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    answer = check(capsys, "--render", written(tmp_path))
    assert (answer.status, "prod/kustomization.yaml:1 is not rendered: kustomize is not installed" in gaps(answer)) == (
        3,
        True,
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "sys.exit('Error: no matches for Id Pod.v1/web; failed: hush')",
            "kustomize finds nothing that a patch is for",
        ),
        ("sys.exit(9)", "kustomize ended with exit status 9"),
        ("print('x' * (17 << 20))", "kustomize said more than"),
    ],
)
def test_a_rendering_that_fails_is_a_gap(
    body: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kustomize(tmp_path, monkeypatch, f"if 'prod' in str(top): {body}")
    answer = check(capsys, "--render", written(tmp_path))
    assert (answer.status, [gap for gap in gaps(answer) if said in gap and "hush" not in gap] != []) == (3, True)
    assert "base/pod.yaml#Pod/web[dev]" in ids(answer)


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("resources:\n- https://example.org/a.yaml\n", "is elsewhere and never fetched", 2),
        ("resources:\n- github.com/a/b//c?ref=1\n", "is elsewhere and never fetched", 2),
        ("resources:\n- git@example.org:a/b\n", "is elsewhere and never fetched", 2),
        ('resources: ["ssh:\\u002f\\u002fexample.org/a"]\n', "is elsewhere and never fetched", 1),
        ("bases:\n- git::a\n", "is elsewhere and never fetched", 2),
        ("components:\n- https://example.org/a\n", "is elsewhere and never fetched", 2),
        ("patches:\n- path: https://example.org/a.yaml\n", "is elsewhere and never fetched", 2),
        ("patchesStrategicMerge:\n- https://example.org/a.yaml\n", "is elsewhere and never fetched", 2),
        ("openapi:\n  path: https://example.org/a\n", "is elsewhere and never fetched", 2),
        ("replacements:\n- path: https://example.org/a\n", "is elsewhere and never fetched", 2),
        ("crds:\n- https://example.org/a\n", "is elsewhere and never fetched", 2),
        ("secretGenerator:\n- files: [a=https://example.org/a]\n", "is elsewhere and never fetched", 2),
        ("configMapGenerator:\n- {envs: [https://example.org/a]}\n", "is elsewhere and never fetched", 2),
        ("configMapGenerator:\n- {env: https://example.org/a}\n", "is elsewhere and never fetched", 2),
        ("Resources:\n- https://example.org/a\n", "may be taken for another", 1),
        ("re\u017fources:\n- https://example.org/a\n", "may be taken for another", 1),
        ("patches:\n- {Path: https://example.org/a}\n", "may be taken for another", 2),
        ("HelmCharts:\n- {name: a}\n", "may be taken for another", 1),
        ("helmCharts:\n- {name: a, repo: https://example.org}\n", "starts another program", 1),
        ("helmGlobals: {chartHome: .}\n", "starts another program", 1),
        ("resources:\n- ../../../etc/passwd\n", "outside of what is judged", 2),
        ("resources:\n- /etc/passwd\n", "outside of what is judged", 2),
        ("resources:\n- gone.yaml\n", "is not there", 2),
        ("resources:\n- [a]\n", "is no text", 2),
        ("generators:\n- plugin.yaml\n", "may name an address", 1),
        ('transformers:\n- |-\n  {kind: A, files: ["https:\\u002f\\u002fa"]}\n', "may name an address", 2),
        ("generators:\n- '{kind: ConfigMapGenerator, files: [\"https:\\u002f\\u002fa\"]}'\n", "may name an address", 2),
        ("transformers:\n- ../base\n", "is not there", 2),
        ("resources: []\nresources: []\n", "is not rendered", 2),
        ("a: {{ b }}\n", "", 1),
        ("- a\n", "is no kustomization", 1),
    ],
)  # fmt: skip
def test_what_reaches_out_is_refused(
    text: str, said: str, line: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = kustomize(tmp_path, monkeypatch)
    plugin = "kind: ConfigMapGenerator\nfiles: ['https://example.org/a']\n"
    root = written(tmp_path, **{"prod__kustomization.yaml": text, "prod__plugin.yaml": plugin})
    answer = check(capsys, "--render", root)
    found = [gap for gap in gaps(answer) if "is not rendered" in gap and gap.startswith("prod/") and said in gap]
    assert (answer.status, bool(found)) == (3, True)
    assert found[0].startswith(("prod/plugin.yaml:2", f"prod/kustomization.yaml:{line} "))
    assert not [run for run in started.runs if "prod" in run["arguments"][1]]


def test_two_kustomizations_of_one_folder_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kustomize(tmp_path, monkeypatch)
    answer = check(capsys, "--render", written(tmp_path, prod__Kustomization="resources: []\n"))
    assert any("prod/Kustomization beside it" in gap for gap in gaps(answer))


def test_a_circle_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    started = kustomize(tmp_path, monkeypatch)
    circle = {"a__kustomization.yaml": "resources: [../b]\n", "b__kustomization.yaml": "resources: [../a]\n"}
    answer = check(capsys, "--render", written(tmp_path, **circle))
    assert [gap.partition(":")[0] for gap in gaps(answer) if "in a circle" in gap] == [
        "a/kustomization.yaml",
        "b/kustomization.yaml",
    ]
    assert len(started.runs) == 4


def test_links_lead_nowhere_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = kustomize(tmp_path, monkeypatch)
    root = written(tmp_path, **{"prod__kustomization.yaml": "resources: [a.yaml]\n"})
    (tmp_path / "secret").write_text(POD, encoding="utf-8")
    (root / "prod" / "a.yaml").symlink_to(tmp_path / "secret")
    answer = check(capsys, "--render", root)
    assert answer.status == 3
    assert not [run for run in started.runs if "prod" in run["arguments"][1]]


def test_an_origin_that_a_resource_gives_itself_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = HOST.replace(
        "metadata:\n",
        "metadata:\n  annotations:\n    config.kubernetes.io/origin: |\n      path: ../base/pod.yaml\n",
    )
    body = "def change(text, tree): return text\ntold = False"
    kustomize(tmp_path, monkeypatch, body)
    files = {"prod__kustomization.yaml": "resources: [../base, evil.yaml]\n", "prod__evil.yaml": forged}
    excluding = "version: 1\nexclude:\n- {paths: [base/], reason: x}\n"
    answer = check(capsys, "--render", written(tmp_path, **files, **{".gate.yaml": excluding}))
    found = [subject for subject in answer.report["subjects"] if "ISO004" in rules(subject)]
    assert {subject["location"]["path"] for subject in found} <= {"prod/kustomization.yaml", "prod/evil.yaml"}
    assert found


def test_overlays_see_nothing_of_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runtime = "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata:\n  name: box\nhandler: runsc\n"
    kustomize(tmp_path, monkeypatch)
    boxed = POD.replace("spec:\n", "spec:\n  runtimeClassName: box\n")
    files = {"prod__kustomization.yaml": "resources: [../base, box.yaml]\n", "prod__box.yaml": runtime}
    answer = check(capsys, "--render", written(tmp_path, **{"base__pod.yaml": boxed}, **files))
    assert answer.subject("[prod]")["boundary"]["worst"] == "L4"
    assert answer.subject("[dev]")["boundary"]["worst"] == "L2"


def test_files_that_only_become_data_are_read_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kustomize(tmp_path, monkeypatch)
    files = {
        "dev__kustomization.yaml": "configMapGenerator:\n- {name: a, files: [host.yaml]}\n",
        "dev__host.yaml": HOST,
    }
    assert "dev/host.yaml#Pod/web" in ids(check(capsys, "--render", written(tmp_path, **files)))


def test_a_component_that_nobody_uses_is_read_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kustomize(tmp_path, monkeypatch)
    files = {"more__kustomization.yaml": "kind: Component\nresources: [host.yaml]\n", "more__host.yaml": HOST}
    assert "more/host.yaml#Pod/web" in ids(check(capsys, "--render", written(tmp_path, **files)))


def test_a_kustomization_of_flux_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = kustomize(tmp_path, monkeypatch)
    flux = (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {path: ./prod}\n"
    )
    answer = check(capsys, "--render", written(tmp_path, **{"flux__kustomization.yaml": flux}))
    assert (gaps(answer), len(started.runs)) == ([], 4)


def test_what_an_overlay_said_before_the_change_still_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kustomize(tmp_path, monkeypatch)
    labelled = POD.replace("  name: web\nspec", "  labels:\n    boundary-gate.io/class: restricted\n  name: web\nspec")
    root = written(tmp_path, **{"base__pod.yaml": labelled})
    committed(root)
    write_all(root, {"base/pod.yaml": POD})
    answer = check(capsys, "--render", "--trusted-ref", "HEAD", root)
    assert answer.subject("[dev]")["sensitivity"]["class"] == "restricted"


def test_two_runs_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kustomize(tmp_path, monkeypatch, PATCHED)
    root = written(tmp_path)
    first, second = (check(capsys, "--render", root).out for _ in range(2))
    assert first == second
