"""The bundled example says what the README says it does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.verbs import check, write_all

SHOP = Path(__file__).parents[2] / "examples" / "shop"

RUNTIME_CLASS = "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {{name: sandboxed}}\nhandler: {handler}\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the shop that a test may change."""
    return Path(shutil.copytree(SHOP, tmp_path / "shop"))


def test_only_the_customers_code_fails(capsys: pytest.CaptureFixture[str]) -> None:
    answer = check(capsys, SHOP)
    assert answer.status == 1
    failing = [one["name"] for one in answer.report["subjects"] if one["verdict"] != "pass"]
    assert failing == ["plugins"]


def test_the_customers_code_needs_a_sandbox_and_is_told_which(capsys: pytest.CaptureFixture[str]) -> None:
    plugins = check(capsys, SHOP).subject("CronJob/plugins")
    assert plugins["sensitivity"]["class"] == "internal"
    assert plugins["sensitivity"]["code_trust"] == "untrusted"
    assert plugins["required"]["level"] == "L4"
    assert [because["rule"] for because in plugins["required"]["because"] if because["level"] == "L4"] == ["R5"]
    first = plugins["suggestions"][0]
    assert "kind: RuntimeClass" in first["snippet"]
    assert "runtimeClassName:" in first["snippet"]
    assert first["preconditions"]
    assert first["costs"]


@pytest.mark.parametrize(("handler", "level"), [("runsc", "L4"), ("kata-qemu", "L5")])
def test_the_customers_code_passes_behind_a_sandbox(
    handler: str, level: str, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = shop / "deploy" / "plugins.yaml"
    job.write_text(
        job.read_text().replace("restartPolicy: Never", "restartPolicy: Never\n          runtimeClassName: sandboxed")
    )
    write_all(shop, {"deploy/class.yaml": RUNTIME_CLASS.format(handler=handler)})
    answer = check(capsys, shop)
    plugins = answer.subject("CronJob/plugins")
    assert plugins["boundary"]["level"] == level
    assert plugins["boundary"]["grade"] == "referenced"
    assert plugins["verdict"] == "pass"
    assert answer.status == 0


def test_a_sandbox_that_is_only_named_is_not_enough(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = shop / "deploy" / "plugins.yaml"
    job.write_text(
        job.read_text().replace("restartPolicy: Never", "restartPolicy: Never\n          runtimeClassName: gvisor")
    )
    plugins = check(capsys, shop).subject("CronJob/plugins")
    assert plugins["boundary"]["grade"] == "asserted"
    assert plugins["verdict"] != "pass"


def test_the_ordinary_hardened_service_needs_no_sandbox(capsys: pytest.CaptureFixture[str]) -> None:
    web = check(capsys, SHOP).subject("Deployment/web")
    assert web["sensitivity"]["exposure"] == "internet"
    assert web["required"]["level"] == "L3"
    assert web["verdict"] == "pass"
    assert web["suggestions"] == []
    assert web["standards"]["pod_security"] == {"version": "1.34", "level": "restricted", "best": "restricted"}
