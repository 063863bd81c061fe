"""The levels that the specification of the ladder names for whole manifests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verbs import check, write_all

RESTRICTED = """\
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: web
    image: registry.example/web:1
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
"""
PLAIN = "  containers:\n  - {name: web, image: 'registry.example/web:1'}\n"
PRIVILEGED = "  containers:\n  - {name: web, image: 'registry.example/web:1', securityContext: {privileged: true}}\n"
ROOT = """\
  containers:
  - name: web
    image: registry.example/web:1
    volumeMounts: [{name: host, mountPath: /host}]
  volumes: [{name: host, hostPath: {path: /}}]
"""
SOCKET = ROOT.replace("path: /}", "path: /run/containerd/containerd.sock}")


def pod(spec: str, *lines: str) -> str:
    """A pod with its specification."""
    return "".join(
        ["apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n", *(f"  {line}\n" for line in lines), spec]
    )


def runtime_class(handler: str) -> str:
    """A RuntimeClass named `box`."""
    return f"apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {{name: box}}\nhandler: {handler}\n"


def compose(*lines: str) -> str:
    """A service."""
    return "services:\n  web:\n    image: registry.example/web:1\n" + "".join(f"    {line}\n" for line in lines)


BOX = "runtimeClassName: box"
GVISOR = {"class.yaml": runtime_class("runsc")}
KATA = {"class.yaml": runtime_class("kata-qemu")}
REMAPPED = {".gate.yaml": "version: 1\nplatform:\n  runtimes: {box: gvisor}\n"}


@pytest.mark.parametrize(
    ("files", "level", "modifiers"),
    [
        pytest.param({"pod.yaml": pod(PLAIN)}, "L2", {"seccomp_unconfirmed"}, id="an empty pod"),
        pytest.param({"pod.yaml": pod(RESTRICTED)}, "L3", set(), id="a restricted pod"),
        pytest.param({"pod.yaml": pod(RESTRICTED, "hostUsers: false")}, "L3", {"u"}, id="with users of its own"),
        pytest.param({"pod.yaml": pod(RESTRICTED, BOX)}, "L3", {"?"}, id="a class that is not in sight"),
        pytest.param({"pod.yaml": pod(RESTRICTED, BOX), **REMAPPED}, "L4", set(), id="a class that is declared"),
        pytest.param({"pod.yaml": pod(PLAIN, BOX), **GVISOR}, "L4", set(), id="gVisor"),
        pytest.param({"pod.yaml": pod(PLAIN, BOX), **KATA}, "L5", set(), id="Kata"),
        pytest.param(
            {"pod.yaml": pod(PLAIN, BOX), "class.yaml": runtime_class("kata-qemu-snp-runtime-rs")},
            "L5",
            {"cc"},
            id="SNP",
        ),
        pytest.param(
            {"pod.yaml": pod(PLAIN, BOX), "class.yaml": runtime_class("kata-remote")}, "L6", set(), id="peer pod"
        ),
        pytest.param(
            {"pod.yaml": pod(PLAIN, BOX), **KATA, "b.yaml": runtime_class("kata-qemu")}, "L5", set(), id="twice"
        ),
        pytest.param(
            {"pod.yaml": pod(RESTRICTED, BOX), **KATA, "b.yaml": runtime_class("runc")},
            "L3",
            {"?"},
            id="two that differ",
        ),
        pytest.param(
            {
                "pod.yaml": pod(PLAIN, BOX),
                "class.yaml": runtime_class("kata") + "overhead: {podFixed: {memory: 1Gi}}\n",
            },
            "L5",
            set(),
            id="with an overhead",
        ),
        pytest.param({"pod.yaml": pod(ROOT, BOX), **KATA}, "L0", {"~"}, id="Kata with the host's root"),
        pytest.param({"pod.yaml": pod(SOCKET, BOX), **GVISOR}, "L3", {"~"}, id="gVisor with a socket"),
        pytest.param(
            {"pod.yaml": pod(PLAIN, BOX, "hostNetwork: true"), **KATA}, "L1", set(), id="Kata on the host's net"
        ),
        pytest.param({"pod.yaml": pod(PLAIN, BOX, "hostNetwork: true"), **GVISOR}, "L3", {"~"}, id="gVisor on it"),
        pytest.param({"pod.yaml": pod(PRIVILEGED)}, "L0", {"seccomp_unconfirmed"}, id="a privileged pod"),
        pytest.param(
            {"pod.yaml": pod(PRIVILEGED, "hostUsers: false")}, "L1", {"u", "seccomp_unconfirmed"}, id="with own users"
        ),
        pytest.param({"pod.yaml": pod(PRIVILEGED, BOX), **GVISOR}, "L4", set(), id="privileged behind gVisor"),
        pytest.param({"pod.yaml": pod(PRIVILEGED, BOX), **KATA}, "L4", {"~"}, id="privileged behind Kata"),
        pytest.param({"compose.yaml": compose()}, "L2", set(), id="a service"),
        pytest.param(
            {"compose.yaml": compose("cap_add: [ALL]", "cap_drop: [ALL]")}, "L0", set(), id="adds and drops ALL"
        ),
        pytest.param({"compose.yaml": compose("isolation: hyperv")}, "L5", set(), id="Hyper-V"),
        pytest.param(
            {"compose.yaml": compose("isolation: hyperv", "volumes: ['D:\\data:C:\\data']")},
            "L4",
            {"~"},
            id="with a bind",
        ),
        pytest.param({"compose.yaml": compose("isolation: process")}, "L2", set(), id="a Windows process"),
    ],
)
def test_the_level_of(
    files: dict[str, str], level: str, modifiers: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = check(capsys, write_all(tmp_path, files))
    (boundary,) = (one["boundary"] for one in answer.report["subjects"] if one["kind"] == "workload")
    assert boundary["level"] == level
    assert set(boundary["modifiers"]) == modifiers


VAGRANT = """\
Vagrant.configure("2") do |config|
  config.vm.box = "debian/trixie64"
  config.vm.provider "virtualbox"
end
"""


def test_what_a_machine_lacks_is_said_in_the_words_of_machines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has a kernel of its own, however much leads around that."""
    write_all(tmp_path, {"Vagrantfile": VAGRANT})
    (subject,) = check(capsys, tmp_path / "Vagrantfile").report["subjects"]
    assert (subject["boundary"]["level"], subject["boundary"]["name"]) == ("L1", "weakened-vm")
    said = [reason["text"] for reason in subject["reasons"]]
    assert [text for text in said if "has L1 weakened-vm and needs L2 (R1)" in text]
    assert "shared-kernel" not in " ".join(said)


def test_a_sandbox_with_a_way_around_it_is_no_shared_kernel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = ROOT.replace("path: /}", "path: /srv/data}")
    write_all(tmp_path, {"pod.yaml": f"{pod(path, 'runtimeClassName: box')}---\n{runtime_class('kata-qemu')}"})
    subject = check(capsys, tmp_path).subject("Pod/web")
    assert subject["boundary"]["level"] < "L5"
    assert subject["boundary"]["name"] == "weakened-sandbox"
