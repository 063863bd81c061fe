"""The hand-written checks decide; the schemas, which editors use, say the same of everything a schema can say."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
import yaml
from hypothesis import event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from gate.model.errors import UsageError
from gate.model.location import whole_file
from gate.model.record import replace
from gate.model.source import Source
from gate.policy.baseline import load_baseline
from gate.policy.cases import load_cases
from gate.policy.declaration import load_declaration
from gate.policy.pack import load_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Data: TypeAlias = Any

ROOT = Path(__file__).parents[2]

#: What a schema cannot say: how two values go together.
SENSE = re.compile(
    r"is given a lower impact than|is held to less than|may last longer for|is higher than `level`"
    r"|there are two (requirements|workloads)|before it was created|have no names of their own"
    r"|says again what another one says"
    r"|before it is effective|goes down from|becomes stricter on more than|ships with the gate"
)

#: Values that are wrong almost everywhere.
ODD: list[Data] = [
    None, True, False, 0, 1, 1.0, 1.5, -1, 101, 3661, "", " ", "\n", "x", "X1", "no", "1.30", "low", "high", "warn",
    "L3", "internet", "kubernetes", "dedicated", "ISO004", "2026-11-01", "2026-02-29", "0000-01-01", "2026-1-1", "../x",
    "a/../b", "/x", "a*", "CVE-2026-1", "0123456789abcdef", "a\\b", "x.yaml", "a\nb",
    "~x", "c:/x", [], ["x"], [[]], [{}], {}, {"x": 1},
    {"at-least": "high"}, {"in": ["internet"]}, {"is-not": "shared"}, {"in": "internet"}, {"in": []},
    {"is": "x", "is-not": "x"}, {"contains": "pci"}, "standard", {"pack": "strict"}, [{"pack": "strict"}],
    {"pack": "strict", "until": "2027-01-01"}, {"rule": "ISO004"}, "x.yaml@sha256:0", f"standard@sha256:{64 * '0'}",
]  # fmt: skip

KEYS = [
    "x",
    "levels",
    "role",
    "label",
    "any",
    "code-trust",
    "allows",
    "dedicated_level",
    "needs",
    "match",
    "subject",
    "vulnerability",
    "fingerprint",
    "exclude",
    "a b",
    "kubernetes",
    "extends",
    "pack",
    "rule",
    "effective_on",
    "until",
]


def _pattern(_validator: object, pattern: str, instance: object, _schema: object) -> Iterator[ValidationError]:
    """Let `$` be the end only, as ECMAScript has it; Python's also stands before a last line feed."""
    if isinstance(instance, str) and not re.search(pattern.replace(")$", r")\Z"), instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _validator(name: str) -> Any:
    schema = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text())
    ours: Any = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]
    return ours(schema, format_checker=FormatChecker(["date"]))


def _declarations() -> list[Data]:
    full = yaml.safe_load(
        """
        version: 1
        policy: policies/ours.yaml
        platform:
          kubernetes: {version: "1.34", seccomp_default: true}
          gke: {mode: autopilot}
          docker: {userns_remap: true, no_new_privileges: false, icc: false}
          podman: {rootless: true, userns_auto: true}
          mesos: {isolation: [filesystem/linux, namespaces/pid]}
          placement: shared
          images: {shop/pay: docker/pay.Dockerfile}
          runtimes: {sandboxed: gvisor}
        workloads:
        - {name: a, paths: [deploy/*.yaml], sensitivity: restricted, regulated: [pci], placement: dedicated, role: cni}
        - {name: b, match: {kind: Pod, name: "b-*"}, sensitivity: public, tenancy: hard, label: secret}
        - {name: c, match: [{namespace: c}, {platform: docker}], sensitivity: internal, exposure: none, integrity: low}
        exceptions:
        - {rule: ISO004, workload: a, reason: x, owner: y, created: "2026-11-01", expires: "2027-01-31"}
        - {vulnerability: CVE-2026-1, subject: a.yaml#Pod/a, fingerprint: 0123456789abcdef, ticket: T-1,
           reason: x, owner: y, created: "2026-11-01", expires: "2027-01-31"}
        exclude:
        - {paths: [vendor/, "gen/*.yaml"], reason: copied}
        render:
        - {chart: charts/a, name: prod, release: a, namespace: b, values: [a.yaml, b/c.yaml]}
        - {chart: ., name: staging}
        """
    )
    page = (ROOT / "docs" / "declaration.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    documented = json.loads(json.dumps(yaml.safe_load(example), default=str))
    return [{"version": 1}, full, documented]


def _heirs() -> list[Data]:
    """Packs that extend others: as short as one can be, and with something under every key."""
    full = yaml.safe_load(
        """
        version: 1
        name: ours
        extends: [standard, {pack: strict, effective_on: "2027-01-01", until: "2027-12-31"}]
        undeclared: internal
        classes: {internal: moderate}
        requirements:
        - {id: OURS-1, when: {exposure: internet}, level: L4, text: x, source: y, effective_on: "2027-01-01"}
        - {id: OURS-2, when: {}, level: L2, dedicated_level: L1, needs: [cc], text: x, source: y, until: "2027-01-01"}
        thresholds: {restricted: {image_age: {minimum: 90}}, confidential: {package_freshness: {undecided: fail}}}
        evidence: {commit: [isolation]}
        require: [ISO004, {rule: ISO001, effective_on: "2027-01-01"}]
        longest_exception: {restricted: 30}
        never_excepted: [ISO048]
        """
    )
    short = {"version": 1, "name": "ours", "extends": "standard"}
    return [short, {**short, "extends": {"pack": "strict"}, "require": [{"rule": "ISO004"}]}, full]


def _cases() -> list[Data]:
    """Files of cases: one with something under every key, and those that ship."""
    full = yaml.safe_load(
        """
        version: 1
        policy: policies/ours.yaml
        cases:
        - name: a
          policy: standard
          workload: {sensitivity: restricted, exposure: internet, regulated: [pci], placement: team, role: csi}
          os: windows
          platform: docker
          day: "2026-11-23"
          has: L2
          scores: {image_age: 60, package_freshness: [50, 70]}
          failed: [ISO004]
          expect: {level: L3, highest: L5, verdict: fail, because: [R1, ISO004], needs: [cc]}
        - {name: b, workload: undeclared, expect: {needs: []}}
        """
    )
    short = {"version": 1, "cases": [{"name": "a", "policy": "strict", "workload": {}, "expect": {"level": "L2"}}]}
    return [short, full, *(yaml.safe_load(path.read_text()) for path in (ROOT / "policies" / "tests").glob("*.yaml"))]


def _baselines() -> list[Data]:
    entry = {
        "path": "compose.yaml",
        "subject": "compose.yaml#services/web",
        "rule": "ISO004",
        "outcome": "failed",
        "fingerprint": "0123456789abcdef",
        "count": 1,
    }
    asked = {"class": "restricted", "tenancy": "hard", "regulated": ["pci"], "placement": "shared", "role": "cni"}
    low = {"threshold": 60, "worst": 0, "deductions": ["A1:01234567"]}
    full = [entry, {**entry, "rule": "ISO005", "required": True, "built": False, "sensitivity": asked}]
    full.append({**entry, "rule": "image_age", "outcome": "undecided", "score": low})
    head = {"version": 1, "tool": {"name": "boundary-gate", "version": "1"}, "written": "2026-11-01"}
    head |= {"stage": "commit", "policy": {"name": "standard", "digest": "0" * 64}}
    return [{**head, "entries": []}, {**head, "entries": full}]


VALID: dict[str, list[Data]] = {
    "policy-tests": _cases(),
    "policy": _heirs() + [yaml.safe_load(path.read_text()) for path in sorted((ROOT / "policies").glob("*.yaml"))],
    "declaration": _declarations(),
    "baseline": _baselines(),
}
VALIDATORS = {name: _validator(name) for name in VALID}
LOADERS: dict[str, Callable[[Source], object]] = {
    "policy": load_policy,
    "policy-tests": load_cases,
    "declaration": load_declaration,
    "baseline": load_baseline,
}


def verdict(name: str, data: Data) -> str:
    """Return why the hand-written check refuses, or nothing."""
    try:
        loaded = LOADERS[name](Source(f"{name}.yaml", json.dumps(data, indent=1).encode()))
    except UsageError as error:
        return error.cause if error.at is not None else "a refusal without a place"
    # An exception that is not taken is as much outside of the schema as what stops the run.
    return next((entry.cause for entry in getattr(loaded, "malformed", ())), "")


def nodes(data: Data, path: tuple[Data, ...] = ()) -> Iterator[tuple[Data, ...]]:
    """Yield the paths of everything in a document."""
    if path:
        yield path
    members = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in members:
        yield from nodes(value, (*path, key))


@st.composite
def mutations(draw: st.DrawFn, name: str) -> Data:
    """Draw a valid document with one or two things changed in it."""
    data = deepcopy(draw(st.sampled_from(VALID[name])))
    for _ in range(draw(st.integers(1, 2))):
        paths = list(nodes(data))
        if not paths:
            break
        *path, key = draw(st.sampled_from(paths))
        parent = data
        for step in path:
            parent = parent[step]
        _mutate(draw, parent, key, data, paths)
    return data


def _mutate(draw: st.DrawFn, parent: Data, key: Data, data: Data, paths: list[tuple[Data, ...]]) -> None:
    kind = draw(st.sampled_from(("delete", "odd", "graft", "wrap", "key")))
    if kind == "delete":
        del parent[key]
    elif kind == "odd":
        parent[key] = deepcopy(draw(st.sampled_from(ODD)))
    elif kind == "wrap":
        parent[key] = [parent[key]]
    elif kind == "graft":
        found = data
        for step in draw(st.sampled_from(paths)):
            found = found[step]
        parent[key] = deepcopy(found)
    elif isinstance(parent, dict):
        parent[draw(st.sampled_from(KEYS))] = parent.pop(key) if draw(st.booleans()) else deepcopy(parent[key])
    else:
        parent.append(deepcopy(parent[key]))


def agree(name: str, data: Data) -> None:
    cause = verdict(name, data)
    valid = VALIDATORS[name].is_valid(data)
    event(f"hand {'refuses' if cause else 'accepts'}, schema {'accepts' if valid else 'refuses'}")
    if valid and SENSE.search(cause):
        return
    assert valid is (cause == ""), (cause, data)


@pytest.mark.parametrize(
    ("name", "index"), [(name, index) for name, found in VALID.items() for index in range(len(found))]
)
def test_valid_documents(name: str, index: int) -> None:
    assert verdict(name, VALID[name][index]) == ""
    VALIDATORS[name].validate(VALID[name][index])


@given(mutations("policy"))
@settings(max_examples=350, derandomize=True, deadline=None)
def test_policy(data: Data) -> None:
    agree("policy", data)


@given(mutations("policy-tests"))
@settings(max_examples=220, derandomize=True, deadline=None)
def test_policy_tests(data: Data) -> None:
    agree("policy-tests", data)


def in_lines(data: Data) -> str:
    """Lay a baseline out as the gate writes it, whatever it says."""
    head = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in data.items() if key != "entries"]
    entries = data.get("entries", [])
    lines = ",\n".join(f"    {json.dumps(entry)}" for entry in entries) if isinstance(entries, list) else ""
    return "\n".join(["{", *head, '  "entries": [', lines, "  ]", "}"]) + "\n"


@given(mutations("baseline"))
@settings(max_examples=220, derandomize=True, deadline=None)
def test_a_baseline_says_the_same_however_it_is_laid_out(data: Data) -> None:
    told: list[Data] = []
    text = in_lines(data) if isinstance(data, dict) else json.dumps(data)
    for written in (text, json.dumps(json.loads(text), indent=1)):
        try:
            entries = load_baseline(Source("b.json", written.encode())).entries
            told.append([replace(entry, at=whole_file("")) for entry in entries])
        except UsageError as error:
            told.append(error.cause)
    assert told[0] == told[1]


@given(mutations("baseline"))
@settings(max_examples=220, derandomize=True, deadline=None)
def test_baseline(data: Data) -> None:
    agree("baseline", data)


@given(mutations("declaration"))
@settings(max_examples=350, derandomize=True, deadline=None)
def test_declaration(data: Data) -> None:
    agree("declaration", data)


@pytest.mark.parametrize("name", ["policy", "policy-tests", "declaration", "baseline", "report"])
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text()))
