"""Images for the tests: recipes through the real reader, built images by hand."""

from __future__ import annotations

from gate.dialects.image_name import parse
from gate.model.evidence import Inapplicable, Items, Stated, Unknown
from gate.model.image import HistoryEntry, Image, ImageName, Variable
from gate.model.location import whole_file
from gate.model.source import Source
from gate.readers.dockerfile import READER

AT = whole_file("image.tar")


class NoFiles:
    """A folder with nothing in it."""

    def open(self, _path: str) -> Source | None:
        """There is no file."""
        return None

    def stream(self, _path: str) -> None:
        """There is no file."""

    def list(self, _folder: str) -> tuple[str, ...]:
        """There are no files."""
        return ()


def recipe(*lines: str) -> Image:
    """Read a Dockerfile."""
    reading = READER.read(Source("Dockerfile", "\n".join((*lines, "")).encode()), NoFiles())
    assert not reading.problems
    (image,) = reading.subjects
    assert isinstance(image, Image)
    return image


def name(text: str) -> ImageName:
    """Read a reference."""
    found = parse(text)
    assert found is not None
    return found


def built(*history: tuple[str, str], created: str = "", base: str = "", labels: dict[str, str] | None = None) -> Image:
    """Make a built image: pairs of when and by what a layer was made."""
    unknown = Unknown("the test does not say", AT)
    entries = tuple(Stated(HistoryEntry(Stated(day, AT), command, False, AT), AT) for day, command in history)
    variables = ((labels or {}) | {}).items()
    return Image(
        id="image.tar",
        name="image",
        platform="oci",
        at=AT,
        stages=(),
        target=0,
        user=unknown,
        labels=Items(tuple(Stated(Variable(key, Stated(value, AT), AT), AT) for key, value in variables), AT),
        environment=Items((), AT),
        working_directory=unknown,
        volumes=Items((), AT),
        entrypoint=unknown,
        syntax=Inapplicable("it has been built", AT),
        created=Stated(created, AT) if created else unknown,
        history=Items(entries, AT),
        base_name=Stated(name(base), AT) if base else unknown,
    )
