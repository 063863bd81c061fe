"""ISO: the boundary of workloads, and the engines that put it around them."""

from __future__ import annotations

from gate.rules import Entry


def _of(module: str, *facts: str) -> Entry:
    return Entry(f"gate.rules.isolation.{module}", "workload", facts)


def _of_engine(module: str) -> Entry:
    return Entry(f"gate.rules.isolation.{module}", "daemon")


RULES: dict[str, Entry] = {
    "ISO001": _of("privileged_container", "G.privileged"),
    "ISO002": _of("host_network", "W.host_net"),
    "ISO003": _of("host_ipc", "W.host_ipc"),
    "ISO004": _of("host_pid_namespace", "W.host_pid"),
    "ISO005": _of("host_uts_namespace", "W.host_uts"),
    "ISO006": _of("host_cgroup_namespace", "W.host_cgroupns"),
    "ISO007": _of("user_namespace_opt_out", "W.host_userns_optout"),
    "ISO008": _of("host_process_tracing", "G.hostpid_ptrace"),
    "ISO009": _of("engine_socket", "G.runtime_socket"),
    "ISO010": _of("host_root_path", "G.host_root_path"),
    "ISO011": _of("host_path", "W.host_path_other", "W.host_path_unmounted"),
    "ISO012": _of("host_disk_device", "G.block_device"),
    "ISO013": _of("host_device", "W.host_device_other"),
    "ISO014": _of("shared_mount_propagation", "W.mount_propagation_shared"),
    "ISO015": _of("host_port", "W.host_port"),
    "ISO016": _of("probe_of_another_host", "W.probe_host"),
    "ISO017": _of("unsafe_sysctl", "W.sysctl_unsafe"),
    "ISO018": _of("kernel_helper_program", "G.core_pattern"),
    "ISO019": _of("capability_sys_admin", "G.cap_admin"),
    "ISO020": _of("capability_sys_module", "G.cap_module"),
    "ISO021": _of("capability_sys_rawio", "G.cap_rawio"),
    "ISO022": _of("capability_dac_read_search", "G.cap_dac_read_search"),
    "ISO023": _of("capability_bpf", "G.cap_bpf_perfmon"),
    "ISO024": _of("extra_capability", "W.cap_extra"),
    "ISO025": _of("capabilities_kept", "H.drop_all"),
    "ISO026": _of("undone_capability_drop", "A.drop_undone"),
    "ISO027": _of("root_user", "H.nonroot"),
    "ISO028": _of("non_root_user_without_number", "A.nonroot_by_name"),
    "ISO029": _of("privilege_escalation", "H.nnp"),
    "ISO030": _of("seccomp_unconfined", "W.seccomp_off"),
    "ISO031": _of("seccomp_unconfirmed", "A.seccomp_unconfirmed"),
    "ISO032": _of("seccomp_profile_without_file", "A.seccomp_without_file"),
    "ISO033": _of("mandatory_access_control_off", "W.mac_off"),
    "ISO034": _of("unmasked_proc", "W.proc_unmasked"),
    "ISO035": _of("writable_cgroup", "W.cgroup_writable"),
    "ISO036": _of("joined_container_namespace", "W.share_ns_with_other"),
    "ISO037": _of("joined_container_volumes", "W.share_volumes"),
    "ISO038": _of("windows_host_process", "G.hostprocess"),
    "ISO039": _of("ignored_protection", "A.ignored_key"),
    "ISO040": _of("ambiguous_manifest", "A.ambiguous"),
    "ISO041": _of("writable_root_filesystem", "H.ro_rootfs"),
    "ISO042": _of("missing_memory_limit", "H.limits"),
    "ISO043": _of("service_account_token", "H.no_sa_token"),
    "ISO044": _of("privileged_build", "G.build_insecure"),
    "ISO045": _of("build_on_host_network", "W.build_host_net"),
    "ISO046": _of("opened_sandbox", "B.opened"),
    "ISO047": _of("tuned_sandbox", "B.tuned"),
    "ISO048": _of("weak_boundary"),
    "ISO049": _of("asserted_boundary"),
    "ISO054": _of("refused_setting", "A.refused_key"),
    "ISO060": _of("nested_containers", "W.nesting"),
    "ISO061": _of("delegated_kernel_access", "W.userns_delegation"),
    "ISO070": _of("git_repository_volume", "W.git_repo"),
    "ISO071": _of("no_network_isolation", "A.unsegmented"),
    "ISO080": _of("local_system_mount", "A.local_system_mount"),
    "ISO090": _of("retired_platform", "A.retired_platform"),
    "ISO091": _of("command_on_host", "G.raw_exec"),
    "ISO093": _of("known_escape"),
    "ISO100": _of_engine("engine_api_on_network"),
    "ISO101": _of_engine("engine_without_seccomp"),
    "ISO102": _of_engine("engine_without_firewall"),
    "ISO103": _of_engine("insecure_registry"),
    "ISO104": _of_engine("engine_api_on_loopback"),
}
