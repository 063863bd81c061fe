"""OVF descriptors are judged by what VMware and VirtualBox add to them, and archives of them say how to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.test_machines import judged, level

OFF = "".join(
    f'<vmw:ExtraConfig ovf:required="false" vmw:key="isolation.tools.{name}.disable" vmw:value="TRUE"/>'
    for name in ("copy", "paste", "dnd", "hgfs")
)
MEMORY = (
    "<Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:ResourceType>4</rasd:ResourceType>"
    "<rasd:VirtualQuantity>2048</rasd:VirtualQuantity></Item>"
)


def envelope(inside: str, system: str = "VirtualSystem") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"'
        ' xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:vmw="http://www.vmware.com/schema/ovf"'
        ' xmlns:vbox="http://www.virtualbox.org/ovf/machine" xmlns:rasd="urn:rasd">\n'
        f'<{system} ovf:id="app1">{inside}</{system}>\n</Envelope>\n'
    )


def hardware(inside: str) -> str:
    return f"<VirtualHardwareSection>{MEMORY}{inside}</VirtualHardwareSection>"


def vbox(inside: str) -> str:
    inside = f'<Hardware><Memory RAMSize="1"/>{inside}</Hardware>'
    return f'<vbox:Machine name="app1" OSType="Debian_64">{inside}</vbox:Machine>'


SHARE = "<SharedFolders><SharedFolder hostPath='/srv/x' writable='true'/></SharedFolders>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (envelope(hardware(OFF)), "L6"),
        (envelope(hardware("")), "L5..L6"),
        (envelope(hardware(OFF.replace("TRUE", "FALSE"))), "L5"),
        (envelope(hardware(OFF + '<vmw:ExtraConfig vmw:key="pciPassthru0.present" vmw:value="TRUE"/>')), "L5"),
        (
            envelope(hardware(OFF + "<Item><rasd:ResourceSubType>vmware.pcipassthrough</rasd:ResourceSubType></Item>")),
            "L5",
        ),
        (
            envelope(f'<VirtualSystem ovf:id="a">{hardware(OFF)}</VirtualSystem>', "VirtualSystemCollection"),
            "L6",
        ),
        (envelope(vbox("")), "L6"),
        (envelope(vbox(SHARE)), "L3"),
        (envelope(hardware(OFF) + vbox(SHARE)), "L3"),
        (envelope(vbox(SHARE)).replace("vbox:", "x:").replace("xmlns:x:", "xmlns:x=").replace("==", "="), "L3"),
    ],
)
def test_the_level(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, expected: str) -> None:
    text = text.replace('xmlns:vbox="http', 'xmlns:x="http') if "<x:" in text else text
    (subject,) = judged(tmp_path, capsys, "app1.ovf", text)["subjects"]
    assert level(subject["boundary"]) == expected


def test_secure_boot_of_vsphere_is_seen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = (("firmware", "efi"), ("bootOptions.efiSecureBootEnabled", "true"))
    text = envelope(
        hardware(OFF + "".join(f'<vmw:Config vmw:key="{key}" vmw:value="{value}"/>' for key, value in pairs))
    )
    (subject,) = judged(tmp_path, capsys, "app1.ovf", text)["subjects"]
    assert not [one for one in subject["findings"] if one["rule"] == "VM009"]


def test_what_the_settings_of_vsphere_turn_on_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = envelope(hardware(OFF + '<vmw:Config vmw:key="nestedHVEnabled" vmw:value="true"/>'))
    (subject,) = judged(tmp_path, capsys, "app1.ovf", text)["subjects"]
    assert {one["rule"] for one in subject["findings"] if one["outcome"] == "failed"} == {"VM006", "VM009"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.ova", "app1.ovf"),
        ("a.ovf", envelope("", "References")),
        ("a.ovf", envelope("<!-- <vbox:Machine -->" + hardware(OFF))),
        ("a.ovf", envelope(hardware("<Item>"))),
        ("a.ovf", "<!DOCTYPE a>" + envelope(hardware(OFF))),
    ],
)
def test_what_cannot_be_judged_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    report = judged(tmp_path, capsys, name, text)
    assert report["verdict"] == "undecided"
    assert [one["location"]["path"] for one in report["coverage"]["not_understood"]] == [name]


def test_machines_of_one_name_are_all_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    system = '<VirtualSystem ovf:id="{}"><Name>a</Name>{}</VirtualSystem>'
    shared = '<vmw:ExtraConfig vmw:key="pciPassthru0.present" vmw:value="TRUE"/>'
    two = system.format("a", hardware(MEMORY)) + system.format("b", hardware(MEMORY + shared))
    found = judged(tmp_path, capsys, "a.ovf", envelope(two, "VirtualSystemCollection"))["subjects"]
    assert [one["id"] for one in found] == ["a.ovf#Machine/a", "a.ovf#Machine/a:2"]
