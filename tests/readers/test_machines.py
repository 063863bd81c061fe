"""Definitions of machines for VMware, Xen, VirtualBox, Vagrant and Hyper-V: levels, places, what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gate.model.source import Source
from gate.pipeline.reading import load
from gate.syntax import powershell, ruby, vmx, xl
from tests.verbs import NOW, gate, write_all

if TYPE_CHECKING:
    from pathlib import Path

VMX = 'config.version = "8"\nmemsize = "1"\n' + "".join(
    f'isolation.tools.{name}.disable = "TRUE"\n' for name in ("copy", "paste", "dnd", "hgfs")
)
XL = 'name = "a"\nmemory = 1\n'
PVH = XL + 'type = "pvh"\n'
SRC = '  config.vm.synced_folder ".", "/src"\n'
OFF = '  config.vm.synced_folder ".", "/vagrant", disabled: true\n'
NEW = "New-VM -Name a -MemoryStartupBytes 1GB\n"


def vbox(hardware: str = "", extra: str = "") -> str:
    """Return the settings of a machine."""
    inside = f"{extra}<Hardware><Memory RAMSize='1'/>{hardware}</Hardware>"
    return f"<VirtualBox xmlns='http://www.virtualbox.org/'><Machine name='a'>{inside}</Machine></VirtualBox>"


def vagrant(inside: str = OFF) -> str:
    """Return a Vagrantfile."""
    return f'Vagrant.configure("2") do |config|\n  config.vm.box = "x"\n{inside}end\n'


def judged(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str) -> dict[str, Any]:
    """Judge one file; return the report."""
    write_all(tmp_path, {name: text})
    report: dict[str, Any] = json.loads(gate(capsys, "check", "--format", "json", "--now", NOW, tmp_path / name).out)
    return report


def level(boundary: dict[str, str]) -> str:
    """Return the level from the worst to the best."""
    worst, best = boundary["worst"], boundary["best"]
    return worst if worst == best else f"{worst}..{best}"


VMWARE = [
    (VMX, "L6"),
    ('config.version = "8"\nmemsize = "1"\n', "L5..L6"),
    ('config.version = "8"\nvirtualHW.productCompatibility = "hosted"\n', "L5"),
    (VMX + 'Isolation.Tools.Copy.Disable = "false"\n', "L5"),
    (VMX + 'sharedFolder0.present = "TRUE"\nsharedFolder0.hostPath = "/home/u/p"\n', "L1..L6"),
    (
        VMX + 'sharedFolder0.present = "TRUE"\nsharedFolder0.hostPath = "/data"\nsharedFolder0.writeAccess = "TRUE"\n',
        "L3",
    ),
    (
        VMX + 'sharedFolder0.present = "TRUE"\nsharedFolder0.hostPath = "/data"\nsharedFolder0.writeAccess = "FALSE"\n',
        "L6",
    ),
    (VMX + 'sharedFolder0.present = "TRUE"\nsharedFolder0.enabled = "FALSE"\nsharedFolder0.hostPath = "/"\n', "L6"),
    (
        VMX
        + 'sharedFolder0.present = "TRUE"\nsharedFolder0.hostPath = "C:\\Users\\u"\nsharedFolder0.writeAccess="1"\n',
        "L0",
    ),
    (VMX + 'pciPassthru0.present = "TRUE"\n', "L5"),
    (VMX + 'pciPassthru0.present = "TRUE"\npcipassthru0.PRESENT = "FALSE"\n', "L6"),
    (VMX + 'RemoteDisplay.vnc.enabled = "TRUE"\n', "L5"),
    (VMX + 'RemoteDisplay.vnc.enabled = "TRUE"\nRemoteDisplay.vnc.password = "x"\n', "L6"),
    (VMX + '# RemoteDisplay.vnc.enabled = "TRUE"\n', "L6"),
    (VMX + 'serial0.present = "TRUE"\nserial0.fileType = "network"\nserial0.fileName = "telnet://:4000"\n', "L5"),
    (VMX + 'scsi0:0.fileName = "/dev/vg/a"\n', "L5"),
]
XEN = [
    (PVH, "L6"),
    (XL, "L2..L5"),
    (XL + 'type = "pv"\n', "L2..L5"),
    (XL + 'builder = "hvm"\n', "L6"),
    (XL + 'type = "hvm"\ntype = "pv"\n', "L2..L5"),
    (XL + 'type = "odd"\n', "L2..L5"),
    (PVH + "p9 = [ 'tag=x,path=/,security_model=none' ]\n", "L0"),
    (PVH + "p9 = [ 'tag=x,path=/srv/x,security_model=none' ]\n", "L3"),
    (PVH + "pci = [ '01:00.0' ]\n", "L5"),
    (PVH + "pci = [ '01:00.0,permissive=1' ]\n", "L1"),
    (PVH + "pci_permissive = 1\npci = [ '01:00.0' ]\n", "L1"),
    (PVH + "irqs = [ 5 ]\n", "L1"),
    (PVH + "iomem = [ 'fe,1' ]\niomem = [ ]\n", "L6"),
    (PVH + "disk = [ 'phy:/dev/vg/a,xvda,w' ]\n", "L6"),
    (PVH + "disk = [ 'format=raw,vdev=xvda,access=rw,target=/dev/sda' ]\n", "L5"),
    (PVH + "vnclisten = '0.0.0.0'\n", "L5"),
    (PVH + "vfb = [ 'vnc=1,vnclisten=0.0.0.0,vncpasswd=x' ]\n", "L6"),
    (PVH + "spice = 1\n", "L5"),
    (PVH + "bootloader = 'pygrub'\n", "L5"),
    (PVH + "bootloader = 'pygrub'\nbootloader_restrict = 1\n", "L6"),
    (PVH + "hap = 0\n", "L5"),
    (PVH + "hap = 00\n", "L5"),
    (PVH + "nestedhvm = 010\n", "L5"),
    (PVH + "nestedhvm = 00\n", "L6"),
    (PVH + "bootloader = 'pygrub'\nbootloader_restrict = 'yes'\n", "L5"),
    (PVH + "bootloader = 'pygrub'\nbootloader_restrict += 1\n", "L5"),
    (PVH + "disk = [ 'tap:aio:/dev/disk/by-path/pci-0000:00:1f.2-ata-1,xvda,w' ]\n", "L5"),
    (PVH + "disk = [ 'file:/dev/sda,xvda,w' ]\n", "L5"),
]
VIRTUALBOX = [
    (vbox(), "L6"),
    (vbox("<SharedFolders><SharedFolder hostPath='/srv/x' writable='true'/></SharedFolders>"), "L3"),
    (vbox("<SharedFolders><SharedFolder hostPath='/srv/x' writable='false'/></SharedFolders>"), "L6"),
    (vbox("<SharedFolders><SharedFolder hostPath='/srv/x'/></SharedFolders>"), "L6"),
    (vbox("<SharedFolders><SharedFolder hostPath='/srv/x' writable='yes'/></SharedFolders>"), "L3"),
    (vbox("<RemoteDisplay enabled='yes'/>"), "L5"),
    (vbox("<RemoteDisplay enabled='on'/>"), "L6"),
    (vbox("<CPU><x86><NestedHWVirt enabled='yes'/></x86></CPU>"), "L6"),
    (vbox("<RemoteDisplay enabled='true'/>"), "L5"),
    (vbox("<RemoteDisplay enabled='true' authType='External'/>"), "L6"),
    (vbox("<RemoteDisplay enabled='false'/>"), "L6"),
    (
        vbox(
            "<RemoteDisplay enabled='true'><VRDEProperties><Property name='TCP/Address' value='127.0.0.1'/>"
            "</VRDEProperties></RemoteDisplay>"
        ),
        "L6",
    ),
    (vbox("<Clipboard/><DragAndDrop mode='Disabled'/>"), "L6"),
    (vbox("<DragAndDrop mode='HostToGuest'/>"), "L5"),
    (vbox(extra="<ExtraData><ExtraDataItem name='VBoxInternal/x' value='1'/></ExtraData>"), "L5"),
    (vbox(extra="<Snapshot><Hardware><RemoteDisplay enabled='true'/></Hardware></Snapshot>"), "L6"),
]
VAGRANT = [
    (vagrant(), "L6"),
    (vagrant(""), "L1"),
    (vagrant('  config.vm.synced_folder ".", "/vagrant", :disabled => true\n'), "L6"),
    (vagrant('  config.vm.synced_folder ".", "/vagrant", type: "rsync"\n'), "L6"),
    (vagrant('  config.vm.synced_folder ".", "/vagrant", type: "nfs"\n'), "L1"),
    (vagrant('  config.vm.synced_folder ".", "/vagrant", type: kind\n'), "L0..L6"),
    (vagrant('  config.vm.synced_folder ".", "/vagrant", disabled: true if ENV["CI"]\n'), "L0..L6"),
    (vagrant('  if ENV["CI"]\n    config.vm.synced_folder ".", "/vagrant", disabled: true\n  end\n'), "L0..L6"),
    (vagrant(f'{OFF}{SRC}  if ENV["CI"]\n    {SRC.strip()}, type: "nfs"\n  end\n'), "L1"),
    (vagrant(f'{OFF}{SRC}  if ENV["CI"]\n    {SRC.strip()}, type: "rsync"\n  end\n'), "L0..L6"),
    (vagrant(f'{OFF}{SRC}  if ENV["CI"]\n    config.vm.synced_folder "/", "/src"\n  end\n'), "L0..L6"),
    (vagrant(f"{OFF}  # config.vm.synced_folder '/', '/x'\n"), "L6"),
    (vagrant(f"{OFF}  config.vm.synced_folder '/', '/x'\n"), "L0"),
    (vagrant(f"{OFF}  config.vm.synced_folder '/srv/x', '/x'\n"), "L3"),
    (vagrant(f"{OFF}  config.vm.synced_folder '/srv/x', '/x', mount_options: ['ro']\n"), "L6"),
    (vagrant(f"{OFF}  config.vm.synced_folder path, '/x'\n"), "L0..L6"),
    (vagrant(f'{OFF}  config.vm.provider :libvirt do |v|\n    v.driver = "qemu"\n  end\n'), "L2"),
    (vagrant(f'{OFF}  config.vm.provider "docker" do |d|\n    d.image = "x"\n  end\n'), "L2..L6"),
    (vagrant(f"{OFF}  eval File.read('more')\n"), "L0..L6"),
    (
        vagrant(f"{OFF}  config.vm.provision 'shell', inline: <<~SH\n    config.vm.synced_folder '/', '/x'\n  SH\n"),
        "L6",
    ),
    (vagrant(f"{OFF}=begin\n  config.vm.synced_folder '/', '/x'\n=end\n"), "L6"),
    (vagrant("  " + OFF.strip().replace('"/vagrant", ', '"/vagrant",\n    ') + "\n"), "L6"),
]
VAGRANT += [
    (
        vagrant(
            '  config.vm.provider :libvirt do |v, o|\n    o.vm.synced_folder ".", "/vagrant", disabled: true\n  end\n'
        ),
        "L0..L6",
    ),
    (vagrant(f'{OFF}  config.vm.synced_folder ".", "/vagrant"\n'), "L1"),
    (vagrant(f'{OFF}  config.vm.synced_folder ".", "/vagrant", disabled: false\n'), "L1"),
    (vagrant(f"{OFF}  vm = config.vm\n  vm.synced_folder '/', '/x'\n"), "L0..L6"),
    (vagrant(f"{OFF}  config.vm.send(:synced_folder, '/', '/x')\n"), "L0..L6"),
    (vagrant(f"{OFF}  config.vm.tap {{ |v| v.synced_folder '/', '/x' }}\n"), "L0..L6"),
    ("require './more'\n" + vagrant(), "L0..L6"),
    (vagrant(f"{OFF}  x = %q(it's)\n  config.vm.synced_folder '/', '/x'\n  y = %q(it's)\n"), "L0..L6"),
    (vagrant(f"{OFF}  config.vm.provision 'shell', inline: 'apt-get update\n    apt-get -y upgrade'\n"), "L6"),
    (vagrant(f"{OFF}  config.vm.provider :libvirt do |v|\n    v.driver = kind\n  end\n"), "L2..L6"),
    (vagrant(f'{OFF}  config.vm.provider :libvirt\n  config.vm.provider "docker"\n'), "L2..L6"),
    (vagrant(f"{OFF}  config.vm.provider :libvirt\n  config.vm.provider :aws\n"), "L6"),
    (
        vagrant(
            f'{OFF}  config.vm.provider "virtualbox" do |v|\n'
            '    v.customize ["sharedfolder", "add", :id, "--name", "x", "--hostpath", "/srv/x"]\n  end\n'
        ),
        "L3",
    ),
]
VMWARE += [
    (VMX + 'scsi0:0.deviceType = "rawDisk"\n', "L5"),
    (VMX + 'serial0.present = "TRUE"\nserial0.fileType = "device"\nserial0.fileName = "/dev/ttyS0"\n', "L5"),
]
HYPERV = [
    ("$p = @{Name = 'a'}\nNew-VM @p\nAdd-VMAssignableDevice @q\n", "L5"),
    (NEW + "Add-VMHardDiskDrive @disk\n", "L5..L6"),
    (NEW + "Get-Disk 1 | Add-VMHardDiskDrive -VMName a\n", "L5"),
    (NEW + "Invoke-Expression $more\n", "L5..L6"),
    (NEW + ". ./more.ps1\n", "L5..L6"),
    (NEW + "Set-VMHost -EnableEnhancedSessionMode $true\n", "L5"),
    (NEW.replace("New", "Hyper-V\\New") + "Hyper-V\\Add-VMAssignableDevice -VMName a\n", "L5"),
    (NEW, "L6"),
    (NEW + "Add-VMAssignableDevice -VMName a -LocationPath x\n", "L5"),
    (NEW + "Add-VMAssignableDevice -VMName b -LocationPath x\n", "L6"),
    (NEW + "Add-VMAssignableDevice -VMName $each -LocationPath x\n", "L5"),
    (NEW + "# Add-VMAssignableDevice -VMName a\n<# Add-VMAssignableDevice -VMName a #>\n", "L6"),
    (NEW + "Copy-VMFile a -SourcePath x -DestinationPath y -FileSource Host\n", "L5"),
    (NEW + "Add-VMHardDiskDrive -VMName a -DiskNumber 2\n", "L5"),
    (NEW + "Add-VMHardDiskDrive -VMName a -Path x.vhdx\n", "L6"),
    ("if ($x) { New-VM -Name a }; Add-VMAssignableDevice `\n  -VMName:a\n", "L5"),
    ("$n = 'a'\n$vm = New-VM -Name $n\nAdd-VMGpuPartitionAdapter -VMName $n\n", "L5"),
]
ALL = [
    *(("a.vmx", *case) for case in VMWARE),
    *(("a.cfg", *case) for case in XEN),
    *(("a.vbox", *case) for case in VIRTUALBOX),
    *(("Vagrantfile", *case) for case in VAGRANT),
    *(("a.ps1", *case) for case in HYPERV),
]


@pytest.mark.parametrize(("name", "text", "expected"), ALL)
def test_the_level(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, expected: str) -> None:
    report = judged(tmp_path, capsys, name, text)
    assert [level(subject["boundary"]) for subject in report["subjects"]] == [expected]


def test_each_machine_of_a_vagrantfile_has_what_is_said_of_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = vagrant(
        "  config.vm.define 'a' do |a|\n    a.vm.synced_folder '.', '/vagrant', disabled: true\n  end\n"
        "  config.vm.define :b do |b|\n    b.vm.box = 'y'\n  end\n  config.vm.synced_folder '/srv/x', '/x'\n"
    )
    report = judged(tmp_path, capsys, "Vagrantfile", text)
    assert {one["name"]: level(one["boundary"]) for one in report["subjects"]} == {"a": "L3", "b": "L1"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.vmx", VMX + 'sharedFolder0.hostPath = "/x\n'),
        ("a.ps1", NEW * 101),
        ("a.ps1", NEW * 90 + "Set-VM -Name $x\n" * 3000),
        ("Vagrantfile", vagrant("".join(f"  config.vm.define 'm{one}'\n" for one in range(101)))),
        ("Vagrantfile", vagrant("  config.vm.synced_folder '/a', '/b'\n" * 501)),
        ("a.cfg", XL + "vcpus = -1\n"),
        ("a.cfg", XL + "Type = 'pvh'\n"),
        ("a.cfg", XL + "disk = [ 'a'\n"),
        ("a.cfg", XL + "import os\n"),
        ("a.cfg", XL + "disk = [ 'a' ]\ndisk += 'b'\n"),
        ("a.cfg", XL + "kernel = '/\\101'\n"),
        ("a.cfg", XL + "kernel = '/\\q'\n"),
        ("a.cfg", XL + "# no end of the line"),
        ("a.cfg", XL.replace("\n", "\r\n")),
        ("a.vbox", vbox()[:-5]),
        ("a.vbox", "<VirtualBox ><Machine name='a'/></VirtualBox>"),
    ],
)
def test_what_its_consumer_refuses_is_no_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    report = judged(tmp_path, capsys, name, text)
    assert report["exit_status"] == 3
    assert report["coverage"]["not_understood"]


@pytest.mark.parametrize(
    ("reader", "name", "text", "mine"),
    [
        ("xen", "ks.cfg", "rootpw x\n%packages\nmemory = 1\n", False),
        ("xen", "setup.cfg", "[metadata]\nname = gate\n", False),
        ("xen", "a.cfg", XL, True),
        ("vagrant", "Vagrantfile", "# nothing yet\n", False),
        ("hyperv", "a.ps1", "New-VMSwitch -Name x\n", False),
        ("hyperv", "a.ps1", "New-VM -Name x -VMHost y -Datastore z\n", False),
        ("vmx", "a.vmx", "<Foundry/>", False),
        ("vbox", "VirtualBox.vbox", "<VirtualBox ><Global/></VirtualBox>", False),
    ],
)
def test_what_is_claimed(reader: str, name: str, text: str, mine: bool) -> None:
    assert load(reader).claims(Source(name, text.encode())) is mine


@pytest.mark.parametrize(
    "text",
    ["@'\n" * 50_000, "<#" * 50_000, "'" * 99_999, '"`' * 50_000, "a" * 200_000, "{" * 100_000, "-" * 100_000],
)
def test_scripts_that_never_end_are_read_once(text: str) -> None:
    assert len(list(powershell.commands(text))) <= powershell.MAX_COMMANDS


@pytest.mark.parametrize(
    "text",
    [
        "<<A\n" * 20_000,
        "do |x| " * 20_000,
        "(" * 100_000,
        "'" * 99_999,
        "a" * 200_000,
        "x = { |y| vm." * 20_000,
        "end;" * 50_000,
    ],
)
def test_vagrantfiles_that_never_end_are_read_once(text: str) -> None:
    assert len(list(ruby.statements(text))) <= ruby.MAX_STATEMENTS + 1


def test_a_dictionary_counts_the_last_line_of_a_key() -> None:
    source = Source(
        "a.vmx",
        b'\xef\xbb\xbfA.b = "1|22|"\r\na.B = 2 # c\nnothing\n c = "x" # y\nd = "x" y\n' + b"e = x" + b" " * 99_999,
    )
    found = {key: entry.value for key, entry in vmx.entries(source).items()}
    assert found == {"a.b": "2", "c": "x", "e": "x"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('a = "b"\rc = "d"\r\ne = f', {"a": "b", "c": "d", "e": "f"}),
        ('a = b c\nd = e"f\n', {"d": 'e"f'}),
        ("a = ||41\nb = |4|41\nc = |\nd = |C3|BC\n", {"a": "||41", "b": "|4|41", "c": "|", "d": "ü"}),
        ('a"b = "c"\n', {'a"b': "c"}),
        ("a = b\0c\n\0d = e\n", {"a": "b"}),
        ("\ufeffa = 1\n\ufeffb = 2\n", {"a": "1", "\ufeffb": "2"}),
    ],
)
def test_a_dictionary_is_read_as_vmware_reads_it(text: str, found: dict[str, str]) -> None:
    read = vmx.entries(Source("a.vmx", text.encode()))
    assert {key: entry.value for key, entry in read.items()} == found


def test_lists_and_strings_of_xl() -> None:
    text = "a = [ 'x', \"y\\\"z\", 0x10,\n [ 1 ], ]\nb = 'p'; b += 'q'\nc = [ 'r' ]\nc += [ 's' ]\n"
    found = {key: item.value for key, item in xl.parse(Source("a.cfg", text.encode())).items()}
    assert found == {"a": ("x", 'y"z', "0x10", ("1",)), "b": "pq", "c": ("r", "s")}


@pytest.mark.parametrize(
    ("name", "text", "step"),
    [
        ("Vagrantfile", vagrant(""), "share the folder read-only"),
        ("a.xml", "<domain type='qemu'><name>a</name><memory>1</memory><os><type>hvm</type></os></domain>", "`kvm`"),
    ],
)
def test_a_machine_is_not_told_to_harden_a_container(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, step: str
) -> None:
    declared = "version: 1\nworkloads: [{name: all, paths: ['**'], sensitivity: confidential}]\n"
    write_all(tmp_path, {".gate.yaml": declared})
    (subject,) = judged(tmp_path, capsys, name, text)["subjects"]
    (suggestion,) = subject["suggestions"]
    assert suggestion["title"] == "close what leads around its boundary"
    assert step in suggestion["snippet"]
    assert "image" not in "".join(suggestion["preconditions"])
    assert "ISO025" not in {one["rule"] for one in subject["findings"]}
