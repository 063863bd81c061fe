"""What controllers of a cluster move on, and from which side it is believed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.histories import committed
from tests.verbs import Answer, check, write_all

if TYPE_CHECKING:
    from pathlib import Path

DECLARED = "version: 1\nworkloads:\n- {name: pay, paths: ['**'], sensitivity: confidential}\n"
MARKER = '# {"$imagepolicy": "flux-system:nginx"}'
PLAIN = "nginx:1.29.1"
KEEL = {"keel.sh/policy": "minor", "keel.sh/trigger": "poll"}
AUTOMATION = """apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: {name: all, namespace: flux-system}
spec: {interval: 30m, update: {path: ./, strategy: Setters}}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: nginx, namespace: flux-system}
spec: {imageRepositoryRef: {name: nginx}, policy: {semver: {range: 1.29.x}}}
"""
KEEL_ITSELF = """apiVersion: apps/v1
kind: Deployment
metadata: {name: keel, namespace: keel}
spec:
  template:
    spec:
      containers:
      - {name: keel, image: keelhq/keel}
"""


def deployment(image: str, annotations: dict[str, str] | None = None, name: str = "pay") -> str:
    said = ", ".join(f'{key}: "{value}"' for key, value in (annotations or {}).items())
    return f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  annotations: {{{said}}}
spec:
  template:
    spec:
      containers:
      - name: web
        image: {image}
"""


MARKED = deployment(f"nginx:1.29.1 {MARKER}")


def outcome(answer: Answer) -> str:
    found = [one for one in answer.subject("Deployment/pay")["findings"] if one["rule"] == "AGE015"]
    return found[0]["outcome"] if found else "kept"


@pytest.mark.parametrize(
    ("manifest", "flux", "expected"),
    [
        (MARKED, AUTOMATION, "kept"),
        (deployment(f"'nginx:1.29.1' {MARKER}"), AUTOMATION, "kept"),
        (MARKED, "", "undecided"),
        (MARKED, AUTOMATION.replace("interval: 30m", "suspend: true"), "undecided"),
        (MARKED, AUTOMATION.replace("path: ./", "path: ./other"), "undecided"),
        (MARKED, AUTOMATION.replace("path: ./", "path: ./k8s"), "kept"),
        (MARKED, AUTOMATION.replace("all, namespace: flux-system", "all, namespace: other"), "undecided"),
        (MARKED, AUTOMATION.replace("name: nginx, namespace", "name: redis, namespace"), "undecided"),
        # A mention is no object.
        (MARKED, "# ImageUpdateAutomation\n" + AUTOMATION.partition("---\n")[2], "undecided"),
        (deployment("nginx:1.29.1"), AUTOMATION, "failed"),
        # What stands in a comment, or at another image, moves nothing.
        (deployment(f"nginx:1.29.1\n        # image: nginx:1.29.1 {MARKER}"), AUTOMATION, "failed"),
        (deployment(f"nginx:1.29.1\n      - name: x\n        image: a/nginx-x:1.2.3 {MARKER}"), AUTOMATION, "failed"),
        (deployment(f"nginx:1.29.1 {MARKER}\n      - name: x\n        image: nginx:1.29.0"), AUTOMATION, "undecided"),
        (deployment("nginx:1.29.1 " + MARKER.replace('nginx"', 'nginx:tag"')), AUTOMATION, "undecided"),
        # A release line keeps its name while it gets its fixes.
        (deployment(f"nginx:latest {MARKER}"), AUTOMATION, "failed"),
        (
            f"{deployment('nginx:1.29.1')}---\n{deployment(f'nginx:1.29.1 {MARKER}', name='other')}",
            AUTOMATION,
            "failed",
        ),
    ],
)
def test_what_flux_moves_on(
    manifest: str, flux: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"k8s/pay.yaml": manifest, ".gate.yaml": DECLARED, **({"flux.yaml": flux} if flux else {})})
    assert outcome(check(capsys, tmp_path)) == expected


def test_of_digests_keel_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = deployment(f"{PLAIN}@sha256:{'0' * 64}", KEEL)
    write_all(tmp_path, {"pay.yaml": manifest, "keel.yaml": KEEL_ITSELF, ".gate.yaml": DECLARED})
    assert outcome(check(capsys, tmp_path)) == "undecided"


@pytest.mark.parametrize(
    ("annotations", "keel", "expected"),
    [
        (KEEL, KEEL_ITSELF, "kept"),
        (KEEL | {"keel.sh/policy": "glob:1.29.*"}, KEEL_ITSELF, "kept"),
        (KEEL, "", "undecided"),
        (KEEL, "# keelhq/keel\n" + KEEL_ITSELF.replace("keelhq/keel", "a/keel"), "undecided"),
        ({"keel.sh/policy": "minor"}, KEEL_ITSELF, "undecided"),
        (KEEL | {"keel.sh/approvals": "1"}, KEEL_ITSELF, "undecided"),
        (KEEL | {"keel.sh/policy": "never"}, KEEL_ITSELF, "failed"),
        (KEEL | {"keel.sh/policy": "sometimes"}, KEEL_ITSELF, "failed"),
        ({"note": "keel.sh/policy: minor"}, KEEL_ITSELF, "failed"),
    ],
)
def test_what_keel_moves_on(
    annotations: dict[str, str], keel: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"pay.yaml": deployment("nginx:1.29.1", annotations), ".gate.yaml": DECLARED}
    write_all(tmp_path, {**files, **({"keel.yaml": keel} if keel else {})})
    assert outcome(check(capsys, tmp_path)) == expected


ARGO = "argocd-image-updater.argoproj.io"


def application(listed: str, folder: str = "k8s", more: str = "") -> str:
    return f"""apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: pay
  annotations:
    {ARGO}/image-list: {listed}
    {ARGO}/write-back-method: git{more}
spec:
  source: {{repoURL: https://git.example/pay, path: {folder}}}
"""


@pytest.mark.parametrize(
    ("image", "argo", "expected"),
    [
        (PLAIN, application("nginx"), "undecided"),
        (PLAIN, application("redis:8.x, web=docker.io/library/nginx:~1.29"), "undecided"),
        # An overlay may build on the folder of the manifest.
        (PLAIN, application("nginx", "overlays/live"), "undecided"),
        (PLAIN, application("redis, a/nginx, nginx-x"), "failed"),
        (PLAIN, application("nginx").replace("kind: Application", "kind: Other"), "failed"),
        (PLAIN, application("redis", more="  # nginx"), "failed"),
        # By versions nothing moves on what has none.
        ("nginx:latest", application("web=nginx"), "failed"),
        ("nginx:latest", application("web=nginx", more=f"\n    {ARGO}/web.update-strategy: digest"), "undecided"),
        ("nginx:latest", application("web=nginx", more=f"\n    {ARGO}/x.update-strategy: digest"), "failed"),
        ("nginx:latest", application("nginx", more=f"\n    {ARGO}/update-strategy: newest-build"), "undecided"),
    ],
)
def test_what_argo_may_move_on(
    image: str, argo: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_all(tmp_path, {"k8s/pay.yaml": deployment(image), "argo/pay.yaml": argo, ".gate.yaml": DECLARED})
    assert outcome(check(capsys, tmp_path)) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="tests of git histories use POSIX paths")
@pytest.mark.parametrize(
    ("before", "added", "expected"),
    [
        ({"pay.yaml": MARKED}, {"flux.yaml": AUTOMATION}, "undecided"),
        ({"pay.yaml": deployment(PLAIN), "flux.yaml": AUTOMATION}, {"pay.yaml": MARKED}, "failed"),
        ({"pay.yaml": deployment(PLAIN), "keel.yaml": KEEL_ITSELF}, {"pay.yaml": deployment(PLAIN, KEEL)}, "failed"),
        ({"pay.yaml": deployment(PLAIN, KEEL)}, {"keel.yaml": KEEL_ITSELF}, "undecided"),
    ],
)
def test_a_change_cannot_vouch_for_itself(
    before: dict[str, str],
    added: dict[str, str],
    expected: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    committed(write_all(tmp_path, {".gate.yaml": DECLARED, **before}))
    write_all(tmp_path, added)
    assert outcome(check(capsys, tmp_path)) == "kept"
    assert outcome(check(capsys, tmp_path, "--trusted-ref", "HEAD")) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="tests of git histories use POSIX paths")
def test_an_application_that_a_change_adds_makes_nothing_doubtful(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(write_all(tmp_path, {"pay.yaml": deployment(PLAIN), ".gate.yaml": DECLARED}))
    write_all(tmp_path, {"argo.yaml": application("nginx", ".")})
    assert outcome(check(capsys, tmp_path)) == "undecided"
    assert outcome(check(capsys, tmp_path, "--trusted-ref", "HEAD")) == "failed"


@pytest.mark.skipif(sys.platform == "win32", reason="tests of git histories use POSIX paths")
def test_a_change_that_suspends_what_keeps_it_is_worse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    committed(write_all(tmp_path, {"pay.yaml": MARKED, "flux.yaml": AUTOMATION, ".gate.yaml": DECLARED}))
    assert outcome(check(capsys, tmp_path, "--trusted-ref", "HEAD")) == "kept"
    write_all(tmp_path, {"flux.yaml": AUTOMATION.replace("interval: 30m", "suspend: true")})
    assert outcome(check(capsys, tmp_path, "--trusted-ref", "HEAD")) == "undecided"


@pytest.mark.skipif(sys.platform == "win32", reason="tests of git histories use POSIX paths")
def test_a_workload_that_a_change_renames_has_no_marker_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {"pay.yaml": deployment(f"{PLAIN} {MARKER}", name="old"), "flux.yaml": AUTOMATION}
    committed(write_all(tmp_path, {**before, ".gate.yaml": DECLARED}))
    write_all(tmp_path, {"pay.yaml": MARKED})
    assert outcome(check(capsys, tmp_path, "--trusted-ref", "HEAD")) == "failed"
