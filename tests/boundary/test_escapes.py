"""Every way out of a container, by workloads that open it, close it and leave it undecided."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.boundary.escape import Decision
from gate.boundary.escape_matrix import MATRIX, decisions
from gate.boundary.facts import Facts
from gate.boundary.level import boundary
from gate.linking.link import Links
from gate.model.evidence import Unknown
from gate.model.location import whole_file
from gate.model.profile import COMPONENTS, Named, PlatformProfile
from gate.model.record import replace
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.compose import READER as COMPOSE
from gate.readers.kubernetes import READER as KUBERNETES
from tests.boundary.test_properties import SERVICES, WORSE
from tests.verbs import NoFiles

AT = whole_file(".gate.yaml")


class Try(NamedTuple):
    """A workload, the versions that are declared beside it, and what becomes of the row."""

    row: str
    state: str
    keys: dict[str, Any]
    versions: dict[str, str] = {}  # noqa: RUF012 - a named tuple's default
    pod: bool = False


def service(keys: dict[str, Any], profile: PlatformProfile) -> Workload:
    """A service of Compose, linked; variables without a value stay unknown."""
    text = json.dumps({"services": {"web": {"image": "x", **keys}}})
    (found,) = COMPOSE.read(Source("compose.yaml", text.encode()), NoFiles()).subjects
    assert isinstance(found, Workload)
    return Links((), (), profile).link(found)


def pod(keys: dict[str, Any], profile: PlatformProfile) -> Workload:
    """A pod with one container; `container` holds that one's keys, `annotations` the pod's."""
    spec = {key: value for key, value in keys.items() if key not in ("container", "annotations")}
    spec["containers"] = [{"name": "web", "image": "x", **keys.get("container", {})}]
    metadata = {"name": "web", "annotations": keys.get("annotations", {})}
    text = json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    (found,) = KUBERNETES.read(Source("pod.yaml", text.encode()), NoFiles()).subjects
    assert isinstance(found, Workload)
    return Links((), (), profile).link(found)


def decided(workload: Workload, profile: PlatformProfile) -> dict[str, Decision]:
    """Every row's decision."""
    facts = Facts(workload, profile)
    kind: Any = boundary(workload, facts, profile).kind
    return {one.escape.id: one for one in decisions(facts, kind, profile)}


def profile(versions: dict[str, str]) -> PlatformProfile:
    """What is declared."""
    return PlatformProfile(versions=tuple(Named(name, value, AT) for name, value in versions.items()))


NON_ROOT = {"user": "10001"}
GVISOR, KATA = {"runtime": "io.containerd.runsc.v1"}, {"runtime": "io.containerd.kata.v2"}
SOCKET = "/var/run/docker.sock:/s"
WINDOWS = {"os": {"name": "windows"}}
UNFILTERED = {"security_opt": ["seccomp=unconfined"]}
FILTERED = {"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}
OLD = {"containerd": "1.3.8"}


def mount(path: str, *, read_only: bool = False, **more: str) -> dict[str, Any]:
    """A pod that mounts a folder of the node, or `subPath` of it; without a path nobody knows which."""
    return {
        "volumes": [{"name": "v", "hostPath": {"path": path} if path else {"type": "Directory"}}],
        "container": {"volumeMounts": [{"name": "v", "mountPath": "/v", "readOnly": read_only, **more}]},
    }


def sysctl(value: str) -> dict[str, Any]:
    """A pod with a harmless sysctl of this value."""
    return {"securityContext": {"sysctls": [{"name": "kernel.shm_rmid_forced", "value": value}]}}


NOBODY_KNOWS = (
    Try("E01", "undecided", {"privileged": "${P}"}),
    Try("E02", "undecided", {"cap_add": ["${C}"], "security_opt": ["apparmor=unconfined"]}),
    Try("E03", "undecided", {"pid": "${P}", "privileged": True}),
    Try("E04", "undecided", {"pid": "${P}", "cap_add": ["SYS_PTRACE"]}),
    Try("E05", "undecided", {"cap_add": ["${C}"]}),
    Try("E06", "undecided", {"cap_add": ["${C}"]}),
    Try("E07", "undecided", {"privileged": "${P}"}),
    Try("E08", "undecided", {"devices": ["${D}:/d"]}),
    Try("E09", "undecided", {"volumes": ["${S}:/s"]}),
    Try("E10", "undecided", {"volumes": ["${S}:/s"]}),
    Try("E11", "undecided", mount(""), pod=True),
    Try("E13", "undecided", {"sysctls": ["${K}=1"]}),
    Try("E14", "undecided", {"network_mode": "${N}"}),
    Try("E16", "undecided", {"ipc": "${I}"}),
    Try("E20", "undecided", {"build": {"context": ".", "privileged": "${P}"}}),
    Try("E21", "undecided", {"securityContext": {"windowsOptions": {"hostProcess": "maybe"}}}, pod=True),
    Try("E22", "undecided", {"os": {"name": 11}}, pod=True),
    Try("E25", "undecided", {"annotations": "some"}, pod=True),
    Try("E27", "undecided", {"volumes": ["${S}:/s"]}),
    Try("E28", "undecided", {"network_mode": "${N}", **GVISOR}),
    Try("E48", "undecided", {"volumes": "some"}, {"kubelet": "1.36"}, pod=True),
)

TRIES = (
    *NOBODY_KNOWS,
    Try("E01", "open", {"privileged": True}),
    Try("E01", "open", {"devices": ["/dev/sda:/dev/sda"]}),
    Try("E01", "closed", {}),
    Try("E02", "open", {"cap_add": ["SYS_ADMIN"], "security_opt": ["apparmor=unconfined"]}),
    Try("E02", "open", {"cap_add": ["SYS_ADMIN"], "security_opt": ["seccomp=unconfined"]}),
    Try("E02", "closed", {"security_opt": ["apparmor=unconfined"]}),
    Try("E03", "open", {"pid": "host", "privileged": True}),
    Try("E03", "closed", {"privileged": True}),
    Try("E04", "open", {"pid": "host", "cap_add": ["SYS_PTRACE"]}),
    Try("E04", "closed", {"pid": "host"}),
    Try("E05", "open", {"cap_add": ["SYS_MODULE"]}),
    Try("E05", "closed", {}),
    Try("E06", "open", {"cap_add": ["DAC_READ_SEARCH"]}),
    Try("E06", "closed", {}),
    Try("E07", "open", {"cap_add": ["SYS_RAWIO"], "devices": ["/dev/mem:/dev/mem"]}),
    Try("E07", "closed", {"cap_add": ["SYS_RAWIO"]}),
    Try("E08", "open", {"devices": ["/dev/sda:/dev/sda"]}),
    Try("E08", "closed", {}),
    Try("E09", "open", {"volumes": [SOCKET]}),
    Try("E09", "open", {"volumes": [f"{SOCKET}:ro"]}),
    Try("E09", "open", {"volumes": [SOCKET], **GVISOR}),
    Try("E09", "closed", {}),
    Try("E10", "open", {"volumes": ["/:/host"]}),
    Try("E10", "open", {"volumes": ["/:/host"], **KATA}),
    Try("E10", "closed", {}),
    Try("E11", "open", mount("/etc/kubernetes/manifests"), pod=True),
    Try("E11", "open", mount("/var/lib"), pod=True),
    Try("E11", "closed", mount("/srv"), pod=True),
    Try("E12", "undecided", mount("/var/log"), pod=True),
    Try("E12", "closed", mount("/var/log", read_only=True), pod=True),
    Try("E13", "open", {"sysctls": {"kernel.core_pattern": "|/x"}}),
    Try("E13", "closed", {}),
    Try("E14", "open", {"network_mode": "host"}),
    Try("E14", "closed", {}),
    Try("E15", "undecided", {"network_mode": "host"}),
    Try("E16", "open", {"ipc": "host"}),
    Try("E16", "closed", {}),
    Try("E18", "undecided", {}, pod=True),
    Try("E18", "closed", {"automountServiceAccountToken": False}, pod=True),
    Try("E19", "closed", {"privileged": True}),
    Try("E20", "open", {"build": {"context": ".", "privileged": True}}),
    Try("E20", "closed", {}),
    Try("E21", "open", {**WINDOWS, "securityContext": {"windowsOptions": {"hostProcess": True}}}, pod=True),
    Try("E21", "closed", WINDOWS, pod=True),
    Try("E22", "open", WINDOWS, pod=True),
    Try("E22", "closed", {"os": {"name": "linux"}}, pod=True),
    Try("E23", "closed", {}),
    Try("E24", "closed", {}),
    Try("E25", "open", {"annotations": {"io.katacontainers.config.hypervisor.path": "/x"}}, pod=True),
    Try("E25", "closed", {}, pod=True),
    Try("E27", "open", {"volumes": ["/srv/shared:/t"]}),
    Try("E27", "closed", {}),
    Try("E28", "open", {"network_mode": "host", **GVISOR}),
    Try("E28", "closed", GVISOR),
    Try("E29", "closed", {}),
    Try("E17", "open", {"network_mode": "host", "user": "0"}, OLD),
    Try("E17", "closed", {"network_mode": "host"}, {"containerd": "1.3.9"}),
    Try("E17", "closed", {"network_mode": "host", **NON_ROOT}, OLD),
    Try("E17", "undecided", {"network_mode": "host"}, {"containerd": "1.3.3-0ubuntu2"}),
    Try("E17", "not judged", {"network_mode": "host", "user": "0"}),
    Try("E26", "open", {"annotations": {"org.systemd.property.X": "1"}}, {"cri-o": "1.28.5"}, pod=True),
    Try("E26", "closed", {}, {"cri-o": "1.28.5"}, pod=True),
    Try("E26", "undecided", {"annotations": {"org.systemd.property.X": "1"}}, {"cri-o": "1.28"}, pod=True),
    Try("E30", "open", {"user": "0"}, {"runc": "1.0.0-rc6"}),
    Try("E30", "closed", NON_ROOT, {"runc": "1.0.0-rc6"}),
    Try("E30", "undecided", {"user": "0"}, {"runc": "1.0.0~rc6+dfsg1"}),
    Try("E31", "open", {"user": "0", "volumes": ["data:/d"]}, {"runc": "1.0.0-rc94"}),
    Try("E31", "closed", {"user": "0"}, {"runc": "1.0.0-rc94"}),
    Try("E31", "undecided", {"volumes": ["data:/d"], "user": "0"}, {"runc": "1.0"}),
    Try("E32", "open", {}, {"runc": "1.1.11"}),
    Try("E32", "closed", {}, {"runc": "1.1.12"}),
    Try("E32", "closed", GVISOR, {"runc": "1.1.11"}),
    Try("E32", "undecided", {}, {"runc": "1.1.7-0ubuntu1"}),
    Try("E32", "closed", WINDOWS, {"runc": "1.1.11"}, pod=True),
    Try("E58", "closed", WINDOWS, {"kernel": "5.15.24"}, pod=True),
    Try("E33", "open", {}, {"runc": "1.3.2"}),
    Try("E33", "closed", KATA, {"runc": "1.3.2"}),
    Try("E33", "undecided", {}, {"runc": "1.3"}),
    Try("E34", "open", GVISOR, {"runc": "1.4.2"}),
    Try("E34", "closed", KATA, {"runc": "1.4.2"}),
    Try("E34", "undecided", {}, {"runc": "1.4"}),
    Try("E35", "open", {"cgroup": "host"}, {"runc": "1.1.4"}),
    Try("E35", "closed", {"cgroup": "private"}, {"runc": "1.1.4"}),
    Try("E35", "undecided", {"cgroup": "host"}, {"runc": "1.1"}),
    Try("E36", "open", {}, {"containerd": "1.6.0"}, pod=True),
    Try("E36", "closed", {}, {"containerd": "1.6.0"}),
    Try("E36", "undecided", {}, {"containerd": "1.6"}, pod=True),
    Try("E37", "open", {"user": "2147483648"}, {"containerd": "1.7.26"}),
    Try("E37", "closed", NON_ROOT, {"containerd": "1.7.26"}),
    Try("E37", "undecided", {"user": "2147483648"}, {"containerd": "1.7"}),
    Try("E38", "open", KATA, {"containerd": "2.2.4"}),
    Try("E38", "closed", {}, {"containerd": "2.2.5"}),
    Try("E38", "undecided", {}, {"containerd": "2.2"}),
    Try("E39", "open", {}, {"containerd": "2.1.0"}),
    Try("E39", "closed", {}, {"containerd": "2.1.1"}),
    Try("E39", "undecided", {}, {"containerd": "2.1"}),
    Try("E40", "open", {}, {"containerd": "2.1.0"}, pod=True),
    Try("E40", "closed", {}, {"containerd": "2.2.5"}, pod=True),
    Try("E40", "closed", {}, {"containerd": "2.1.0"}),
    Try("E40", "undecided", {}, {"containerd": "1.7.30"}, pod=True),
    Try("E41", "open", {"volumes": ["data:/d"]}, {"docker": "29.5.0"}),
    Try("E41", "closed", {}, {"docker": "29.5.0"}),
    Try("E41", "undecided", {"volumes": ["data:/d"]}, {"docker": "29.5"}),
    Try("E42", "open", {"build": "."}, {"buildkit": "0.12.4"}),
    Try("E42", "closed", {}, {"buildkit": "0.12.4"}),
    Try("E42", "undecided", {"build": "."}, {"buildkit": "0.12"}),
    Try("E43", "open", {"build": "."}, {"buildkit": "0.28.0"}),
    Try("E43", "closed", {}, {"buildkit": "0.28.0"}),
    Try("E43", "undecided", {"build": "."}, {"buildkit": "0.28"}),
    Try("E44", "open", {"gpus": "all"}, {"nvidia-container-toolkit": "1.17.3"}),
    Try("E44", "closed", {}, {"nvidia-container-toolkit": "1.17.3"}),
    Try("E44", "undecided", {"gpus": "all"}, {"nvidia-container-toolkit": "1.17"}),
    Try("E45", "open", {"gpus": "all"}, {"nvidia-container-toolkit": "1.17.7"}),
    Try("E45", "undecided", {"gpus": "all"}, {"nvidia-container-toolkit": "1.17"}),
    Try("E45", "closed", {"gpus": "all"}, {"nvidia-container-toolkit": "1.17.8"}),
    Try("E45", "closed", {}, {"nvidia-container-toolkit": "1.17.7"}),
    Try("E46", "open", sysctl("1+kernel.core_pattern=|/x"), {"cri-o": "1.23.1"}, pod=True),
    Try("E46", "closed", sysctl("1+kernel.core_pattern=|/x"), {"cri-o": "1.23.2"}, pod=True),
    Try("E46", "undecided", sysctl("1+kernel.core_pattern=|/x"), {"cri-o": "1.23"}, pod=True),
    Try("E46", "closed", sysctl("1"), {"cri-o": "1.23.1"}, pod=True),
    Try("E46", "closed", {}, {"cri-o": "1.23.1"}, pod=True),
    Try(
        "E47",
        "open",
        {"securityContext": {"seccompProfile": {"type": "Localhost", "localhostProfile": ""}}},
        {"kubelet": "1.27.1"},
        pod=True,
    ),
    Try("E47", "closed", {}, {"kubelet": "1.27.1"}, pod=True),
    Try(
        "E47",
        "undecided",
        {"securityContext": {"seccompProfile": {"type": "Localhost", "localhostProfile": ""}}},
        {"kubelet": "1.27"},
        pod=True,
    ),
    Try("E48", "open", {"volumes": [{"name": "v", "gitRepo": {"repository": "x"}}]}, {"kubelet": "1.36"}, pod=True),
    Try("E48", "closed", {}, {"kubelet": "1.36"}, pod=True),
    Try("E49", "open", mount("/srv", subPath="a"), {"kubelet": "1.22.1"}, pod=True),
    Try("E49", "open", mount("/srv", subPathExpr="$(A)"), {"kubelet": "1.22.1"}, pod=True),
    Try("E49", "closed", mount("/srv", subPath="a"), {"kubelet": "1.22.2"}, pod=True),
    Try("E49", "undecided", mount("/srv", subPath="a"), {"kubelet": "1.22"}, pod=True),
    Try("E49", "closed", mount("/srv"), {"kubelet": "1.22.1"}, pod=True),
    Try("E50", "open", WINDOWS, {"kubelet": "1.28.3"}, pod=True),
    Try("E50", "closed", {"os": {"name": "linux"}}, {"kubelet": "1.28.3"}, pod=True),
    Try("E50", "undecided", WINDOWS, {"kubelet": "1.28"}, pod=True),
    Try("E51", "closed", {}, {"podman": "5.0.0"}),
    Try("E52", "open", KATA, {"kata": "3.30.0"}),
    Try("E52", "closed", {}, {"kata": "3.30.0"}),
    Try("E52", "undecided", {"runtime": "mine"}, {"kata": "3.30.0"}),
    Try("E53", "closed", {}, {"incus": "7.1.0"}),
    Try("E54", "open", {}, {"kernel": "4.8.2"}),
    Try("E54", "open", NON_ROOT, {"kernel": "4.4.25"}),
    Try("E54", "undecided", {}, {"kernel": "4.4.0-31-generic"}),
    Try("E54", "closed", {}, {"kernel": "4.9.0"}),
    Try("E54", "closed", {}, {"kernel": "4.4.26"}),
    Try("E54", "closed", GVISOR, {"kernel": "4.8.2"}),
    Try("E55", "open", {}, {"kernel": "5.8.0"}),
    Try("E55", "open", {}, {"kernel": "5.9-rc3"}),
    Try("E55", "undecided", {}, {"kernel": "5.8"}),
    Try("E55", "closed", {"cap_drop": ["NET_RAW"]}, {"kernel": "5.8.0"}),
    Try("E55", "closed", {"cap_drop": ["ALL"]}, {"kernel": "5.8.0"}),
    Try("E55", "closed", {}, {"kernel": "5.8.8"}),
    Try("E55", "closed", {}, {"kernel": "4.5.0"}),
    Try("E56", "open", UNFILTERED, {"kernel": "5.10.92"}),
    Try("E56", "undecided", UNFILTERED, {"kernel": "5.10"}),
    Try("E56", "undecided", {"security_opt": ["seccomp=${WHICH}"]}, {"kernel": "5.10.92"}),
    Try("E56", "closed", {}, {"kernel": "5.10.92"}),
    Try("E56", "closed", UNFILTERED, {"kernel": "5.10.93"}),
    Try("E56", "closed", {**UNFILTERED, **GVISOR}, {"kernel": "5.10.92"}),
    Try("E57", "open", {"privileged": True}, {"kernel": "5.10.96"}),
    Try("E57", "open", {"security_opt": ["seccomp=unconfined", "apparmor=unconfined"]}, {"kernel": "5.10.96"}),
    Try("E57", "undecided", {"privileged": True}, {"kernel": "5.10"}),
    Try("E57", "closed", {"privileged": True}, {"kernel": "5.17.0"}),
    Try("E57", "closed", {}, {"kernel": "5.10.96"}),
    Try("E58", "open", {}, {"kernel": "5.15.24"}),
    Try("E58", "closed", {}, {"kernel": "5.15.25"}),
    Try("E58", "closed", GVISOR, {"kernel": "5.15.24"}),
    Try("E58", "undecided", {}, {"kernel": "5.15.0-91-generic"}),
    Try("E59", "open", UNFILTERED, {"kernel": "6.12.84"}),
    Try("E59", "open", {}, {"kernel": "6.12.84", "docker": "29.4.1"}),
    Try("E59", "open", {}, {"kernel": "6.12.84"}, pod=True),
    Try("E59", "open", FILTERED, {"kernel": "6.12.84", "containerd": "2.1.8"}, pod=True),
    Try("E59", "undecided", {}, {"kernel": "6.12.84"}),
    Try("E59", "undecided", FILTERED, {"kernel": "6.12.84"}, pod=True),
    Try("E59", "undecided", {"security_opt": ["seccomp=own.json"]}, {"kernel": "6.12.84", "docker": "29.4.2"}),
    Try("E59", "closed", {}, {"kernel": "6.12.84", "docker": "29.4.2"}),
    Try("E59", "closed", FILTERED, {"kernel": "6.12.84", "containerd": "2.2.4"}, pod=True),
    Try("E59", "closed", UNFILTERED, {"kernel": "6.12.85"}),
    Try("E59", "closed", {**UNFILTERED, **KATA}, {"kernel": "6.12.84"}),
    Try("E60", "open", {"privileged": True}, {"kernel": "6.12.86"}),
    Try("E60", "open", {"cap_add": ["NET_ADMIN"]}, {"kernel": "6.12.86"}),
    Try("E60", "undecided", {"privileged": True}, {"kernel": "6.12"}),
    Try("E60", "closed", {}, {"kernel": "6.12.86"}),
    Try("E60", "closed", {"privileged": True}, {"kernel": "6.12.87"}),
    Try("E60", "closed", {"privileged": True, **KATA}, {"kernel": "6.12.86"}),
    Try("E61", "open", {}, {"kernel": "6.12.90"}),
    Try("E61", "undecided", {"security_opt": ["seccomp=own.json"]}, {"kernel": "6.12.90"}),
    Try("E61", "undecided", {}, {"kernel": "6.6.141"}),
    Try("E61", "closed", {}, {"kernel": "6.12.91"}),
    Try("E61", "closed", {}, {"kernel": "7.1.0"}),
    Try("E61", "closed", GVISOR, {"kernel": "6.12.90"}),
    Try("E62", "closed", KATA, {"vmware-workstation": "17.6.2"}),
)


@pytest.mark.parametrize("one", TRIES, ids=lambda one: f"{one.row}-{one.state}")
def test_a_row_is_decided(one: Try) -> None:
    declared = profile(one.versions)
    workload = (pod if one.pod else service)(one.keys, declared)
    found = decided(workload, declared)[one.row]
    assert found.state == one.state, found.truth
    assert found.truth.because


def test_the_matrix_has_every_row_once() -> None:
    assert [escape.id for escape in MATRIX] == [f"E{number:02}" for number in range(1, 66)]


def test_every_component_can_be_declared() -> None:
    named = {escape.component for escape in MATRIX if escape.affected}
    assert named == {*COMPONENTS, "kubelet"}


def test_what_is_not_known_of_a_workload_is_undecided() -> None:
    """A configuration escape whose settings are all unknown is neither open nor closed."""
    workload = service({}, PlatformProfile())
    (container,) = workload.containers.members
    doubted = replace(
        workload, containers=replace(workload.containers, members=(Unknown("nobody knows", container.at),))
    )
    found = decided(doubted, PlatformProfile())
    for row in ("E01", "E02", "E05", "E06", "E08", "E09", "E10", "E13", "E21", "E27"):
        assert found[row].state == "undecided", row


ORDER = {"closed": 0, "not judged": 1, "undecided": 2, "open": 3}
ALL_OLD = dict.fromkeys((*COMPONENTS, "kubelet"), "1.0.0")


@given(SERVICES, st.sampled_from(WORSE))
@settings(max_examples=150, derandomize=True, deadline=None)
def test_more_privilege_closes_no_way_out(keys: dict[str, Any], risk: tuple[dict[str, Any], str, str]) -> None:
    declared = profile(ALL_OLD)
    before = decided(service(keys, declared), declared)
    after = decided(service({**keys, **risk[0]}, declared), declared)
    worse = {row: (before[row].state, after[row].state) for row in before}
    lost = {row: pair for row, pair in worse.items() if ORDER[pair[1]] < ORDER[pair[0]]}
    assert set(lost) <= {"E37"}  # whoever is root already has no number that overflows to it
    assert "open" not in [old for old, _ in lost.values()]
