"""Everything the repository shows: the examples of the rules' pages, `examples/`, and one workload in every form."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from gate.rules.registry import RULES
from tests.parity.forms import FORMS, files
from tests.rules.pages import examples

ROOT = Path(__file__).parents[2]


class Folder(NamedTuple):
    """Files that belong together, and where they come from."""

    name: str
    files: dict[str, str]


@cache
def folders() -> tuple[Folder, ...]:
    """Return every folder of files that the repository shows."""
    pages = sorted({ROOT / (entry.module.replace(".", "/") + ".md") for entry in RULES.values()})
    shown = [Folder(str(example), example.files) for page in pages if page.is_file() for example in examples(page)]
    shop = ROOT / "examples"
    return (
        *shown,
        Folder("examples", {path.relative_to(shop).as_posix(): _text(path) for path in sorted(shop.rglob("*"))}),
        *(Folder(f"{form}-{one}", files(form, one)) for form, entry in FORMS.items() for one in entry.strengths),
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
