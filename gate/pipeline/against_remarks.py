"""The findings about no single subject that a change brings: about declarations, exceptions and the trusted side."""

from __future__ import annotations

from collections import Counter

from gate.model.fingerprint import fingerprint
from gate.model.subject import Workload
from gate.policy.selection import below, entries_for, path_matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.location import Location
    from gate.model.policy import Declaration, DeclaredWorkload
    from gate.model.reader import Subject
    from gate.model.rule import Finding
    from gate.pipeline.against_delta import Comparing

#: What is said by looking at everything: of an exception that nothing needs it, that it names too many, or that another
#: one does as much; of a node pool that no workload asks for its sandbox.
OF_ALL = frozenset({"DCL005", "DCL010", "DCL011", "TPL022"})

#: That a declared workload matches nothing.
UNMATCHED = "DCL006"


def remarks(comparing: Comparing) -> tuple[Finding, ...]:
    """Return what is said of the side after the change and was not before it.

    Where a declaration stays as it was, not all is judged that it speaks of: then nothing is said of its exceptions
    that only all would tell, and of a workload that matches nothing here only once all files are looked into.
    """
    was = Counter(map(_key, comparing.was.remarks())) if comparing.has_both else Counter[str]()
    found = []
    for finding in comparing.now.remarks():
        was[_key(finding)] -= 1
        if was[_key(finding)] < 0 and _counts(comparing, finding):
            found.append(finding)
    return comparing.now.announced.blocking(found)


def _key(finding: Finding) -> str:
    return fingerprint(finding, finding.at.path)


def _counts(comparing: Comparing, finding: Finding) -> bool:
    """Say whether a remark holds of everything that is there, not only of what was judged."""
    path = finding.at.path
    if comparing.scope.is_everything or path in comparing.sides.touched.paths:
        return True
    if finding.rule != UNMATCHED:
        return finding.rule not in OF_ALL
    return not any(_speaks(comparing, declaration, finding.at) for declaration in comparing.now.declarations.loaded)


def _speaks(comparing: Comparing, declaration: Declaration, at: Location) -> bool:
    """Say whether an entry of a declaration speaks of something in a file that is the same on both sides."""
    entry = next((one for one in declaration.workloads if one.at == at), None)
    return entry is not None and any(
        entry in _entries(declaration, path, subject)
        for path in _candidates(comparing, declaration, entry)
        for subject in comparing.sides.alone(path).subjects
    )


def _candidates(comparing: Comparing, declaration: Declaration, entry: DeclaredWorkload) -> Iterator[str]:
    """Yield the files below a declaration whose paths an entry may mean."""
    for path in sorted(comparing.sides.candidates - comparing.sides.touched.paths):
        inner = below(declaration.folder, path)
        globs = [selector.paths for selector in entry.selectors]
        if inner is not None and any(not paths or any(path_matches(glob, inner) for glob in paths) for paths in globs):
            yield path


def _entries(declaration: Declaration, path: str, subject: Subject) -> tuple[DeclaredWorkload, ...]:
    workload = subject if isinstance(subject, Workload) else None
    return entries_for(
        declaration,
        path=subject.at.path or path,
        platform=subject.platform,
        kind=workload.kind if workload is not None else type(subject).__name__,
        name=subject.name,
        namespace=workload.namespace if workload is not None else "",
    )
