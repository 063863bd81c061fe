"""What the metadata of a built image and the name of its base say of its age.

Where nobody has read the layers the claims of the history count, held against the labels and against the days on which
the base was built; of two that contradict each other the older one does. The base is a claim too, and alone it bounds
nothing: leaving dates away must not make an image younger.
"""

from __future__ import annotations

from gate.freshness import claims
from gate.freshness.age import SLACK
from gate.freshness.content import is_dated_by_packages
from gate.freshness.instant import is_plausible
from gate.freshness.support import supports
from gate.model.clock import Evidence
from gate.model.days import days, iso
from gate.model.evidence import known
from gate.model.record import Record
from gate.model.truth import Because

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.freshness.claims import Claim
    from gate.model.clock import Bound, ClockName
    from gate.model.image import Image
    from gate.model.lifecycle import Tables

#: Days that two claims may lie apart before one of them is wrong.
APART = 30

#: Days without a layer that part a base from what was built on it.
GAP = 1

_ZEROED = "builders write such days instead of the day"


class Claimed(Record):
    """The evidence, and what of it cannot be."""

    evidence: tuple[Evidence, ...]
    contradictions: tuple[Because, ...] = ()


def claimed(image: Image, tables: Tables, now: str) -> Claimed:
    """Collect what is claimed of every clock, and what bounds it where nobody has read the layers."""
    today = days(now)
    found = [*_whole(image, today), *_layered(image, today), *_base(image, tables)]
    if image.contents is not None:
        return Claimed((*found, *_dated_annotations(image, today)))
    bounds = _unread(image, tables, today)
    return Claimed((*found, *bounds.evidence), bounds.contradictions)


def admitted(image: Image, today: int) -> Iterator[Evidence]:
    """Yield the day after which, by its own history, nothing changed the packages of an image whose layers were read.

    That of the base, where no later layer has another version of one of its packages. A day for which no clock was read
    may be that of an old commit, which says nothing of when the packages came.
    """
    first = image.contents.first_packages if image.contents is not None else None
    layers = claims.layers(image, today)
    if first is not None and image.contents is not None and claims.has_several(image):
        layer = first.layer if first.renewed is False else image.contents.owner_of_packages
        for one in layers:
            if one.layer == layer and one.is_read:
                text = f"the layer that last changed its packages is of {iso(one.day)}"
                yield _weak("E2", "content", "not-after", one, text)
        return
    if is_dated_by_packages(image):
        return
    whole = claims.created(image)
    if whole is not None and whole.is_read and is_plausible(whole.day) and whole.day <= today + 1:
        yield _weak("E1", "content", "not-after", whole, f"the image says that it was made on {iso(whole.day)}")
    if layers and layers[-1].is_read:
        text = f"its last layer says that it was made on {iso(layers[-1].day)}"
        yield _weak("E2", "content", "not-after", layers[-1], text)


def claim(image: Image, today: int) -> Claim | None:
    """Find the day that the metadata has for the packages: of the newest upgrade, the first layer, or the image."""
    layers = claims.layers(image, today)
    upgrades = [layer for layer in layers if layer.is_upgrade]
    if upgrades:
        return max(upgrades, key=lambda layer: layer.day)
    if layers:
        return layers[0]
    whole = claims.created(image)
    return whole if whole is not None and is_plausible(whole.day) and whole.day <= today + 1 else None


def _whole(image: Image, today: int) -> Iterator[Evidence]:
    whole = claims.created(image)
    if whole is not None and whole.day <= today + 1:
        text = f"the image says that it was made on {iso(whole.day)}"
        unused = "" if is_plausible(whole.day) else _ZEROED
        yield Evidence("E1", "build", "claim", whole.day, "weak", text, whole.at, unused)


def _layered(image: Image, today: int) -> Iterator[Evidence]:
    """Yield what the history claims of the build, and of the base: its layers up to the first day without any."""
    layers = claims.layers(image, today)
    if layers:
        last = layers[-1]
        yield _weak("E2", "build", "claim", last, f"its last layer says that it was made on {iso(last.day)}")
        yield _weak("E2", "base", "claim", layers[0], f"its first layer says that it was made on {iso(layers[0].day)}")
        day = layers[0].day
        for one in layers[1:]:
            if one.day > day + GAP:
                break
            day = max(day, one.day)
        if image.contents is None and claims.has_several(image):
            text = f"its base is made of layers of {iso(layers[0].day)} to {iso(day)}"
            yield _weak("E2", "base", "not-before", layers[0], text)
            yield Evidence("E2", "base", "not-after", day, "weak", text, layers[0].at)
    for label in claims.labels(image):
        if label.day <= today + 1:
            yield _weak("E4", "base", "claim", label, f"the label {label.text} says {iso(label.day)}")


def _dated_annotations(image: Image, today: int) -> Iterator[Evidence]:
    for one in image.contents.traces if image.contents is not None else ():
        day = one.second // 86_400
        if one.kind == "annotation" and is_plausible(day) and day <= today + 1:
            yield Evidence("E3", "build", "claim", day, "weak", f"the annotation {one.what} says {iso(day)}", one.at)


def _base(image: Image, tables: Tables) -> Iterator[Evidence]:
    """Yield when the base that the image names was built: no later than its tag was."""
    name = known(image.base_name)
    window = tables.window(name.repository, name.tag) if name is not None and name.tag else None
    if name is None or window is None:
        return
    at = image.base_name.at
    text = f"its base, {name.shown}, was first built on {iso(window.first)}"
    yield Evidence("E13", "base", "not-before", window.first, "strong", text, at)
    if window.gone is not None:
        text = f"its base, {name.shown}, was not rebuilt after {iso(window.gone)}"
        yield Evidence("E13", "base", "not-after", window.gone + SLACK, "strong", text, at)
        if _is_untouched(image):
            yield Evidence("E13", "content", "not-after", window.gone + SLACK, "strong", text, at)


def _is_untouched(image: Image) -> bool:
    """Say whether the packages of the base are as they were: nothing renewed them, as far as anybody can see."""
    if image.contents is None:
        return not any(is_upgrade for is_upgrade in _upgrades(image))
    first = image.contents.first_packages
    return first is not None and first.renewed is False


def _upgrades(image: Image) -> Iterator[bool]:
    for member in image.history.members:
        entry = known(member)
        if entry is not None and not entry.empty_layer:
            yield claims.is_upgrade(entry.created_by)


def _unread(image: Image, tables: Tables, today: int) -> Claimed:
    """Bound the packages by claims, which nobody can hold against the layers."""
    one = claim(image, today)
    if one is None:
        return Claimed(())
    text = f"the metadata dates the packages to {iso(one.day)}"
    found = [_weak("E2", "content", "not-after", one, text)]
    label = min(claims.labels(image), key=lambda claim: claim.day, default=None)
    if not one.is_upgrade and label is not None and one.day - label.day > APART:
        said = f"a label says {iso(label.day)} and the first layer {iso(one.day)}: an old system in a new wrapping"
        older = f"the label {label.text} says {iso(label.day)}"
        found.append(_weak("E4", "content", "not-before", label, older))
        return Claimed(tuple(found), (Because(label.at, said),))
    if one.layer is not None and claims.has_several(image):
        found.append(_weak("E2", "content", "not-before", one, text))
    return Claimed((*found, *_oldest(image, tables, today)))


def _oldest(image: Image, tables: Tables, today: int) -> Iterator[Evidence]:
    """Yield what the name of the base leaves as the oldest that its packages can be."""
    name = known(image.base_name)
    window = tables.window(name.repository, name.tag) if name is not None and name.tag else None
    if name is None:
        return
    if window is not None:
        text = f"its base, {name.shown}, was first built on {iso(window.first)}"
        yield Evidence("E13", "content", "not-before", window.first, "weak", text, image.base_name.at)
    found = [one.lifecycle for one in supports(name, tables, iso(today)) if one.lifecycle.is_distribution]
    released = min((one.released for one in found if one.released is not None), default=None)
    if released is not None:
        text = f"its base, {name.shown}, carries what was released on {iso(released)}"
        yield Evidence("E12", "content", "not-before", released, "weak", text, image.base_name.at)


def _weak(id_: str, clock: ClockName, bound: Bound, claim: Claim, text: str) -> Evidence:
    return Evidence(id_, clock, bound, claim.day, "weak", text, claim.at)
