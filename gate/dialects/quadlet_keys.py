"""The keys of Podman quadlets, and the flags that they stand for (containers/podman v6 `pkg/systemd/quadlet`)."""

from __future__ import annotations

CONTAINER, POD_SECTION, KUBE, VOLUME_SECTION, BUILD = "Container", "Pod", "Kube", "Volume", "Build"
NETWORK = "Network"

#: Keys whose last value counts, and the flag that takes it.
LAST = {"Memory": "memory", "PidsLimit": "pids-limit", "UserNS": "userns", "SubUIDMap": "subuidname"}

#: Keys with one value on every line.
EACH = {"Tmpfs": "tmpfs"}

#: Keys with lists of words, and those whose words have escapes.
LISTS = {
    "AddCapability": "cap-add",
    "DropCapability": "cap-drop",
    "GIDMap": "gidmap",
    "Sysctl": "sysctl",
    "UIDMap": "uidmap",
}
ESCAPED = {"Annotation": "annotation", "Label": "label"}

#: Keys that are security options: what stands before the value.
SECURITY = {
    "AppArmor": "apparmor=",
    "SeccompProfile": "seccomp=",
    "SecurityLabelFileType": "label=filetype:",
    "SecurityLabelLevel": "label=level:",
    "SecurityLabelType": "label=type:",
}
SECURITY_SWITCHES = {
    "NoNewPrivileges": "no-new-privileges",
    "SecurityLabelDisable": "label=disable",
    "SecurityLabelNested": "label=nested",
}
SECURITY_LISTS = {"Mask": "mask=", "Unmask": "unmask="}
TRUE = frozenset({"1", "yes", "true", "on"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Every key of a section, which those above are a part of.
KEYS = {
    CONTAINER: _words(
        "AddCapability AddDevice AddHost Annotation AppArmor AutoUpdate CgroupsMode ContainerName "
        "ContainersConfModule DNS DNSOption DNSSearch DropCapability Entrypoint Environment EnvironmentFile "
        "EnvironmentHost Exec ExposeHostPort GIDMap GlobalArgs Group GroupAdd HealthCmd HealthInterval "
        "HealthLogDestination HealthMaxLogCount HealthMaxLogSize HealthOnFailure HealthRetries HealthStartPeriod "
        "HealthStartupCmd HealthStartupInterval HealthStartupRetries HealthStartupSuccess HealthStartupTimeout "
        "HealthTimeout HostName HttpProxy IP IP6 Image Label LogDriver LogOpt Mask Memory Mount Network "
        "NetworkAlias NoNewPrivileges Notify PidsLimit Pod PodmanArgs PublishPort Pull ReadOnly ReadOnlyTmpfs "
        "ReloadCmd ReloadSignal RemapGid RemapUid RemapUidSize RemapUsers Retry RetryDelay Rootfs RunInit "
        "SeccompProfile Secret SecurityLabelDisable SecurityLabelFileType SecurityLabelLevel SecurityLabelNested "
        "SecurityLabelType ServiceName ShmSize StartWithPod StopSignal StopTimeout SubGIDMap SubUIDMap Sysctl "
        "Timezone Tmpfs UIDMap Ulimit Unmask User UserNS VolatileTmp Volume WorkingDir"
    ),
    POD_SECTION: _words(
        "AddHost ContainersConfModule DNS DNSOption DNSSearch ExitPolicy GIDMap GlobalArgs HostName IP IP6 Label "
        "Network NetworkAlias PodName PodmanArgs PublishPort RemapGid RemapUid RemapUidSize RemapUsers ServiceName "
        "ShmSize StopTimeout SubGIDMap SubUIDMap UIDMap UserNS Volume"
    ),
    KUBE: _words(
        "AutoUpdate ConfigMap ContainersConfModule ExitCodePropagation GlobalArgs KubeDownForce LogDriver LogOpt "
        "Network PodmanArgs PublishPort RemapGid RemapUid RemapUidSize RemapUsers ServiceName SetWorkingDirectory "
        "UserNS Yaml"
    ),
}
