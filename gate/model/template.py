"""A VM build: what a template would turn into a disk image, and what of it reaches the machine that runs."""

from __future__ import annotations

from gate.model.facet import Facet
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.cadence import Cadence
    from gate.model.evidence import Items, Setting
    from gate.model.location import Location
    from gate.model.reference import Reference
    from gate.model.sensitivity import Statement
    from gate.model.workload import Doubt


class Media(Facet):
    """The installation medium or base image, and how it is verified.

    `transports` says how each medium is reached (`https`, `http`, `ftp`, `local`, `datastore`), which is often known
    where the whole address is not. `checksum_kind` is what the checksum protects with: `none`, `md5`, `sha1`,
    `sha256`, `sha512`, or `sums-file` for a file of sums, `plain-sums-file` for one that comes unprotected.
    """

    urls: Items[str]
    transports: Items[str]
    checksum: Setting[str]
    checksum_kind: Setting[str]
    base: Setting[str]


class Access(Facet):
    """How the build reaches the guest, and what of that stays in the image.

    `password` and `key` say with what the build logs in; a key that the builder draws for one build does not count,
    because nobody has its private half afterwards.
    """

    communicator: Setting[str]
    password: Setting[bool]
    key: Setting[bool]
    account_removed: Setting[bool]
    key_removed: Setting[bool]
    winrm_encrypted: Setting[bool]
    http_bind_address: Setting[str]
    console_bind_address: Setting[str]
    hypervisor_verified: Setting[bool]


class Firmware(Facet):
    """How the guest boots."""

    uefi: Setting[bool]
    secure_boot: Setting[bool]
    tpm: Setting[bool]


class Hardware(Facet):
    """Devices and features of the virtual machine that widen what a guest can attack.

    `host_channels` are ways between guest and host that the machine keeps open without a share being configured: file
    transfer, clipboard, an unauthenticated console.
    """

    accelerator: Setting[str]
    nested_virtualization: Setting[bool]
    mac_spoofing: Setting[bool]
    passthrough: Items[str]
    host_shares: Items[str]
    host_channels: Items[str]


class BuildCommand(Record):
    """A command of a build: how it is `shown`, and all its words, which tell it from others and may hold secrets."""

    shown: str
    written: str


class Provisioning(Facet):
    """What is done to the guest before it becomes an image: `updates` is `full`, `security`, `partial` or `none`.

    `plugin_pins` holds a plugin and its version constraint, separated by a blank; `box` says that the product is a
    Vagrant box, whose login is public by convention.
    """

    updates: Setting[str]
    cleanup: Setting[bool]
    tls_checks_disabled: Items[BuildCommand]
    piped_scripts: Items[BuildCommand]
    plugin_pins: Items[str]
    box: Setting[bool]


class Template(Record):
    """A VM template subject: one source of one build, for one hypervisor."""

    id: str
    name: str
    platform: str
    builder: str
    at: Location
    media: Media
    access: Access
    firmware: Firmware
    hardware: Hardware
    provisioning: Provisioning
    references: tuple[Reference, ...] = ()
    statements: tuple[Statement, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    cadence: Cadence | None = None
