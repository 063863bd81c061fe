"""The modules of the package, read and not imported."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "gate"


class Use(NamedTuple):
    """A name that a module uses, and where."""

    name: str
    line: int


def modules(*floors: str) -> list[Path]:
    """Return the files of some floors, each a folder or a module; of the whole package without any."""
    chosen = [PACKAGE / floor for floor in floors] or [PACKAGE]
    files = [file for path in chosen for file in ([path] if path.suffix else sorted(path.rglob("*.py")))]
    assert all(file.is_file() for file in files)
    return files


def uses(source: str) -> Iterator[Use]:
    """Name everything that is imported, its attributes under their full names, and every other name as a builtin.

    What is imported for the type checker alone does not run, and is left out.
    """
    tree = ast.parse(source)
    known: dict[str, str] = {}
    for node in _running(tree):
        for name, alias in _imported(node):
            known[alias] = name
            yield Use(name, getattr(node, "lineno", 0))
    for node in _running(tree):
        if isinstance(node, ast.Name) and node.id not in known and isinstance(node.ctx, ast.Load):
            yield Use(f"builtins.{node.id}", node.lineno)
        elif isinstance(node, (ast.Attribute, ast.Name)) and _root(node) in known:
            yield Use(_dotted(node, known), node.lineno)


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        checked = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        waiting += node.orelse if isinstance(node, ast.If) and checked else ast.iter_child_nodes(node)


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name, alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield f"{node.module}.{alias.name}", alias.asname or alias.name


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _dotted(node: ast.expr, known: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, known)}.{node.attr}"
    return known.get(node.id, node.id) if isinstance(node, ast.Name) else ""
