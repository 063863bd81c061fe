"""A policy of StackRox starts nothing: it is named in the ledger and hides nothing beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.verbs import check, write

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

POLICY = "apiVersion: config.stackrox.io/v1alpha1\nkind: SecurityPolicy\nmetadata: {name: a}\nspec: {policyName: a}\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n"


def test_a_policy_is_skipped_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = check(capsys, write(tmp_path, all__yaml=f"{POLICY}---\n{POD}"))
    assert len(answer.report["subjects"]) == 1
    (skipped,) = answer.report["coverage"]["skipped"]
    assert "policy of StackRox" in skipped["reason"]
