"""Against a reference: only what a change makes worse counts, wherever it has moved and however its history goes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.histories import committed, git
from tests.verbs import NOW, Answer, check, gate, write_all

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="tests of git histories use POSIX paths")

HARDENED = """\
apiVersion: v1
kind: Pod
metadata: {name: payments}
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: app
    image: registry.example/payments:1
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
"""
SHARING = HARDENED.replace("spec:\n", "spec:\n  hostNetwork: true\n")
RAISED = HARDENED.replace("allowPrivilegeEscalation: false", "privileged: true")
LEGACY = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: legacy}\nspec:\n  hostPID: true\n  containers: [{name: a, image: b}]\n"
)
BROKEN = "apiVersion: v1\nkind: Pod\nmetadata: {name: x\n"


def declared(*names: str, sensitivity: str = "internal", more: str = "") -> str:
    entries = "".join(f"- {{name: {name}, match: {{name: {name}}}, sensitivity: {sensitivity}}}\n" for name in names)
    return f"version: 1\nworkloads:\n{entries}{more}"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A branch of a repository with a hardened pod, and one that fails and that nobody has mended."""
    folder = tmp_path / "repository"
    state = {"pay.yaml": HARDENED, "legacy.yaml": LEGACY, ".gate.yaml": declared("payments", "legacy")}
    committed(write_all(folder, state))
    git(folder, "switch", "--quiet", "--create", "change")
    return folder


def against(capsys: pytest.CaptureFixture[str], folder: Path, *more: object, ref: str = "main") -> Answer:
    return check(capsys, folder, "--against", ref, *more)


def worse(answer: Answer) -> list[str]:
    return [_sentence(one) for one in answer.report["against"]["regressions"]]


def better(answer: Answer) -> list[str]:
    return [_sentence(one) for one in answer.report["against"]["improvements"]]


def asked(answer: Answer) -> list[str]:
    return [_sentence(one) for one in answer.report["against"]["concessions"]]


def _sentence(one: dict[str, object]) -> str:
    at = one["location"]
    assert isinstance(at, dict)
    return f"{one['text']}, {at['path']}:{at['line']}"


def subjects(answer: Answer) -> set[str]:
    return {one["id"] for one in answer.report["subjects"]}


def test_what_failed_before_fails_nothing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(repository, {"legacy.yaml": f"# later\n{LEGACY}", "README.md": "more\n"}))
    assert check(capsys, repository).status == 1
    answer = against(capsys, repository)
    assert (answer.status, answer.report["verdict"]) == (0, "pass")
    assert (answer.report["subjects"], worse(answer), better(answer)) == ([], [], [])
    comparison = answer.report["against"]
    assert (comparison["judged"], comparison["before"]) == (1, {"fail": 1, "undecided": 0, "not_understood": 0})
    assert comparison["commit"] == git(repository, "rev-parse", "main")


def test_a_boundary_that_fell_is_told_in_one_sentence(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(repository, {"pay.yaml": SHARING}))
    answer = against(capsys, repository)
    assert answer.status == 1
    assert worse(answer) == ["payments: L3 to L1, host network added, pay.yaml:5"]
    assert subjects(answer) == {"pay.yaml#Pod/payments"}
    findings = answer.report["subjects"][0]["findings"]
    assert "ISO002" in {one["rule"] for one in findings}
    back = write_all(repository, {"pay.yaml": HARDENED})
    git(repository, "branch", "--force", "main")
    committed(back)
    answer = against(capsys, repository)
    assert (answer.status, worse(answer)) == (0, [])
    assert better(answer) == ["payments: L1 to L3, host network removed, pay.yaml:1"]
    assert subjects(answer) == set()


def test_a_failing_workload_that_gets_worse_fails(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(
        write_all(
            repository, {"legacy.yaml": LEGACY.replace("image: b", "image: b, securityContext: {privileged: true}")}
        )
    )
    answer = against(capsys, repository)
    assert answer.status == 1
    assert worse(answer) == ["legacy: L1 to L0, host process tracing and privileged container added, legacy.yaml:5"]
    assert answer.report["against"]["before"]["fail"] == 0


def test_a_level_that_is_still_enough_only_warns(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(repository, {"pay.yaml": HARDENED.replace(", capabilities: {drop: [ALL]}", "")}))
    answer = against(capsys, repository)
    assert (answer.status, answer.report["verdict"]) == (0, "warn")
    assert worse(answer) == ["payments: L3 to L2, capabilities kept added, pay.yaml:9"]


def test_a_filter_that_nobody_asks_for_any_more_is_named(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(repository, {"pay.yaml": HARDENED.replace(", seccompProfile: {type: RuntimeDefault}", "")}))
    assert worse(against(capsys, repository)) == ["payments: L3 to L2, seccomp unconfirmed added, pay.yaml:9"]


def test_a_note_is_listed_and_changes_no_verdict(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(repository, {"pay.yaml": HARDENED.replace("payments:1", "payments:latest")}))
    answer = against(capsys, repository)
    assert answer.status == 0
    assert worse(answer) == []


def test_what_is_no_longer_certain_is_worse_than_a_pass(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strict = declared("payments", sensitivity="confidential")
    write_all(repository, {".gate.yaml": strict})
    (repository / "legacy.yaml").unlink()
    committed(repository)
    git(repository, "branch", "--force", "main")
    committed(
        write_all(
            repository,
            {
                "pay.yaml": HARDENED.replace("spec:\n", "spec:\n  runtimeClassName: unknown\n").replace(
                    "runAsNonRoot: true, ", ""
                )
            },
        )
    )
    answer = against(capsys, repository)
    assert answer.report["verdict"] == "undecided"
    assert answer.status == 3
    assert worse(answer)[0] == "payments: L3 to L2..L3, root user no longer ruled out, pay.yaml:10"


def test_a_new_workload_is_judged_whole(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = LEGACY.replace("name: legacy", "name: fresh")
    committed(write_all(repository, {"fresh.yaml": more, ".gate.yaml": declared("payments", "legacy", "fresh")}))
    answer = against(capsys, repository)
    assert answer.status == 1
    assert worse(answer) == [
        "fresh: new, and fails: has L1 weakened-shared-kernel and needs L2 default-shared-kernel (R1), fresh.yaml:1"
    ]
    assert subjects(answer) == {"fresh.yaml#Pod/fresh"}
    whole = check(capsys, repository / "fresh.yaml").subject("fresh")
    assert answer.subject("fresh")["reasons"] == whole["reasons"]
    assert answer.subject("fresh")["findings"] == whole["findings"]


def test_a_failing_workload_that_goes_is_better_and_another_is_nothing(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "legacy.yaml").unlink()
    (repository / "pay.yaml").unlink()
    committed(write_all(repository, {"other.yaml": HARDENED.replace("payments", "other")}))
    answer = against(capsys, repository)
    assert (answer.status, worse(answer)) == (0, [])
    assert better(answer) == ["legacy: removed, and failed before, legacy.yaml:1"]


def test_a_file_that_is_not_understood_any_more_is_worse(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(repository, {"pay.yaml": BROKEN}))
    answer = against(capsys, repository)
    assert answer.status == 3
    assert [one["location"]["path"] for one in answer.report["coverage"]["not_understood"]] == ["pay.yaml"]
    git(repository, "branch", "--force", "main")
    committed(write_all(repository, {"pay.yaml": f"# still\n{BROKEN}"}))
    answer = against(capsys, repository)
    assert (answer.status, answer.report["coverage"]["not_understood"]) == (0, [])
    assert answer.report["against"]["before"]["not_understood"] == 1


def test_a_score_that_falls_below_its_threshold_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recent, old = "FROM debian:13\nUSER 1000\n", "FROM debian:9\nUSER 1000\n"
    entry = "version: 1\nworkloads:\n- {name: image, paths: ['**'], sensitivity: internal}\n"
    committed(write_all(tmp_path, {"Dockerfile": recent, ".gate.yaml": entry}))
    write_all(tmp_path, {"Dockerfile": old})
    answer = against(capsys, tmp_path, ref="HEAD")
    assert answer.status == 1
    (told,) = worse(answer)
    assert told.startswith("Dockerfile: image age ")
    assert told.endswith(" is required, Dockerfile:1")


def test_an_exception_that_comes_into_use_is_told(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grant = "{rule: ISO002, workload: payments, reason: probes, owner: us, created: 2026-11-20, expires: 2026-12-20}"
    excepted = declared("payments", "legacy", more=f"exceptions:\n- {grant}\n")
    committed(write_all(repository, {".gate.yaml": excepted}))
    git(repository, "branch", "--force", "main")
    committed(write_all(repository, {"pay.yaml": SHARING}))
    answer = against(capsys, repository)
    assert "payments: newly excepted from ISO002 until 2026-12-20, .gate.yaml:6" in worse(answer)
    assert [(one["rule"], one["state"], one["subjects"]) for one in answer.report["exceptions"]] == [
        ("ISO002", "used", ["pay.yaml#Pod/payments"])
    ]


def test_a_lowered_class_shows_as_what_it_is(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    high = declared("payments", sensitivity="restricted")
    committed(write_all(repository, {".gate.yaml": high}))
    git(repository, "branch", "--force", "main")
    committed(write_all(repository, {".gate.yaml": high.replace("restricted", "public"), "pay.yaml": SHARING}))
    answer = against(capsys, repository)
    assert worse(answer) == ["payments: L3 to L1, host network added, pay.yaml:5"]
    assert better(answer) == []
    less = "payments: needs L2 instead of L3..L5 and has L1, class restricted became public, .gate.yaml:3"
    assert asked(answer) == [less]
    text = gate(capsys, "check", repository, "--against", "main", "--now", NOW).out
    assert f"\nasked for less\n  {less}\n" in text
    assert "\nbetter\n" not in text


def test_a_lower_threshold_alone_is_asking_for_less(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On hosts of its own both classes ask for the same level; only the scores are held to less."""

    def said(sensitivity: str) -> str:
        return f"{declared('payments', sensitivity=sensitivity)}platform: {{placement: dedicated}}\n"

    committed(write_all(repository, {".gate.yaml": said("restricted")}))
    git(repository, "branch", "--force", "main")
    committed(write_all(repository, {".gate.yaml": said("confidential")}))
    answer = against(capsys, repository)
    assert (worse(answer), better(answer)) == ([], [])
    change = "isolation fitness of 75 is required instead of 85, class restricted became confidential"
    assert asked(answer) == [f"payments: {change}, .gate.yaml:3"]


def test_with_a_trusted_commit_only_the_workloads_differ(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    high = declared("payments", sensitivity="restricted")
    committed(write_all(repository, {".gate.yaml": high}))
    git(repository, "branch", "--force", "main")
    committed(write_all(repository, {".gate.yaml": high.replace("restricted", "public")}))
    answer = against(capsys, repository, "--trusted-ref", "main")
    assert (worse(answer), better(answer), subjects(answer)) == ([], [], set())
    assert [one["rule"] for one in answer.report["findings"]] == ["DCL007"]
    assert answer.status == 0
    committed(write_all(repository, {"pay.yaml": SHARING}))
    answer = against(capsys, repository, "--trusted-ref", "main")
    assert answer.status == 1
    assert answer.subject("payments")["sensitivity"]["class"] == "restricted"


def test_a_deleted_declaration_judges_all_below_it(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / ".gate.yaml").unlink()
    committed(repository)
    answer = against(capsys, repository)
    assert answer.report["against"]["judged"] == 2
    assert answer.status == 0
    assert better(answer) == ["legacy: fail to warn, legacy.yaml:1"]


def test_a_declaration_that_was_wrong_leaves_nothing_to_compare_with(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right = (repository / ".gate.yaml").read_text()
    committed(write_all(repository, {".gate.yaml": "version: 1\nworkloads: [\n"}))
    git(repository, "branch", "--force", "main")
    committed(write_all(repository, {".gate.yaml": right}))
    answer = against(capsys, repository)
    assert answer.status == 1
    assert answer.report["against"]["unreadable"].startswith(".gate.yaml:")
    assert subjects(answer) == {"legacy.yaml#Pod/legacy", "pay.yaml#Pod/payments"}


def test_a_merged_main_branch_is_not_the_changes_doing(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(repository, {"README.md": "ours\n"}))
    git(repository, "switch", "--quiet", "main")
    committed(write_all(repository, {"theirs.yaml": LEGACY.replace("legacy", "theirs")}))
    git(repository, "switch", "--quiet", "change")
    before = against(capsys, repository)
    assert (before.status, before.report["against"]["judged"]) == (0, 0)
    git(repository, "merge", "--quiet", "--no-edit", "main")
    answer = against(capsys, repository)
    assert (answer.status, subjects(answer)) == (0, set())
    assert answer.report["against"]["commit"] == git(repository, "rev-parse", "main")
    git(repository, "switch", "--quiet", "main")
    committed(write_all(repository, {"later.yaml": LEGACY.replace("legacy", "later")}))
    git(repository, "switch", "--quiet", "change")
    assert against(capsys, repository).report["against"]["judged"] == 0


def test_a_renamed_branch_is_the_same_history(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(repository, {"pay.yaml": SHARING}))
    answer = against(capsys, repository)
    git(repository, "branch", "--move", "main", "trunk")
    renamed = against(capsys, repository, ref="trunk")
    assert worse(renamed) == worse(answer) != []
    assert renamed.report["against"]["commit"] == answer.report["against"]["commit"]
    assert against(capsys, repository, ref="main").status == 2


def test_a_renamed_and_edited_file_holds_the_same_workloads(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "deploy").mkdir()
    git(repository, "mv", "legacy.yaml", "deploy/old.yaml")
    git(repository, "mv", "pay.yaml", "deploy/pay.yaml")
    committed(write_all(repository, {"deploy/pay.yaml": SHARING, "deploy/old.yaml": f"# moved\n{LEGACY}"}))
    answer = against(capsys, repository)
    assert worse(answer) == ["payments: L3 to L1, host network added, deploy/pay.yaml:5"]
    assert subjects(answer) == {"deploy/pay.yaml#Pod/payments"}
    assert answer.report["against"]["before"]["fail"] == 1


def test_a_renamed_recipe_is_the_same_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = "FROM debian:9\nRUN apt-get update\nRUN make\nCOPY . /srv\nUSER 1000\n"
    entry = "version: 1\nworkloads:\n- {name: image, paths: ['**'], sensitivity: internal}\n"
    committed(write_all(tmp_path, {"Dockerfile": recipe, ".gate.yaml": entry}))
    (tmp_path / "Dockerfile").unlink()
    write_all(tmp_path, {"build/Containerfile": recipe + 'CMD ["/srv/run"]\n'})
    answer = against(capsys, tmp_path, ref="HEAD")
    assert (answer.status, worse(answer)) == (0, [])
    assert answer.report["against"]["before"]["fail"] == 1


def test_a_file_that_is_split_holds_what_it_held(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = f"{HARDENED}---\n{LEGACY}"
    (repository / "legacy.yaml").unlink()
    committed(write_all(repository, {"pay.yaml": both}))
    git(repository, "branch", "--force", "main")
    committed(write_all(repository, {"pay.yaml": HARDENED, "split/legacy.yaml": LEGACY}))
    answer = against(capsys, repository)
    assert (answer.status, worse(answer), subjects(answer)) == (0, [], set())
    assert answer.report["against"]["before"]["fail"] == 1


def test_a_workload_of_another_project_is_not_the_one_that_went(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def service(*lines: str) -> str:
        return "services:\n  web:\n" + "".join(
            f"    {line}\n" for line in ("image: 'web:1'", "ports: ['80:80']", *lines)
        )

    shop = service("privileged: true", "x-gate: {class: internal}")
    committed(write_all(tmp_path, {"shop/compose.yaml": f"{shop}  db: {{image: 'db:1'}}\n"}))
    state = {"shop/compose.yaml": "services:\n  db: {image: 'db:1'}\n", "other/compose.yaml": shop}
    answer = against(capsys, write_all(tmp_path, state), ref="HEAD")
    assert answer.status == 1
    assert worse(answer) == [
        "web: new, and fails: has L0 host-equivalent and needs L2 default-shared-kernel (R1), other/compose.yaml:2"
    ]


def test_of_several_files_the_likeliest_is_the_one_that_moved(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raised = f"# ours\n{RAISED}"
    (repository / "pay.yaml").unlink()
    committed(write_all(repository, {"one/pay.yaml": HARDENED, "two/pay.yaml": raised}))
    git(repository, "branch", "--force", "main")
    (repository / "one/pay.yaml").unlink()
    (repository / "two/pay.yaml").unlink()
    committed(write_all(repository, {"a/pay.yaml": raised, "b/pay.yaml": HARDENED}))
    answer = against(capsys, repository)
    assert (answer.status, worse(answer), better(answer)) == (0, [], [])


def test_untracked_and_uncommitted_files_are_part_of_the_change(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / ".gitignore").write_text("ignored/\n")
    write_all(repository, {"ignored/new.yaml": LEGACY.replace("legacy", "fresh"), "pay.yaml": SHARING})
    git(repository, "add", "pay.yaml")
    write_all(repository, {"pay.yaml": RAISED})
    answer = against(capsys, repository)
    assert subjects(answer) == {"ignored/new.yaml#Pod/fresh", "pay.yaml#Pod/payments"}
    assert worse(answer)[-1] == "payments: L3 to L0, privileged container added, pay.yaml:9"


def test_a_recipe_counts_for_the_service_that_is_built_from_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service = """\
services:
  vault:
    build: ../images/vault
    x-gate: {class: restricted}
    cap_drop: [ALL]
    security_opt: [no-new-privileges, seccomp=profile.json]
"""
    state = {
        "deploy/compose.yaml": service,
        "images/vault/Dockerfile": "FROM debian:13\nUSER 1000\n",
        "other/compose.yaml": "services:\n  web: {image: web}\n",
    }
    committed(write_all(tmp_path, state))
    write_all(tmp_path, {"images/vault/Dockerfile": "FROM debian:13\nUSER 0\n"})
    answer = against(capsys, tmp_path, ref="HEAD")
    assert worse(answer) == ["vault: L3 to L2, root user added, images/vault/Dockerfile:2"]
    assert answer.report["against"]["judged"] == 2
    assert answer.status == 1


def test_a_service_that_becomes_restricted_makes_its_recipe_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = {"deploy/compose.yaml": "services:\n  vault: {build: ../images}\n", "images/Dockerfile": "FROM debian:9\n"}
    committed(write_all(tmp_path, state))
    write_all(
        tmp_path, {"deploy/compose.yaml": "services:\n  vault: {build: ../images, x-gate: {class: restricted}}\n"}
    )
    answer = against(capsys, tmp_path, ref="HEAD")
    assert answer.status == 1
    assert "images/Dockerfile" in subjects(answer)
    assert answer.subject("Dockerfile")["sensitivity"]["class"] == "restricted"


def test_a_runtime_class_counts_for_the_pods_that_name_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sandboxed = HARDENED.replace("spec:\n", "spec:\n  runtimeClassName: box\n")
    runtime = "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: box}\nhandler: runsc\n"
    state = {"pay.yaml": sandboxed, "cluster/box.yaml": runtime, "other.yaml": HARDENED.replace("payments", "other")}
    committed(write_all(tmp_path, state))
    (tmp_path / "cluster" / "box.yaml").unlink()
    committed(tmp_path)
    answer = against(capsys, tmp_path, ref="HEAD^")
    assert worse(answer) == ["payments: L4 to L3, a runtime that is not known instead of gVisor, pay.yaml:5"]
    assert answer.report["against"]["judged"] == 1


def test_a_tree_that_is_too_large_to_be_listed_is_compared_all_the_same(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    committed(write_all(repository, {f"many/{number}.txt": "" for number in range(20)}))
    write_all(repository, {"deploy/fresh.yaml": LEGACY.replace("legacy", "fresh"), "deploy/nested/pay.yaml": SHARING})
    git(repository / "deploy" / "nested", "init", "--quiet")
    monkeypatch.setattr("gate.pipeline.files.MAX_ENTRIES", 10)
    answer = check(capsys, repository / "deploy", "--against", "main")
    assert subjects(answer) == {"deploy/fresh.yaml#Pod/fresh", "deploy/nested/pay.yaml#Pod/payments"}


def test_only_the_named_paths_are_judged(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(repository, {"pay.yaml": SHARING, "deploy/new.yaml": LEGACY.replace("legacy", "fresh")}))
    answer = check(capsys, repository / "deploy", "--against", "main")
    assert subjects(answer) == {"deploy/new.yaml#Pod/fresh"}


def test_a_shallow_clone_without_the_history_is_a_usage_error(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(write_all(repository, {"pay.yaml": SHARING}))
    committed(write_all(repository, {"README.md": "more\n"}))
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=change", repository.as_uri(), str(clone))
    answer = against(capsys, clone, ref="origin/main")
    assert (answer.status, answer.out) == (2, "")
    assert "the commit origin/main is not in this repository" in answer.err
    assert "fetch-depth: 0" in answer.err
    git(clone, "fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main")
    answer = against(capsys, clone, ref="origin/main")
    assert (answer.status, answer.out) == (2, "")
    assert "the history here does not say where" in answer.err
    git(clone, "fetch", "--quiet", "--unshallow", "origin", "main:refs/remotes/origin/main")
    assert worse(against(capsys, clone, ref="origin/main")) != []


def test_a_partial_clone_without_the_former_files_is_a_usage_error(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(write_all(repository, {"pay.yaml": SHARING}))
    git(repository, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", "--branch=change", repository.as_uri(), str(clone))
    answer = against(capsys, clone, ref="origin/main")
    assert (answer.status, answer.out) == (2, "")
    assert "fetch the whole commit" in answer.err


@pytest.mark.parametrize(
    "arguments", [["--against", "nowhere"], ["--against="], ["--against", "main", "--write-baseline"]]
)
def test_what_cannot_be_compared_with_is_a_usage_error(
    repository: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    answer = check(capsys, repository, *arguments)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.count("\n") == 2


def test_a_folder_without_a_history_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = against(capsys, write_all(tmp_path, {"pay.yaml": HARDENED}))
    assert answer.status == 2
    assert "--against needs a git repository" in answer.err


def test_every_format_shows_only_what_is_new(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(repository, {"pay.yaml": SHARING, "legacy.yaml": f"# later\n{LEGACY}"}))
    common = ("check", repository, "--now", NOW, "--against", "main", "--format")
    text = gate(capsys, *common, "text").out
    assert "payments: L3 to L1, host network added, pay.yaml:5" in text
    assert "1 failure was there before: `gate check` shows them" in text
    assert "legacy" not in text
    sarif = json.loads(gate(capsys, *common, "sarif").out)
    places = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in sarif["runs"][0]["results"]}
    assert places == {"pay.yaml"}
    assert "file=legacy.yaml" not in gate(capsys, *common, "github").out
