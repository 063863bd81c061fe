"""What of a policy is in force on a day, and what is still to come.

A demand is in force from its `effective_on` to its `until`, both days included. What begins later is announced
beforehand, so that nobody learns of it from a build that fails.
"""

from __future__ import annotations

from gate.model.days import days, iso
from gate.model.record import replace
from gate.policy.ceiling import canonical, stricter_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.policy import DatedPolicy, DatedRule, Policy, RequirementRule

#: The last day that can be written; nothing comes after it.
FOREVER = "9999-12-31"


def in_force(policy: Policy, day: str) -> Policy:
    """Return what counts on a day (ISO 8601), without any dates; it keeps the name and the digest of the whole."""
    rules = tuple(replace(rule, effective_on="", until="") for rule in policy.requirements if _holds(rule, day))
    required = tuple(rule.rule for rule in policy.dated_require if _holds(rule, day))
    always = replace(policy, requirements=rules, require=policy.require + required, dated_require=(), dated_policies=())
    joined = canonical(always)
    for part in policy.dated_policies:
        if _holds(part, day):
            joined = stricter_of(joined, in_force(part.policy, day))
    return replace(joined, name=policy.name, digest=policy.digest)


def upcoming(policy: Policy, day: str) -> tuple[tuple[str, Policy], ...]:
    """Return the later days on which more is demanded than on the day before, each with what is in force then."""
    return tuple((begins, in_force(policy, begins)) for begins in sorted({*_turns(policy)}) if begins > day)


def days_named(policy: Policy) -> int:
    """Count the days on which something begins to be demanded."""
    return len({*_turns(policy)})


def _holds(dated: RequirementRule | DatedRule | DatedPolicy, day: str) -> bool:
    return dated.effective_on <= day and (not dated.until or day <= dated.until)


def _turns(policy: Policy) -> Iterator[str]:
    """Yield the days on which a demand begins or a permission has ended."""
    for rule in policy.requirements:
        if rule.allows and rule.until and rule.until < FOREVER:
            yield iso(days(rule.until) + 1)
        elif not rule.allows and rule.effective_on:
            yield rule.effective_on
    yield from (rule.effective_on for rule in policy.dated_require if rule.effective_on)
    for part in policy.dated_policies:
        if part.effective_on:
            yield part.effective_on
        yield from (turn for turn in _turns(part.policy) if _holds(part, turn))
