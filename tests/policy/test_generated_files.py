"""What is generated from the packs and the vocabularies is what they come to."""

from __future__ import annotations

import generate_policies
import generate_policy_page
import generate_schemas
import generate_table_stamps
import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


@pytest.mark.parametrize(
    "script",
    [generate_policies, generate_policy_page, generate_schemas, generate_table_stamps],
    ids=lambda one: one.__name__,
)
def test_is_up_to_date(script: ModuleType) -> None:
    assert script.main(["--check"]) == 0


def test_a_stale_table_is_noticed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(generate_policies, "compiled", lambda: "PACKS = {}\n")
    assert generate_policies.main(["--check"]) == 1
    assert "run scripts/generate_policies.py" in capsys.readouterr().err


def test_literals_survive_writing() -> None:
    value = {"a": ("x" * 60, 'it\'s "so"', ("y" * 60,)), "b": {}, "c": (), "d": 3}
    text = generate_policies.literal(value)
    assert eval(text) == value  # noqa: S307
    assert max(map(len, text.splitlines())) <= generate_policies.WIDTH
