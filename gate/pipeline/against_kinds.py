"""What links resolve by name: how each kind is spelled where it is defined, and in the files that it may matter to."""

from __future__ import annotations

from gate.model.evidence import Stated
from gate.model.record import Record
from gate.pipeline.against_reach import holds_word, spells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from gate.model.reference import Definition, ReferenceKind
    from gate.model.subject import Workload

    #: A kind with a name and namespace; the last two are empty where any of the kind may be meant.
    Name: TypeAlias = tuple[ReferenceKind, str, str]


class Kind(Record):
    """One kind of definition: `word` is in every file that has one.

    It matters to workloads that name it, by its namespace too where that is `exact`, in a file that has the word
    `beside`. With `users` it may matter to others: each of their files has one of these words.
    """

    word: bytes
    exact: bool = True
    beside: bytes = b""
    users: tuple[bytes, ...] = ()


#: Every kind of definition that is not an image. A volume may be bound to a claim that it does not name.
KINDS: dict[ReferenceKind, Kind] = {
    "runtime-class": Kind(b"RuntimeClass"),
    "service-account": Kind(b"ServiceAccount"),
    "namespace": Kind(b"Namespace", beside=b"namespace"),
    "claim": Kind(b"PersistentVolumeClaim", exact=False),
    "persistent-volume": Kind(b"PersistentVolume", users=(b"persistentVolumeClaim", b"olumeClaimTemplate")),
}

#: The service account of a pod that names none: its name is nowhere.
IMPLIED = ("service-account", "default")


def defined(definition: Definition) -> Name:
    """Return what a definition answers to."""
    return _name(definition.kind, definition.name, definition.namespace)


def asked(workload: Workload) -> Iterator[Name]:
    """Yield what the links of a workload ask for."""
    for one in workload.references:
        if one.kind in KINDS and not KINDS[one.kind].users:
            yield _name(one.kind, one.name, one.namespace)
    members = (one.value for one in workload.containers.members if isinstance(one, Stated))
    mounts = (mount.value for one in members for mount in one.exposure.mounts.members if isinstance(mount, Stated))
    if any(mount.claim is not None for mount in mounts):
        yield "persistent-volume", "", ""


def may_ask(data: bytes, name: Name) -> bool:
    """Say whether a file may have a workload whose links ask for something."""
    kind, own, namespace = name
    about = KINDS[kind]
    if about.users:
        return any(spells(data, word) for word in about.users)
    is_named = (kind, own) == IMPLIED or holds_word(data, own)
    return is_named and spells(data, about.beside) and (not namespace or holds_word(data, namespace))


def may_define(data: bytes, name: Name) -> bool:
    """Say whether a file may define something."""
    return spells(data, KINDS[name[0]].word) and (not name[1] or holds_word(data, name[1]))


def _name(kind: ReferenceKind, name: str, namespace: str) -> Name:
    about = KINDS.get(kind)
    if about is None or about.users:
        return kind, "", ""
    return kind, name, namespace if about.exact else ""
