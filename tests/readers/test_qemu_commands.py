"""Commands of QEMU in scripts and units say what machine they start, and are never run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.test_machines import judged, level

KVM = "qemu-system-x86_64 -accel kvm -m 2G -drive file=a.qcow2,format=qcow2 "
INSTALL = "virt-install --name a --memory 2048 --virt-type kvm --disk size=10 --import --os-variant debian12 "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (KVM, "L6"),
        ("qemu-system-x86_64 -m 2G -drive file=a.qcow2\n", "L2"),
        ("qemu-system-x86_64 -M q35,accel=kvm:tcg -m 2G\n", "L2..L6"),
        ("qemu-system-x86_64 -accel $ACCEL -m 2G\n", "L2..L6"),
        ("kvm -m 2G -hda a.img\n", "L6"),
        ("sudo -E env A=b /usr/libexec/qemu-kvm --enable-kvm -m 2G\n", "L6"),
        (KVM + "-monitor tcp:0.0.0.0:4444,server,nowait\n", "L0"),
        (KVM + "-monitor tcp:127.0.0.1:4444,server,nowait\n", "L6"),
        (KVM + "-chardev socket,id=m,host=0.0.0.0,port=1,server=on -mon chardev=m\n", "L0"),
        (KVM + "-chardev socket,id=m,path=/run/m,server=on -mon chardev=m\n", "L6"),
        (KVM + "-s -S\n", "L0"),
        (KVM + "-virtfs local,path=/srv/x,mount_tag=x,security_model=none\n", "L3"),
        (KVM + "-fsdev local,id=a,path=/home/u/p,security_model=none\n", "L1"),
        (KVM + "-virtfs local,path=/srv/x,mount_tag=x,readonly=on\n", "L6"),
        (KVM + "-virtfs local,path=$PWD,mount_tag=x\n", "L0..L6"),
        (KVM + "-drive file=fat:rw:/srv/x\n", "L3"),
        (KVM + "-device vfio-pci,host=01:00.0\n", "L5"),
        (KVM + "-drive file=/dev/sda,format=raw\n", "L5"),
        (KVM + """-device '{"driver": "vfio-pci", "host": "01:00.0"}'\n""", "L5"),
        (KVM + """-device '{"driver": "virtio-9p-pci", "on": true, "a": [1, null]}'\n""", "L6"),
        (KVM + "-device '{\"driver\": broken}'\n", "L0..L6"),
        (KVM + '-device \'{"a":' * 1 + "[" * 5000 + "'\n", "L0..L6"),
        (KVM + "-blockdev driver=raw,file.driver=host_device,file.filename=/dev/sda\n", "L5"),
        (KVM + """-blockdev '{"driver": "raw", "file": {"driver": "host_device", "filename": "/dev/sda"}}'\n""", "L5"),
        ("/usr/libexec/qemu-kvm -virtfs local,path=/srv/x,mount_tag=x\n", "L3"),
        (KVM + "-readconfig machine.cfg\n", "L0..L6"),
        (KVM + "-vnc :0\n", "L5"),
        (KVM + "-vnc 127.0.0.1:0\n", "L6"),
        (KVM + "-vnc :0,password=on\n", "L6"),
        (KVM + "-display vnc=0.0.0.0:1\n", "L5"),
        (KVM + "-spice port=5900,disable-ticketing=on\n", "L5"),
        (KVM + "-spice port=5900,addr=127.0.0.1,disable-ticketing=on\n", "L6"),
        (KVM + "-serial telnet:0.0.0.0:4000,server,nowait\n", "L5"),
        (KVM + '-nographic "${ARGS[@]}"\n', "L0..L6"),
        (KVM + "-device $DEVICE\n", "L0..L6"),
        (INSTALL, "L6"),
        (INSTALL.replace("--virt-type kvm", ""), "L2..L6"),
        (INSTALL.replace("kvm", "qemu"), "L2"),
        (INSTALL + "--filesystem /srv/x,x\n", "L3"),
        (INSTALL + "--filesystem=source=/srv/x,target=x,readonly=yes\n", "L6"),
        (INSTALL + "--hostdev 01:00.0\n", "L5"),
        (INSTALL + "--disk /dev/sda\n", "L5"),
        (INSTALL + "--graphics vnc,listen=0.0.0.0 --noautoconsole\n", "L5"),
        (INSTALL + "--graphics vnc,listen=0.0.0.0,password=x\n", "L6"),
        (INSTALL + "--serial tcp,host=0.0.0.0:4000,mode=bind\n", "L5"),
        (INSTALL + "--qemu-commandline='-monitor tcp:0.0.0.0:1,server'\n", "L0"),
        (INSTALL + "--noautoconsole $MORE\n", "L0..L6"),
        (INSTALL + "--xml ./devices/filesystem/source/@dir=/\n", "L0..L6"),
        ('exec qemu-system-${ARCH} "$@"\n', "L0..L6"),
    ],
)
def test_the_level(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, expected: str) -> None:
    (subject,) = judged(tmp_path, capsys, "run.sh", f"#!/bin/sh\n{text}")["subjects"]
    assert level(subject["boundary"]) == expected


def test_a_unit_starts_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"[Service]\nExecStart=-/usr/bin/{KVM}\\\n  -name guest=app1 -vnc :0\n"
    (subject,) = judged(tmp_path, capsys, "a.service", text)["subjects"]
    assert (subject["name"], level(subject["boundary"])) == ("app1", "L5")
    assert subject["location"]["line"] == 2


def test_a_script_starts_machines_and_containers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"docker run -d nginx\n{KVM}-name a\nif x; then {KVM}-name b; fi\n"
    subjects = judged(tmp_path, capsys, "run.sh", text)["subjects"]
    assert sorted(one["name"] for one in subjects) == ["a", "b", "nginx"]


@pytest.mark.parametrize(
    "text",
    [
        "qemu-system-x86_64 --version\n",
        "qemu-system-x86_64 -machine help\n",
        "apt-get install -y qemu-system-x86 qemu-kvm\n",
        "# qemu-system-x86_64 -m 2G -hda a\n",
        "echo 'qemu-system-x86_64 -m 2G -hda a'\n",
        "cat > run.sh <<EOF\nqemu-system-x86_64 -m 2G\nEOF\n",
        "which kvm && kvm\n",
        INSTALL + "--dry-run\n",
        "virt-install --connect lxc:/// --name a --memory 1\n",
    ],
)
def test_what_starts_no_machine_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert judged(tmp_path, capsys, "run.sh", text)["subjects"] == []


def test_a_script_of_too_many_machines_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = judged(tmp_path, capsys, "run.sh", f"{KVM}\n" * 101)
    assert report["verdict"] == "undecided"


def test_machines_of_one_name_are_all_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = INSTALL + "\n" + INSTALL + "--filesystem /,h\n"
    found = judged(tmp_path, capsys, "run.sh", f"#!/bin/sh\n{text}")["subjects"]
    assert [level(one["boundary"]) for one in found] == ["L6", "L0"]
