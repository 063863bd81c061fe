"""What the targets of Bake files build: images by recipes with their arguments, and builds with special rights."""

from __future__ import annotations

from gate.dialects.build import inline, recipe
from gate.dialects.build_stages import Asked
from gate.dialects.build_variables import Given
from gate.dialects.compose_paths import joined
from gate.dialects.docker_workload import building
from gate.model.coverage import Skipped
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Items, Stated, Unknown
from gate.model.record import replace
from gate.model.workload import Build
from gate.syntax.hcl_scalars import as_string
from gate.syntax.shellword import Unresolved
from gate.syntax.tree import Opaque, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.dialects.bake import Target
    from gate.model.evidence import Setting
    from gate.model.image import Image, Stage
    from gate.model.location import Location
    from gate.model.source import Source, Sources
    from gate.model.subject import Workload
    from gate.syntax.tree import Node

#: What stands for an image in the place of another.
_IMAGE = "docker-image://"

_REMOTE = ("://", "git@", "target:")


def rights(target: Target, path: str) -> Workload | None:
    """Return a build that asks for rights beyond those of every build, or may; None for any other."""
    asked, network = target.entries.get("entitlements"), target.entries.get("network")
    entitled = _entitled(asked, target)
    host: Setting[bool] = Defaulted(False, target.at)
    if network is not None:
        text = as_string(network)
        host = Unknown(_why(network), network.at) if text is None else Stated(text == "host", network.at)
    if entitled.complete and not entitled.members and (isinstance(host, Defaulted) or host == Stated(False, host.at)):
        return None
    build = Build(Defaulted(False, target.at), entitled, host)
    return building(f"{path}#Build/{target.name}", target.name, "docker", build, target.at)


def _entitled(asked: Node | None, target: Target) -> Items[str]:
    if isinstance(asked, Sequence):
        texts = [(as_string(item), item) for item in asked.items]
        members = tuple(
            Unknown(_why(item), item.at) if text is None else Stated(text, item.at)
            for text, item in texts
            if text is None or not text.startswith("fs")
        )
        return Items(members, asked.at, not target.open_because, target.open_because)
    reason = _why(asked) if asked is not None else target.open_because
    return Items((), asked.at if asked is not None else target.at, not reason, reason)


def image(target: Target, path: str, sources: Sources) -> Image | Skipped | InputError:
    """Return the image of a target, where it starts from others than its recipe by itself; else why there is none."""
    given, node = target.text("dockerfile-inline"), target.entries.get("dockerfile-inline")
    if isinstance(given, Opaque):
        return Skipped(target.at, f"what {target.name} is built from cannot be known: {given.reason}")
    id_ = f"{path}#Target/{target.name}"
    if given and node is not None:
        return _built(target, lambda: inline(given, id=id_, at=node.at, asked=_asked(target)))
    source = _recipe(target, path, sources)
    if isinstance(source, str):
        return Skipped(target.at, f"builds {target.name}, {source}")
    made = _built(target, lambda: recipe(source, id=id_, asked=_asked(target)))
    if isinstance(made, InputError):
        beside = source.path.startswith(path.rpartition("/")[0])
        # From the root another project's recipe may be found, which has not even the stage.
        return made if beside else Skipped(target.at, f"builds {target.name}, whose recipe is not in sight")
    if _bases(made) <= _bases(_by_itself(source)):
        return Skipped(target.at, f"builds {target.name} from {source.path}, which is judged where it stands")
    return made


def _built(target: Target, build: Callable[[], Image]) -> Image | InputError:
    try:
        return replace(build(), name=target.name)
    except InputError as error:
        return InputError(f"{target.name} cannot be built: {error.cause}", at=error.at, remedy=error.remedy)


def _by_itself(source: Source) -> Image | None:
    """Read a recipe without arguments; None where it cannot be built so."""
    try:
        return recipe(source, id=source.path)
    except InputError:
        return None


def _bases(image: Image | None) -> set[object]:
    """Return what the stages start from and copy from, of which an image is built."""
    return {one for stage in image.stages for one in _of_stage(stage)} if image is not None else set()


def _of_stage(stage: Stage) -> list[object]:
    return [getattr(base.image, "value", getattr(base.image, "reason", "")) for base in (stage.base, *stage.copies)]


def _recipe(target: Target, path: str, sources: Sources) -> Source | str:
    """Open the recipe of a target, from the folder of its file or from the root; else say why it is not in sight."""
    context, name = target.text("context", "."), target.text("dockerfile") or "Dockerfile"
    for one in (context, name):
        if isinstance(one, Opaque):
            return f"and what from cannot be known: {one.reason}"
    if any(mark in str(context) for mark in _REMOTE):
        return f"whose context {str(context)[:80]} is not in this tree"
    folder = path.rpartition("/")[0]
    for base in dict.fromkeys((folder, "")):
        full = joined(joined(base, str(context)), str(name))
        if full.startswith(("/", "..")):
            continue
        source = sources.open(full)
        if source is not None:
            return source
    return f"whose recipe {str(name)[:80]} is not in sight"


def _asked(target: Target) -> Asked:
    arguments, reason = target.table("args")
    contexts, more = target.table("contexts")
    otherwise = Given(Unresolved(f"what stands in its place cannot be known: {more}"), target.at) if more else None
    stage = target.text("target")
    given = {name: _given(node) for name, node in arguments.items()}
    images = {name: _context(node) for name, node in contexts.items()}
    return Asked(_Open(given, reason, target.at), stage if isinstance(stage, str) else "", images, otherwise)


class _Open(dict[str, Given]):
    """Arguments of which there may be others: then every other one that a recipe has may be set."""

    def __init__(self, given: dict[str, Given], reason: str, at: Location) -> None:
        super().__init__(given)
        self._reason = reason
        self._at = at

    def __contains__(self, name: object) -> bool:
        return bool(self._reason) or super().__contains__(name)

    def __missing__(self, name: str) -> Given:
        return Given(Unresolved(f"what is passed for {name} cannot be known: {self._reason}"), self._at)


def _given(node: Node) -> Given:
    text = as_string(node)
    return Given(Unresolved(_why(node)) if text is None else text, node.at)


def _context(node: Node) -> Given:
    text = as_string(node)
    if text is not None and text.startswith(_IMAGE):
        return Given(text.removeprefix(_IMAGE), node.at)
    return Given(Unresolved(_why(node) if text is None else "the build puts something else in its place"), node.at)


def _why(node: Node) -> str:
    return node.reason if isinstance(node, Opaque) else "it is no text"
