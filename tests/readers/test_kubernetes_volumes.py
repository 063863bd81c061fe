"""What of the host a pod's volumes and devices bring into its containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gate.linking.link import Links
from gate.model.evidence import Stated, Unknown, known
from gate.model.profile import PlatformProfile
from gate.model.workload import Workload
from tests.readers.kubernetes import container, pod, read, values, workload
from tests.verbs import check, write_all

if TYPE_CHECKING:
    from pathlib import Path

    from gate.model.workload import Mount

MOUNT = "volumeMounts: [{name: v, mountPath: /m}]"


@pytest.mark.parametrize(
    ("volume", "kind", "source"),
    [
        ("hostPath: {path: /etc}", "bind", "/etc"),
        ("hostPath: {path: '\\\\.\\pipe\\docker_engine'}", "pipe", "\\\\.\\pipe\\docker_engine"),
        ("emptyDir: {}", "volume", None),
        ("emptyDir: {medium: Memory}", "tmpfs", None),
        ("configMap: {name: c}", "volume", None),
        ("persistentVolumeClaim: {claimName: c}", "volume", None),
        ("hostPath: null", "volume", None),
    ],
)
def test_what_is_mounted(volume: str, kind: str, source: str | None) -> None:
    (mount,) = values(container(MOUNT, f"volumes: [{{name: v, {volume}}}]").exposure.mounts)
    assert (mount.kind, known(mount.source), mount.target) == (kind, source, "/m")


@pytest.mark.parametrize("volume", ["hostPath: {}", "hostPath: 3", "hostPath: {path: {}}", "hostpath: {path: /}"])
def test_a_volume_that_cannot_be_read_may_be_anything_of_the_host(volume: str) -> None:
    (mount,) = values(container(MOUNT, f"volumes: [{{name: v, {volume}}}]").exposure.mounts)
    assert mount.kind == "bind"
    assert isinstance(mount.source, Unknown)


def test_the_part_that_is_mounted_counts() -> None:
    fields = "volumeMounts: [{name: v, mountPath: /m, subPath: docker.sock, "
    fields += "readOnly: true, mountPropagation: Bidirectional}]"
    (mount,) = values(container(fields, "volumes: [{name: v, hostPath: {path: /var/run/}}]").exposure.mounts)
    assert known(mount.source) == "/var/run/docker.sock"
    assert known(mount.read_only) is True
    assert known(mount.propagation) == "Bidirectional"


def test_a_part_that_is_only_known_at_the_start_counts_as_the_whole() -> None:
    fields = "volumeMounts: [{name: v, mountPath: /m, subPathExpr: $(POD_NAME)}]"
    (mount,) = values(container(fields, "volumes: [{name: v, hostPath: {path: /var/lib}}]").exposure.mounts)
    assert known(mount.source) == "/var/lib"


def test_a_mount_without_its_volume_is_unknown() -> None:
    (mount,) = container(MOUNT).exposure.mounts.members
    assert isinstance(mount, Unknown)


@pytest.mark.parametrize(
    ("version", "kind", "template"),
    [("apps/v1", "StatefulSet", "template"), ("agents.x-k8s.io/v1alpha1", "Sandbox", "podTemplate")],
)
def test_the_volumes_of_claims_are_there_to_be_mounted(version: str, kind: str, template: str) -> None:
    found = workload(
        f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: s}}\nspec:\n"
        "  volumeClaimTemplates: [{metadata: {name: v}}]\n"
        f"  {template}: {{spec: {{containers: [{{name: c, image: i, {MOUNT}}}]}}}}\n"
    )
    (one,) = values(found.containers)
    assert [mount.kind for mount in values(one.exposure.mounts)] == ["volume"]


def test_the_place_of_a_host_path_lies_within_its_volume() -> None:
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n"
        "  volumes:\n  - name: v\n    hostPath:\n      path: /x\n"
        f"  containers: [{{name: c, image: i, {MOUNT}}}]\n"
    )
    found = workload(text)
    (one,) = values(found.containers)
    (mount,) = values(one.exposure.mounts)
    assert found.pod is not None
    (volume,) = found.pod.volumes.members
    assert mount.source.at.line == 8
    assert volume.at.start <= mount.source.at.start
    assert mount.source.at.end <= volume.at.end


@pytest.mark.parametrize(
    ("volumes", "kinds"),
    [
        ("[]", []),
        ("[{name: a, hostPath: {path: /}}, {name: b, nfs: {}}]", ["hostPath", "nfs"]),
        ("[{name: a}]", ["emptyDir"]),
        ("[{name: a, secret: null}]", ["emptyDir"]),
    ],
)
def test_the_kinds_of_volumes(volumes: str, kinds: list[str]) -> None:
    found = pod(f"volumes: {volumes}").pod
    assert found is not None
    assert [known(member) for member in found.volumes.members] == kinds


def test_a_kind_of_volume_that_nobody_knows_is_unknown() -> None:
    found = pod("volumes: [{name: a, holodeck: {}}]").pod
    assert found is not None
    assert isinstance(found.volumes.members[0], Unknown)


@pytest.mark.parametrize(
    ("limits", "gpus", "devices"),
    [
        ("memory: 1Gi", [], []),
        ("nvidia.com/gpu: 1", ["nvidia.com/gpu"], []),
        ("nvidia.com/gpu: 0", [], []),
        ("gpu.intel.com/i915: '1'", ["gpu.intel.com/i915"], []),
        ("devices.kubevirt.io/kvm: 1", [], ["/dev/kvm"]),
        ("vpc.amazonaws.com/pod-eni: 1", [], []),
    ],
)
def test_what_device_plugins_hand_out(limits: str, gpus: list[str], devices: list[str]) -> None:
    exposure = container(f"resources: {{limits: {{{limits}}}}}").exposure
    assert values(exposure.gpus) == gpus
    assert [device.path for device in values(exposure.devices)] == devices


def test_a_resource_that_only_its_plugin_knows_may_be_a_device() -> None:
    exposure = container("resources: {limits: {example.com/dongle: 1}, claims: [{name: g}]}").exposure
    assert [type(member) for member in exposure.gpus.members] == [Unknown, Unknown]


def test_the_annotation_of_cri_o_hands_out_devices() -> None:
    metadata = "{name: p, annotations: {io.kubernetes.cri-o.Devices: '/dev/fuse,/dev/sda:/dev/x:r'}}"
    found = values(container(metadata=metadata).exposure.devices)
    assert [(device.path, device.access) for device in found] == [("/dev/fuse", "rwm"), ("/dev/sda", "r")]


def test_a_block_volume_is_the_schedulers_and_no_device_of_the_host() -> None:
    exposure = container(
        "volumeDevices: [{name: v, devicePath: /dev/sda}]",
        "volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]",
    ).exposure
    assert exposure.devices.members == ()
    (mount,) = exposure.mounts.members
    assert isinstance(mount, Stated)
    assert mount.value.kind == "volume"


def mounted(text: str) -> list[Mount]:
    """Read the one workload of a file with its claims followed, and return what its container mounts."""
    reading = read(text)
    (found,) = reading.subjects
    assert isinstance(found, Workload)
    (one,) = values(Links([], reading.definitions, PlatformProfile()).link(found).containers)
    return values(one.exposure.mounts)


def persistent(volume: str, claim: str, name: str = "v") -> str:
    metadata = f"metadata: {{name: {name}}}"
    return (
        f"apiVersion: v1\nkind: PersistentVolume\n{metadata}\nspec: {{{volume}}}\n---\n"
        f"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: data}}\nspec: {{{claim}}}\n---\n"
    )


CLAIMING = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n"
    "  volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]\n"
    f"  containers: [{{name: c, image: i, {MOUNT}}}]\n"
)


@pytest.mark.parametrize(
    ("volume", "claim", "source"),
    [
        ("hostPath: {path: /etc}", "volumeName: v", "/etc"),
        ("local: {path: /mnt/disk}", "volumeName: v", "/mnt/disk"),
        ("hostPath: {path: /etc}, storageClassName: manual", "storageClassName: manual", "/etc"),
        ("hostPath: {path: /etc}, claimRef: {name: data}", "", "/etc"),
        ("hostPath: {path: /etc}, claimRef: {name: other}, storageClassName: a", "storageClassName: a", None),
        ("hostPath: {path: /etc}, storageClassName: manual", "storageClassName: other", None),
        ("hostPath: {path: /etc}, claimRef: {name: data, namespace: shop}", "", "/etc"),
        ("nfs: {path: /etc}", "volumeName: v", None),
    ],
)
def test_a_path_of_the_host_behind_a_claim(volume: str, claim: str, source: str | None) -> None:
    (mount,) = mounted(persistent(volume, claim) + CLAIMING)
    assert known(mount.source) == source
    assert mount.kind == ("volume" if source is None else "bind")


def test_a_claim_that_several_volumes_may_answer_is_unknown() -> None:
    volume, claim = "hostPath: {path: /etc}, storageClassName: manual", "storageClassName: manual"
    (mount,) = mounted(persistent(volume, claim) + persistent(volume.replace("etc", "opt"), claim, "w") + CLAIMING)
    assert isinstance(mount.source, Unknown)


def test_a_path_of_the_host_behind_the_claims_of_a_stateful_set() -> None:
    text = persistent("hostPath: {path: /data}, storageClassName: manual", "") + (
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\nspec:\n"
        "  volumeClaimTemplates: [{metadata: {name: v}, spec: {storageClassName: manual}}]\n"
        f"  template: {{spec: {{containers: [{{name: c, image: i, {MOUNT}}}]}}}}\n"
    )
    assert [known(mount.source) for mount in mounted(text)] == ["/data"]


def test_a_part_of_a_path_behind_a_claim() -> None:
    text = persistent("hostPath: {path: /var/run/}", "volumeName: v") + CLAIMING
    (mount,) = mounted(text.replace("mountPath: /m", "mountPath: /m, subPath: docker.sock"))
    assert known(mount.source) == "/var/run/docker.sock"


@pytest.mark.parametrize(
    ("volume", "claim", "source"),
    [
        ("hostPath: {path: /etc}", "storageClassName: ''", "/etc"),
        (
            "hostPath: {path: /etc}, accessModes: [ReadWriteOnce]",
            "storageClassName: '', accessModes: [ReadWriteOnce]",
            "/etc",
        ),
        (
            "hostPath: {path: /etc}, accessModes: [ReadWriteOnce]",
            "storageClassName: '', accessModes: [ReadWriteMany]",
            None,
        ),
        ("nfs: {path: /etc}", "", None),
    ],
)
def test_a_claim_without_a_class_is_bound_by_what_it_asks_for(volume: str, claim: str, source: str | None) -> None:
    (mount,) = mounted(persistent(volume, claim) + CLAIMING)
    assert known(mount.source) == source


def test_without_a_class_the_clusters_own_may_decide() -> None:
    (mount,) = mounted(persistent("hostPath: {path: /etc}", "accessModes: [ReadWriteOnce]") + CLAIMING)
    assert isinstance(mount.source, Unknown)


def test_a_claim_in_another_namespace_is_another_claim() -> None:
    text = persistent("hostPath: {path: /etc}", "volumeName: v").replace("{name: data}", "{name: data, namespace: a}")
    assert [mount.kind for mount in mounted(text + CLAIMING.replace("{name: p}", "{name: p, namespace: b}"))] == [
        "volume"
    ]
    assert [mount.kind for mount in mounted(text + CLAIMING.replace("{name: p}", "{name: p, namespace: a}"))] == [
        "bind"
    ]


def test_a_path_behind_a_claim_counts_from_any_file_of_the_tree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"app/pod.yaml": CLAIMING, "storage/v.yaml": persistent("hostPath: {path: /etc}", "volumeName: v")}
    write_all(tmp_path, {**files, ".git/HEAD": ""})
    (subject,) = check(capsys, tmp_path / "app/pod.yaml").report["subjects"]
    (finding,) = (one for one in subject["findings"] if one["rule"] == "ISO010")
    assert finding["location"]["path"] == "storage/v.yaml"
    assert "app/pod.yaml" in {one["path"] for one in finding["related"]}
