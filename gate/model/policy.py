"""A policy and a declaration, as loaded and valid."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.model.location import Location
    from gate.model.profile import PlatformProfile
    from gate.model.score import Dimension
    from gate.model.sensitivity import Statement

    Operator = Literal["is", "is-not", "in", "not-in", "at-least", "contains", "any-of"]
    OnUndecided = Literal["fail", "warn"]
    Stage = Literal["commit", "build", "deploy"]


class Condition(Record):
    """One comparison over a workload's sensitivity or platform; plain data.

    Fields are the axes of `gate.model.sensitivity`, `class`, `impact` (the FIPS 199 high-water mark), `regulated`,
    `placement`, `role`, `os` and `platform`. `at-least` compares by the order of the axis, `contains` asks a set for
    one member, and `any-of` joins the `alternatives` by "or" and has no field.
    """

    field: str
    operator: Operator
    values: tuple[str, ...]
    alternatives: tuple[tuple[Condition, ...], ...] = ()


class RequirementRule(Record):
    """When all conditions hold, the workload needs the level.

    `dedicated_level` is the level that is enough when the placement is dedicated, empty where that changes nothing;
    `needs` are further demands (`cc`, `limits`, `waiver`), `allows` is a level that a role permits instead of demanding.
    """

    id: str
    when: tuple[Condition, ...]
    level: str
    dedicated_level: str
    needs: tuple[str, ...]
    allows: str
    text: str
    source: str


class Threshold(Record):
    """The least score that passes, and what an interval across it does."""

    minimum: int
    undecided: OnUndecided


class Policy(Record):
    """A policy pack.

    `undeclared` is `warn`, or the class that a workload nobody declared is counted as. `unrendered` says what a
    template that nobody rendered does. `require` lists rules that block whatever the level is.
    """

    name: str
    digest: str
    undeclared: str
    unrendered: OnUndecided
    classes: dict[str, str]
    requirements: tuple[RequirementRule, ...]
    thresholds: dict[str, dict[Dimension, Threshold]]
    evidence: dict[Stage, tuple[str, ...]]
    remediation: tuple[str, ...]
    require: tuple[str, ...]
    longest_exception: dict[str, int]


class Selector(Record):
    """Which subjects an entry of the declaration speaks of: every part that is given has to match.

    `paths` are globs over the paths of files relative to the declaration's folder.
    """

    paths: tuple[str, ...]
    platform: str
    kind: str
    name: str
    namespace: str


class DeclaredWorkload(Record):
    """One entry of `workloads`."""

    name: str
    selectors: tuple[Selector, ...]
    statements: tuple[Statement, ...]
    placement: str
    role: str
    at: Location


class Grant(Record):
    """One entry of `exceptions`: a time-boxed, owned, reasoned permission. Dates are ISO 8601 days."""

    rule: str
    workload: str
    reason: str
    owner: str
    created: str
    expires: str
    at: Location


class Declaration(Record):
    """A `.gate.yaml`; `folder` is where it stands, relative to the root of the scan, empty for the root itself."""

    path: str
    folder: str
    policy: str
    platform: PlatformProfile
    workloads: tuple[DeclaredWorkload, ...]
    exceptions: tuple[Grant, ...]
