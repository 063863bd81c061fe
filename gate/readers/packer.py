"""Packer templates: HCL folders and the older JSON files.

The sources of a folder come from all its files together, and each is reported by the file that holds it.
"""

from __future__ import annotations

from gate.dialects.packer import MAX_BUILDERS, PLATFORMS
from gate.model.coverage import Skipped
from gate.model.errors import InputError
from gate.model.location import whole_file
from gate.model.reader import Reader, Reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.packer import Recipe
    from gate.model.source import Source, Sources

_HCL = ".pkr.hcl"

#: What a JSON file must contain to be worth parsing.
_MARKS = (b'"builders"',)


def claims(source: Source) -> bool:
    """Say whether this is a Packer template."""
    if source.path.endswith(_HCL):
        return True
    if source.path.endswith(".pkr.json"):
        return True
    if not all(mark in source.data for mark in _MARKS):
        return False
    from gate.dialects.packer_json import is_template
    from gate.syntax.json import parse

    return is_template(parse(source).root)


def read(source: Source, sources: Sources) -> Reading:
    """Read the sources that a file holds."""
    if source.path.endswith(_HCL):
        return _hcl(source, sources)
    if source.path.endswith(".pkr.json"):
        problem = InputError(
            "writes HCL as JSON, which is not read", at=whole_file(source.path), remedy="write it as `.pkr.hcl`"
        )
        return Reading(problems=(problem,))
    return _json(source, sources)


def _hcl(source: Source, sources: Sources) -> Reading:
    from gate.dialects.packer_builds import recipes
    from gate.dialects.packer_hcl import configuration, parse_problem

    problem = parse_problem(source)
    if problem is not None:
        return Reading(problems=(problem,))
    found = recipes(source, configuration(source, sources))
    unused = [Skipped(recipe.at, "no build uses this source") for recipe, used in found if not used]
    return _reading(source, [recipe for recipe, used in found if used], unused, sources)


def _json(source: Source, sources: Sources) -> Reading:
    from gate.dialects.packer_json import recipes
    from gate.syntax.json import parse
    from gate.syntax.tree import Mapping

    root = parse(source).root
    return _reading(source, recipes(root, source.path) if isinstance(root, Mapping) else [], [], sources)


def _reading(source: Source, recipes: list[Recipe], skipped: list[Skipped], sources: Sources) -> Reading:
    from gate.dialects.packer_template import template

    if len(recipes) > MAX_BUILDERS:
        cause = f"holds more than {MAX_BUILDERS} builders"
        return Reading(problems=(InputError(cause, at=whole_file(source.path), remedy="split the template"),))
    known = [recipe for recipe in recipes if recipe.builder in PLATFORMS]
    other = [
        Skipped(recipe.at, f"the builder `{recipe.builder}` makes no machine of a hypervisor that is judged here")
        for recipe in recipes
        if recipe.builder not in PLATFORMS
    ]
    return Reading(tuple(template(recipe, sources) for recipe in known), skipped=(*skipped, *other))


READER = Reader("packer", ("kvm", "virtualbox", "vmware", "hyper-v"), claims, read)
