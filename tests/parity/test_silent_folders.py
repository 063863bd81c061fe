"""A folder with one definition of any format that the gate names yields a judged subject, and never a silent pass."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.verbs import NOW, gate, write_all

if TYPE_CHECKING:
    from pathlib import Path

#: One insecure definition of each format, and the platform that its subject is on.
FOLDERS = {
    "compose.yaml": ("docker", "services: {web: {image: x, privileged: true}}\n"),
    "stack.yml": (
        "docker",
        "services: {web: {image: x, volumes: ['/:/host'], deploy: {placement: {constraints: [a==b]}}}}\n",
    ),
    "app.json": (
        "mesos",
        (
            '{"id": "/a", "cpus": 1, "mem": 1, "instances": 1, "container": {"type": "DOCKER", '
            '"docker": {"image": "x", "privileged": true}}}'
        ),
    ),
    "web.conf": ("lxc", "lxc.rootfs.path = dir:/x\nlxc.uts.name = web\nlxc.apparmor.profile = unconfined\n"),
    "web.nspawn": ("systemd-nspawn", "[Exec]\nPrivateUsers=no\n"),
    "profile.yaml": ("incus", "name: web\nconfig: {security.privileged: 'true'}\ndevices: {}\n"),
    "app.pkr.hcl": (
        "kvm",
        (
            'source "qemu" "a" {\n  iso_url = "http://x/a.iso"\n  iso_checksum = "none"\n}\n'
            'build {\n  sources = ["source.qemu.a"]\n}\n'
        ),
    ),
    "Vagrantfile": ("virtualbox", 'Vagrant.configure("2") do |config|\n  config.vm.box = "x"\nend\n'),
    "domain.xml": (
        "kvm",
        (
            "<domain type='kvm'><name>a</name><memory>1</memory><os><type>hvm</type></os><devices>"
            "<filesystem><source dir='/'/><target dir='x'/></filesystem></devices></domain>"
        ),
    ),
    "guest.cfg": ("xen", "name = 'a'\ntype = 'pvh'\nmemory = 1\np9 = [ 'tag=x,path=/' ]\n"),
    "guest.vmx": (
        "vmware",
        (
            'config.version = "8"\nsharedFolder0.present = "TRUE"\nsharedFolder0.hostPath = "/"\n'
            'sharedFolder0.writeAccess = "TRUE"\n'
        ),
    ),
    "make.ps1": ("hyper-v", "New-VM -Name a -Generation 1\nAdd-VMAssignableDevice -VMName a -LocationPath x\n"),
    "guest.vbox": (
        "virtualbox",
        (
            "<VirtualBox xmlns='http://www.virtualbox.org/'><Machine name='a'><Hardware><SharedFolders>"
            "<SharedFolder name='x' hostPath='/' writable='true'/></SharedFolders></Hardware></Machine></VirtualBox>"
        ),
    ),
}

#: What is found in each, so that a subject is judged and not only named.
FINDS = {
    "compose.yaml": "ISO001",
    "stack.yml": "ISO010",
    "app.json": "ISO001",
    "web.conf": "ISO033",
    "web.nspawn": "ISO007",
    "profile.yaml": "ISO007",
    "app.pkr.hcl": "TPL001",
    "Vagrantfile": "VM002",
    "domain.xml": "ISO010",
    "guest.cfg": "ISO010",
    "guest.vmx": "ISO010",
    "make.ps1": "ISO013",
    "guest.vbox": "ISO010",
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_with_one_definition_is_judged(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    platform, text = FOLDERS[name]
    write_all(tmp_path, {name: text})
    report = json.loads(gate(capsys, "check", "--format", "json", "--now", NOW, tmp_path).out)
    (subject,) = report["subjects"]
    assert subject["platform"] == platform
    assert FINDS[name] in {one["rule"] for one in subject["findings"]}
