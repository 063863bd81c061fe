"""What the Pod Security checks say: which check, in which words, at which places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gate.boundary.pod_security import violations
from tests.conformance.pod_security.manifests import pod_of
from tests.conformance.pod_security.suite import bare, changed, restricted

if TYPE_CHECKING:
    from gate.boundary.pod_security import Violation

CONTAINER = "spec.containers[0]"
INSIDE = f"{CONTAINER}.securityContext"

#: A change of the restricted pod: the check that refuses it, in which words and where.
SAID: list[tuple[str, Any, str, str, str]] = [
    ("hostPID", True, "hostNamespaces", "the pod sets hostPID to true", "spec.hostPID"),
    (
        "volumes",
        [{"name": "a", "emptyDir": {}}, {"name": "b", "nfs": {}}],
        "restrictedVolumes",
        'the pod sets volumes to "nfs"',
        "spec.volumes[1]",
    ),
    (
        "securityContext.sysctls",
        [{"name": "kernel.msgmax", "value": "1"}],
        "sysctls",
        'the pod sets sysctls to "kernel.msgmax"',
        "spec.securityContext.sysctls[0]",
    ),
    (
        "annotations",
        {"container.apparmor.security.beta.kubernetes.io/x": "unconfined"},
        "appArmorProfile",
        'the pod sets "container.apparmor.security.beta.kubernetes.io/x" to "unconfined"',
        "metadata.annotations.container.apparmor.security.beta.kubernetes.io/x",
    ),
    (
        "main/securityContext.privileged",
        True,
        "privileged",
        'container "main" sets privileged to true',
        f"{INSIDE}.privileged",
    ),
    (
        "main/securityContext.allowPrivilegeEscalation",
        True,
        "allowPrivilegeEscalation",
        'container "main" must set allowPrivilegeEscalation to false',
        f"{INSIDE}.allowPrivilegeEscalation",
    ),
    (
        "main/securityContext.procMount",
        "Unmasked",
        "procMount_restricted",
        'container "main" sets procMount to "Unmasked"',
        f"{INSIDE}.procMount",
    ),
    (
        "main/securityContext.capabilities.drop",
        ["CHOWN"],
        "capabilities_restricted",
        'container "main" must list ALL in capabilities.drop',
        f"{INSIDE}.capabilities.drop",
    ),
    (
        "main/securityContext.capabilities.add",
        ["NET_BIND_SERVICE", "NET_RAW"],
        "capabilities_restricted",
        'container "main" sets capabilities.add to "NET_RAW"',
        f"{INSIDE}.capabilities.add[1]",
    ),
    (
        "main/ports",
        [{"containerPort": 1, "hostPort": 1}],
        "hostPorts",
        'container "main" sets hostPort to 1',
        f"{CONTAINER}.ports[0]",
    ),
    (
        "main/livenessProbe.httpGet",
        {"port": 1, "host": "10.0.0.1"},
        "hostProbesAndHostLifecycle",
        'container "main" sets probe or lifecycle host to "10.0.0.1"',
        f"{CONTAINER}.probes[0]",
    ),
    (
        "main/securityContext.seLinuxOptions",
        {"user": "u", "type": "spc_t"},
        "seLinuxOptions",
        'container "main" sets seLinuxOptions to user "u", type "spc_t"',
        f"{INSIDE}.seLinuxOptions",
    ),
    (
        "securityContext.windowsOptions",
        {"hostProcess": True},
        "windowsHostProcess",
        "the pod sets windowsOptions.hostProcess to true",
        "spec.securityContext.windowsOptions.hostProcess",
    ),
    (
        "main/securityContext.runAsUser",
        0,
        "runAsUser",
        'container "main" sets runAsUser to 0',
        f"{INSIDE}.runAsUser",
    ),
    (
        "main/securityContext.runAsNonRoot",
        False,
        "runAsNonRoot",
        'container "main" sets runAsNonRoot to false',
        f"{INSIDE}.runAsNonRoot",
    ),
    (
        "main/securityContext.seccompProfile",
        {"type": "Unconfined"},
        "seccompProfile_restricted",
        'container "main" sets seccompProfile.type to "Unconfined"',
        f"{INSIDE}.seccompProfile.type",
    ),
]


@pytest.mark.parametrize(("path", "value", "check", "message", "place"), SAID, ids=[said[0] for said in SAID])
def test_a_violation_names_the_check_the_setting_and_the_place(
    path: str, value: Any, check: str, message: str, place: str
) -> None:
    (found,) = violations(pod_of(changed(restricted(), ((path, value),))), "latest", "restricted")
    assert (found.check, found.message, [at.path for at in found.at]) == (check, message, [place])
    assert found.certain


def test_what_nobody_sets_points_at_both_places_where_it_could_stand() -> None:
    found = _by_check(violations(pod_of(bare()), "latest", "restricted"))["runAsNonRoot"]
    assert found.message.startswith('container "init" or the pod must set runAsNonRoot to true; container "sidecar"')
    assert [at.path for at in found.at][:2] == [
        "spec.securityContext.runAsNonRoot",
        "spec.initContainers[0].securityContext.runAsNonRoot",
    ]


def test_what_may_have_several_values_names_them() -> None:
    found = _by_check(violations(pod_of(bare()), "latest", "restricted"))["seccompProfile_restricted"]
    assert found.message.startswith(
        'container "init" or the pod must set seccompProfile.type to "RuntimeDefault" or "Localhost"; container'
    )


def test_one_check_names_every_place() -> None:
    edits = [(f"{place}/securityContext.privileged", True) for place in ("init", "sidecar", "main", "ephemeral")]
    (found,) = violations(pod_of(changed(restricted(), tuple(edits))), "latest", "baseline")
    assert found.message == "; ".join(
        f'container "{name}" sets privileged to true' for name in ("init", "sidecar", "main", "ephemeral")
    )
    assert len(found.at) == len(edits)


def test_a_long_value_is_cut() -> None:
    pod = pod_of(changed(restricted(), (("main/securityContext.procMount", "x" * 100_000),)))
    (found,) = violations(pod, "latest", "restricted")
    assert len(found.message) < 200


def _by_check(found: tuple[Violation, ...]) -> dict[str, Violation]:
    return {violation.check: violation for violation in found}
