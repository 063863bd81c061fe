"""What a finding says of a thing that cannot be known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.verbs import check, write

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_mount_from_an_unset_variable_is_said_to_be_undecided_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its target is not taken for its source."""
    volumes = "[{type: bind, source: '${ROOT}', target: /x}]"
    write(tmp_path, compose__yaml=f"services:\n  web: {{image: web, volumes: {volumes}}}\n")
    found = check(capsys, tmp_path).subject("services/web")
    messages = {one["message"] for one in found["findings"] if one["rule"] in ("ISO009", "ISO010", "ISO011")}
    assert messages == {"what web mounts of the host at /x cannot be decided: the variable ROOT is not set here"}
