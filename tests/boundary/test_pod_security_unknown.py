"""The Pod Security levels where something is unknown: bounded by what it could be, and never a pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gate.boundary.pod_security import pod_security, violations
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Items, Stated, Unknown
from gate.model.location import whole_file
from gate.model.pod import Annotation, Pod, PodContainer, SELinuxOptions
from gate.model.record import replace
from tests.conformance.pod_security.manifests import pod_of
from tests.conformance.pod_security.suite import CONTEXTS, bare, changed, restricted

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS = ("privileged", "baseline", "restricted")
AT = whole_file("values.yaml")
UNKNOWN: Unknown = Unknown("the value comes from a template", AT)

#: The versions around the changes that matter: fields that come, exemptions, replacements.
MINORS = (0, 8, 18, 19, 22, 24, 25, 34, 35, 37)

#: What a setting of a container could turn out to be, so that both the worst and the best are among it.
OF_CONTAINERS: dict[str, tuple[Any, ...]] = {
    "privileged": (None, True, False),
    "allow_privilege_escalation": (None, True, False),
    "proc_mount": (None, "Default", "Unmasked"),
}
OF_CONTEXTS: dict[str, tuple[Any, ...]] = {
    "run_as_non_root": (None, True, False),
    "run_as_user": (None, 0, 1),
    "seccomp_type": (None, "", "RuntimeDefault", "Unconfined"),
    "apparmor_type": (None, "", "RuntimeDefault", "Unconfined"),
    "selinux": (None, SELinuxOptions("", "", "container_t"), SELinuxOptions("u", "", "")),
    "host_process": (None, True, False),
}
OF_PODS: dict[str, tuple[Any, ...]] = {
    "os": (None, "linux", "windows"),
    "host_network": (None, True, False),
    "host_pid": (None, True, False),
    "host_ipc": (None, True, False),
    "host_users": (None, True, False),
}
LISTS_OF_PODS: dict[str, tuple[Any, ...]] = {
    "sysctls": ("kernel.shm_rmid_forced", "kernel.msgmax"),
    "volumes": ("emptyDir", "nfs", "hostPath"),
}
LISTS_OF_CONTAINERS: dict[str, tuple[Any, ...]] = {
    "capabilities_added": ("NET_BIND_SERVICE", "CHOWN", "SYS_ADMIN"),
    "capabilities_dropped": ("ALL", "CHOWN"),
    "host_ports": (0, 80),
    "probe_hosts": ("", "127.0.0.1"),
}
KEYS = (
    "seccomp.security.alpha.kubernetes.io/pod",
    "container.seccomp.security.alpha.kubernetes.io/main",
    "container.seccomp.security.alpha.kubernetes.io/nobody",
    "container.apparmor.security.beta.kubernetes.io/nobody",
    "example.org/profile",
)


def bases() -> dict[str, Pod]:
    """Return the pods that are made uncertain."""
    contexts = {name: CONTEXTS[name] for name in ("", "windows", "user namespace")}
    pods = {f"restricted, {name}": pod_of(changed(restricted(), edits)) for name, edits in contexts.items()}
    pods |= {f"bare, {name}": pod_of(changed(bare(), edits)) for name, edits in contexts.items()}
    mixed = (("main/securityContext.procMount", "Unmasked"), ("init/securityContext.runAsUser", 0))
    return pods | {"mixed": pod_of(changed(restricted(), mixed))}


def _of_pod(field: str) -> Callable[[Pod, Any], Pod]:
    return lambda pod, setting: replace(pod, **{field: setting})


def _of_pod_context(field: str) -> Callable[[Pod, Any], Pod]:
    return lambda pod, setting: replace(pod, security=replace(pod.security, **{field: setting}))


def _of_container(field: str) -> Callable[[Pod, Any], Pod]:
    return lambda pod, setting: with_container(pod, lambda one: replace(one, **{field: setting}))


def _of_container_context(field: str) -> Callable[[Pod, Any], Pod]:
    return lambda pod, setting: with_container(
        pod, lambda one: replace(one, security=replace(one.security, **{field: setting}))
    )


def with_container(pod: Pod, change: Callable[[PodContainer], PodContainer]) -> Pod:
    """Return the pod with its last container changed."""
    *others, last = pod.containers.members
    assert isinstance(last, Stated)
    return replace(pod, containers=Items((*others, Stated(change(last.value), last.at)), pod.containers.at))


def _appended(read: Callable[[Pod], Items[Any]], put: Callable[[Pod, Any], Pod]) -> Callable[[Pod, Any], Pod]:
    """Return how a member comes to a list; a setting that is not known is a member too."""

    def appended(pod: Pod, setting: Any) -> Pod:
        items = read(pod)
        return put(pod, Items((*items.members, setting), items.at))

    return appended


def _annotated(key: str) -> Callable[[Pod, Any], Pod]:
    def annotated(pod: Pod, setting: Any) -> Pod:
        member = Stated(Annotation(key, setting), AT)
        return replace(pod, annotations=Items((*pod.annotations.members, member), AT))

    return annotated


def _last(pod: Pod) -> PodContainer:
    last = pod.containers.members[-1]
    assert isinstance(last, Stated)
    return last.value


PLACES: dict[str, tuple[Callable[[Pod, Any], Pod], tuple[Any, ...]]] = {
    **{f"pod {field}": (_of_pod(field), values) for field, values in OF_PODS.items()},
    **{f"pod {field}": (_of_pod_context(field), values) for field, values in OF_CONTEXTS.items()},
    **{f"container {field}": (_of_container(field), values) for field, values in OF_CONTAINERS.items()},
    **{f"container {field}": (_of_container_context(field), values) for field, values in OF_CONTEXTS.items()},
    **{
        f"member of {field}": (_appended(lambda pod, f=field: getattr(pod, f), _of_pod(field)), values)  # type: ignore[misc]
        for field, values in LISTS_OF_PODS.items()
    },
    **{
        f"member of {field}": (_appended(lambda pod, f=field: getattr(_last(pod), f), _of_container(field)), values)  # type: ignore[misc]
        for field, values in LISTS_OF_CONTAINERS.items()
    },
    **{f"annotation {key}": (_annotated(key), ("", "runtime/default", "unconfined")) for key in KEYS},
}


@pytest.mark.parametrize("place", PLACES)
def test_an_unknown_setting_is_read_at_its_worst_and_at_its_best(place: str) -> None:
    put, values = PLACES[place]
    for name, pod in bases().items():
        for minor in MINORS:
            found = pod_security(put(pod, UNKNOWN), f"1.{minor}")
            known = [pod_security(put(pod, Stated(value, AT)), f"1.{minor}").level for value in values]
            assert found.level == min(known, key=LEVELS.index), f"worst of {place} in {name} at 1.{minor}"
            assert found.best == max(known, key=LEVELS.index), f"best of {place} in {name} at 1.{minor}"


@pytest.mark.parametrize("place", PLACES)
def test_a_setting_that_something_else_decides_is_unknown(place: str) -> None:
    put, _ = PLACES[place]
    for pod in bases().values():
        deferred, unknown = put(pod, Deferred("image.user", AT)), put(pod, UNKNOWN)
        assert pod_security(deferred) == pod_security(unknown)


@pytest.mark.parametrize("place", [place for place, (_, values) in PLACES.items() if values[0] is None])
def test_a_setting_that_does_not_exist_is_not_set(place: str) -> None:
    put, _ = PLACES[place]
    for pod in bases().values():
        inapplicable, unset = put(pod, Inapplicable("not on this platform", AT)), put(pod, Defaulted(None, AT))
        assert pod_security(inapplicable) == pod_security(unset)


@pytest.mark.parametrize("field", [*LISTS_OF_PODS, "annotations", "containers"])
def test_an_open_list_of_the_pod_is_never_a_pass(field: str) -> None:
    pod = pod_of(restricted())
    opened = replace(pod, **{field: _opened(getattr(pod, field))})
    assert _bounds(opened) == ("privileged", "restricted")


@pytest.mark.parametrize("field", [field for field in LISTS_OF_CONTAINERS if field != "capabilities_dropped"])
def test_an_open_list_of_a_container_is_never_a_pass(field: str) -> None:
    pod = pod_of(restricted())
    opened = with_container(pod, lambda one: replace(one, **{field: _opened(getattr(one, field))}))
    assert _bounds(opened) == ("privileged", "restricted")


def test_an_open_list_of_drops_is_good_once_it_names_all() -> None:
    def drops(*names: str) -> Pod:
        members = tuple(Stated(name, AT) for name in names)
        dropped: Items[str] = Items(members, AT, complete=False, open_because="another file adds to it")
        return with_container(pod_of(restricted()), lambda one: replace(one, capabilities_dropped=dropped))

    assert _bounds(drops("CHOWN", "ALL")) == ("restricted", "restricted")
    assert _bounds(drops("CHOWN")) == ("baseline", "restricted")


def test_a_container_that_cannot_be_read_is_never_a_pass() -> None:
    pod = pod_of(restricted())
    members = (*pod.containers.members, UNKNOWN)
    assert _bounds(replace(pod, containers=Items(members, AT))) == ("privileged", "restricted")


def test_an_annotation_about_a_container_that_may_exist_is_undecided() -> None:
    pod = pod_of(changed(restricted(), (("annotations", {KEYS[2]: "unconfined"}),)))
    opened = replace(pod, containers=_opened(pod.containers))
    refused = {violation.check: violation.certain for violation in violations(opened, "1.18", "baseline")}
    assert "seccompProfile_baseline" not in {found.check for found in violations(pod, "1.18", "baseline")}
    assert refused["seccompProfile_baseline"] is False


def test_an_annotation_is_undecided_where_the_name_of_a_container_is_not_known() -> None:
    pod = pod_of(changed(restricted(), (("annotations", {KEYS[2]: "unconfined"}),)))
    nameless = with_container(pod, lambda one: replace(one, name=""))
    assert [(found.check, found.certain) for found in violations(nameless, "1.18", "baseline")] == [
        ("seccompProfile_baseline", False)
    ]


def test_what_is_certain_is_not_hidden_by_what_is_unknown() -> None:
    pod = _of_pod("host_pid")(pod_of(changed(restricted(), (("hostNetwork", True),))), UNKNOWN)
    assert _bounds(pod) == ("privileged", "privileged")
    (found,) = violations(pod, "latest", "baseline")
    assert found.certain
    assert found.message == "the pod sets hostNetwork to true"
    assert [place.path for place in found.at] == ["spec.hostNetwork"]


def test_a_doubt_says_what_it_is_about() -> None:
    (found,) = violations(_of_pod("host_pid")(pod_of(restricted()), UNKNOWN), "latest", "baseline")
    assert not found.certain
    assert found.message == "what the pod sets hostPID to cannot be decided: the value comes from a template"
    assert found.at == (AT,)


def test_a_doubt_about_an_exemption_says_so() -> None:
    pod = _of_pod("os")(pod_of(bare()), UNKNOWN)
    found = {violation.check: violation for violation in violations(pod, "1.25", "restricted")}
    assert not found["allowPrivilegeEscalation"].certain
    assert found["allowPrivilegeEscalation"].message == (
        "whether the pod runs on Windows cannot be decided: the value comes from a template"
    )


def _opened(items: Items[Any]) -> Items[Any]:
    return replace(items, complete=False, open_because="another file adds to it")


def _bounds(pod: Pod) -> tuple[str, str]:
    """Return the worst and the best reading, at a version at which every kind of setting counts."""
    found = [pod_security(pod, version) for version in ("1.18", "latest")]
    return min((one.level for one in found), key=LEVELS.index), min((one.best for one in found), key=LEVELS.index)
