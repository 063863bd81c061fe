"""Managed Kubernetes clusters as files describe them: what nodes they have, and what those put around a pod."""

from __future__ import annotations

from gate.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from gate.model.evidence import Items, Setting
    from gate.model.location import Location

    Provider = Literal["gke", "eks", "aks", "ecs"]


class Cluster(Record):
    """One cluster. `key` is what its pools call it: an address with its folder.

    `certain` is false where it may as well not be made. `version` is empty where none is asked for. `channel` is what
    moves it on to newer versions, `support` the support that is paid for; both are empty where nothing is written.
    """

    key: str
    provider: Provider
    name: str
    at: Location
    certain: bool
    version: Setting[str]
    channel: Setting[str]
    support: Setting[str]
    autopilot: Setting[bool]


class NodePool(Record):
    """A group of nodes of one cluster, which it names by key or by name; empty where that is not known, and for ECS.

    `sandbox` is the isolation that the nodes have for pods which ask for it, in the provider's word, else empty;
    `image` what they boot, `metadata` how their pods reach the machine's metadata, both in the provider's words.
    `upgraded` says whether the nodes move on by themselves, None where nothing is written.
    """

    cluster: str
    provider: Provider
    name: str
    at: Location
    certain: bool
    sandbox: Setting[str]
    version: Setting[str]
    image: Setting[str]
    metadata: Setting[str]
    upgraded: Setting[bool | None]


class Selector(Record):
    """Which pods a Fargate profile takes: those of a namespace, with these labels; `*` and `?` are wildcards."""

    namespace: str
    labels: tuple[tuple[str, str], ...]


class FargateProfile(Record):
    """The pods that one cluster runs on Fargate, each in a machine of its own."""

    cluster: str
    name: str
    at: Location
    certain: bool
    selectors: Items[Selector]
