"""TPL: templates that build virtual machine images, and the node pools of managed clusters, which are machines too."""

from __future__ import annotations

from gate.rules import Entry


def _of(module: str) -> Entry:
    return Entry(f"gate.rules.template.{module}", "template")


RULES: dict[str, Entry] = {
    "TPL001": _of("missing_medium_checksum"),
    "TPL002": _of("plain_http_medium"),
    "TPL003": _of("weak_medium_checksum"),
    "TPL004": _of("no_update_step"),
    "TPL005": _of("build_access_left_behind"),
    "TPL006": _of("unencrypted_winrm"),
    "TPL007": _of("console_on_all_addresses"),
    "TPL008": _of("software_emulation"),
    "TPL009": _of("nested_virtualization"),
    "TPL010": _of("secure_boot_off"),
    "TPL011": _of("host_share"),
    "TPL012": _of("device_passthrough"),
    "TPL013": _of("piped_script"),
    "TPL014": _of("tls_checks_disabled"),
    "TPL015": _of("host_channel_left_open"),
    "TPL016": _of("unpinned_plugin"),
    "TPL017": _of("mac_address_spoofing"),
    "TPL018": _of("unverified_hypervisor"),
    "TPL019": _of("no_clean_up_step"),
    "TPL020": Entry("gate.rules.template.node_auto_upgrade_off", "cluster"),
    "TPL021": Entry("gate.rules.template.node_metadata_exposed", "cluster"),
    "TPL022": Entry("gate.rules.template.unused_sandbox_pool", "cluster"),
}
