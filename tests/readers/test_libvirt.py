"""Domains of libvirt: what absent elements mean, what leads to the host, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gate.model.source import Source
from gate.readers.libvirt import READER
from tests.verbs import NOW, gate, write_all

if TYPE_CHECKING:
    from pathlib import Path

QEMU = " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"


def domain(devices: str = "", *, type_: str = "kvm", os: str = "hvm", more: str = "", space: str = "") -> str:
    """Return a domain."""
    head = f"<domain type='{type_}'{space}><name>a</name><memory>1</memory><os><type>{os}</type></os>"
    return f"{head}{more}<devices>{devices}</devices></domain>"


def judged(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, name: str = "a.xml") -> dict[str, Any]:
    """Judge one file; return the report."""
    write_all(tmp_path, {name: text})
    report: dict[str, Any] = json.loads(gate(capsys, "check", "--format", "json", "--now", NOW, tmp_path / name).out)
    return report


def level(report: dict[str, Any]) -> str:
    """Return the level of the only subject, from the worst to the best."""
    (subject,) = report["subjects"]
    worst, best = subject["boundary"]["worst"], subject["boundary"]["best"]
    return worst if worst == best else f"{worst}..{best}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (domain(), "L6"),
        (domain(type_="qemu"), "L2"),
        (domain(type_="xen", os="xenpvh"), "L6"),
        (domain(type_="xen", os="linux"), "L5"),
        (domain("<filesystem><source dir='/'/><target dir='x'/></filesystem>"), "L0"),
        (domain("<filesystem><source dir='/etc'/><target dir='x'/><readonly/></filesystem>"), "L0"),
        (domain("<filesystem><source dir='/home/u/p'/><target dir='x'/></filesystem>"), "L1"),
        (domain("<filesystem><source dir='/srv/x'/><target dir='x'/></filesystem>"), "L3"),
        (domain("<filesystem><source dir='/srv/x'/><target dir='x'/><readonly/></filesystem>"), "L6"),
        (domain("<filesystem type='ram'><source usage='9'/><target dir='x'/></filesystem>"), "L6"),
        (domain("<filesystem><target dir='x'/></filesystem>"), "L0..L6"),
        (domain("<hostdev mode='subsystem' type='pci'/>"), "L5"),
        (domain("<hostdev mode='capabilities' type='storage'/>"), "L1"),
        (domain("<disk type='block'><source dev='/dev/vg/a'/></disk>"), "L6"),
        (domain("<disk type='file'><source file='/dev/sda'/></disk>"), "L5"),
        (domain("<disk type='block'><source dev='/dev/disk/by-id/ata-x'/></disk>"), "L5"),
        (domain("<disk type='block'><source dev='/dev/disk/by-id/dm-name-vg-a'/></disk>"), "L6"),
        (domain("<disk type='dir'><source dir='/etc'/><target dev='vda'/><readonly/></disk>"), "L0"),
        (domain("<disk type='nvme'><source type='pci'/></disk>"), "L5"),
        (domain("<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>"), "L5"),
        (domain("<smartcard mode='host'/>"), "L5"),
        (domain("<serial type='dev'><source path='/dev/ttyS0'/></serial>"), "L5"),
        (domain(more="<devices/>", devices="<hostdev type='pci'/>"), "L5"),
        (domain("<disk type='block'><source dev='/dev/nvme0n1p2'/></disk>"), "L5"),
        (domain("<disk type='file' sgio='unfiltered'><source file='/x'/></disk>"), "L1"),
        (domain("<graphics type='vnc' listen='0.0.0.0'/>"), "L5"),
        (domain("<graphics type='vnc' listen='0.0.0.0' passwd='x'/>"), "L6"),
        (domain("<graphics type='vnc'><listen type='address' address='::'/></graphics>"), "L5"),
        (domain("<graphics type='spice'><listen type='socket'/></graphics>"), "L6"),
        (domain("<graphics type='spice' autoport='yes'><listen type='network' network='lan'/></graphics>"), "L5..L6"),
        (domain("<graphics type='spice' autoport='yes' listen='::'/>"), "L5"),
        (domain("<graphics type='spice' tlsPort='5901' listen='::'/>"), "L5"),
        (domain("<graphics type='spice' listen='::'/>"), "L6"),
        (domain("<graphics type='vnc'/>"), "L6"),
        (domain("<serial type='tcp'><source mode='bind' host='10.0.0.1'/></serial>"), "L5"),
        (domain("<serial type='tcp'><source mode='connect' host='10.0.0.1'/></serial>"), "L6"),
        (domain("<serial type='pty'/>"), "L6"),
        (domain(more="<seclabel type='none'/>"), "L5"),
        (domain(type_="qemu", more="<seclabel type='none'/>"), "L1"),
        (domain(space=QEMU, more="<qemu:commandline><qemu:arg value='-s'/></qemu:commandline>"), "L0"),
        (domain(space=QEMU, more="<qemu:commandline><qemu:arg value='-S'/></qemu:commandline>"), "L5"),
    ],
)
def test_the_level(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, expected: str) -> None:
    assert level(judged(tmp_path, capsys, text)) == expected


@pytest.mark.parametrize(
    ("launch", "closed"),
    [
        ("type='sev-snp'><policy>0x30000</policy>", True),
        ("type='sev-snp'><policy>0xb0000</policy>", False),
        ("type='sev-snp'>", False),
        ("type='sev'><policy>0x0001</policy>", True),
        ("type='sev'><policy>0x0000</policy>", False),
        ("type='tdx'><policy>0x0</policy>", True),
        ("type='tdx'><policy>0x1</policy>", False),
        ("type='sev'><policy>none</policy>", False),
    ],
)
def test_memory_that_the_host_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], launch: str, closed: bool
) -> None:
    report = judged(tmp_path, capsys, domain(more=f"<launchSecurity {launch}</launchSecurity>"))
    assert ("cc" in report["subjects"][0]["boundary"]["modifiers"]) is closed


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("<domain type='kvm'><name>", "is not XML"),
        ("<domain type='kvm'><name>a</name></domain><x/>", "is not XML"),
        ("<domain type='lxc'><name>a</name></domain>", "driver 'lxc', which is not judged"),
        ("<domain type='kvm'>" + "<a>" * 100 + "</a>" * 100 + "</domain>", "nested too deeply"),
        ("<domain type='kvm'>" + "<a/>" * 30_000 + "</domain>", "too many elements"),
        ("<domain type='kvm'><name>&x;</name></domain>", "is not XML"),
    ],
)
def test_what_cannot_be_judged_is_no_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, cause: str
) -> None:
    report = judged(tmp_path, capsys, text)
    assert cause in report["coverage"]["not_understood"][0]["reason"]
    assert report["exit_status"] == 3


@pytest.mark.parametrize(
    ("cpus", "nested"),
    [
        ("<cpu mode='host-model'/><cpu><feature policy='require' name='vmx'/></cpu>", "no"),
        ("<cpu><feature policy='require' name='vmx'/></cpu><cpu mode='host-model'/>", "yes"),
    ],
)
def test_the_first_processor_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str], cpus: str, nested: str) -> None:
    facts = judged(tmp_path, capsys, domain(more=cpus))["subjects"][0]["boundary"]["facts"]
    assert {one["holds"] for one in facts if one["id"] == "A.nested_virtualization"} == ({nested} - {"no"})


def test_entities_are_refused_before_they_grow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bomb = "<!DOCTYPE domain [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]>"
    text = f"<domain type='kvm'>{bomb}</domain>"
    assert judged(tmp_path, capsys, text)["exit_status"] == 3


def test_a_template_is_named_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = judged(tmp_path, capsys, "<domain type='kvm'><name>{{ name }}</name></domain>")
    assert report["coverage"]["skipped"][0]["reason"] == "is a template that nobody has rendered"
    assert report["subjects"] == []


@pytest.mark.parametrize(
    ("text", "mine"),
    [
        ("<?xml version='1.0'?><!-- <network/> -->\n<domain type='kvm'/>", True),
        ("<domain id='3' type='kvm'/>", True),
        ("<!-- <domain type='lxc'> -->" + " " * 20_000 + "<domain a='>' type = 'kvm'/>", True),
        ("<!-- <domain type='lxc'> --><network/>", False),
        ("<!-- <domain type='lxc'>", False),
        ("<domainsnapshot><domain type='kvm'/></domainsnapshot>", False),
        ("<network><name>a</name></network>", False),
        ("<domain><name>example.org</name></domain>", False),
        ("<domains type='x'/>", False),
    ],
)
def test_only_domains_are_claimed(text: str, mine: bool) -> None:
    assert READER.claims(Source("a.xml", text.encode())) is mine


def test_places_count_characters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = domain("\n<!-- Größe -->  <graphics type='vnc' listen='0.0.0.0'/>")
    (subject,) = judged(tmp_path, capsys, text)["subjects"]
    (finding,) = (one for one in subject["findings"] if one["rule"] == "VM004")
    assert (finding["location"]["line"], finding["location"]["column"]) == (2, 17)
