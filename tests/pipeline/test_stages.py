"""What a stage expects and nobody gave is undecided; what it cannot know is not asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.verbs import check, write, write_all

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: web
    image: registry.example/web:1
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
"""

DECLARED = "version: 1\nworkloads:\n- {name: web, match: {name: web}, sensitivity: confidential}\n"


def test_a_commit_asks_for_no_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, pod__yaml=POD, __gate__yaml=DECLARED)
    answer = check(capsys, tmp_path)
    web = answer.subject("Pod/web")
    assert web["verdict"] == "pass"
    assert web["scores"]["image_age"]["asked"] is False


def test_a_deployment_asks_for_its_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, pod__yaml=POD, __gate__yaml=DECLARED)
    answer = check(capsys, tmp_path, "--stage", "deploy")
    web = answer.subject("Pod/web")
    assert web["verdict"] == "undecided"
    assert web["scores"]["image_age"] == {"asked": True, "threshold": 75, "undecided": "fail", "falls_below": None}
    assert answer.status == 3


def test_a_private_base_is_not_asked_of_a_commit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared = "version: 1\nworkloads:\n- {name: web, paths: [Dockerfile], sensitivity: restricted}\n"
    write(tmp_path, Dockerfile="FROM registry.example/base:1\nUSER 10001\n", __gate__yaml=declared)
    subject = check(capsys, tmp_path).subject("Dockerfile")
    assert subject["verdict"] == "pass"
    assert subject["scores"]["image_age"]["asked"] is False


def test_a_build_asks_for_the_image_of_a_recipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared = "version: 1\nworkloads:\n- {name: web, paths: [Dockerfile], sensitivity: restricted}\n"
    write(tmp_path, Dockerfile="FROM registry.example/base:1\nUSER 10001\n", __gate__yaml=declared)
    answer = check(capsys, tmp_path, "--stage", "build")
    assert answer.subject("Dockerfile")["verdict"] == "undecided"
    assert answer.status == 3


def test_what_was_built_is_asked_for_its_packages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = {
        "created": "2026-11-01T00:00:00Z",
        "architecture": "amd64",
        "os": "linux",
        "config": {"User": "10001", "Labels": {"gate.class": "restricted"}},
        "rootfs": {"type": "layers", "diff_ids": []},
        "history": [],
    }
    write_all(tmp_path, {"config.json": json.dumps(config)})
    answer = check(capsys, tmp_path, "--stage", "build")
    (subject,) = answer.report["subjects"]
    assert subject["scores"]["package_freshness"]["asked"] is True
    assert subject["verdict"] != "pass"
