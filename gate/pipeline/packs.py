"""Policies by name or by file, for the commands that are about a policy."""

from __future__ import annotations

from gate.model.errors import UsageError
from gate.pipeline.declarations import named_source
from gate.pipeline.files import Files, root_of
from gate.policy.shipped import shipped_policy
from gate.rules.registry import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.policy import Policy
    from gate.model.source import Source
    from gate.policy.lint import Problem


def pack(name: str) -> Policy:
    """Load a policy: a file when the name ends like one, else a pack that ships with the gate."""
    if not _is_file(name):
        return shipped_policy(name)
    from gate.policy.pack import load_policy

    return load_policy(_opened(name))


def doubts(name: str) -> list[Problem]:
    """Return what is wrong with a policy file, or doubtful."""
    if not _is_file(name):
        raise UsageError(f"{name} is no file", remedy="name a policy file that ends in .yaml")
    from gate.policy.lint import lint

    return lint(_opened(name), RULES)


def _is_file(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


def _opened(name: str) -> Source:
    return named_source(Files(root_of(".")), name)
