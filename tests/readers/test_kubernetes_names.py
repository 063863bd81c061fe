"""The names in a manifest and what they resolve to, what is stated of a workload, and keys that nothing reads."""

from __future__ import annotations

import pytest

from gate.linking.link import Links
from gate.model.evidence import Defaulted, Stated, Unknown, known
from gate.model.profile import PlatformProfile
from gate.model.workload import Workload
from tests.readers.kubernetes import POD, SPEC, pod, read, workload

ENFORCE = "pod-security.kubernetes.io/enforce"

# ------------------------------------------------------------------------------------------- names and what they mean


@pytest.mark.parametrize(
    ("text", "kind", "name", "value"),
    [
        ("apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: x}\nhandler: runsc\n",
         "runtime-class", "x", "runsc"),
        ("apiVersion: node.k8s.io/v1alpha1\nkind: RuntimeClass\nmetadata: {name: x}\nspec: {runtimeHandler: kata}\n",
         "runtime-class", "x", "kata"),
        (f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: x, labels: {{{ENFORCE}: baseline}}}}\n",
         "namespace", "x", "baseline"),
        ("apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n", "namespace", "x", "privileged"),
        ("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: x}\n", "service-account", "x", "true"),
        ("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: x}\nautomountServiceAccountToken: false\n",
         "service-account", "x", "false"),
    ],
)  # fmt: skip
def test_definitions(text: str, kind: str, name: str, value: str) -> None:
    (definition,) = read(text).definitions
    assert (definition.kind, definition.name) == (kind, name)
    assert isinstance(definition.value, Stated | Defaulted)
    assert definition.value.value == value


@pytest.mark.parametrize("handler", ["", "handler: 3", "handler: [a]", "handler: a\nhandler: b"])
def test_a_handler_that_is_not_certain_is_unknown(handler: str) -> None:
    text = f"apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {{name: x}}\n{handler}\n"
    (definition,) = read(text).definitions
    assert isinstance(definition.value, Unknown)


def test_references() -> None:
    found = pod("runtimeClassName: r", "{name: p, namespace: shop}")
    assert [(one.kind, one.name, one.namespace) for one in found.references] == [
        ("image", "i", ""),
        ("runtime-class", "r", ""),
        ("service-account", "default", "shop"),
        ("namespace", "shop", ""),
    ]


@pytest.mark.parametrize(
    ("account", "handed"),
    [
        ("", True),
        ("metadata: {name: robot, namespace: shop}", True),
        ("metadata: {name: robot, namespace: shop}\nautomountServiceAccountToken: false", False),
        ("metadata: {name: robot, namespace: other}\nautomountServiceAccountToken: false", True),
        ("metadata: {name: robot, namespace: shop}\nautomountServiceAccountToken: 3", None),
    ],
)
def test_a_service_account_decides_for_the_pods_that_do_not(account: str, handed: bool | None) -> None:
    text = POD.replace("name: p", "name: p, namespace: shop").replace("spec: {", "spec: {serviceAccountName: robot, ")
    reading = read(f"{text}---\n" + (f"apiVersion: v1\nkind: ServiceAccount\n{account}\n" if account else ""))
    (subject,) = reading.subjects
    assert isinstance(subject, Workload)
    linked = Links(reading.subjects, reading.definitions, PlatformProfile()).link(subject)
    assert known(linked.credentials.service_account_token) is handed


def test_statements_stand_on_the_object_and_on_its_pod_in_labels_and_annotations() -> None:
    found = workload(
        "apiVersion: apps/v1\nkind: Deployment\n"
        "metadata: {name: d, labels: {boundary-gate.io/class: internal, app: a}}\n"
        "spec:\n  template:\n    metadata:\n      annotations:\n        boundary-gate.io/code-trust: untrusted\n"
        f"        boundary-gate.io/regulated: pci,phi\n    spec: {SPEC}\n"
    )
    assert [(one.axis, one.value, one.at.line) for one in found.statements] == [
        ("class", "internal", 3),
        ("code-trust", "untrusted", 8),
        ("regulated", "pci,phi", 9),
    ]


# ------------------------------------------------------------------------------------------- keys that nothing reads


@pytest.mark.parametrize(
    ("spec", "key"),
    [
        ("securityContext: {capabilities: {drop: [ALL]}}", "securityContext.capabilities"),
        ("securityContext: {readOnlyRootFilesystem: true}", "securityContext.readOnlyRootFilesystem"),
        ("securityContext: {seccompprofile: {type: RuntimeDefault}}", "securityContext.seccompprofile"),
        ("securityContext: {seccompProfile: {Type: RuntimeDefault}}", "securityContext.seccompProfile.Type"),
        ("securityContext: {runAsNonroot: true}", "securityContext.runAsNonroot"),
        ("securityContext: {nonsense: true}", "securityContext.nonsense"),
        ("runAsNonRoot: true", "runAsNonRoot"),
        ("privileged: false", "privileged"),
        ("hostpid: false", "hostpid"),
        ("SecurityContext: {}", "SecurityContext"),
    ],
)
def test_a_key_in_the_wrong_place_is_ignored(spec: str, key: str) -> None:
    assert [one.key for one in pod(spec).ignored] == [key]


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ("allowPrivilegeEscalation: false", "allowPrivilegeEscalation"),
        ("securityContext: {fsGroup: 1}", "securityContext.fsGroup"),
        ("securityContext: {capabilities: {dropp: [ALL]}}", "securityContext.capabilities.dropp"),
        ("hostPID: false", "hostPID"),
        ("volumeMounts: [{name: v, mountPath: /m, readonly: true}]", "readonly"),
    ],
)
def test_a_key_in_the_wrong_place_of_a_container_is_ignored(fields: str, key: str) -> None:
    text = POD.replace("image: i", f"image: i, {fields}")
    (ignored,) = workload(text).ignored
    assert ignored.key == f"containers[c].{key}"
    assert ignored.at.line == 4
    assert ignored.consequence


def test_what_was_meant_for_the_pod_and_stands_around_it_is_ignored() -> None:
    found = workload(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, securityContext: {}}\nspec:\n"
        f"  securityContext: {{runAsNonRoot: true}}\n  template:\n    hostUsers: false\n    spec: {SPEC}\n"
    )
    assert [(one.key, one.at.line) for one in found.ignored] == [("securityContext", 5), ("hostUsers", 7)]


def test_the_annotations_of_seccomp_are_ignored() -> None:
    found = pod("", "{name: p, annotations: {seccomp.security.alpha.kubernetes.io/pod: runtime/default}}")
    assert [one.key for one in found.ignored] == ["seccomp.security.alpha.kubernetes.io/pod"]


def test_a_correct_pod_has_nothing_ignored() -> None:
    spec = (
        "hostUsers: false, runtimeClassName: r, automountServiceAccountToken: false, "
        "securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}, fsGroup: 1, "
        "sysctls: [], windowsOptions: {runAsUserName: u}}"
    )
    assert pod(spec).ignored == ()


def test_a_key_that_readers_disagree_on_is_a_doubt() -> None:
    found = pod("hostPID: true, hostPID: false")
    assert known(found.namespaces.pid) == "private"
    assert found.doubts
