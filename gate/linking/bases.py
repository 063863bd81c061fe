"""Which image of the run another one starts from: the one whose layers are its lowest."""

from __future__ import annotations

from gate.dialects.image_name import parse
from gate.model.evidence import Stated, known
from gate.model.image import Image
from gate.model.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.reader import Subject


def based(subjects: list[Subject]) -> list[Subject]:
    """Return the subjects with the base named of every built image that does not name it, where it is among them."""
    built = [one for one in subjects if isinstance(one, Image) and one.identity is not None and one.identity.names]
    bases = {one.identity.layers: one for one in reversed(built) if one.identity is not None and one.identity.layers}
    return [_based(one, bases) if isinstance(one, Image) else one for one in subjects] if bases else subjects


def _based(image: Image, bases: dict[tuple[str, ...], Image]) -> Image:
    layers = image.identity.layers if image.identity is not None else ()
    if known(image.base_name) is not None:
        return image
    for length in range(len(layers) - 1, 0, -1):
        base = bases.get(layers[:length])
        if base is not None and base.identity is not None:
            name = parse(base.identity.names[0])
            return image if name is None else replace(image, base_name=Stated(name, base.at, (image.at,)))
    return image
