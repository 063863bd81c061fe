"""Turns the manifest of a pod, as plain data, into the record that the gate judges.

The readers do the same for files, with everything that can go wrong in them. The suites here need only what is right,
and every location names the field itself, which makes the expectations of tests readable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from gate.model.evidence import Defaulted, Items, Stated
from gate.model.location import whole_file
from gate.model.pod import Annotation, Pod, PodContainer, SecurityContext, SELinuxOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.evidence import Setting
    from gate.model.workload import Role

Manifest = dict[str, Any]

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
HANDLERS = ("postStart", "preStop")


def pod_of(manifest: Manifest) -> Pod:
    """Return the record of a pod."""
    spec = manifest["spec"]
    security = spec.get("securityContext") or {}
    return Pod(
        at=whole_file("pod"),
        os=_setting((spec.get("os") or {}).get("name"), "spec.os.name"),
        host_network=_setting(spec.get("hostNetwork"), "spec.hostNetwork"),
        host_pid=_setting(spec.get("hostPID"), "spec.hostPID"),
        host_ipc=_setting(spec.get("hostIPC"), "spec.hostIPC"),
        host_users=_setting(spec.get("hostUsers"), "spec.hostUsers"),
        security=_security(security, "spec.securityContext"),
        sysctls=_items((entry["name"] for entry in security.get("sysctls") or ()), "spec.securityContext.sysctls"),
        volumes=_items((_kind(volume) for volume in spec.get("volumes") or ()), "spec.volumes"),
        annotations=_annotations(manifest.get("metadata", {}).get("annotations") or {}),
        containers=_items(_containers(spec), "spec.containers"),
        fs_group=_setting(security.get("fsGroup"), "spec.securityContext.fsGroup"),
        supplemental_groups=_items(security.get("supplementalGroups") or (), "spec.securityContext.supplementalGroups"),
    )


def _annotations(annotations: dict[str, str]) -> Items[Annotation]:
    path = "metadata.annotations"
    return _items((Annotation(key, _stated(value, f"{path}.{key}")) for key, value in annotations.items()), path)


def _containers(spec: Manifest) -> Iterator[PodContainer]:
    for key, role in (("initContainers", "init"), ("containers", "main"), ("ephemeralContainers", "ephemeral")):
        for index, container in enumerate(spec.get(key) or ()):
            sidecar = container.get("restartPolicy") == "Always"
            yield _container(container, cast("Role", "sidecar" if sidecar else role), f"spec.{key}[{index}]")


def _container(container: Manifest, role: Role, path: str) -> PodContainer:
    security = container.get("securityContext") or {}
    capabilities = security.get("capabilities") or {}
    inside = f"{path}.securityContext"
    escalation = security.get("allowPrivilegeEscalation")
    ports = (port["hostPort"] for port in container.get("ports") or () if "hostPort" in port)
    return PodContainer(
        name=container["name"],
        role=role,
        at=whole_file(path),
        security=_security(security, inside),
        privileged=_setting(security.get("privileged"), f"{inside}.privileged"),
        allow_privilege_escalation=_setting(escalation, f"{inside}.allowPrivilegeEscalation"),
        proc_mount=_setting(security.get("procMount"), f"{inside}.procMount"),
        capabilities_added=_items(capabilities.get("add") or (), f"{inside}.capabilities.add"),
        capabilities_dropped=_items(capabilities.get("drop") or (), f"{inside}.capabilities.drop"),
        host_ports=_items(ports, f"{path}.ports"),
        probe_hosts=_items(_probe_hosts(container), f"{path}.probes"),
    )


def _probe_hosts(container: Manifest) -> Iterator[str]:
    handlers = [container.get(probe) or {} for probe in PROBES]
    handlers += [(container.get("lifecycle") or {}).get(handler) or {} for handler in HANDLERS]
    for handler in handlers:
        for action in ("httpGet", "tcpSocket"):
            if "host" in (handler.get(action) or {}):
                yield handler[action]["host"]


def _security(security: Manifest, path: str) -> SecurityContext:
    selinux = security.get("seLinuxOptions")
    options = None if selinux is None else SELinuxOptions(*(selinux.get(key, "") for key in ("user", "role", "type")))
    host_process = (security.get("windowsOptions") or {}).get("hostProcess")
    return SecurityContext(
        run_as_non_root=_setting(security.get("runAsNonRoot"), f"{path}.runAsNonRoot"),
        run_as_user=_setting(security.get("runAsUser"), f"{path}.runAsUser"),
        seccomp_type=_setting(_type(security.get("seccompProfile")), f"{path}.seccompProfile.type"),
        apparmor_type=_setting(_type(security.get("appArmorProfile")), f"{path}.appArmorProfile.type"),
        selinux=_setting(options, f"{path}.seLinuxOptions"),
        host_process=_setting(host_process, f"{path}.windowsOptions.hostProcess"),
    )


def _type(profile: Manifest | None) -> str | None:
    return None if profile is None else cast("str", profile.get("type", ""))


def _kind(volume: Manifest) -> str:
    return next((key for key in volume if key != "name" and volume[key] is not None), "emptyDir")


def _setting(value: Any, path: str) -> Setting[Any]:
    return Defaulted(None, whole_file(path)) if value is None else _stated(value, path)


def _stated(value: Any, path: str) -> Stated[Any]:
    return Stated(value, whole_file(path))


def _items(values: Any, path: str) -> Items[Any]:
    members = tuple(_stated(value, f"{path}[{index}]") for index, value in enumerate(values))
    return Items(members, whole_file(path))
