"""Functions are short."""

from __future__ import annotations

import ast
from functools import cache
from statistics import median

from tests.contracts.code import PACKAGE, modules

LONGEST, MEDIAN = 60, 10


@cache
def lengths() -> dict[str, int]:
    """Return the number of lines of every function of the package, its docstring left out."""
    found = {}
    for file in modules():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                end = node.end_lineno or node.lineno
                described = ast.get_docstring(node, clean=False) or ""
                found[f"{file.relative_to(PACKAGE)}:{node.lineno} {node.name}"] = (
                    end - node.lineno + 1 - (described.count("\n") + 1 if described else 0)
                )
    return found


def test_none_is_long() -> None:
    assert {name: length for name, length in lengths().items() if length > LONGEST} == {}


def test_half_of_them_are_very_short() -> None:
    assert median(lengths().values()) <= MEDIAN
