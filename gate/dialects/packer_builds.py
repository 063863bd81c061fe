"""The builds of a Packer configuration: which sources they use, and what they do to each."""

from __future__ import annotations

from gate.dialects.packer import Offer, Recipe, Step, as_text
from gate.model.evidence import Items, Stated
from gate.syntax.tree import Mapping, Opaque, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.dialects.packer_hcl import Configuration
    from gate.model.source import Source
    from gate.syntax.hcl import Attribute, Block

_DYNAMIC = "a dynamic block is not expanded"


class Build:
    """One `build` block: the sources it uses with what it adds to each, why there may be others, and its steps."""

    __slots__ = ("block", "offers", "products", "unclear", "used")

    def __init__(self, whole: Configuration, block: Block) -> None:
        """Read the block."""
        self.block = block
        self.used, self.unclear = _used(whole, block)
        self.offers = _offers(whole, block)
        self.products = _products(whole, block)


def recipes(source: Source, whole: Configuration) -> list[tuple[Recipe, bool]]:
    """Return the sources that one file holds, each with whether some build uses it."""
    builds = whole.kept.get("builds")
    if not isinstance(builds, list):
        builds = whole.kept["builds"] = [Build(whole, block) for block in whole.blocks if block.type == "build"]
    return [
        _recipe(whole, block, builds)
        for block in whole.blocks
        if block.type == "source" and len(block.labels) == 2 and block.document.source is source
    ]


def _recipe(whole: Configuration, block: Block, builds: list[Build]) -> tuple[Recipe, bool]:
    type_, name = block.labels
    here = f"{type_}.{name}"
    using = [build for build in builds if here in build.used]
    unclear = next((build.unclear for build in builds if build.unclear and here not in build.used), "") or whole.broken
    added = [addition.body for build in using for addition in build.used[here]]
    recipe = Recipe(
        f"{block.document.source.path}#source/{here}",
        type_,
        name,
        whole.keys(block.body, *added, of=block),
        whole.folder,
    )
    nested = [inner for body in (block.body, *added) for inner in body.blocks]
    recipe.blocks = [Step(inner.type, whole.keys(inner.body, of=inner)) for inner in nested]
    dynamic = any(build.block.body.of_type("dynamic") for build in using)
    recipe.steps_open = recipe.products_open = unclear or (_DYNAMIC if dynamic else "")
    for build in using:
        recipe.take(build.offers, here)
        recipe.products += build.products
    recipe.plugins = _plugins(whole, block, {type_, *recipe.components})
    return recipe, bool(using or unclear)


def _used(whole: Configuration, build: Block) -> tuple[dict[str, list[Block]], str]:
    """Return the sources that a build uses, each with what the build adds to it, and why there may be others."""
    used: dict[str, list[Block]] = {}
    reason = ""
    attribute = build.body.attributes.get("sources")
    if attribute is not None:
        listed = whole.evaluator.value(attribute)
        if isinstance(listed, Sequence):
            for item in listed.items:
                if isinstance(item, Scalar) and isinstance(item.value, str):
                    used.setdefault(item.value.removeprefix("source."), [])
                else:
                    reason = item.reason if isinstance(item, Opaque) else "a source is no string"
        else:
            reason = listed.reason if isinstance(listed, Opaque) else "the sources are no list"
    for block in build.body.of_type("source"):
        if block.labels:
            used.setdefault(block.labels[0].removeprefix("source."), []).append(block)
    if build.body.of_type("dynamic"):
        reason = _DYNAMIC
    return used, reason


def _offers(whole: Configuration, build: Block) -> list[Offer]:
    """Return the provisioners of a build with the sources that each is for."""
    return [
        Offer(Step(block.labels[0], whole.keys(block.body, of=block)))
        for block in build.body.of_type("provisioner")
        if block.labels
    ]


def _products(whole: Configuration, build: Block) -> list[Step]:
    chains = [inner for block in build.body.of_type("post-processors") for inner in block.body.blocks]
    return [
        Step(block.labels[0], whole.keys(block.body, of=block))
        for block in [*build.body.of_type("post-processor"), *chains]
        if block.labels
    ]


def _plugins(whole: Configuration, at: Block, components: set[str]) -> Items[str]:
    """Return the plugins that these components come from, each with its version constraint."""
    members = []
    for packer in whole.blocks:
        for block in packer.body.of_type("required_plugins") if packer.type == "packer" else ():
            for name, attribute in block.body.attributes.items():
                if any(component == name or component.startswith(f"{name}-") for component in components):
                    members.append(Stated(f"{name} {_version(whole, attribute)}".strip(), attribute.at))
    return Items(tuple(members), at.at, not whole.broken, whole.broken)


def _version(whole: Configuration, attribute: Attribute) -> str:
    value = whole.evaluator.value(attribute)
    version = value.entries.get("version") if isinstance(value, Mapping) else value
    return (as_text(version) if version is not None else None) or ""
