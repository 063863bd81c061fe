# The machine for what no container is enough for.
packer {
  required_version = ">= 1.10.0"
  required_plugins {
    qemu = {
      source  = "github.com/hashicorp/qemu"
      version = "~> 1.1"
    }
  }
}

variable "iso_checksum" {
  type        = string
  description = "The SHA-512 sum of the medium, from Debian's signed SHA512SUMS."
}

source "qemu" "app" {
  iso_url                   = "https://cdimage.debian.org/debian-cd/13.2.0/amd64/iso-cd/debian-13.2.0-amd64-netinst.iso"
  iso_checksum              = "sha512:${var.iso_checksum}"
  accelerator               = "kvm"
  machine_type              = "q35"
  efi_boot                  = true
  efi_firmware_code         = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
  efi_firmware_vars         = "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"
  vtpm                      = true
  headless                  = true
  vnc_bind_address          = "127.0.0.1"
  format                    = "qcow2"
  memory                    = 2048
  communicator              = "ssh"
  ssh_username              = "build"
  ssh_private_key_file      = "build_ed25519"
  ssh_clear_authorized_keys = true
  shutdown_command          = "sudo sh -c 'userdel -rf build; poweroff'"
}

build {
  sources = ["source.qemu.app"]

  provisioner "shell" {
    inline = [
      "sudo apt-get update",
      "sudo DEBIAN_FRONTEND=noninteractive apt-get -y full-upgrade",
      "sudo DEBIAN_FRONTEND=noninteractive apt-get -y install unattended-upgrades",
      "sudo cloud-init clean --logs --machine-id",
      "sudo rm -f /etc/ssh/ssh_host_*",
    ]
  }
}
