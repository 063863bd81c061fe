"""What the metadata of an object says: its name, and how sensitive it is stated to be."""

from __future__ import annotations

from gate.dialects.reading import as_spelling
from gate.model.evidence import Defaulted, Stated
from gate.model.sensitivity import Statement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.reading import Fields
    from gate.model.evidence import Setting

#: Labels and annotations with this prefix state the workload's sensitivity.
STATES = "boundary-gate.io/"


def statements(way: list[Fields]) -> Iterator[Statement]:
    """Yield what labels and annotations state, on the object and on everything down to the pod."""
    for fields in way:
        metadata = fields.sub("metadata")
        for kind in ("labels", "annotations"):
            table = metadata.sub(kind)
            for key in table.names():
                if key.startswith(STATES):
                    value = table.setting(key, "", "a string", as_spelling)
                    yield Statement(key.removeprefix(STATES), plain(value), table.at_of(key))


def name_in(metadata: Fields) -> str:
    """Return what an object is called, or what its name begins with."""
    return plain(metadata.text("name")) or plain(metadata.text("generateName")) or "unnamed"


def plain(setting: Setting[str]) -> str:
    """Return a text, empty where it cannot be known."""
    return setting.value if isinstance(setting, Stated | Defaulted) else ""
