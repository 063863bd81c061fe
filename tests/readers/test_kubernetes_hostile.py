"""Whatever a manifest holds, reading it ends, raises nothing and lets nothing pass in silence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.boundary.facts import Facts
from gate.linking.link import Links
from gate.model.evidence import Deferred, Stated
from gate.model.profile import PlatformProfile
from gate.model.record import Record
from gate.model.source import Source
from gate.model.workload import Workload
from gate.readers.kubernetes import READER
from tests.readers.kubernetes import Tree

if TYPE_CHECKING:
    from gate.model.reader import Reading

FULL: dict[str, Any] = {
    "apiVersion": "batch/v1",
    "kind": "CronJob",
    "metadata": {"name": "j", "namespace": "n1", "labels": {"boundary-gate.io/class": "internal"}},
    "spec": {
        "schedule": "@daily",
        "jobTemplate": {
            "spec": {
                "template": {
                    "metadata": {
                        "annotations": {"io.katacontainers.x": "y", "io.kubernetes.cri-o.Devices": "/dev/fuse"}
                    },
                    "spec": {
                        "hostNetwork": True,
                        "hostUsers": False,
                        "runtimeClassName": "r",
                        "serviceAccountName": "s",
                        "os": {"name": "linux"},
                        "nodeSelector": {"a": "b"},
                        "tolerations": [{"key": "k", "effect": "NoSchedule"}],
                        "securityContext": {
                            "runAsUser": 1,
                            "runAsNonRoot": True,
                            "seccompProfile": {"type": "Localhost", "localhostProfile": "p"},
                            "appArmorProfile": {"type": "RuntimeDefault"},
                            "seLinuxOptions": {"type": "t"},
                            "sysctls": [{"name": "kernel.msgmax", "value": "1"}],
                            "windowsOptions": {"hostProcess": False},
                        },
                        "volumes": [
                            {"name": "h", "hostPath": {"path": "/var"}},
                            {"name": "e", "emptyDir": {"medium": "Memory"}},
                        ],
                        "initContainers": [{"name": "i", "image": "i", "restartPolicy": "Always"}],
                        "containers": [
                            {
                                "name": "c",
                                "image": "i:1",
                                "ports": [{"containerPort": 1, "hostPort": 1}],
                                "livenessProbe": {"httpGet": {"host": "h"}},
                                "lifecycle": {"preStop": {"tcpSocket": {"host": "h"}}},
                                "resources": {
                                    "limits": {"memory": "1Gi", "nvidia.com/gpu": 1},
                                    "claims": [{"name": "g"}],
                                },
                                "volumeMounts": [{"name": "h", "mountPath": "/h", "subPath": "log"}],
                                "volumeDevices": [{"name": "e", "devicePath": "/dev/x"}],
                                "securityContext": {
                                    "privileged": False,
                                    "allowPrivilegeEscalation": False,
                                    "procMount": "Default",
                                    "capabilities": {"add": ["CHOWN"], "drop": ["ALL"]},
                                },
                            }
                        ],
                    },
                }
            }
        },
    },
}

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        2**70,
        1.5,
        "",
        "x",
        "{{ x }}",
        [],
        {},
        [None],
        [[]],
        {"": None},
        {"name": 1},
        [{"name": "h"}],
        "\x00",
    ]
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every value of a manifest."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(found for key, value in inner for found in places(value, (*path, key)))]


def altered(path: tuple[Any, ...], value: Any) -> Any:
    """Return the manifest with one value replaced."""
    manifest = json.loads(json.dumps(FULL))
    if not path:
        return value
    node = manifest
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return manifest


def judged(text: str) -> Reading | None:
    """Read a file, link what was found and ask every fact; return what was read, and nothing of a file of others."""
    source = Source("k.yaml", text.encode("utf-8", "surrogatepass"))
    if not READER.claims(source):
        return None
    reading = READER.read(source, Tree({}))
    links = Links(reading.subjects, reading.definitions, PlatformProfile())
    for subject in reading.subjects:
        assert isinstance(subject, Workload)
        workload = links.link(subject)
        assert Facts(workload, PlatformProfile()).answers
        assert not deferred(workload)
    return reading


def heard_of(manifest: Any) -> None:
    """Read a manifest and see that a pod in it is judged or spoken of."""
    text = json.dumps(manifest)
    reading = judged(text)
    if reading is not None and '"image"' in text:
        assert reading.subjects or reading.problems or reading.skipped


def deferred(value: object) -> list[Deferred]:
    """Return every setting in a record that still waits for a decision."""
    if isinstance(value, Deferred):
        return [value]
    fields = value._fields if isinstance(value, Record) else ()
    inner = value if isinstance(value, tuple) else [getattr(value, field) for field in fields]
    return [found for one in inner for found in deferred(one)]


@pytest.mark.parametrize("path", places(FULL), ids=lambda path: ".".join(map(str, path)))
def test_no_value_in_any_place_is_too_much(path: tuple[Any, ...]) -> None:
    odd: tuple[Any, ...] = (None, 1, "{{ x }}", [None], {"a": []})
    for value in odd:
        heard_of(altered(path, value))


@settings(derandomize=True, max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(places(FULL)[1:]), ODD), min_size=1, max_size=6))
def test_many_odd_values_at_once(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    manifest = json.loads(json.dumps(FULL))
    for path, value in changes:
        node = manifest
        for key in path[:-1]:
            node = node[key] if isinstance(node, dict) and key in node else {}
        if isinstance(node, dict):
            node[path[-1]] = value
    heard_of(manifest)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.data())
def test_damaged_text(data: st.DataObject) -> None:
    text = json.dumps(FULL, indent=1)
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 60))
    junk = data.draw(
        st.text(st.characters(codec="utf-8"), max_size=8)
        | st.sampled_from(["---\n", "\n---\n", "&a ", "*a", "<<: ", "{{"])
    )
    judged(text[:start] + junk + text[start + length :])


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_after_the_two_keys(data: bytes) -> None:
    source = Source("k.yaml", b"apiVersion: v1\nkind: Pod\n" + data)
    if READER.claims(source):
        READER.read(source, Tree({}))


def test_a_deep_object_is_walked_without_recursion() -> None:
    text = '{"apiVersion": "x.y/v1", "kind": "T", "a": ' + '{"a": ' * 150 + "1" + "}" * 151
    reading = judged(text)
    assert reading is not None
    assert reading.subjects == ()


def many(text: str, count: int) -> str:
    return text * count


HEAD = "---\napiVersion: v1\nkind: Pod\n"
ONES = f"containers: [{many('{image: i}, ', 400)}]"
ANNOTATED = "metadata: {annotations: {io.kubernetes.cri-o.Devices: '" + many("/dev/a,", 100_000) + "'}}\n"
CLAIMED = "volumes: [{name: v, persistentVolumeClaim: {claimName: a}}], containers: [{image: i}]"
PERSISTENT = "---\napiVersion: v1\nkind: PersistentVolume"
MANY = {
    "newlines": HEAD + "\t" + many("\n", 1_000_000),
    "braces": HEAD + "\t" + many("{", 1_000_000),
    "escapes": HEAD + 'a: "' + many("\\u0061", 300_000) + '"\n',
    "errors": many(HEAD + "\t\n", 2_000) + many(HEAD + "a: {{ x\n", 2_000),
    "containers": HEAD + "spec: {containers: [" + many("{image: i}, ", 5_000) + "]}\n",
    "doubts": HEAD + "spec: {containers: [" + many("{image: i, image: j}, ", 400) + "]}\n",
    "sysctls": HEAD + "spec: {securityContext: {sysctls: [" + many("{name: a}, ", 20_000) + "]}, " + ONES + "}\n",
    "devices": HEAD + ANNOTATED + "spec: {" + ONES + "}\n",
    "claims": many(PERSISTENT + "\nspec: {hostPath: {path: /a}, storageClassName: a}\n", 500)
    + many(PERSISTENT + "Claim\nmetadata: {name: a}\nspec: {storageClassName: a}\n", 500)
    + many(HEAD + "spec: {" + CLAIMED + "}\n", 500),
}


@pytest.mark.parametrize("text", MANY.values(), ids=MANY)
def test_a_great_many_of_anything_is_read_in_good_time(text: str) -> None:
    source = Source("k.yaml", text.encode())
    assert READER.claims(source)
    reading = READER.read(source, Tree({}))
    assert reading.subjects or reading.problems


def test_the_mutations_reach_the_reader() -> None:
    """Keep the tests above honest: what they start from is read as a whole."""
    reading = judged(json.dumps(FULL))
    assert reading is not None
    (workload,) = reading.subjects
    assert isinstance(workload, Workload)
    assert [member.value.role for member in workload.containers.members if isinstance(member, Stated)] == [
        "sidecar",
        "main",
    ]
    assert workload.statements
