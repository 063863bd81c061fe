"""What the Packer reader says of the medium, the access, the firmware and the devices of a machine."""

from __future__ import annotations

import pytest

from gate.model.evidence import Inapplicable, Unknown, known
from tests.readers.packer import SUM, shell, template, values

# Media.


@pytest.mark.parametrize(
    ("checksum", "kind"),
    [
        ("none", "none"),
        ("", "none"),
        ("md5:" + "0" * 32, "md5"),
        ("0" * 32, "md5"),
        ("0" * 40, "sha1"),
        ("0" * 64, "sha256"),
        ("SHA512:" + "0" * 128, "sha512"),
        ("file:https://images.example/SUMS", "sums-file"),
        ("file:sums.txt", "sums-file"),
        ("file:http://images.example/SUMS", "plain-sums-file"),
        ("sha256:${var.unset}", "sha256"),
        ("file:http://${var.unset}", "plain-sums-file"),
    ],
)
def test_a_checksum_is_worth_what_its_algorithm_is(checksum: str, kind: str) -> None:
    medium = f'iso_url = "https://a.example/a.iso"\niso_checksum = "{checksum}"\n'
    subject = template("qemu", medium=medium, rest='variable "unset" {}\n')
    assert known(subject.media.checksum_kind) == kind


@pytest.mark.parametrize("checksum", ["${var.unset}", "${var.unset}:0", "file:${var.unset}", "crc32:00", "0000"])
def test_a_checksum_of_an_unknown_kind_is_unknown(checksum: str) -> None:
    medium = f'iso_url = "https://a.example/a.iso"\niso_checksum = "{checksum}"\n'
    assert isinstance(template("qemu", medium=medium, rest='variable "unset" {}\n').media.checksum_kind, Unknown)


def test_a_skipped_cache_skips_the_checksum() -> None:
    assert known(template("qemu", "iso_skip_cache = true").media.checksum_kind) == "none"


@pytest.mark.parametrize(
    ("url", "transport"),
    [
        ("https://a.example/a.iso", "https"),
        ("HTTP://a.example/a.iso", "http"),
        ("ftp://a.example/a.iso", "ftp"),
        ("http::https://a.example/a.iso", "https"),
        ("file:///srv/a.iso", "local"),
        ("iso/a.iso", "local"),
        ("C:/iso/a.iso", "local"),
        ("[store] iso/a.iso", "datastore"),
        ("http://${var.unset}/a.iso", "http"),
    ],
)
def test_a_medium_comes_the_way_its_address_says(url: str, transport: str) -> None:
    medium = f'iso_urls = ["{url}"]\niso_checksum = "{SUM}"\n'
    assert values(template("qemu", medium=medium, rest='variable "unset" {}\n').media.transports) == [transport]


def test_a_builder_that_starts_from_a_machine_has_no_medium() -> None:
    media = template("vsphere-clone", 'template = "golden"', medium="").media
    assert isinstance(media.checksum_kind, Inapplicable)
    assert (media.urls.complete, media.urls.members, known(media.base)) == (True, (), "golden")


def test_a_medium_that_is_null_is_given_elsewhere() -> None:
    medium = "iso_url = var.url\niso_checksum = var.url\n"
    media = template("qemu", medium=medium, rest='variable "url" {\n  default = null\n}\n').media
    assert isinstance(media.checksum_kind, Unknown)
    assert not media.urls.complete


# Access.


def test_a_password_outlives_the_build_unless_the_account_is_removed() -> None:
    kept = template("qemu", 'ssh_password = "x"').access
    removed = template("qemu", 'ssh_password = "x"', shell("sudo userdel -rf build")).access
    assert (known(kept.password), known(kept.account_removed)) == (True, False)
    assert known(removed.account_removed) is True


def test_a_password_that_is_not_known_is_still_one() -> None:
    subject = template("qemu", "ssh_password = var.password", rest='variable "password" {\n  sensitive = true\n}\n')
    assert known(subject.access.password) is True


def test_no_password_is_ever_shown() -> None:
    subject = template("qemu", 'ssh_password = "hunter2"')
    assert "hunter2" not in repr(subject)


def test_winrm_is_encrypted_by_tls_alone() -> None:
    plain = template("hyperv-iso", 'communicator = "winrm"\nwinrm_use_ntlm = true').access
    assert known(plain.winrm_encrypted) is False
    assert known(template("hyperv-iso", 'communicator = "winrm"\nwinrm_use_ssl = true').access.winrm_encrypted) is True
    assert isinstance(template("hyperv-iso").access.winrm_encrypted, Inapplicable)


def test_the_server_of_the_build_listens_everywhere_unless_told_otherwise() -> None:
    assert known(template("qemu", 'http_directory = "http"').access.http_bind_address) == "0.0.0.0"  # noqa: S104 - what Packer does
    assert isinstance(template("qemu").access.http_bind_address, Inapplicable)


# Firmware and devices.


@pytest.mark.parametrize(
    ("builder", "body", "secure"),
    [
        ("qemu", "", False),
        ("qemu", "efi_boot = true", False),
        ("qemu", 'efi_firmware_vars = "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"', True),
        ("qemu", 'efi_firmware_vars = "/usr/share/OVMF/OVMF_VARS_4M.fd"', False),
        ("virtualbox-iso", "", False),
        ("virtualbox-iso", 'firmware = "efi"', False),
        ("virtualbox-iso", 'vboxmanage = [["modifynvram", "{{.Name}}", "secureboot", "--enable"]]', True),
        ("vmware-iso", 'firmware = "efi-secure"', True),
        ("vmware-iso", 'vmx_data = { "uefi.secureBoot.enabled" = "TRUE" }', True),
        ("vmware-iso", "", None),
        ("vsphere-iso", "", False),
        ("vsphere-iso", 'firmware = "efi-secure"', True),
        ("vsphere-clone", "", None),
        ("hyperv-iso", "generation = 2\nenable_secure_boot = true", True),
        ("hyperv-iso", "generation = 2", False),
        ("hyperv-vmcx", "", None),
    ],
)
def test_secure_boot_is_read_where_each_builder_has_it(builder: str, body: str, secure: bool | None) -> None:
    assert known(template(builder, body).firmware.secure_boot) is secure


@pytest.mark.parametrize("flag", ["true", '"true"', '"TRUE"', "1"])
def test_a_boolean_is_taken_in_every_spelling_that_packer_takes(flag: str) -> None:
    assert known(template("virtualbox-iso", f"nested_virt = {flag}").hardware.nested_virtualization) is True


def test_nested_virtualization_that_the_guest_needs_is_no_question() -> None:
    hardware = template("vsphere-iso", "NestedHV = true\nvbs_enabled = true").hardware
    assert isinstance(hardware.nested_virtualization, Inapplicable)


@pytest.mark.parametrize(
    ("arguments", "accelerator"),
    [
        ('[["-accel", "tcg"]]', "tcg"),
        ('[["-machine", "q35,accel=kvm:tcg"]]', "tcg"),
        ('[["-machine", "type=q35,accel=kvm"]]', "kvm"),
        ('[["-m", "2048"]]', None),
    ],
)
def test_raw_arguments_choose_the_accelerator(arguments: str, accelerator: str | None) -> None:
    assert known(template("qemu", f"qemuargs = {arguments}").hardware.accelerator) == accelerator


def test_an_unknown_argument_opens_a_question_only_where_it_could_answer_one() -> None:
    rest = 'variable "x" {}\n'
    harmless = template(
        "qemu", 'qemuargs = [["-m", var.x], ["-device", "virtio-net,mac=${var.x}"]]', rest=rest
    ).hardware
    open_ended = template("qemu", 'qemuargs = [["-device", var.x]]', rest=rest).hardware
    assert harmless.passthrough.complete
    assert not open_ended.passthrough.complete
    assert not template("qemu", "qemuargs = var.x", rest=rest).hardware.host_shares.complete


def test_the_keys_of_vmx_are_taken_in_any_case_and_the_last_one_wins() -> None:
    key = "isolation.tools.hgfs.disable"
    body = f'vmx_data = {{ "{key.upper()}" = "FALSE" }}\nvmx_data_post = {{ "{key}" = "TRUE" }}'
    assert values(template("vmware-iso", body).hardware.host_channels) == []
