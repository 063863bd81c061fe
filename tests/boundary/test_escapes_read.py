"""Rows of the matrix through the readers of every platform, as a run decides them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gate.boundary.escape_matrix import MATRIX
from tests.boundary.test_escapes import TRIES
from tests.verbs import check, write_all


class Files(NamedTuple):
    """A folder, and what becomes of the row at the one workload in it."""

    row: str
    state: str
    files: dict[str, str]


def declared(platform: str) -> dict[str, str]:
    """A declaration of the platform."""
    return {".gate.yaml": f"version: 1\nplatform: {{{platform}}}\n"}


def versions(name: str, version: str) -> dict[str, str]:
    """A declared version."""
    return declared(f'versions: {{{name}: "{version}"}}')


def task(mode: str) -> dict[str, str]:
    """A task of ECS on an instance."""
    containers = '[{"name": "web", "image": "x"}]'
    launch = '"requiresCompatibilities": ["EC2"]'
    text = f'{{"family": "web", "networkMode": {mode}, {launch}, "containerDefinitions": {containers}}}'
    return {"taskdef.json": text}


def lxc(*lines: str) -> dict[str, str]:
    """A container of LXC."""
    return {"web.conf": "\n".join(("lxc.rootfs.path = dir:/r", "lxc.cap.drop = sys_module", *lines, ""))}


def pod(container: str = "", volumes: str = "", account: str = "web") -> dict[str, str]:
    """A pod with a service account, more of its container, and its volumes."""
    head = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nspec:\n"
    rest = f"  serviceAccountName: {account}\n  containers: [{{name: web, image: x{container}}}]\n"
    return {"pod.yaml": f"{head}{rest}  volumes: [{volumes}]\n"}


def role(rules: str, name: str = "web") -> dict[str, str]:
    """A role, bound to the service account `web`."""
    group = "apiVersion: rbac.authorization.k8s.io/v1\n"
    return {
        "role.yaml": f"{group}kind: ClusterRole\nmetadata: {{name: {name}}}\nrules: [{rules}]\n",
        "bind.yaml": f"{group}kind: ClusterRoleBinding\nmetadata: {{name: b}}\n"
        f"roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {name}}}\n"
        "subjects: [{kind: ServiceAccount, name: web, namespace: shop}]\n",
    }


def rule(resources: str, verbs: str) -> str:
    """A rule of a role."""
    return f'{{apiGroups: [""], resources: [{resources}], verbs: [{verbs}]}}'


def domain(driver: str) -> str:
    """A domain of libvirt."""
    rest = "<memory unit='MiB'>64</memory><os><type>hvm</type></os>"
    return f"<domain type='{driver}'>\n<name>web</name>{rest}</domain>\n"


XEN_PV = domain("xen").replace("hvm", "linux")
LOGS = (", volumeMounts: [{name: v, mountPath: /v}]", "{name: v, hostPath: {path: /var/log}}")
CLOSED_LOGS = (LOGS[0].replace("/v}", "/v, readOnly: true}"), LOGS[1])


def spread(how: str, *, privileged: bool) -> dict[str, str]:
    """A pod whose mounts reach its node."""
    mounts = f"volumeMounts: [{{name: v, mountPath: /v, mountPropagation: {how}}}]"
    rights = f"securityContext: {{privileged: {str(privileged).lower()}}}"
    return pod(f", {rights}, {mounts}", "{name: v, hostPath: {path: /srv}}")


MAPPED = ("lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536")
CLOSED = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: shut, namespace: shop}\n"
    "spec: {podSelector: {}, policyTypes: [Egress]}\n"
)
COMPOSE = "services:\n  web:\n    image: x\n    security_opt: [no-new-privileges:true]\n"
INSTANCE = "name: web\nconfig: {limits.cpu: '1'}\n"
QUADLET = "[Container]\nImage=x\n"

READ = (
    Files("E12", "open", {**pod(*LOGS), **role(rule("nodes/log", "get"))}),
    Files("E12", "open", {**pod(*LOGS), **role(rule("'*'", "'*'"))}),
    Files("E12", "undecided", pod(*LOGS)),
    Files("E12", "undecided", {**pod(*LOGS), **role(rule("secrets", "get"))}),
    Files("E12", "closed", {**pod(), **role(rule("nodes/log", "get"))}),
    Files("E12", "closed", {**pod(*CLOSED_LOGS), **role(rule("nodes/log", "get"))}),
    Files("E15", "open", task('"host"')),
    Files("E15", "undecided", task('"bridge"')),
    Files("E15", "closed", {**pod(), "policy.yaml": CLOSED, **declared("gke: {mode: standard}")}),
    Files("E18", "open", {**pod(), **role(rule("secrets", "list"))}),
    Files("E18", "open", {**pod(), **role(rule("pods/exec", "create"))}),
    Files("E18", "open", {**pod(), **role(rule("clusterroles", "escalate"))}),
    Files("E18", "open", {**pod(), "bind.yaml": role("", "edit")["bind.yaml"]}),
    Files("E18", "undecided", pod()),
    Files("E18", "undecided", {**pod(), **role(rule("configmaps", "get"))}),
    Files("E18", "undecided", {**pod(), "bind.yaml": role("", "unseen")["bind.yaml"]}),
    Files("E18", "undecided", {**pod(account="other"), **role(rule("secrets", "list"))}),
    Files("E18", "closed", {"pod.yaml": pod()["pod.yaml"] + "  automountServiceAccountToken: false\n"}),
    Files("E19", "open", spread("Bidirectional", privileged=True)),
    Files("E19", "undecided", spread("[]", privileged=True)),
    Files("E19", "closed", spread("None", privileged=True)),
    Files("E19", "closed", spread("Bidirectional", privileged=False)),
    Files("E23", "open", lxc()),
    Files("E23", "open", lxc(*MAPPED, "lxc.apparmor.allow_nesting = 1")),
    Files("E23", "open", lxc(*MAPPED, "lxc.mount.auto = proc:rw")),
    Files("E23", "undecided", lxc(*MAPPED, "lxc.mount.auto = {{ how }}")),
    Files("E23", "closed", lxc(*MAPPED, "lxc.mount.auto = proc:mixed")),
    Files("E24", "open", {"web.nspawn": "[Exec]\nPrivateUsers=identity\n"}),
    Files("E24", "undecided", {"web.nspawn": "[Exec]\nPrivateUsers=yes\n"}),
    Files("E24", "closed", {"web.nspawn": "[Exec]\nPrivateUsers=pick\n"}),
    Files("E24", "closed", lxc()),
    Files("E29", "open", {"compose.yaml": COMPOSE, **declared("swarm: true")}),
    Files("E29", "closed", {"compose.yaml": COMPOSE, **declared("swarm: false")}),
    Files("E51", "open", {"web.container": QUADLET, **versions("podman", "5.7.0")}),
    Files("E51", "undecided", {"web.container": QUADLET, **versions("podman", "5.7")}),
    Files("E51", "closed", {"web.container": QUADLET, **versions("podman", "5.7.1")}),
    Files("E53", "open", {"web.yaml": INSTANCE, **versions("incus", "7.1.0")}),
    Files("E53", "undecided", {"web.yaml": INSTANCE, **versions("incus", "7.2.0-0ubuntu1")}),
    Files("E53", "closed", {"web.yaml": INSTANCE, **versions("incus", "7.2.0")}),
    Files("E39", "closed", {"web.xml": domain("kvm"), **versions("containerd", "2.1.0")}),
    Files("E62", "open", {"web.xml": domain("vmware"), **versions("vmware-workstation", "17.6.2")}),
    Files("E62", "undecided", {"web.xml": domain("vmware"), **versions("vmware-workstation", "17.6")}),
    Files("E62", "open", {"web.xml": domain("vmware"), **versions("vmware-workstation", "17.6.3")}),
    Files("E62", "closed", {"web.xml": domain("vmware"), **versions("vmware-workstation", "17.6.4")}),
    Files("E62", "closed", {"web.xml": domain("kvm"), **versions("vmware-workstation", "17.6.2")}),
    Files("E63", "open", {"web.xml": domain("vbox"), **versions("virtualbox", "7.1.6")}),
    Files("E63", "undecided", {"web.xml": domain("vbox"), **versions("virtualbox", "7.1.4")}),
    Files("E63", "closed", {"web.xml": domain("vbox"), **versions("virtualbox", "7.1.8")}),
    Files("E63", "closed", {"web.xml": domain("vbox"), **versions("virtualbox", "7.0.20")}),
    Files("E63", "closed", {"web.xml": domain("kvm"), **versions("virtualbox", "7.1.6")}),
    Files("E64", "open", {"web.xml": XEN_PV, **versions("xen", "4.8.0")}),
    Files("E64", "undecided", {"web.xml": XEN_PV, **versions("xen", "4.8.2")}),
    Files("E64", "closed", {"web.xml": XEN_PV, **versions("xen", "4.17.5")}),
    Files("E64", "closed", {"web.xml": domain("xen"), **versions("xen", "4.8.0")}),
    Files("E65", "open", {"web.ps1": "New-VM -Name a\n", **versions("hyper-v", "17763.5575")}),
    Files("E65", "undecided", {"web.ps1": "New-VM -Name a\n", **versions("hyper-v", "20348.2335")}),
    Files("E65", "undecided", {"web.ps1": "New-VM -Name a\n", **versions("hyper-v", "10.0.17763.5575")}),
    Files("E65", "closed", {"web.ps1": "New-VM -Name a\n", **versions("hyper-v", "17763.5576")}),
    Files("E65", "closed", {"web.ps1": "New-VM -Name a\n", **versions("hyper-v", "26100.1742")}),
)

#: Rows of which nothing that is read leaves any doubt.
NEVER_IN_DOUBT = {"E29": "the declaration decides what a stack is"}


@pytest.mark.parametrize("one", READ, ids=lambda one: f"{one.row}-{one.state}")
def test_a_row_is_decided(one: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = check(capsys, write_all(tmp_path, one.files))
    (subject,) = (found for found in answer.report["subjects"] if found["boundary"] is not None)
    assert state(subject["escapes"], one.row) == one.state


def test_the_lack_of_a_safeguard_is_worded_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = check(capsys, write_all(tmp_path, {**pod(), **role(rule("secrets", "list"))}))
    (row,) = (one for one in answer.subject("Pod/web")["escapes"]["table"] if one["id"] == "E18")
    assert "it does not hold that it is handed no service account token" in row["text"]
    assert "its service account may read secrets" in row["text"]


def state(escapes: Any, row: str) -> str:
    """What became of a row."""
    return "open" if row in escapes["open"] else "undecided" if row in escapes["undecided"] else "closed"


@pytest.mark.parametrize("row", [escape.id for escape in MATRIX])
def test_every_row_is_opened_closed_and_left_in_doubt(row: str) -> None:
    states = {one.state for one in (*TRIES, *READ) if one.row == row}
    assert "closed" in states
    assert "open" in states
    if row not in NEVER_IN_DOUBT:
        assert "undecided" in states
