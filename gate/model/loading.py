"""Imports by name, without the package that usually does it.

`importlib` brings `warnings` along, which costs a commit hook more than all of the rules it loads this way.
"""

from __future__ import annotations

from sys import modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def module(name: str) -> ModuleType:
    """Import a module by its full name."""
    __import__(name)
    return modules[name]
