"""More privilege never helps, written into the files themselves: so that every reader has to see it."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_coverage import reader_of

from gate.model.report import SubjectReport
from tests.parity.corpus import folders
from tests.parity.forms import declared
from tests.parity.privileges import TEXTS, TREES, anew, nothing
from tests.parity.test_metamorphic import FEW, internal, judged, lessened, no_more_certain, not_better

CHANGES = tuple((reader, name) for table in (TREES, TEXTS) for reader, changes in table.items() for name in changes)


@cache
def files_of(reader: str) -> tuple[tuple[str, str], ...]:
    """Return the folders of the corpus with a file that the reader takes, where nothing is declared, and that file."""
    return tuple(
        (one.name, path)
        for one in folders()
        if ".gate.yaml" not in one.files and one.name != "examples"
        for path, text in one.files.items()
        if reader_of(path, text) == reader
    )


def more(folder: str, path: str, reader: str, name: str) -> None:
    """Judge a folder before and after the change to one of its files."""
    files = internal(folder)
    if name in TREES.get(reader, {}):
        before, after = anew(path, files[path], nothing), anew(path, files[path], TREES[reader][name])
    else:
        before, after = files[path], TEXTS[reader][name](files[path])
    if before is not None and after is not None and before != after:
        _compared(judged({**files, path: before}), judged({**files, path: after}))


def _compared(before: dict[str, SubjectReport], after: dict[str, SubjectReport]) -> None:
    for name, subject in before.items():
        if name in after:
            not_better(subject, after[name])


@given(st.sampled_from(CHANGES), st.data())
@FEW
def test_more_privilege_in_a_file_never_helps(change: tuple[str, str], data: st.DataObject) -> None:
    reader, name = change
    folder, path = data.draw(st.sampled_from(files_of(reader)))
    more(folder, path, reader, name)


@pytest.mark.slow
@pytest.mark.parametrize(("reader", "name"), CHANGES)
def test_more_privilege_in_a_file_never_helps_anywhere(reader: str, name: str) -> None:
    for folder, path in files_of(reader):
        more(folder, path, reader, name)


@pytest.mark.parametrize(("reader", "name"), CHANGES)
def test_every_change_changes_something(reader: str, name: str) -> None:
    assert any(_changes(folder, path, reader, name) for folder, path in files_of(reader))


def _changes(folder: str, path: str, reader: str, name: str) -> bool:
    text = internal(folder)[path]
    if name in TREES.get(reader, {}):
        return anew(path, text, nothing) != anew(path, text, TREES[reader][name])
    return TEXTS[reader][name](text) != text


POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: shop}}\n"
    "spec:\n  runtimeClassName: {0}\n  containers: [{{name: web, image: x}}]\n"
)
CLASS = "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {{name: {0}}}\nhandler: {1}\n"
GKE = (
    'resource "google_container_node_pool" "{0}" {{\n  cluster = "main"\n'
    '  node_config {{\n    image_type = "COS_CONTAINERD"\n{1}  }}\n}}\n'
)
SANDBOX = '    sandbox_config {\n      sandbox_type = "gvisor"\n    }\n'
CLUSTER = 'resource "google_container_cluster" "main" {{\n  name = "main"\n{0}}}\n'
AKS = 'resource "azurerm_kubernetes_cluster_node_pool" "{0}" {{\n  name = "{0}"\n  workload_runtime = "{1}"\n}}\n'
AUTOPILOT = "  enable_autopilot = true\n"

#: Pods, and what says what the name in them stands for. An object that weakens, or contradicts another, is none of it:
#: without it something else is deployed.
STANDING = {
    "a class of Kata": {"pod.yaml": POD.format("box"), "class.yaml": CLASS.format("box", "kata-qemu")},
    "a class of gVisor": {"pod.yaml": POD.format("box"), "class.yaml": CLASS.format("box", "runsc")},
    "a class of runc": {"pod.yaml": POD.format("box"), "class.yaml": CLASS.format("box", "runc")},
    "a pool of GKE": {"pod.yaml": POD.format("gvisor"), "main.tf": GKE.format("a", SANDBOX)},
    "two pools of GKE": {"pod.yaml": POD.format("gvisor"), "main.tf": GKE.format("a", SANDBOX) + GKE.format("b", "")},
    "a pool of GKE without a sandbox": {"pod.yaml": POD.format("gvisor"), "main.tf": GKE.format("b", "")},
    "Autopilot": {"pod.yaml": POD.format("gvisor"), "main.tf": CLUSTER.format(AUTOPILOT) + GKE.format("b", "")},
    "a cluster of GKE": {"pod.yaml": POD.format("gvisor"), "main.tf": CLUSTER.format("")},
    "a pool of AKS": {"pod.yaml": POD.format("kata-vm-isolation"), "main.tf": AKS.format("a", "KataVmIsolation")},
    "two pools of AKS": {
        "pod.yaml": POD.format("kata-vm-isolation"),
        "main.tf": AKS.format("a", "KataVmIsolation") + AKS.format("b", "OCIContainer"),
    },
    "a pool of AKS without a sandbox": {
        "pod.yaml": POD.format("kata-vm-isolation"),
        "main.tf": AKS.format("b", "OCIContainer"),
    },
}


@pytest.mark.parametrize("platform", ["", "gke: {mode: standard}", "runtimes: {box: kata, gvisor: gvisor}"])
@pytest.mark.parametrize("files", STANDING.values(), ids=STANDING)
def test_what_a_name_stands_for_is_no_better_taken_away(files: dict[str, str], platform: str) -> None:
    whole = {**files, ".gate.yaml": declared("restricted", platform)}
    before = judged(whole)
    left = [one for one in lessened(whole) if "pod.yaml" in one]
    assert left
    for one in left:
        no_more_certain(before, judged(one))
