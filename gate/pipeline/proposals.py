"""What a change would do, once merged, to what it is judged by: in words, with the place that says so.

Nothing of it counts yet, neither what it takes away nor what it adds; whoever reviews the change decides that.
"""

from __future__ import annotations

from gate.model.location import whole_file
from gate.model.record import replace
from gate.model.report import Change
from gate.pipeline.exceptions import worded
from gate.policy.statements import COMPANY, DEMANDING_ROLE, ORDERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.location import Location
    from gate.model.policy import Declaration, Exclusion, Grant, Policy, Variant
    from gate.model.profile import PlatformProfile
    from gate.model.reader import Subject
    from gate.model.sensitivity import Sensitivity
    from gate.pipeline.declarations import Declarations
    from gate.pipeline.linked import Linked


class Proposal:
    """The working tree's own declarations beside the trusted ones."""

    __slots__ = ("_linked", "_now", "_proposed", "_subjects")

    def __init__(self, linked: Linked, now: Declarations, proposed: Declarations) -> None:
        """Take what counts and what the change proposes."""
        self._linked = linked
        self._now = now
        self._proposed = proposed
        self._subjects = linked.subjects

    def changes(self) -> tuple[Change, ...]:
        """Return everything the change would alter; raise UsageError where a proposed file is wrong."""
        found = [change for subject in self._subjects for change in self._of(subject)]
        ours = {one.path: one for one in self._now.loaded}
        theirs = {one.path: one for one in self._proposed.loaded}
        for path in sorted(ours.keys() | theirs.keys()):
            found += self._declared(path, ours.get(path), theirs.get(path))
        return tuple(dict.fromkeys(found))

    def still_declared(self) -> frozenset[str]:
        """Return the names that the change leaves in the declarations."""
        return frozenset(entry.name for one in self._proposed.loaded for entry in one.workloads)

    def _of(self, subject: Subject) -> Iterator[Change]:
        was, will = self._linked.sensitivity(subject), self._linked.sensitivity(subject, self._proposed)
        if was != will:
            yield from _compared(subject, was, will)
        path = subject.at.path
        yield from self._policies(path, self._now.ruling(path).whole, self._proposed.ruling(path).whole)

    def _policies(self, path: str, was: Policy, will: Policy) -> Iterator[Change]:
        if was.digest == will.digest:
            return
        from gate.policy.ceiling import loosens

        weakens = loosens(was, will)
        names = f"by policy {will.name} instead of {was.name}" if was.name != will.name else f"by another {will.name}"
        declaration = self._proposed.of(path)
        at = whole_file(declaration.path or self._now.of(path).path or path)
        yield Change(f"has {declaration.folder or 'the repository'} judged {names}", at, weakens=weakens)

    def _declared(self, path: str, was: Declaration | None, will: Declaration | None) -> Iterator[Change]:
        at = whole_file(path)
        if was is not None and will is None:
            yield Change(f"removes the declaration {path}", at, weakens=True)
        yield from _granted(was.exceptions if was else (), will.exceptions if will else (), at)
        yield from _excluded(was.excluded if was else (), will.excluded if will else (), at)
        yield from _rendered(was.render if was else (), will.render if will else (), at)
        known = {entry.cause for entry in was.malformed} if was else set()
        for entry in will.malformed if will else ():
            if entry.cause not in known:
                yield Change(f"adds an exception that is not taken, because {entry.cause}", entry.at, weakens=False)
        if was is not None and will is not None:
            yield from _platform(was.platform, will.platform, at)


def _compared(subject: Subject, was: Sensitivity, will: Sensitivity) -> Iterator[Change]:
    name = subject.name
    for axis, order in ORDERS.items():
        old, new = was.axes.get(axis, ""), will.axes.get(axis, "")
        if old != new:
            label = name if axis == "class" else f"{axis} of {name}"
            weakens = bool(old) and (not new or order.index(new) < order.index(old))
            yield Change(_moved(label, old, new, weakens=weakens), _place(subject, axis, will, was), weakens=weakens)
    for regime in was.regulated:
        if regime not in will.regulated:
            at = _place(subject, "regulated", will, was)
            yield Change(f"no longer says that {name} is regulated by {regime}", at, weakens=True)
    for regime in will.regulated:
        if regime not in was.regulated:
            at = _place(subject, "regulated", will, was)
            yield Change(f"says that {name} is regulated by {regime}", at, weakens=False)
    if was.placement != will.placement:
        weakens = COMPANY.index(will.placement) < COMPANY.index(was.placement) or not was.placement
        text = _told("placement", name, was.placement, will.placement)
        yield Change(text, _place(subject, "class", will, was), weakens=weakens)
    if was.role != will.role:
        weakens = will.role not in ("", DEMANDING_ROLE) or was.role == DEMANDING_ROLE
        text = _told("role", name, was.role, will.role)
        yield Change(text, _place(subject, "class", will, was), weakens=weakens)


def _moved(label: str, old: str, new: str, *, weakens: bool) -> str:
    if not old:
        return f"declares {label} {new}"
    if not new:
        return f"takes back that {label} is {old}"
    return f"{'lowers' if weakens else 'raises'} {label} from {old} to {new}"


def _told(what: str, name: str, old: str, new: str) -> str:
    if not new:
        return f"takes back the {what} {old} of {name}"
    return f"declares the {what} of {name} {new}{f' instead of {old}' if old else ''}"


def _place(subject: Subject, axis: str, will: Sensitivity, was: Sensitivity) -> Location:
    """Return where the change says so, else the file that no longer does: its former lines are not those of today."""
    for statement in will.statements:
        if statement.axis == axis:
            return statement.at
    paths = {statement.at.path for statement in was.statements if statement.axis == axis} - {subject.at.path}
    return whole_file(min(paths)) if paths else subject.at


def _granted(was: Iterable[Grant], will: Iterable[Grant], at: Location) -> Iterator[Change]:
    old, new = _longest(was), _longest(will)
    for key, grant in new.items():
        before = old.get(key)
        if before is None:
            yield Change(f"adds the exception {_shown(grant)} until {grant.expires}", grant.at, weakens=True)
        elif before.expires < grant.expires:
            text = f"prolongs the exception {_shown(grant)} from {before.expires} to {grant.expires}"
            yield Change(text, grant.at, weakens=True)
        elif before.expires > grant.expires:
            text = f"shortens the exception {_shown(grant)} from {before.expires} to {grant.expires}"
            yield Change(text, grant.at, weakens=False)
        elif before.created != grant.created:
            # It may have begun too late, or lasted for too long, to be taken.
            text = f"has the exception {_shown(grant)} begin on {grant.created} instead of {before.created}"
            yield Change(text, grant.at, weakens=True)
    for key, grant in old.items():
        if key not in new:
            yield Change(f"takes back the exception {_shown(grant)}", at, weakens=False)


def _longest(grants: Iterable[Grant]) -> dict[tuple[str, ...], Grant]:
    """Return what each exception comes to: of several that say the same the one that lasts longest."""
    found: dict[tuple[str, ...], Grant] = {}
    for grant in grants:
        so_far = found.get(_key(grant))
        if so_far is None or so_far.expires < grant.expires:
            found[_key(grant)] = grant
    return found


def _key(grant: Grant) -> tuple[str, ...]:
    return grant.rule, grant.vulnerability.upper(), grant.workload, grant.subject, grant.fingerprint


def _shown(grant: Grant) -> str:
    return worded(grant).removeprefix("the exception ")


def _excluded(was: Iterable[Exclusion], will: Iterable[Exclusion], at: Location) -> Iterator[Change]:
    """Compare glob by glob; why a file is not judged is nobody's but the reader's."""
    old, new = ({glob: entry for entry in entries for glob in entry.paths} for entries in (was, will))
    for glob, entry in new.items():
        if glob not in old:
            yield Change(f"has {glob} no longer judged: {entry.reason}", entry.at, weakens=True)
    for glob in old:
        if glob not in new:
            yield Change(f"has {glob} judged again", at, weakens=False)


def _rendered(was: Iterable[Variant], will: Iterable[Variant], at: Location) -> Iterator[Change]:
    """Compare the ways to render charts; other values may come to other workloads."""
    old, new = ({(one.chart, one.name): one for one in entries} for entries in (was, will))
    for (chart, name), one in new.items():
        named = f"{chart or '.'}{f' as {name}' if name else ''}"
        before = old.get((chart, name))
        if before is None:
            yield Change(f"renders {named} too", one.at, weakens=False)
        elif replace(before, at=one.at) != one:
            yield Change(f"renders {named} with another release, namespace or values", one.at, weakens=True)
    for chart, name in sorted(old.keys() - new.keys()):
        yield Change(f"no longer renders {chart or '.'}{f' as {name}' if name else ''}", at, weakens=True)


def _platform(was: PlatformProfile, will: PlatformProfile, at: Location) -> Iterator[Change]:
    """Every other word about the platform may permit something, whichever way it goes."""
    for field in was._fields:
        old, new = getattr(was, field), getattr(will, field)
        if isinstance(old, tuple):
            known = {(one.name, one.value) for one in old}
            for one in new:
                if (one.name, one.value) not in known:
                    yield Change(f"declares platform.{field}: {one.name} is {one.value}", one.at, weakens=True)
            left = {(one.name, one.value) for one in new}
            for one in old:
                if (one.name, one.value) not in left:
                    yield Change(f"takes back platform.{field}: {one.name} is {one.value}", at, weakens=True)
        elif old != new:
            stated = "nothing" if new in (None, "") else str(new).lower()
            yield Change(f"declares platform.{field}: {stated}", at, weakens=True)
