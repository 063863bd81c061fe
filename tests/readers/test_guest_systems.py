"""What system the guest of a machine runs decides what it needs; where nobody states it, the report says how to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gate.cli.main import main

DECLARED = "version: 1\nworkloads:\n- {name: all, paths: ['**'], code_trust: untrusted, sensitivity: internal}\n"
VMX = 'config.version = "8"\nmemsize = "1"\nguestOS = "%s"\n'
DOMAIN = "<domain type='kvm'><name>a</name>%s<memory>1</memory><os><type>hvm</type></os></domain>"
LIBOSINFO = (
    "<metadata><l:libosinfo xmlns:l='http://libosinfo.org/xmlns/libvirt/domain/1.0'><l:os id='%s'/></l:libosinfo>"
    "</metadata>"
)
VBOX = (
    "<VirtualBox xmlns='http://www.virtualbox.org/' version='1.19-linux'><Machine name='a' OSType='%s'>"
    "<Hardware><Memory RAMSize='1'/></Hardware></Machine></VirtualBox>"
)
VAGRANT = 'Vagrant.configure("2") do |config|\n%send\n'


def required(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, platform: str = ""
) -> tuple[str, str]:
    (folder / name).write_text(text, encoding="utf-8")
    (folder / ".gate.yaml").write_text(DECLARED + platform, encoding="utf-8")
    main(["check", "--format", "json", "--now", "2026-11-23", "--declaration", str(folder / ".gate.yaml"), str(folder)])
    (subject,) = json.loads(capsys.readouterr().out)["subjects"]
    least, most = subject["required"]["level"], subject["required"]["highest"]
    return (least if least == most else f"{least}..{most}"), json.dumps(subject)


@pytest.mark.parametrize(
    ("name", "text", "level"),
    [
        ("a.vmx", VMX % "windows11-64", "L5"),
        ("a.vmx", VMX % "winNetEnterprise", "L5"),
        ("a.vmx", VMX % "ubuntu-64", "L4"),
        ("a.vmx", VMX % "other5xlinux-64", "L4"),
        ("a.vmx", VMX % "darwin19-64", "L4"),
        ("a.vmx", VMX % "other-64", "L4..L5"),
        ("a.xml", DOMAIN % (LIBOSINFO % "http://microsoft.com/win/2k22"), "L5"),
        ("a.xml", DOMAIN % (LIBOSINFO % "http://debian.org/debian/12"), "L4"),
        ("a.xml", DOMAIN % (LIBOSINFO % "http://freebsd.org/freebsd/14.0"), "L4"),
        ("a.xml", DOMAIN % "", "L4..L5"),
        ("a.xml", DOMAIN % "<features><hyperv><relaxed state='on'/></hyperv></features>", "L4..L5"),
        ("a.vbox", VBOX % "Windows2025_64", "L5"),
        ("a.vbox", VBOX % "Debian13_64", "L4"),
        ("a.vbox", VBOX % "FreeBSD_64", "L4"),
        ("a.vbox", VBOX % "Other_64", "L4..L5"),
        ("Vagrantfile", VAGRANT % "  config.vm.guest = :windows\n", "L5"),
        ("Vagrantfile", VAGRANT % '  config.vm.guest = "ubuntu"\n', "L4"),
        ("Vagrantfile", VAGRANT % "  config.vm.guest = :windows if x\n", "L4..L5"),
        ("Vagrantfile", VAGRANT % '  config.vm.box = "gusztavvargadr/windows-11"\n', "L4..L5"),
        ("a.cfg", "name = 'a'\ntype = 'pvh'\nmemory = 1\nkernel = '/k'\nviridian = 1\n", "L4..L5"),
        ("a.ps1", "New-VM -Name a -Generation 2\n", "L4..L5"),
    ],
)
def test_the_stated_system_decides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, level: str
) -> None:
    assert required(tmp_path, capsys, name, text)[0] == level


@pytest.mark.parametrize(("guests", "level"), [("linux", "L4"), ("windows", "L5"), ("other", "L4")])
def test_a_declaration_settles_what_no_definition_states(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], guests: str, level: str
) -> None:
    platform = f"platform: {{guests: {guests}}}\n"
    assert required(tmp_path, capsys, "a.xml", DOMAIN % "", platform)[0] == level
    assert (
        required(tmp_path, capsys, "a.xml", DOMAIN % (LIBOSINFO % "http://microsoft.com/win/11"), platform)[0] == "L5"
    )


def test_the_report_names_the_line_that_settles_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "<domain type='qemu'><name>a</name><memory>1</memory><os><type>hvm</type></os></domain>"
    assert "`guests: linux`" in required(tmp_path, capsys, "a.xml", text)[1]
