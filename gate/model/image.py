"""An image: as built, or as the recipe that would build it."""

from __future__ import annotations

from gate.model.image_name import ImageName
from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.model.cadence import Cadence
    from gate.model.contents import Contents
    from gate.model.evidence import Items, Setting
    from gate.model.location import Location
    from gate.model.package_index import Indexed
    from gate.model.packages import Packages
    from gate.model.reference import Reference
    from gate.model.sensitivity import Statement
    from gate.model.subject import Doubt, User

    PackageAction = Literal["update", "install", "upgrade", "remove", "clean"]

#: Whoever builds an image finds its name here.
__all__ = ["ImageName"]


class Base(Record):
    """What a stage starts from: an image, `scratch`, or an earlier stage by its index."""

    image: Setting[ImageName]
    stage: int | None
    at: Location


class PackageStep(Record):
    """One command of a package manager inside a build step; `packages` are its operands as written."""

    manager: str
    action: PackageAction
    packages: tuple[str, ...]
    at: Location


class Download(Record):
    """Something fetched from the network during the build, by `ADD`, `curl`, `wget` and the like.

    `written` is the address as it is written, with its variables.
    """

    url: Setting[str]
    tool: str
    verified: Setting[bool]
    piped_to_shell: bool
    at: Location
    written: str = ""


class StepMount(Record):
    """One `--mount` of a RUN; `source_image` is set when it mounts another image or stage."""

    kind: str
    target: str
    source_image: str
    at: Location


class Step(Record):
    """One instruction that runs something: its commands as far as they can be read without running a shell."""

    keyword: str
    at: Location
    text: str
    packages: tuple[PackageStep, ...]
    downloads: tuple[Download, ...]
    mounts: tuple[StepMount, ...]
    security: Setting[str]
    network: Setting[str]


class Variable(Record):
    """An environment variable or label that stays in the image."""

    name: str
    value: Setting[str]
    at: Location


class Stage(Record):
    """One build stage; `copies` are the stages and images it takes files from."""

    name: str
    at: Location
    base: Base
    platform: str
    steps: tuple[Step, ...]
    copies: tuple[Base, ...]
    user: Setting[User]


class Identity(Record):
    """By what a built image is known: digests, its uncompressed layers in order, and names as `identity` spells them.

    The digests are those of its configuration, its manifest and the indexes that list it.
    """

    digests: tuple[str, ...]
    layers: tuple[str, ...]
    names: tuple[str, ...]


class HistoryEntry(Record):
    """One entry of a built image's history."""

    created: Setting[str]
    created_by: str
    empty_layer: bool
    at: Location


class Image(Record):
    """An image subject.

    A recipe has `stages` (all of them; `target` is the index of the one that is shipped) and no history; a built image
    has a history and no stages. `user` is the effective user of what ships. `packages` is what scanners reported, and
    `contents` what the layers themselves show, None where nobody has read them; `indexed` is what its packages are
    compared with, None where nothing was given for that.
    """

    id: str
    name: str
    platform: str
    at: Location
    stages: tuple[Stage, ...]
    target: int
    user: Setting[User]
    labels: Items[Variable]
    environment: Items[Variable]
    working_directory: Setting[str]
    volumes: Items[str]
    entrypoint: Setting[tuple[str, ...]]
    syntax: Setting[str]
    created: Setting[str]
    history: Items[HistoryEntry]
    base_name: Setting[ImageName]
    references: tuple[Reference, ...] = ()
    statements: tuple[Statement, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    identity: Identity | None = None
    packages: Packages | None = None
    contents: Contents | None = None
    cadence: Cadence | None = None
    indexed: Indexed | None = None
