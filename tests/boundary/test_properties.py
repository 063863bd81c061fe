"""What must hold of every workload: the unknown never helps, never hides, and what is worse is never better."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gate.boundary.facts import Facts
from gate.boundary.level import boundary
from gate.judge import judge_facts
from gate.linking.link import Links
from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.model.profile import PlatformProfile
from gate.model.record import Record, replace
from gate.model.report import Requirement
from gate.model.rule import Finding
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.compose import READER as COMPOSE
from gate.rules.registry import RULES, load
from gate.scores.isolation_fitness import isolation_fitness
from tests.verbs import NoFiles

PROFILE = PlatformProfile()
NEEDS_L3 = Requirement(3, 3, None, (), (), "")


#: One worsening each: keys of a Compose service, the rule that finds it, and the field that holds it.
WORSE: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"privileged": True}, "ISO001", "privileged"),
    ({"cap_add": ["SYS_ADMIN"]}, "ISO019", "capabilities_added"),
    ({"pid": "host"}, "ISO004", "pid"),
    ({"network_mode": "host"}, "ISO002", "network"),
    ({"ipc": "host"}, "ISO003", "ipc"),
    ({"uts": "host"}, "ISO005", "uts"),
    ({"cgroup": "host"}, "ISO006", "cgroup"),
    ({"devices": ["/dev/sda:/dev/sda"]}, "ISO012", "devices"),
    ({"gpus": "all"}, "ISO013", "gpus"),
    ({"volumes": ["/var/run/docker.sock:/s"]}, "ISO009", "mounts"),
    ({"sysctls": {"kernel.core_pattern": "x"}}, "ISO018", "sysctls"),
    ({"volumes_from": ["container:other"]}, "ISO037", "joined_namespaces"),
    ({"user": "0"}, "ISO027", "user"),
)

#: Safeguards that a service may have.
SAFE: tuple[dict[str, Any], ...] = (
    {"user": "10001"},
    {"cap_drop": ["ALL"]},
    {"security_opt": ["no-new-privileges:true"]},
    {"read_only": True},
    {"mem_limit": "64m"},
    {"runtime": "io.containerd.runsc.v1"},
    {"runtime": "io.containerd.kata.v2"},
    {"isolation": "hyperv"},
)

SERVICES = st.tuples(st.lists(st.sampled_from(SAFE), max_size=5), st.lists(st.sampled_from(WORSE), max_size=3)).map(
    lambda parts: {
        key: value for part in [*parts[0], *(worse for worse, _, _ in parts[1])] for key, value in part.items()
    }
)


def workload(service: dict[str, Any]) -> Workload:
    """Read a service and link it."""
    text = json.dumps({"services": {"web": {"image": "x", **service}}})
    (found,) = COMPOSE.read(Source("compose.yaml", text.encode()), NoFiles()).subjects
    assert isinstance(found, Workload)
    return Links((), (), PROFILE).link(found)


def levels(subject: Workload) -> tuple[int, int]:
    """The worst and the best level."""
    found = boundary(subject, Facts(subject, PROFILE), PROFILE)
    return found.worst, found.best


def fitness(subject: Workload) -> tuple[int, int]:
    """The least and the most that isolation fitness can be."""
    facts = Facts(subject, PROFILE)
    score = isolation_fitness(boundary(subject, facts, PROFILE), facts, NEEDS_L3, frozenset())
    assert score is not None
    return score.lo, score.hi


def failed(subject: Workload) -> set[Finding]:
    """Every failed finding of the rules about facts."""
    facts = Facts(subject, PROFILE)
    return {
        finding
        for rule_id, entry in RULES.items()
        if entry.facts
        for finding, *_ in judge_facts(load(rule_id), facts)
        if finding.outcome == "failed"
    }


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all settings and lists below a record."""
    found: list[tuple[Any, ...]] = []
    if isinstance(value, Stated | Defaulted):
        found.append(path)
        found += places(value.value, (*path, "value"))
    elif isinstance(value, Items):
        found.append(path)
        for index, member in enumerate(value.members):
            found += places(member, (*path, "members", index))
    elif isinstance(value, Record):
        for field in value._fields:
            found += places(getattr(value, field), (*path, field))
    return found


def doubted(value: Any, path: tuple[Any, ...]) -> Any:
    """The same value with one setting unknown, or one list open."""
    if not path:
        if isinstance(value, Items):
            return replace(value, complete=False, open_because="nobody knows")
        return Unknown("nobody knows", value.at)
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return (*value[:step], doubted(value[step], rest), *value[step + 1 :])
    return replace(value, **{step: doubted(getattr(value, step), rest)})


FACETS = ("containers", "namespaces", "sandbox", "credentials", "build")


@given(SERVICES, st.data())
@settings(max_examples=260, derandomize=True, deadline=None)
def test_the_unknown_only_widens(service: dict[str, Any], data: st.DataObject) -> None:
    subject = workload(service)
    choices = [path for path in places(subject) if path[0] in FACETS]
    doubtful: Workload = doubted(subject, data.draw(st.sampled_from(choices)))
    worst, best = levels(subject)
    worse, better = levels(doubtful)
    assert worse <= worst <= best <= better
    lo, hi = fitness(subject)
    lower, higher = fitness(doubtful)
    assert lower <= lo <= hi <= higher


@given(SERVICES, st.sampled_from(WORSE), st.data())
@settings(max_examples=260, derandomize=True, deadline=None)
def test_the_unknown_hides_no_certain_finding(
    service: dict[str, Any], risk: tuple[dict[str, Any], str, str], data: st.DataObject
) -> None:
    """Doubting whatever else there is, one setting or the rest of any list, leaves a certain finding."""
    keys, rule, field = risk
    subject = workload({**service, **keys})
    whole = ("containers", "members", 0)
    choices = [path for path in places(subject) if path[0] in FACETS and field not in path[:-1] and path != whole]
    path = data.draw(st.sampled_from([path for path in choices if path[-1] != field or "privilege" not in path]))
    certain = {finding for finding in failed(subject) if finding.rule == rule}
    if path[-1] == field and not isinstance(_found(subject, path), Items):
        return
    assert certain
    assert certain <= failed(doubted(subject, path))


def _found(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step] if isinstance(step, int) else getattr(value, step)
    return value


@given(SERVICES, st.sampled_from(WORSE))
@settings(max_examples=260, derandomize=True, deadline=None)
def test_what_is_worse_is_never_better(service: dict[str, Any], risk: tuple[dict[str, Any], str, str]) -> None:
    before, after = workload(service), workload({**service, **risk[0]})
    assert all(new <= old for new, old in zip(levels(after), levels(before), strict=True))
    assert all(new <= old for new, old in zip(fitness(after), fitness(before), strict=True))
