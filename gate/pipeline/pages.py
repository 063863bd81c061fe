"""The pages and schemas that ship with the package."""

from __future__ import annotations

import os
from importlib import import_module

from gate.model.errors import UsageError
from gate.pipeline.registry import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.rule import Rule

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def listing() -> Iterator[str]:
    """Yield a line for every rule."""
    for rule_id, entry in RULES.items():
        rule: Rule = import_module(entry.module).RULE
        yield f"{rule_id}  {rule.severity:<8}  {rule.name}: {rule.title}"


def page(name: str) -> str:
    """Return the page of a rule, by its id or its name."""
    wanted = name.strip()
    for rule_id, entry in RULES.items():
        module = entry.module.rpartition(".")[2]
        if wanted.upper() == rule_id or wanted.lower() == module.replace("_", "-"):
            text = _read(os.path.join(_PACKAGE, *entry.module.split(".")[1:]) + ".md")
            if text is not None:
                return text
    from difflib import get_close_matches

    names = [*RULES, *(entry.module.rpartition(".")[2].replace("_", "-") for entry in RULES.values())]
    near = get_close_matches(wanted, names, 1)
    raise UsageError(f"there is no rule {wanted}", remedy=f"did you mean {near[0]}?" if near else "`gate explain` lists all")


def shipped_text(folder: str, name: str) -> str | None:
    """Return a file that ships beside the package: inside an installed one, above it in a source tree."""
    for base in (_PACKAGE, os.path.dirname(_PACKAGE)):
        text = _read(os.path.join(base, folder, name))
        if text is not None:
            return text
    return None


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return None
