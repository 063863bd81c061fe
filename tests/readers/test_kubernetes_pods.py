"""What a pod's fields come to: small manifests and the evidence that they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gate.model.evidence import Defaulted, Deferred, Inapplicable, Stated, Unknown, known
from gate.model.workload import Profile, SELinux, User
from tests.readers.kubernetes import container, pod, values, workload

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.model.workload import Container, Workload

SC = "securityContext: "


@pytest.mark.parametrize(
    ("fields", "spec", "expected"),
    [
        ("", "", None),
        (SC + "{runAsUser: 0}", "", User("0", 0)),
        ("", SC + "{runAsUser: 1000}", User("1000", 1000)),
        (SC + "{runAsUser: 7}", SC + "{runAsUser: 1000}", User("7", 7)),
        (SC + "{runAsUser: null}", SC + "{runAsUser: 1000}", User("1000", 1000)),
        (SC + "{runAsUser: 7.0}", "", User("7", 7)),
    ],
)
def test_the_containers_user_wins_over_the_pods(fields: str, spec: str, expected: User | None) -> None:
    user = container(fields, spec).privilege.user
    assert known(user) == expected
    assert isinstance(user, Deferred) is (expected is None)


def test_a_user_that_nobody_names_is_the_images() -> None:
    user = container().privilege.user
    assert isinstance(user, Deferred)
    assert user.to == "image.user"


@pytest.mark.parametrize(
    ("fields", "pick", "expected"),
    [
        ("", lambda c: c.privilege.privileged, False),
        (SC + "{privileged: true}", lambda c: c.privilege.privileged, True),
        ("", lambda c: c.privilege.no_new_privileges, False),
        (SC + "{allowPrivilegeEscalation: true}", lambda c: c.privilege.no_new_privileges, False),
        (SC + "{allowPrivilegeEscalation: false}", lambda c: c.privilege.no_new_privileges, True),
        ("", lambda c: c.privilege.run_as_non_root, False),
        (SC + "{runAsNonRoot: true}", lambda c: c.privilege.run_as_non_root, True),
        ("", lambda c: c.privilege.host_process, False),
        (SC + "{windowsOptions: {hostProcess: true}}", lambda c: c.privilege.host_process, True),
        ("", lambda c: c.confinement.proc_mount, "Default"),
        (SC + "{procMount: Unmasked}", lambda c: c.confinement.proc_mount, "Unmasked"),
        ("", lambda c: c.confinement.apparmor, Profile("runtime-default")),
        (SC + "{appArmorProfile: {type: Unconfined}}", lambda c: c.confinement.apparmor, Profile("unconfined")),
        (SC + "{seccompProfile: {type: RuntimeDefault}}", lambda c: c.confinement.seccomp, Profile("runtime-default")),
        (SC + "{seccompProfile: {type: Unconfined}}", lambda c: c.confinement.seccomp, Profile("unconfined")),
        (
            SC + "{seccompProfile: {type: Localhost, localhostProfile: a/b.json}}",
            lambda c: c.confinement.seccomp,
            Profile("custom", "a/b.json"),
        ),
        (SC + "{seccompProfile: {type: Localhost}}", lambda c: c.confinement.seccomp, Profile("custom", "")),
        ("", lambda c: c.confinement.selinux, SELinux("", "", "")),
        (
            SC + "{seLinuxOptions: {type: spc_t, user: u, role: r}}",
            lambda c: c.confinement.selinux,
            SELinux("u", "r", "spc_t"),
        ),
        ("", lambda c: c.resources.read_only_root, False),
        (SC + "{readOnlyRootFilesystem: true}", lambda c: c.resources.read_only_root, True),
        ("", lambda c: c.resources.memory_limit, ""),
        ("resources: {limits: {memory: 1Gi}}", lambda c: c.resources.memory_limit, "1Gi"),
        ("resources: {limits: {memory: 1000}}", lambda c: c.resources.memory_limit, "1000"),
        ("", lambda c: c.image, "i"),
    ],
)
def test_a_containers_field(fields: str, pick: Callable[[Container], Any], expected: object) -> None:
    setting = pick(container(fields))
    assert isinstance(setting, Stated | Defaulted)
    assert setting.value == expected


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        ("", "seccompProfile: {type: Unconfined}", Profile("unconfined")),
        ("seccompProfile: {type: RuntimeDefault}", "seccompProfile: {type: Unconfined}", Profile("runtime-default")),
        ("runAsUser: 5", "seccompProfile: {type: Localhost, localhostProfile: p}", Profile("custom", "p")),
    ],
)
def test_the_containers_profile_wins_over_the_pods(inner: str, outer: str, expected: Profile) -> None:
    found = container(SC + f"{{{inner}}}", SC + f"{{{outer}}}")
    assert known(found.confinement.seccomp) == expected


def test_selinux_options_of_the_container_replace_the_pods_as_a_whole() -> None:
    found = container(SC + "{seLinuxOptions: {level: s0}}", SC + "{seLinuxOptions: {type: spc_t}}")
    assert known(found.confinement.selinux) == SELinux("", "", "")


def test_whether_an_absent_seccomp_profile_means_a_filter_is_the_clusters_business() -> None:
    seccomp = container().confinement.seccomp
    assert isinstance(seccomp, Deferred)
    assert seccomp.to == "kubernetes.seccomp_default"


@pytest.mark.parametrize("kind", ["runtimeDefault", "runtime/default", "''", "Foo", "[]", "3"])
def test_a_profile_that_the_api_server_refuses_is_no_filter(kind: str) -> None:
    seccomp = container(SC + f"{{seccompProfile: {{type: {kind}}}}}").confinement.seccomp
    assert isinstance(seccomp, Unknown)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("unconfined", Profile("unconfined")),
        ("runtime/default", Profile("runtime-default")),
        ("localhost/x", Profile("custom", "x")),
    ],
)
def test_the_older_annotation_names_the_apparmor_profile_of_one_container(value: str, expected: Profile) -> None:
    key = "container.apparmor.security.beta.kubernetes.io/"
    annotated = f"{{name: p, annotations: {{{key}c: {value}}}}}"
    assert known(container(metadata=annotated).confinement.apparmor) == expected
    other = f"{{name: p, annotations: {{{key}d: {value}}}}}"
    assert known(container(metadata=other).confinement.apparmor) == Profile("runtime-default")
    field = SC + "{appArmorProfile: {type: RuntimeDefault}}"
    assert known(container(field, metadata=annotated).confinement.apparmor) == Profile("runtime-default")


def test_added_capabilities_are_read_with_and_without_the_prefix() -> None:
    found = container(SC + "{capabilities: {add: [CAP_SYS_ADMIN, net_raw]}}")
    assert values(found.privilege.capabilities_added) == ["SYS_ADMIN", "NET_RAW"]
    assert found.capability_algebra == "cri"


def test_a_dropped_capability_with_the_prefix_may_not_be_dropped() -> None:
    (plain, prefixed) = container(
        SC + "{capabilities: {drop: [all, CAP_NET_RAW]}}"
    ).privilege.capabilities_dropped.members
    assert known(plain) == "ALL"
    assert isinstance(prefixed, Unknown)


@pytest.mark.parametrize(
    ("spec", "pick", "expected"),
    [
        ("", lambda w: w.namespaces.pid, "private"),
        ("hostPID: true", lambda w: w.namespaces.pid, "host"),
        ("hostPID: false", lambda w: w.namespaces.pid, "private"),
        ("shareProcessNamespace: true", lambda w: w.namespaces.pid, "private"),
        ("hostNetwork: true", lambda w: w.namespaces.network, "host"),
        ("hostIPC: true", lambda w: w.namespaces.ipc, "host"),
        ("", lambda w: w.namespaces.user, "host"),
        ("hostUsers: false", lambda w: w.namespaces.user, "remapped"),
        ("hostUsers: true", lambda w: w.namespaces.user, "host"),
        ("", lambda w: w.os, "linux"),
        ("os: {name: windows}", lambda w: w.os, "windows"),
        ("nodeSelector: {kubernetes.io/os: windows}", lambda w: w.os, "windows"),
        ("os: {name: linux}, nodeSelector: {kubernetes.io/os: windows}", lambda w: w.os, "linux"),
        ("automountServiceAccountToken: false", lambda w: w.credentials.service_account_token, False),
        ("nodeName: n1", lambda w: w.placement.node_name, "n1"),
    ],
)
def test_a_pods_field(spec: str, pick: Callable[[Workload], Any], expected: object) -> None:
    setting = pick(pod(spec))
    assert isinstance(setting, Stated | Defaulted)
    assert setting.value == expected


@pytest.mark.parametrize("value", ["'true'", "yes please", "1", "[]", "{a: b}"])
def test_what_is_no_boolean_is_unknown_and_has_a_place(value: str) -> None:
    found = pod(f"hostPID: {value}")
    assert isinstance(found.namespaces.pid, Unknown)
    assert found.namespaces.pid.at.line == 4


def test_a_security_context_that_is_none_leaves_everything_in_it_unknown() -> None:
    found = container(SC + "[]")
    for setting in (
        found.privilege.privileged,
        found.privilege.user,
        found.privilege.run_as_non_root,
        found.confinement.seccomp,
        found.confinement.selinux,
    ):
        assert isinstance(setting, Unknown)
    assert not found.privilege.capabilities_added.complete


def test_an_unreadable_pod_context_leaves_what_the_container_says_itself() -> None:
    found = container(SC + "{runAsUser: 1}", SC + "[]")
    assert known(found.privilege.user) == User("1", 1)
    assert isinstance(found.privilege.run_as_non_root, Unknown)


@pytest.mark.parametrize(
    ("name", "uid"), [("ContainerAdministrator", 0), ("NT AUTHORITY\\SYSTEM", 0), ("ContainerUser", None)]
)
def test_the_administrators_of_windows_count_as_root(name: str, uid: int | None) -> None:
    found = container(SC + f"{{windowsOptions: {{runAsUserName: '{name}'}}}}", "os: {name: windows}")
    assert known(found.privilege.user) == User(name, uid)


def test_linux_takes_no_user_name_from_the_options_for_windows() -> None:
    found = container(SC + "{windowsOptions: {runAsUserName: ContainerUser}}")
    assert isinstance(found.privilege.user, Deferred)


def test_windows_has_none_of_the_filters_of_linux() -> None:
    found = container("", "os: {name: windows}")
    assert isinstance(found.confinement.seccomp, Inapplicable)


def test_the_annotation_of_cri_o_for_user_namespaces_promises_nothing() -> None:
    mode = "{name: p, annotations: {io.kubernetes.cri-o.userns-mode: 'auto:size=65536'}}"
    assert isinstance(pod("", mode).namespaces.user, Unknown)
    assert known(pod("hostUsers: true", mode).namespaces.user) == "host"


def test_the_roles_of_containers() -> None:
    found = workload(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n"
        "  initContainers: [{name: a, image: i}, {name: b, image: i, restartPolicy: Always}]\n"
        "  containers: [{name: c, image: i, restartPolicy: Always}]\n"
        "  ephemeralContainers: [{name: d, image: i}]\n"
    )
    roles = [(one.name, one.role) for one in values(found.containers)]
    assert roles == [("a", "init"), ("b", "sidecar"), ("c", "main"), ("d", "ephemeral")]


def test_a_runtime_class_waits_for_its_definition() -> None:
    found = pod("runtimeClassName: gvisor")
    runtime = known(found.sandbox.runtime)
    assert runtime is not None
    assert runtime.name == "gvisor"
    assert isinstance(runtime.handler, Deferred)
    assert ("runtime-class", "gvisor") in [(one.kind, one.name) for one in found.references]


@pytest.mark.parametrize("spec", ["", "runtimeClassName: ''", "runtimeClassName: null"])
def test_without_a_runtime_class_there_is_no_runtime(spec: str) -> None:
    found = pod(spec)
    assert isinstance(found.sandbox.runtime, Inapplicable)
    assert not [one for one in found.references if one.kind == "runtime-class"]


def test_annotations_that_runtimes_read_are_tweaks() -> None:
    found = pod(
        "",
        "{name: p, annotations: {io.katacontainers.config.hypervisor.path: /x, dev.gvisor.flag.host-uds: all, "
        "org.systemd.property.ExecStart: a, example.org/a: b}}",
    )
    assert [tweak.name for tweak in values(found.sandbox.tweaks)] == [
        "io.katacontainers.config.hypervisor.path",
        "dev.gvisor.flag.host-uds",
        "org.systemd.property.ExecStart",
    ]


def test_the_service_account_is_named_and_may_decide_about_the_token() -> None:
    found = pod("serviceAccountName: robot", "{name: p, namespace: shop}")
    assert isinstance(found.credentials.service_account_token, Deferred)
    (account,) = [one for one in found.references if one.kind == "service-account"]
    assert (account.name, account.namespace) == ("robot", "shop")


def test_placement() -> None:
    found = pod("nodeSelector: {a: b, c: d}, tolerations: [{key: k, value: v, effect: NoSchedule}, {operator: Exists}]")
    assert values(found.placement.node_selector) == ["a=b", "c=d"]
    assert values(found.placement.tolerations) == ["k=v:NoSchedule", "=:"]


@pytest.mark.parametrize(
    ("fields", "ports"),
    [
        ("", []),
        ("ports: [{containerPort: 80}]", []),
        ("ports: [{containerPort: 80, hostPort: 8080}, {hostPort: 0}]", [8080, 0]),
    ],
)
def test_host_ports(fields: str, ports: list[int]) -> None:
    assert values(container(fields).exposure.host_ports) == ports


@pytest.mark.parametrize(
    ("fields", "hosts"),
    [
        ("livenessProbe: {httpGet: {port: 1}}", []),
        ("livenessProbe: {httpGet: {port: 1, host: a}}, readinessProbe: {tcpSocket: {host: b}}", ["a", "b"]),
        ("startupProbe: {tcpSocket: {host: ''}}", [""]),
        ("lifecycle: {postStart: {httpGet: {host: a}}, preStop: {tcpSocket: {host: b}}}", ["a", "b"]),
    ],
)
def test_hosts_that_the_kubelet_is_made_to_call(fields: str, hosts: list[str]) -> None:
    assert values(container(fields).exposure.probe_hosts) == hosts


def test_sysctls_are_every_containers() -> None:
    found = container("", SC + "{sysctls: [{name: kernel.msgmax, value: '1'}]}")
    assert values(found.exposure.sysctls) == ["kernel.msgmax"]


def test_a_container_that_is_a_template_expression_leaves_the_list_open() -> None:
    found = workload(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
        'spec: {containers: ["{{ .Values.sidecar }}", {name: c, image: i}]}\n'
    )
    assert not found.containers.complete
    assert found.pod is not None
    assert not found.pod.containers.complete


def test_the_same_pod_says_the_same_whatever_starts_it() -> None:
    spec = "{hostPID: true, containers: [{name: c, image: i}]}"
    alone = workload(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {spec}\n")
    job = workload(f"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: p}}\nspec: {{template: {{spec: {spec}}}}}\n")
    assert known(alone.namespaces.pid) == known(job.namespaces.pid) == "host"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("'1'", []),
        ("'1024 65535'", []),
        ("'1+kernel.core_pattern=|/x'", ["kernel.core_pattern"]),
        ("'1+a=1+b'", ["a", "b"]),
        ("'a=1'", ["a"]),
    ],
)
def test_a_sysctl_that_hides_in_the_value_of_another(value: str, expected: list[str]) -> None:
    sysctl = f"sysctls: [{{name: kernel.shm_rmid_forced, value: {value}}}]"
    found = container("", SC + f"{{{sysctl}}}")
    assert values(found.exposure.sysctls) == ["kernel.shm_rmid_forced", *expected]
