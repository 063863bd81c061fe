"""dockerfile-parse, which edits go through, sees in the canonical text what BuildKit sees in the file."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from dockerfile_parse import DockerfileParser

from gate.model.source import Source
from gate.syntax.dockerfile import Dockerfile, scan
from gate.syntax.dockerfile_canonical import SENTINEL, canonical
from tests.truth.dockerfile import cases

ACCEPTED = {name: scan(Source("Dockerfile", case.data)) for name, case in cases().items() if case.error is None}


@pytest.mark.parametrize("file", ACCEPTED.values(), ids=ACCEPTED)
def test_the_other_parser_sees_the_same_instructions(file: Dockerfile) -> None:
    assert _theirs(file) == [(one.keyword, one.line) for one in file.instructions]


def test_the_other_parser_sees_the_same_values() -> None:
    file = scan(Source("Dockerfile", b"# escape=`\nFROM a `\n  AS b\nUSER x\\\nRUN y <<E\nUSER z\nE\nUSER w`"))
    assert canonical(file).split("\n")[:8] == [
        "#",
        "FROM a   AS b",
        "#",
        f"USER x\\{SENTINEL}",
        "RUN y <<E",
        "#",
        "#",
        "USER w",
    ]
    assert _theirs(file)[-1] == ("USER", 8)


def _theirs(file: Dockerfile) -> list[tuple[str, int]]:
    # Its stubs ask for a text file, and it reads and writes bytes.
    written: Any = BytesIO(canonical(file).encode("utf-8", "replace"))
    parser = DockerfileParser(fileobj=written)
    return [(one["instruction"], one["startline"] + 1) for one in parser.structure if one["instruction"] != "COMMENT"]
