"""Finds clusters and engines that nobody named, so that what one file says is not taken for all there is."""

from __future__ import annotations

from gate.model.errors import InputError
from gate.model.reference import CLUSTERS
from gate.readers import TERRAFORM, WORDS, may_be_client, may_configure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.model.reference import Definition
    from gate.pipeline.reading import Ledger

_OTHERS = (".yaml", ".yml", ".json", ".template")

#: What stands in other files that describe clusters.
_OBJECTS = (b"container.cnrm.cloud.google.com", b"eksctl.io", b"AWS::EKS::")


def elsewhere(ledger: Ledger) -> list[Definition]:
    """Search the rest of the tree for clusters; only files that contain a word of theirs are read."""
    aside = ledger.aside()
    for path in ledger.files.walk(""):
        if path in ledger.read or not path.endswith((*TERRAFORM, *_OTHERS)):
            continue
        words = WORDS["clusters"] if path.endswith(TERRAFORM) else _OBJECTS
        try:
            source = ledger.files.open(path)
        except InputError:
            continue
        if source is not None and any(word in source.data for word in words):
            aside.source(source, ("kubernetes", "ecs", "clusters"), named=False)
    return [one for one in aside.definitions if one.kind in CLUSTERS]


def engines(ledger: Ledger) -> list[Definition]:
    """Search the rest of the tree for configurations of Docker engines, which have names of their own."""
    aside = ledger.aside()
    for path in ledger.files.walk(""):
        if path in ledger.read or not may_configure(path.rpartition("/")[2]):
            continue
        try:
            source = ledger.files.open(path)
        except InputError:
            continue
        if source is not None:
            aside.source(source, ("docker_daemon",), named=False)
    return aside.definitions


def clients(ledger: Ledger) -> list[Definition]:
    """Search the rest of the tree for configurations of clients of Nomad."""
    aside = ledger.aside()
    for path in ledger.files.walk(""):
        if path in ledger.read or not may_be_client(path):
            continue
        try:
            source = ledger.files.open(path)
        except InputError:
            continue
        if source is not None and b"client" in source.data:
            aside.source(source, ("nomad",), named=False)
    return [one for one in aside.definitions if one.kind == "client-setting"]


def provider_of(definitions: Iterable[Definition]) -> str:
    """Return the provider whose clusters Terraform makes; empty where it makes none, or those of several."""
    found = {
        getattr(one.body, "provider", "")
        for one in definitions
        if one.kind in ("cluster", "node-pool") and one.at.path.endswith(TERRAFORM)
    } - {"ecs"}
    return found.pop() if len(found) == 1 else ""
