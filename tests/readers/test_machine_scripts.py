"""Vagrantfiles and PowerShell scripts, which are never run, say what their own programs make of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gate.syntax import powershell
from tests.readers.test_machines import judged, level, vagrant

OFF = "  config.vm.synced_folder '.', '/vagrant', disabled: true\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OFF + "  config.vm.provider('virtualbox') { |v| v.customize ['modifyvm', :id, '--vrde', 'on'] }\n", "L5"),
        (OFF + "  config.vm.provider :libvirt do |v, override|\n    v.driver = 'qemu'\n  end\n", "L2"),
        (OFF + "  config.vm.provider('virtualbox') { |v|\n    v.name = 'x'\n    v.memory = 1\n  }\n", "L6"),
        (OFF.replace("true", "1 > 0"), "L0..L6"),
        ("  config.vm.synced_folder '.', '/x', disabled: true\n", "L6"),
        ("  config.vm.synced_folder '.', '/x', type: 'rsync'\n", "L6"),
        ("  config.vm.synced_folder '.', '/x', type: 'rsync'\n  config.vm.synced_folder '.', '/x/'\n", "L6"),
        ("  config.vm.synced_folder '.', '/x' if ENV['X']\n", "L0..L6"),
        (
            OFF + "  config.vm.provider :virtualbox do |v, o|\n    o.vm.synced_folder '.', '/vagrant'\n  end\n",
            "L0..L6",
        ),
        (
            OFF + "  config.vm.provider :virtualbox do |v|\n    v.customize ['modifyvm', :id, '--vrde', 'on']\n"
            "    v.customize ['modifyvm', :id, '--vrde=off']\n  end\n",
            "L6",
        ),
        (
            OFF + "  config.vm.provider :virtualbox do |v|\n"
            "    v.customize ['modifyvm', :id, '--vrde', 'on', '--vrdeaddress', '127.0.0.1']\n  end\n",
            "L6",
        ),
        (
            OFF + "  config.vm.provider :virtualbox do |v|\n    v.customize ['modifyvm', :id, '--vrde', x]\n  end\n",
            "L5..L6",
        ),
        (
            OFF
            + "  config.vm.provider :virtualbox do |v|\n"
            + "    v.customize ['modifyvm', :id, '--clipboard', 'bidirectional'] if ENV['X']\n  end\n",
            "L5..L6",
        ),
    ],
)
def test_vagrantfiles_say_what_vagrant_makes_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, expected: str
) -> None:
    (subject,) = judged(tmp_path, capsys, "Vagrantfile", vagrant(text))["subjects"]
    assert level(subject["boundary"]) == expected


@pytest.mark.parametrize(
    "text",
    [
        "$vm=New-VM -Name x\nSet-VMProcessor x -ExposeVirtualizationExtensions $true\n",
        "(New-VM -Name x).Name\n[void](Set-VMProcessor x -ExposeVirtualizationExtensions:$True)\n",
        "$all = @(New-VM (Get-Name) -Generation 2)\nSet-VMProcessor (Get-Name) -Expose $true\n",
        "(New-VM -Name x\n",
    ],
)
def test_commands_count_in_brackets_and_behind_a_variable(text: str) -> None:
    found = [one.name for one in powershell.commands(text) if one.name.endswith(("-vm", "-vmprocessor"))]
    assert found == ["new-vm", "set-vmprocessor"][: text.count("VM")]


def test_a_value_behind_a_colon_keeps_its_case() -> None:
    (one,) = powershell.commands('Add-VMHardDiskDrive -Path:C:\\VM -Name "say ""hi"""')
    assert (one.parameter("path"), one.parameter("name")) == ("C:\\VM", 'say "hi"')
