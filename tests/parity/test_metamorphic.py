"""What must hold however a workload is written: over every example, every form and random changes to what they say.

More privilege never helps; a stronger sandbox never hurts; a higher class never relaxes; less evidence never helps. The
changes are made to what was read, so that one change means the same in every format; what was judged is the whole run.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.errors import UsageError
from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.model.location import Location
from gate.model.record import replace
from gate.model.report import FactLine, Report, SubjectReport
from gate.model.workload import Container, Device, Mount, Profile, Runtime, Workload
from gate.pipeline.options import Options
from gate.pipeline.run import Run
from gate.verdict import ORDER
from tests.parity.corpus import folders
from tests.parity.forms import CLASSES, declared
from tests.verbs import NOW, write_all

#: Folders of which nothing is declared or excepted, so that a class can be declared for all of them.
UNDECLARED = tuple(one.name for one in folders() if ".gate.yaml" not in one.files and one.name != "examples")

FEW = settings(max_examples=60, derandomize=True, deadline=None)


@contextmanager
def running(files: dict[str, str]) -> Iterator[Run]:
    """Read the files as `gate check` does."""
    with tempfile.TemporaryDirectory() as name:
        folder = write_all(Path(name), {**files, ".git/HEAD": ""})
        yield Run(Options((name,), (), "", "", "", NOW, None, verbose=False, formats=()))
        assert folder.is_dir()


def judged(files: dict[str, str], change: Callable[[Workload], Workload] = lambda one: one) -> dict[str, SubjectReport]:
    """Judge the files with a change to every workload; the workloads by id."""
    with running(files) as run:
        run.linked.subjects = [change(one) if isinstance(one, Workload) else one for one in run.linked.subjects]
        report: Report = run.report()
    return {one.id: one for one in report.subjects if one.boundary is not None}


@cache
def at_internal(folder: str) -> dict[str, SubjectReport]:
    """Judge a folder as it is, everything in it internal."""
    return judged({**_files(folder), ".gate.yaml": declared("internal")})


@cache
def _files(folder: str) -> dict[str, str]:
    return next(one.files for one in folders() if one.name == folder)


def not_better(before: SubjectReport, after: SubjectReport) -> None:
    """Assert that level, score and verdict are at best what they were."""
    assert before.boundary is not None
    assert after.boundary is not None
    assert (after.boundary.worst, after.boundary.best) <= (before.boundary.worst, before.boundary.best), after.id
    assert after.boundary.best <= before.boundary.best, after.id
    assert fitness(after) <= fitness(before), after.id
    assert ORDER.index(after.verdict) >= ORDER.index(before.verdict), after.id


def fitness(subject: SubjectReport) -> tuple[float, float]:
    """Return the least and the most that isolation fitness can be; nothing where it is not asked."""
    score = subject.scores["isolation_fitness"].score
    return (score.lo, score.hi) if score is not None else (0, 0)


class Change(NamedTuple):
    """A change to a workload, with its name."""

    name: str
    apply: Callable[[Workload], Workload]


def in_containers(change: Callable[[Container], Container]) -> Callable[[Workload], Workload]:
    """Make a change to every container."""

    def changed(workload: Workload) -> Workload:
        members = tuple(
            replace(one, value=change(one.value)) if isinstance(one, Stated | Defaulted) else one
            for one in workload.containers.members
        )
        return replace(workload, containers=replace(workload.containers, members=members))

    return changed


def set_in(facet: str, name: str, value: Any) -> Callable[[Any], Any]:
    """State a field of a facet; what cannot be known already counts as the worst that it can be, and stays."""

    def change(one: Any) -> Any:
        held = getattr(one, facet)
        if isinstance(getattr(held, name), Unknown):
            return one
        return replace(one, **{facet: replace(held, **{name: Stated(value, one.at)})})

    return change


def added(facet: str, name: str, value: Callable[[Location], Any]) -> Callable[[Any], Any]:
    """Add one member to a list of a facet, also where the platform has no such list."""

    def change(one: Any) -> Any:
        held = getattr(getattr(one, facet), name)
        known = held if isinstance(held, Items) else Items((), one.at)
        items = replace(known, members=(*known.members, Stated(value(one.at), one.at)))
        return replace(one, **{facet: replace(getattr(one, facet), **{name: items})})

    return change


def mount(source: str) -> Callable[[Location], Mount]:
    """Return a bind mount of a path of the host."""
    return lambda at: Mount("bind", Stated(source, at), "/x", Defaulted(False, at), Defaulted("", at), at)


PRIVILEGES = (
    Change("privileged", in_containers(set_in("privilege", "privileged", True))),
    Change("SYS_ADMIN", in_containers(added("privilege", "capabilities_added", lambda _at: "SYS_ADMIN"))),
    Change("NET_ADMIN", in_containers(added("privilege", "capabilities_added", lambda _at: "NET_ADMIN"))),
    Change("the host's root", in_containers(added("exposure", "mounts", mount("/")))),
    Change("a socket", in_containers(added("exposure", "mounts", mount("/run/docker.sock")))),
    Change("a folder", in_containers(added("exposure", "mounts", mount("/srv")))),
    Change("a disk", in_containers(added("exposure", "devices", lambda at: Device("/dev/sda", "rwm", at)))),
    Change("no filter", in_containers(set_in("confinement", "seccomp", Profile("unconfined")))),
    Change("no AppArmor", in_containers(set_in("confinement", "apparmor", Profile("unconfined")))),
    Change("may gain", in_containers(set_in("privilege", "no_new_privileges", False))),
    Change("the host's network", set_in("namespaces", "network", "host")),
    Change("the host's processes", set_in("namespaces", "pid", "host")),
    Change("the host's IPC", set_in("namespaces", "ipc", "host")),
)

HANDLERS = ("runc", "io.containerd.runsc.v1", "io.containerd.kata.v2")


def behind(handler: str) -> Callable[[Workload], Workload]:
    """Put a workload behind a runtime, whatever it asked for."""

    def change(workload: Workload) -> Workload:
        runtime = Stated(Runtime(handler, Stated(handler, workload.at), workload.at), workload.at)
        sandbox = replace(workload.sandbox, runtime=runtime, native=Defaulted("", workload.at))
        return replace(workload, sandbox=sandbox)

    return change


def more_privilege(folder: str, change: Change) -> None:
    before, after = at_internal(folder), judged(internal(folder), change.apply)
    assert before.keys() == after.keys()
    for name, subject in before.items():
        not_better(subject, after[name])


def internal(folder: str) -> dict[str, str]:
    """Return the files with everything internal."""
    return {**_files(folder), ".gate.yaml": declared("internal")}


#: What of the host goes further into a machine of Kata than into gVisor: a privileged container is given the host's
#: devices, and the host's network is none that a machine can have (Kata's Limitations). These are compared with runc.
FURTHER_INTO_KATA = ("G.privileged", "W.host_net")


def stronger_sandbox(folder: str) -> None:
    """Judge behind runc, gVisor and Kata; but for tweaks, which name one of them."""
    shared, gvisor, kata = (judged(internal(folder), behind(handler)) for handler in HANDLERS)
    for name, subject in shared.items():
        facts = {line.id for line in lines(subject)}
        if not facts & {"B.opened", "B.tuned"}:
            not_better(gvisor[name], subject)
            not_better(kata[name], subject)
            if not facts.intersection(FURTHER_INTO_KATA):
                not_better(kata[name], gvisor[name])


def lines(subject: SubjectReport) -> tuple[FactLine, ...]:
    """Return the facts that hold of a workload, or may."""
    assert subject.boundary is not None
    return subject.boundary.facts


def higher_class(folder: str) -> None:
    """The verdict is as grave for every higher class, and the requirement as high."""
    judgements = [judged({**_files(folder), ".gate.yaml": declared(one)}) for one in CLASSES]
    for lower, higher in pairwise(judgements):
        for name, subject in lower.items():
            above = higher[name]
            assert ORDER.index(above.verdict) >= ORDER.index(subject.verdict), name
            assert subject.required is not None
            assert above.required is not None
            assert above.required.lo >= subject.required.lo
            assert above.required.hi >= subject.required.hi


def less_evidence(folder: str) -> None:
    """Take away one file or one line of the platform after another; what is left is judged no milder for it."""
    files = folder_files(folder)
    before = judged(files)
    for left in lessened(files):
        try:
            after = judged(left)
        except UsageError:
            continue  # a declaration that names a file which is not there stops the run
        no_more_certain(before, after)


def no_more_certain(before: dict[str, SubjectReport], after: dict[str, SubjectReport]) -> None:
    """Assert that nothing passes, and no worst reading rises, for want of evidence."""
    for name in before.keys() & after.keys():
        _no_more_certain(before[name], after[name])


def _no_more_certain(before: SubjectReport, after: SubjectReport) -> None:
    assert before.boundary is not None
    assert after.boundary is not None
    assert after.boundary.worst <= before.boundary.worst, after.id
    assert fitness(after)[0] <= fitness(before)[0], after.id
    if before.verdict in ("fail", "undecided"):
        assert after.verdict in ("fail", "undecided"), after.id


def folder_files(folder: str) -> dict[str, str]:
    """Return the files, everything internal where nothing is declared."""
    files = _files(folder)
    return files if ".gate.yaml" in files else internal(folder)


_PLATFORM = re.compile(r"^platform:.*\n(?:[ ].*\n)*", re.MULTILINE)
_LINE = re.compile(r"^  \w+:.*\n(?:   .*\n)*", re.MULTILINE)
#: Objects that say what a name in a pod stands for, or what lies under it.
_OBJECT = re.compile(
    r"(?:^|(?<=\n---\n))apiVersion: (?:node\.k8s\.io/v1|container\.cnrm\.cloud\.google\.com/v1beta1|"
    r"eksctl\.io/v1alpha5)\n"
    r"(?:(?!---\n).*\n)*",
    re.MULTILINE,
)
#: The same in Terraform.
_RESOURCE = re.compile(
    r'^resource "(?:google_container_(?:cluster|node_pool)|aws_eks_(?:cluster|node_group|fargate_profile)|'
    r'azurerm_kubernetes_cluster(?:_node_pool)?)" "\w+" \{\n(?:(?!\}).*\n)*\}\n',
    re.MULTILINE,
)

#: Files that are no evidence on a workload but a part of what it is: what is merged into it, included or extended.
PART = re.compile(
    r"compose|\.env$|\.conf$|config$|\.container\.d/|\.(?:profile|tf|tofu|tfvars|hcl|pod|network|volume)$"
)


#: Lines of the platform that say what there is and not how safe it is: without them the same file means another thing.
#: To leave a remapped namespace weakens only where there is one, and a stack drops what Compose acts on.
MEANING = ("userns_remap:", "userns_auto:", "swarm:")


def lessened(files: dict[str, str]) -> Iterator[dict[str, str]]:
    """Yield the files without one of them, one line of the platform, one RuntimeClass, one cluster or one pool."""
    for path in files:
        if path != ".gate.yaml" and len(files) > 2 and not PART.search(path):
            yield {one: text for one, text in files.items() if one != path}
    for path, text in files.items():
        pattern = _PLATFORM if path == ".gate.yaml" else _RESOURCE if path.endswith(".tf") else _OBJECT
        for match in pattern.finditer(text):
            parts = [match[0]] if path != ".gate.yaml" else [match[0], *_LINE.findall(match[0])]
            for part in parts:
                if not any(word in part for word in MEANING) and (rest := match[0].replace(part, "")) != "platform:\n":
                    yield {**files, path: text[: match.start()] + rest + text[match.end() :]}


MORE = tuple(one.name for one in folders() if one.name != "examples")


@given(st.sampled_from(UNDECLARED), st.sampled_from(PRIVILEGES))
@FEW
def test_more_privilege_never_helps(folder: str, change: Change) -> None:
    more_privilege(folder, change)


@given(st.sampled_from(UNDECLARED))
@FEW
def test_a_stronger_sandbox_never_hurts(folder: str) -> None:
    stronger_sandbox(folder)


@given(st.sampled_from(UNDECLARED))
@FEW
def test_a_higher_class_never_relaxes(folder: str) -> None:
    higher_class(folder)


#: Folders with an object or a resource that can be taken away.
DEFINING = tuple(
    one.name
    for one in folders()
    if any((_RESOURCE if path.endswith(".tf") else _OBJECT).search(text) for path, text in one.files.items())
    and one.name != "examples"
)


@pytest.mark.parametrize("folder", DEFINING)
def test_what_a_name_stands_for_is_no_better_unknown(folder: str) -> None:
    less_evidence(folder)


@given(st.sampled_from(MORE))
@FEW
def test_less_evidence_never_helps(folder: str) -> None:
    less_evidence(folder)


@pytest.mark.slow
@pytest.mark.parametrize("change", PRIVILEGES, ids=lambda change: change.name)
def test_more_privilege_never_helps_anywhere(change: Change) -> None:
    for folder in UNDECLARED:
        more_privilege(folder, change)


@pytest.mark.slow
@pytest.mark.parametrize("folder", UNDECLARED)
def test_sandboxes_and_classes_are_ordered_everywhere(folder: str) -> None:
    stronger_sandbox(folder)
    higher_class(folder)


@pytest.mark.slow
@pytest.mark.parametrize("folder", MORE)
def test_less_evidence_never_helps_anywhere(folder: str) -> None:
    less_evidence(folder)
