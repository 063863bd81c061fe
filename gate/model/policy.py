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

STAGES: tuple[Stage, ...] = ("commit", "build", "deploy")

LEVELS = ("L0", "L1", "L2", "L3", "L4", "L5", "L6", "L7")

#: What a requirement rule may demand beside a level.
NEEDS = {
    "cc": "confidential computing: the boundary also keeps the host's operator out",
    "limits": "a memory limit",
    "no-build-entitlements": "builds run without privileged mode and without insecure entitlements",
    "own-namespace": "no workload without such a role shares the namespace",
    "pinned": "the code is first-party, or every image is named by digest",
    "waiver": "an exception in force for the workload, with an owner, a reason and an end",
}

#: The evidence that a stage may be expected to have.
EVIDENCE = ("isolation", "recipe_age", "image_age", "package_freshness")

#: Deadlines by severity that a policy may hold package fixes to.
REMEDIATION_PROFILES = ("default", "pci-4.0.1", "fedramp-rev5", "fedramp-vdr", "bod-26-04")


class Condition(Record):
    """One comparison over a workload's sensitivity or platform; plain data.

    Fields are the axes of `gate.model.sensitivity`, `class`, `impact` (the FIPS 199 high-water mark), `regulated`,
    `placement`, `role`, `os` and `platform`. `at-least` compares by the order of the axis, `contains` asks a set
    whether it has any of the values, and `any-of` joins the `alternatives` by "or" and has no field. What nobody
    stated is no value: `is`, `in`, `at-least` and `contains` do not hold of it, `is-not` and `not-in` do. Only an
    unstated `placement` is unknown instead, and so is an `os` that the input does not tell.
    """

    field: str
    operator: Operator
    values: tuple[str, ...]
    alternatives: tuple[tuple[Condition, ...], ...] = ()


class RequirementRule(Record):
    """When all conditions hold, the workload needs the level.

    `dedicated_level` is the level that is enough when the placement is dedicated, empty where that changes nothing;
    `needs` are further demands (`NEEDS`). A rule with `allows` demands no level: it permits one that is lower than
    the others demand, to a workload that meets its `needs`. It is in force from `effective_on` to `until`, both
    included, ISO 8601 days; an empty one is no bound.
    """

    id: str
    when: tuple[Condition, ...]
    level: str
    dedicated_level: str
    needs: tuple[str, ...]
    allows: str
    text: str
    source: str
    effective_on: str = ""
    until: str = ""


class DatedRule(Record):
    """An entry of `require` that is in force from one day to another, both included; an empty one is no bound."""

    rule: str
    effective_on: str
    until: str


class Threshold(Record):
    """The least score that passes, and what an interval across it does."""

    minimum: int
    undecided: OnUndecided


class Policy(Record):
    """A policy pack.

    `undeclared` is `warn`, or the class that a workload nobody declared is counted as. `unrendered` says what a
    template that nobody rendered does. `classes` maps each class to its FIPS 199 impact. `remediation` names
    profiles of deadlines for package fixes. `require` lists rules that block whatever the level is, and
    `dated_require` those that do so between two days. `longest_exception` bounds the days of an exception by the class
    of its workload; from the rules of `never_excepted` none is permitted. Between its days each of `dated_policies`
    is demanded as well.
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
    never_excepted: tuple[str, ...]
    dated_require: tuple[DatedRule, ...] = ()
    dated_policies: tuple[DatedPolicy, ...] = ()

    @property
    def dated(self) -> bool:
        """Whether it is not the same on every day."""
        rules = any(rule.effective_on or rule.until for rule in self.requirements)
        return rules or bool(self.dated_require or self.dated_policies)


class DatedPolicy(Record):
    """A whole policy that is in force from one day to another, both included; an empty one is no bound."""

    effective_on: str
    until: str
    policy: Policy


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
    """One entry of `exceptions`: a time-boxed, owned, reasoned permission. Dates are ISO 8601 days.

    It permits what one `rule` finds, or one `vulnerability` whichever rule finds it, to every subject of a name
    (`workload`, a subject's own or that of its entry) or to one `subject` by its id. With a `fingerprint` it permits
    one finding of each and no other. What is not given is empty.
    """

    rule: str
    workload: str
    reason: str
    owner: str
    created: str
    expires: str
    at: Location
    vulnerability: str = ""
    subject: str = ""
    fingerprint: str = ""
    ticket: str = ""


class Malformed(Record):
    """An entry of `exceptions` that permits nothing: what is wrong with it, or that it is too broad, and where."""

    cause: str
    remedy: str
    at: Location
    broad: bool = False


class Exclusion(Record):
    """One entry of `exclude`: files that are not judged. `paths` are globs as those of a selector."""

    paths: tuple[str, ...]
    reason: str
    at: Location


class Variant(Record):
    """One way to render a chart: its folder, what the way is called, the release's name and namespace, and its values.

    The folder is relative to the declaration's, the files of values to the root of the scan.
    """

    chart: str
    name: str
    release: str
    namespace: str
    values: tuple[str, ...]
    at: Location


class Declaration(Record):
    """A `.gate.yaml`; `folder` is where it stands, relative to the root of the scan, empty for the root itself.

    `policy` is what it names, empty where it names none.
    """

    path: str
    folder: str
    policy: str
    platform: PlatformProfile
    workloads: tuple[DeclaredWorkload, ...]
    exceptions: tuple[Grant, ...]
    malformed: tuple[Malformed, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    render: tuple[Variant, ...] = ()
