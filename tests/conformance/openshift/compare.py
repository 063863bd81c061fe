# ruff: noqa: T201 - a program's module: what it says goes to the terminal
"""Puts the same pods and constraints to the gate and to OpenShift's admission, and reports where they differ."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

import yaml

from gate.data.constraints import SHIPPED
from gate.linking.admitted import admitted
from gate.linking.constraints import admits, order
from gate.model.constraints import Allocation, Constraints
from gate.model.evidence import Stated, known
from gate.model.location import whole_file
from gate.model.record import replace
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.kubernetes import READER
from tests.conformance.openshift import generate, oracle
from tests.verbs import NoFiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.model.reader import Reading
    from gate.model.workload import Container

#: What the gate does not look at, and may therefore leave open.
OPEN = (
    "its SELinux level has to be the one of its namespace",
    "whether its profile is one of those that are allowed",
    "whether it projects more than a token",
)

GIVEN = Allocation(generate.ANNOTATIONS["openshift.io/sa.scc.uid-range"],
                   generate.ANNOTATIONS["openshift.io/sa.scc.uid-range"], whole_file("n"))  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Run every set; the exit status says whether all agree."""
    options = dict(argument.removeprefix("--").split("=", 1) for argument in arguments)
    draw = random.Random(int(options.get("seed", "1")))
    count = int(options.get("count", "400"))
    manifests = [yaml.safe_load(text) for text in oracle.shipped().values()]
    differences = list(_table(manifests))
    pods = [generate.pod(draw) for _ in range(count)]
    tally: Counter[str] = Counter()
    for name, sets in (
        ("shipped", [manifests] * count),
        ("generated", [[generate.constraints(draw, f"s{number}") for number in range(6)] for _ in range(count)]),
    ):
        found = list(_pods(pods, sets, tally, name))
        differences += found
    for difference in differences[:40]:
        print(difference)
    print(f"{len(SHIPPED)} shipped constraints, {dict(tally)}, {len(differences)} differences")
    return 1 if differences else 0


def _table(manifests: list[dict[str, Any]]) -> Iterator[str]:
    """Compare the shipped table with the manifests that it was made from."""
    found = {one.name: replace(one, at=None) for one in map(_constraints, manifests)}
    for name in sorted(found.keys() ^ SHIPPED.keys()):
        yield f"shipped by one alone: {name}"
    for name, one in found.items():
        for field in one._fields:
            ours, theirs = getattr(SHIPPED.get(name), field, None), getattr(one, field)
            if ours != theirs:
                yield f"{name}.{field}: the table has {ours}, the manifest {theirs}"


def _pods(
    pods: list[dict[str, Any]], sets: list[list[dict[str, Any]]], tally: Counter[str], name: str
) -> Iterator[str]:
    asked = [
        {"constraints": constraints, "pod": pod, "annotations": generate.ANNOTATIONS}
        for pod, constraints in zip(pods, sets, strict=True)
    ]
    for request, answer in zip(asked, oracle.ask(asked), strict=True):
        ours = [_constraints(one) for one in cast("list[dict[str, Any]]", request["constraints"])]
        if [one.name for one in sorted(ours, key=order)] != answer["order"]:
            yield f"order: {[one.name for one in sorted(ours, key=order)]}, admission {answer['order']}"
        workload = _workload(cast("dict[str, Any]", request["pod"]))
        for one in ours:
            for difference in _compared(one, workload, answer, tally, name):
                yield f"{difference}\n  {json.dumps(request['pod']['spec'])}\n  {one}"  # type: ignore[index]


def _compared(
    one: Constraints, workload: Workload, answer: dict[str, Any], tally: Counter[str], name: str
) -> Iterator[str]:
    truth = admits(one, workload, GIVEN)
    theirs = answer["admitted"].get(one.name)
    tally[f"{name} {truth.answer}"] += 1
    if truth.answer == "unknown":
        if not any(because.text.endswith(OPEN) for because in truth.because):
            yield f"{one.name}: unknown because {truth.because}"
        return
    if (truth.answer == "yes") is (theirs is None):
        yield f"{one.name}: {truth.answer}, admission {answer['refused'].get(one.name, 'admits it')[:200]}"
    elif theirs is not None:
        after = admitted(workload, [one], GIVEN)
        for member, container in zip(after.containers.members, theirs["spec"]["containers"], strict=True):
            assert isinstance(member, Stated)
            ours, effective = _ours(member.value), _effective(container, theirs["spec"])
            if ours != effective:
                yield f"{one.name}: {ours}, admission {effective}"


def _ours(one: Container) -> dict[str, Any]:
    privilege, seccomp = one.privilege, known(one.confinement.seccomp)
    selinux = known(one.confinement.selinux)
    return {
        "user": getattr(known(privilege.user), "uid", None),
        "nonroot": known(privilege.run_as_non_root),
        "nnp": known(privilege.no_new_privileges),
        "drop": sorted({known(member) for member in privilege.capabilities_dropped.members}, key=str),
        "add": sorted({known(member) for member in privilege.capabilities_added.members}, key=str),
        "seccomp": seccomp.kind if seccomp is not None else None,
        "selinux": selinux.type if selinux is not None else None,
        "readonly": known(one.resources.read_only_root),
    }


_KINDS = {"RuntimeDefault": "runtime-default", "Unconfined": "unconfined", "Localhost": "custom"}


def _effective(container: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """Return what a container ends up with, the pod's settings included."""
    own, pod = container.get("securityContext") or {}, spec.get("securityContext") or {}
    capabilities = own.get("capabilities") or {}

    def merged(name: str) -> Any:
        return own.get(name) if own.get(name) is not None else pod.get(name)

    return {
        "user": merged("runAsUser"),
        "nonroot": bool(merged("runAsNonRoot")),
        "nnp": own.get("allowPrivilegeEscalation") is False,
        "drop": sorted(capabilities.get("drop") or ()),
        "add": sorted(capabilities.get("add") or ()),
        "seccomp": _KINDS.get(str((merged("seccompProfile") or {}).get("type"))),
        "selinux": (merged("seLinuxOptions") or {}).get("type", ""),
        "readonly": bool(own.get("readOnlyRootFilesystem")),
    }


def _constraints(manifest: dict[str, Any]) -> Constraints:
    (definition,) = _read(manifest).definitions
    assert isinstance(definition.body, Constraints)
    return definition.body


def _workload(manifest: dict[str, Any]) -> Workload:
    (found,) = _read(manifest).subjects
    assert isinstance(found, Workload)
    return found


def _read(manifest: dict[str, Any]) -> Reading:
    return READER.read(Source("m.json", json.dumps(manifest).encode()), NoFiles())
