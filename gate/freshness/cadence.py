"""Whether anything keeps an image or a template up to date: what rebuilds it, and what moves on what it names.

A rebuild brings in what the base has got since, where the name of the base leads to a newer one or the recipe upgrades
everything. A bump keeps what names a digest or one release; what names a release line, such as `python:3.12`, it moves
on when another line appears, and leaves alone while the line itself gets its fixes.
"""

from __future__ import annotations

from gate.freshness import recipe
from gate.freshness.age import is_frozen, is_patch
from gate.model.truth import UNDECIDED, Because, Truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.cadence import Cadence, Keeper
    from gate.model.image import Image, ImageName
    from gate.model.lifecycle import Tables

_VERBS = {"rebuild": "rebuilds it", "bump": "moves on what it names", "pull": "pulls its tag again"}
_MAYBE = {"rebuild": "may rebuild it", "bump": "may move on what it names", "pull": "may pull its tag again"}

UNKNOWN_BASE = "what it is based on is not known"


def of_image(image: Image, tables: Tables, now: str) -> Truth | None:
    """Say whether nothing keeps what a recipe makes; None where nobody asked."""
    if image.cadence is None:
        return None
    upgrades = recipe.upgrade(image) is not None
    what = f"nothing in sight keeps {image.name} up to date"
    return _neglected(image.cadence, what, tables, now, upgrades=upgrades)


def neglected(cadence: Cadence, what: str, tables: Tables, now: str) -> Truth:
    """Say whether nothing keeps a template, or an image that a workload names."""
    return _neglected(cadence, what, tables, now, upgrades=cadence.name is None)


def _neglected(cadence: Cadence, what: str, tables: Tables, now: str, *, upgrades: bool) -> Truth:
    """Put it into words; every keeper that keeps nothing is named with the reason."""
    vain: list[Because] = []
    doubts: list[Because] = []
    for keeper in cadence.keepers:
        why = _in_vain(keeper, cadence.name, tables, now, upgrades=upgrades)
        doubt = keeper.doubt or ("" if upgrades or cadence.name is not None else UNKNOWN_BASE)
        if not why and not doubt:
            return Truth("no", (Because(keeper.at, text(keeper)),))
        (vain if why else doubts).append(Because(keeper.at, f"{text(keeper)}, but {why or doubt}"))
    if doubts:
        said = f"whether anything keeps it up to date{UNDECIDED}{doubts[0].text}"
        return Truth("unknown", (Because(cadence.at, said), *doubts))
    said = f"{what}: {vain[0].text}" if vain else what
    return Truth("yes", (Because(cadence.at, said), *vain))


def _in_vain(keeper: Keeper, name: ImageName | None, tables: Tables, now: str, *, upgrades: bool) -> str:
    """Say why a keeper keeps nothing; empty where it does."""
    if name is None or (keeper.does == "rebuild" and upgrades):
        return ""
    if keeper.does == "rebuild":
        if name.digest:
            return "its base stays the same by its digest"
        return "its base is a tag that nobody rebuilds" if is_frozen(name, tables, now) is not None else ""
    if keeper.does == "pull":
        return _pulled_in_vain(name, tables, now)
    if name.digest or keeper.pins:
        return ""
    if not any(word.removeprefix("v")[:1].isdigit() for word in name.tag.replace("_", "-").split("-")):
        return f"{name.shown} has no version and no digest to move on"
    window = tables.window(name.repository, name.tag)
    if window is not None and window.gone is None and not is_patch(name, tables):
        return f"{name.shown} is a release line, which is moved on only when another begins"
    return ""


def _pulled_in_vain(name: ImageName, tables: Tables, now: str) -> str:
    """Say why the same image comes of pulling a name again; empty where it may be another."""
    if name.digest:
        return f"{name.shown} stays the same by its digest"
    if is_patch(name, tables):
        return f"{name.shown} is one release, and the next has another name"
    return f"{name.shown} is a tag that nobody rebuilds" if is_frozen(name, tables, now) is not None else ""


def text(keeper: Keeper) -> str:
    """Say who keeps it, how often and where that stands."""
    often = f" every {keeper.every} days" if keeper.every and keeper.every > 1 else " every day" if keeper.every else ""
    return f"{keeper.tool} {(_MAYBE if keeper.doubt else _VERBS)[keeper.does]}{often} ({keeper.at})"
