"""What of a recipe reaches the image that ships: the chain of its stages, and what they copy from."""

from __future__ import annotations

from gate.model.evidence import Inapplicable, Unknown, known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.model.cadence import Cadence
    from gate.model.evidence import Setting
    from gate.model.image import Base, Download, Image, ImageName, PackageStep, Stage, Step


def chain(image: Image) -> tuple[Stage, ...]:
    """Return the stages whose files are the image's: the one that ships, the one it starts from, and so on."""
    found: dict[int, Stage] = {}
    index: int | None = image.target
    while index is not None and 0 <= index < len(image.stages) and index not in found:
        found[index] = image.stages[index]
        index = image.stages[index].base.stage
    return tuple(found.values())


def base(image: Image) -> Base | None:
    """Return what the image that ships starts from; None for one that has been built."""
    stages = chain(image)
    return stages[-1].base if stages else None


def base_name(image: Image) -> Setting[ImageName]:
    """Return the name of what an image is based on, as its recipe or, once built, its metadata says it."""
    found = base(image)
    return found.image if found is not None else image.base_name


def is_scratch(base: Base) -> bool:
    """Say whether this is the empty image."""
    return base.stage is None and isinstance(base.image, Inapplicable)


def builders(image: Image) -> tuple[Base, ...]:
    """Return the images that something in the image was copied from: the bases of builder stages, and others."""
    seen = set(map(id, chain(image)))
    pending = [copied for stage in chain(image) for copied in stage.copies]
    found: list[Base] = []
    while pending:
        copied = pending.pop(0)
        if copied.stage is None:
            found.append(copied)
        elif copied.stage < len(image.stages) and id(image.stages[copied.stage]) not in seen:
            stage = image.stages[copied.stage]
            seen.add(id(stage))
            pending += (*stage.copies, stage.base)
    return tuple(dict.fromkeys(found))


def used(image: Image) -> Iterator[Stage]:
    """Yield every stage that the image is made of or copies from, in the order of the file."""
    pending, seen = [image.target], set()
    while pending:
        index = pending.pop()
        if index in seen or not 0 <= index < len(image.stages):
            continue
        seen.add(index)
        stage = image.stages[index]
        pending += [source.stage for source in (*stage.copies, stage.base) if source.stage is not None]
    yield from (image.stages[index] for index in sorted(seen))


def steps(image: Image) -> Iterator[Step]:
    """Yield every step that has a part in the image."""
    for stage in used(image):
        yield from stage.steps


SYSTEM_MANAGERS = frozenset({"apt", "apk", "dnf", "yum", "microdnf", "tdnf", "zypper", "pacman"})


def upgrade(image: Image) -> PackageStep | None:
    """Return the first step that brings the whole system of the image up to date."""
    for stage in reversed(chain(image)):
        for step in stage.steps:
            for use in step.packages:
                if use.action == "upgrade" and not use.packages and use.manager in SYSTEM_MANAGERS:
                    return use
    return None


def downloads(image: Image) -> tuple[Download, ...]:
    """Return everything that is fetched from the network for the image."""
    return tuple(download for step in steps(image) for download in step.downloads)


def floating(image: Image) -> Base | None:
    """Return the base when it is named by nothing that stands still: no tag, or `latest`, and no digest."""
    found = base(image)
    name = known(found.image) if found is not None else None
    return found if name is not None and not name.digest and name.tag in ("", "latest") else None


def unresolved(image: Image) -> Unknown | None:
    """Return why the base is not known, when it is not."""
    found = base(image)
    return found.image if found is not None and isinstance(found.image, Unknown) else None


def is_built(image: Image) -> bool:
    """Say whether this is a built image and no recipe."""
    return not image.stages


def cadence(image: Image) -> Cadence | None:
    """Return what keeps an image up to date, where somebody asked."""
    return image.cadence
