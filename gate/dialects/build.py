"""Turns the instructions of a Dockerfile into an image: its stages, and what the last of them ships.

Source: moby/buildkit `frontend/dockerfile/dockerfile2llb`, whose reading decides where others differ.
"""

from __future__ import annotations

from gate.dialects.build_doubts import doubts
from gate.dialects.build_stages import NOTHING, Stages
from gate.model.evidence import Defaulted, Inapplicable, Items, Stated
from gate.model.image import Image
from gate.model.reference import Reference
from gate.model.source import Source
from gate.syntax.dockerfile import scan
from gate.syntax.dockerfile_check import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.build_stage import StageBuild
    from gate.dialects.build_stages import Asked
    from gate.model.evidence import Setting
    from gate.model.image import ImageName
    from gate.model.location import Location
    from gate.syntax.dockerfile import Dockerfile


class _Inline(Source):
    """A Dockerfile that stands inside another file: every place in it is the node that holds it."""

    __slots__ = ("_at",)

    def __init__(self, text: str, at: Location) -> None:
        """Take the text and the node's place."""
        super().__init__(at.path, text.encode("utf-8", "surrogateescape"))
        self._at = at

    def location(self, start: int, end: int) -> Location:  # noqa: ARG002
        """Return the place of the node."""
        return self._at


def recipe(source: Source, *, id: str, asked: Asked = NOTHING) -> Image:  # noqa: A002
    """Read a Dockerfile as the recipe of an image; raise InputError for one that BuildKit would not build."""
    file = scan(source)
    check(file)
    stages = Stages(file, asked)
    stages.build()
    return _image(file, stages, id)


def inline(text: str, *, id: str, at: Location, asked: Asked = NOTHING) -> Image:  # noqa: A002
    """Read a Dockerfile that is written inside another file; raise InputError like `recipe`."""
    return recipe(_Inline(text, at), id=id, asked=asked)


def _image(file: Dockerfile, stages: Stages, id: str) -> Image:  # noqa: A002
    target = stages.built[stages.target]
    at = file.instructions[0].at
    return Image(
        id,
        id,
        "docker",
        at,
        tuple(build.stage() for build in stages.built),
        stages.target,
        target.user,
        target.items(target.labels.values(), "the base image may have labels"),
        target.items(target.environment.values(), "the base image may set variables"),
        target.working_directory,
        target.items(target.volumes.values(), "the base image may have volumes"),
        target.entrypoint,
        _syntax(file),
        Inapplicable("a recipe has not been built", at),
        Items((), at),
        _base_name(target, stages),
        tuple(_references(stages)),
        tuple(target.statements),
        doubts(file),
    )


def _syntax(file: Dockerfile) -> Setting[str]:
    start = _line_start(file.source.text, file.syntax_line)
    if not file.syntax:
        return Defaulted("", file.source.location(0, 0))
    end = file.source.text.find("\n", start)
    return Stated(file.syntax, file.source.location(start, len(file.source.text) if end < 0 else end))


def _line_start(text: str, line: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start


def _base_name(target: StageBuild, stages: Stages) -> Setting[ImageName]:
    """Follow the stages down to the image that the shipped one starts from."""
    build = target
    while build.base.stage is not None:
        build = stages.built[build.base.stage]
    return build.base.image


def _references(stages: Stages) -> Iterator[Reference]:
    """Yield every image that is not built here, once for each place that names it."""
    for build in stages.built:
        for base in (build.base, *build.copies):
            if isinstance(base.image, Stated):
                yield Reference("image", base.image.value.text, base.at)
        for name, at in build.mounted:
            yield Reference("image", name, at)
