"""Which subjects an entry of the declaration speaks of.

A glob is a path relative to the declaration's folder: `*` is any run of characters within one segment, `?` any one of
them, `**` as a whole segment any number of segments; every other character is itself. Both matchers are iterative and
take time in proportion to the product of the two lengths, so that no pattern can be made expensive.
"""

from __future__ import annotations

from gate.model.profile import IS_ALSO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.policy import Declaration, DeclaredWorkload, Exclusion, Selector


def entries_for(
    declaration: Declaration, *, path: str, platform: str, kind: str, name: str, namespace: str
) -> tuple[DeclaredWorkload, ...]:
    """Return the entries that speak of a subject; `path` is relative to the root of the scan."""
    inner = below(declaration.folder, path)
    if inner is None:
        return ()
    return tuple(
        entry
        for entry in declaration.workloads
        if any(matches(selector, inner, platform, kind, name, namespace) for selector in entry.selectors)
    )


def excluding(declaration: Declaration, path: str) -> Exclusion | None:
    """Return the entry that excludes a file; `path` is relative to the root of the scan."""
    inner = below(declaration.folder, path)
    if inner is None:
        return None
    return next((one for one in declaration.excluded if any(path_matches(glob, inner) for glob in one.paths)), None)


def below(folder: str, path: str) -> str | None:
    """Return the path relative to the folder, or None when it is not in it."""
    if not folder:
        return path
    return path[len(folder) + 1 :] if path.startswith(f"{folder}/") else None


def matches(selector: Selector, path: str, platform: str, kind: str, name: str, namespace: str) -> bool:
    """Tell whether every part that the selector gives matches; `path` is relative to the declaration's folder."""
    if selector.paths and not any(path_matches(glob, path) for glob in selector.paths):
        return False
    is_platform = bool(selector.platform) and IS_ALSO.get(platform) == selector.platform
    parts = (
        ("" if is_platform else selector.platform, platform),
        (selector.kind, kind),
        (selector.name, name),
        (selector.namespace, namespace),
    )
    return all(not glob or word_matches(glob, word) for glob, word in parts)


def path_matches(glob: str, path: str) -> bool:
    """Match a path, segment by segment."""
    segments = path.split("/")
    reached = [True] + [False] * len(segments)
    for part in glob.split("/"):
        if part == "**":
            for index in range(1, len(reached)):
                reached[index] = reached[index] or reached[index - 1]
        else:
            reached = [False] + [
                before and word_matches(part, segment) for before, segment in zip(reached, segments, strict=False)
            ]
    return reached[-1]


def word_matches(glob: str, word: str) -> bool:
    """Match one segment: on a mismatch let the latest `*` take one character more."""
    at_glob = at_word = 0
    star, taken = -1, 0
    while at_word < len(word):
        here = glob[at_glob] if at_glob < len(glob) else ""
        if here == "*":
            star, taken = at_glob, at_word
            at_glob += 1
        elif here and here in ("?", word[at_word]):
            at_glob += 1
            at_word += 1
        elif star >= 0:
            taken += 1
            at_glob, at_word = star + 1, taken
        else:
            return False
    return not glob[at_glob:].strip("*")
