"""Policy packs that installed packages offer, by the entry-point group `boundary_gate.policies`.

An entry point's name is the pack's, and its value names a file within a package: `acme_policies:org.yaml`. The file is
read and the package is not imported. What lies in the tree under judgement offers nothing.
"""

from __future__ import annotations

import os
import re
import sys

from gate.model.errors import InputError, UsageError
from gate.model.source import Source
from gate.pipeline.files import Files
from gate.policy.pack import NAME
from gate.policy.shape import nearest
from gate.policy.shipped import SHIPPED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.location import Location

GROUP = "boundary_gate.policies"

#: A package, and a file within it.
VALUE = re.compile(r"([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)*):([^\\:\x00-\x1f\x7f]+\.ya?ml)")


def installed(name: str, root: str, at: Location | None = None) -> tuple[Source, str]:
    """Return the file of an installed pack and its absolute path; `root` is the tree under judgement."""
    folders = [*_folders(root)]
    offers: dict[str, dict[tuple[str, str], None]] = {}
    for offered, value, distribution in _offers(folders):
        offers.setdefault(offered, {})[distribution, value] = None
    if name not in offers:
        known = (*SHIPPED, *sorted(offers.keys() - {*SHIPPED}))
        raise UsageError(
            f"there is no policy pack `{name}`", at=at, remedy=f"{nearest(name, known)}, or a file that ends in .yaml"
        )
    if len(offers[name]) > 1:
        whose = " and ".join(distribution for distribution, _ in offers[name])
        raise UsageError(f"the pack `{name}` is offered by {whose}", at=at, remedy="uninstall all but one")
    ((distribution, value),) = offers[name]
    return _file(distribution, value, folders, at)


def _folders(root: str) -> Iterator[str]:
    """Yield where packages are installed: everything on the path that is not of the tree under judgement.

    An environment of the running interpreter may lie in it, as `.venv` often does: the gate itself runs from there.
    """
    below, own = root.rstrip("/") + "/", os.path.realpath(sys.prefix)
    for entry in sys.path:
        real = os.path.realpath(entry or ".")
        of_the_tree = real == root or real.startswith(below)
        if os.path.isdir(real) and (not of_the_tree or (real.startswith(own + "/") and own != root)):
            yield real


def _offers(folders: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the value and the distribution of every entry point; of two installations the first counts."""
    from importlib.metadata import distributions

    seen = set()
    for distribution in distributions(path=folders):
        owner = distribution.metadata["Name"]
        if owner and owner not in seen:
            seen.add(owner)
            for point in distribution.entry_points:
                if point.group == GROUP and re.fullmatch(NAME, point.name):
                    yield point.name, point.value, owner


def _file(distribution: str, value: str, folders: list[str], at: Location | None) -> tuple[Source, str]:
    from importlib.machinery import PathFinder

    parts = VALUE.fullmatch(value)
    if parts is None:
        remedy = "its author has to write it as package:file.yaml"
        raise UsageError(f"{distribution} offers a policy as `{value[:60]}`", at=at, remedy=remedy)
    package, inner, file = parts.groups()
    spec = PathFinder.find_spec(package, folders)
    for base in (spec and spec.submodule_search_locations) or ():
        files = Files(os.path.realpath(os.path.join(base, *inner.split(".")[1:])))
        try:
            source = files.open(file)
        except InputError as error:
            raise UsageError(f"the policy of {distribution} {error.cause}", at=error.at, remedy=error.remedy) from None
        if source is not None:
            shown = f"{(package + inner).replace('.', '/')}/{source.path}"
            return Source(shown, source.data), os.path.join(files.root, source.path)
    remedy = "install it again, or tell its author"
    raise UsageError(f"{distribution} offers the policy {value}, and there is no such file", at=at, remedy=remedy)
