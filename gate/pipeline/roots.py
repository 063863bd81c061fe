"""Where the paths of a command line stand: below one root, as paths relative to it."""

from __future__ import annotations

import os

from gate.model.errors import UsageError
from gate.pipeline.files import root_of


def rooted(paths: list[str]) -> tuple[str, list[str]]:
    """Return the root that holds every path, and the paths relative to it."""
    if not paths:
        return root_of("."), []
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"there is no file or folder {path}", remedy="name paths that exist")
    root = _root(paths)
    relative = []
    for path in paths:
        full = absolute(path)
        if os.path.islink(full) and os.path.isdir(full):
            full = os.path.realpath(full)
            if full != root and not full.startswith(root.rstrip("/") + "/"):
                raise UsageError(f"{path} is a link out of {root}", remedy="name the folder that it points at")
        if full != root and not full.startswith(root.rstrip("/") + "/"):
            raise UsageError(f"{path} is not below {root}", remedy="judge it in a run of its own")
        relative.append(os.path.relpath(full, root).replace(os.sep, "/") if full != root else "")
    return root, list(dict.fromkeys(relative))


def _root(paths: list[str]) -> str:
    """Return the repository of the first path; outside of repositories, the folder that all paths have in common."""
    roots = [root_of(os.path.dirname(absolute(path)) if os.path.islink(path) else path) for path in paths]
    if any(os.path.exists(os.path.join(root, ".git")) for root in roots):
        return roots[0]
    return os.path.commonpath(roots)


def absolute(path: str) -> str:
    """Return the absolute path with the links of its folder resolved, and the last part as it is."""
    full = os.path.abspath(path)
    folder, name = os.path.split(full)
    return os.path.join(os.path.realpath(folder), name) if name else os.path.realpath(full)
