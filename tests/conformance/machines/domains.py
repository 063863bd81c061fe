"""Makes domains of libvirt: elements of which the gate reads evidence, written in the many ways that XML has."""

from __future__ import annotations

import random
from xml.sax.saxutils import quoteattr

FOLDERS = ("/", "/etc", "/srv/x", "/home/u/p", "/var/lib/libvirt/images", "/a&b", "/run/docker.sock")
ADDRESSES = (
    "0.0.0.0",  # noqa: S104 - an address in a file
    "127.0.0.1",
    "::",
    "::1",
    "10.0.0.1",
    "localhost",
    "host.example",
)
DISKS = ("/dev/sda", "/dev/nvme0n1p2", "/dev/vg/a", "/dev/mapper/a-b", "/dev/disk/by-id/ata-x")
SYSTEMS = ("kvm", "kvm", "kvm", "qemu", "xen")

#: Elements of `devices`; what stands in braces is chosen from the words above and below.
DEVICES = (
    "<filesystem{access}><source dir={folder}/><target dir='x{number}'/></filesystem>",
    "<filesystem type='mount'{access}><source dir={folder}/><target dir='x{number}'/><readonly/></filesystem>",
    "<filesystem type='file'><source file='/x.img'/><target dir='x{number}'/></filesystem>",
    "<filesystem type='ram'><source usage='1024' units='KiB'/><target dir='x{number}'/></filesystem>",
    "<filesystem><driver type='virtiofs'/><source dir={folder}/><target dir='x{number}'/></filesystem>",
    "<disk type='block' device='{drive}'><source dev={disk}/><target dev='vd{letter}' bus='virtio'/></disk>",
    "<disk type='file' device='disk'><source file='/x.img'/><target dev='vd{letter}' bus='virtio'/></disk>",
    "<disk type='dir'><driver type='fat'/><source dir={inner}/><target dev='vd{letter}'/><readonly/></disk>",
    "<disk type='nvme'><source type='pci' managed='yes' namespace='1'><address bus='1' slot='0'/></source>{last}",
    "<hostdev mode='subsystem' type='pci'><source><address bus='1' slot='{number}' function='0'/></source></hostdev>",
    "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xbeef'/></source></hostdev>",
    "<hostdev type='usb'><source><address bus='1' device='{number}'/></source></hostdev>",
    "<hostdev type='scsi' mode='subsystem' rawio='{answer}'><source>{scsi}</source></hostdev>",
    "<interface type='hostdev'><source><address type='pci' bus='2' slot='{number}' function='0'/></source></interface>",
    "<interface type='network'><source network='default'/></interface>",
    "<graphics type='{screen}'{port} listen={address}{password}/>",
    "<graphics type='{screen}'{port}{password}><listen type='address' address={address}/></graphics>",
    "<graphics type='{screen}'{password}/>",
    "<graphics type='spice'><listen type='socket' socket='/run/x'/></graphics>",
    "<serial type='tcp'><source mode='{mode}' host={address} service='4{number}'/></serial>",
    "<serial type='udp'><source mode='{mode}' host={address} service='6{number}'/></serial>",
    "<parallel type='pty'/>",
    "<channel type='unix'><source mode='bind'/><target type='virtio' name='a{number}'/></channel>",
    "<shmem name='x{number}'/>",
    "<input type='evdev'><source dev='/dev/input/event{number}'/></input>",
    "<input type='tablet' bus='usb'/>",
    "<input type='passthrough' bus='virtio'><source evdev='/dev/input/event{number}'/></input>",
    "<smartcard mode='host'/>",
    "<tpm><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>",
    "<tpm><backend type='emulator' version='2.0'/></tpm>",
    "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>",
    "<memballoon model='none'/>",
)

#: Elements of `domain` itself.
MORE = (
    "<seclabel type='none' model='selinux'/>",
    "<seclabel type='dynamic' model='dac' relabel='yes'/>",
    "<cpu mode='host-passthrough'/>",
    "<cpu mode='host-model'/>",
    "<cpu match='exact'><model>qemu64</model><feature policy='{policy}' name='{feature}'/></cpu>",
    "<launchSecurity type='sev'><policy>{bits}</policy><cbitpos>47</cbitpos></launchSecurity>",
    "<features><acpi/><apic/></features>",
    "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>",
    "<metadata><x:y xmlns:x='urn:x'><devices><hostdev type='pci'/></devices></x:y></metadata>",
    "<title>a &lt;b&gt; c</title>",
)


def domain(chance: random.Random, name: str) -> str:
    """Return one domain."""
    system = chance.choice(SYSTEMS)
    kind = chance.choice(("hvm", "xen", "xenpvh")) if system == "xen" else "hvm"
    kind = "linux" if kind == "xen" else kind
    devices = [_filled(chance, one) for one in chance.choices(DEVICES, k=chance.randrange(6))]
    folders = [devices] if chance.random() < 0.8 else [devices[:1], devices[1:]]
    parts = [_filled(chance, one) for one in chance.sample(MORE, chance.randrange(3))]
    parts += [f"<devices>{_blank(chance)}{_blank(chance).join(one)}</devices>" for one in folders]
    parts += [f"<name>{name}</name>", "<memory unit='MiB'>64</memory>", f"<os><type arch='x86_64'>{kind}</type></os>"]
    chance.shuffle(parts)
    head = chance.choice(("", "<?xml version='1.0' encoding='UTF-8'?>\n", "<!-- a <domain type='lxc'> -->\n"))
    return f"{head}<domain {chance.choice(('', 'id=' + chr(34) + '3' + chr(34) + ' '))}type='{system}'>" + (
        _blank(chance).join(parts) + "</domain>\n"
    )


def _blank(chance: random.Random) -> str:
    return chance.choice(("", "\n  ", "<!-- <hostdev type='pci'/> -->", "\t"))


def _filled(chance: random.Random, text: str) -> str:
    return text.format(
        last=f"<target dev='vd{chance.choice('abcdefgh')}'/></disk>",
        scsi=f"<adapter name='scsi_host0'/><address bus='0' target='0' unit='{chance.randrange(9)}'/>",
        access=chance.choice(("", " accessmode='mapped'", " accessmode='squash'", " accessmode='passthrough'")),
        folder=_attribute(chance, chance.choice(FOLDERS)),
        inner=_attribute(chance, chance.choice(FOLDERS[1:])),
        address=_attribute(chance, chance.choice(ADDRESSES)),
        disk=_attribute(chance, chance.choice(DISKS)),
        drive=chance.choice(("disk", "disk", "lun")),
        letter=chance.choice("abcdefgh"),
        number=chance.randrange(1, 9),
        answer=chance.choice(("yes", "no")),
        screen=chance.choice(("vnc", "spice")),
        password=chance.choice(("", " passwd='x'", " passwd=''")),
        port=chance.choice(("", " autoport='yes'", " port='5900'", " port='-1'", " port='-1' autoport='no'")),
        mode=chance.choice(("bind", "connect")),
        policy=chance.choice(("require", "disable", "optional", "force", "forbid")),
        feature=chance.choice(("vmx", "svm", "aes")),
        bits=chance.choice(("0x1", "0x0", "0x5", "1", "3", "0x0006")),
    )


def _attribute(chance: random.Random, value: str) -> str:
    """Return a value in quotes, a character of it by its number now and then."""
    quoted = quoteattr(value)
    if chance.random() < 0.2:
        at = quoted.index(value[0], 1)
        quoted = f"{quoted[:at]}&#{ord(value[0])};{quoted[at + 1 :]}"
    return quoted
