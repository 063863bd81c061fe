"""The pages and schemas that ship with the package."""

from __future__ import annotations

import os

from gate.model.page import Page
from gate.rules.registry import RULES, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def listing() -> Iterator[str]:
    """Yield a line for every rule."""
    for rule_id in RULES:
        rule = load(rule_id)
        yield f"{rule_id}  {rule.severity:<8}  {rule.name}: {rule.title}"


def page(rule_id: str) -> Page:
    """Return a rule with its page, down to the examples."""
    text = _text(rule_id)
    return Page(load(rule_id), text.partition("\n## ")[0].strip())


def explained(name: str) -> str:
    """Return the whole page of a rule that there is, by its id or its name."""
    rule_id = rule_named(name)
    return _text(rule_id) + _asked_elsewhere(rule_id)


def _asked_elsewhere(rule_id: str) -> str:
    """Return the items of published benchmarks that the rule answers, as a last section of its page."""
    lines = [f"- {control.benchmark} {control.edition}: {control.id}" for control in load(rule_id).controls]
    return "\n".join(["\n## Controls\n", *lines, ""]) if lines else ""


def rule_named(name: str) -> str:
    """Return the id of a rule by its id or its name; nothing when there is none."""
    wanted = name.strip()
    rule_id = {_name(rule_id): rule_id for rule_id in RULES}.get(wanted.lower(), wanted.upper())
    return rule_id if rule_id in RULES else ""


def names_of_rules() -> list[str]:
    """Return the ids and the names of all rules."""
    return [*RULES, *map(_name, RULES)]


def nearest_rule(name: str) -> str:
    """Ask whether another rule was meant; nothing when no name is near."""
    from difflib import get_close_matches

    near = get_close_matches(name.strip(), names_of_rules(), 1)
    return f"did you mean {near[0]}?" if near else ""


def _name(rule_id: str) -> str:
    return RULES[rule_id].module.rpartition(".")[2].replace("_", "-")


def _text(rule_id: str) -> str:
    return _read(os.path.join(_PACKAGE, *RULES[rule_id].module.split(".")[1:]) + ".md") or ""


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
