"""What the gate makes of a Dockerfile, a word or a reference, in the shape of BuildKit's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gate.dialects import image_name
from gate.dialects.build import recipe
from gate.dialects.build_stages import Stages
from gate.model.errors import InputError
from gate.model.evidence import Defaulted, Deferred, Stated, Unknown
from gate.model.source import Source
from gate.syntax.characters import widened
from gate.syntax.dockerfile import scan
from gate.syntax.dockerfile_check import check
from gate.syntax.shellword import Unresolved, WordError, expand

if TYPE_CHECKING:
    from gate.model.evidence import Items, Setting
    from gate.model.image import Variable
    from gate.syntax.dockerfile import Instruction

#: What the oracle's registry says of every image, so that inheritance can be told.
INHERITED = {"user": "inherited", "working_directory": "/inherited", "entrypoint": ["inherited"]}


def structure(data: bytes) -> dict[str, Any]:
    """Return the instructions of a file, the names of its stages, and whether it is refused."""
    source = Source("Dockerfile", data)
    out: dict[str, Any] = {"failure": False, "escape": "", "nodes": [], "stages": []}
    try:
        file = scan(source)
    except InputError:
        return out | {"failure": True, "syntax": _syntax(source)}
    out |= {
        "escape": file.escape,
        "syntax": file.syntax and widened(file.syntax),
        "nodes": [_node(instruction) for instruction in file.instructions],
    }
    try:
        check(file)
    except InputError:
        # BuildKit's own step accepts a file without a stage, and a later one refuses it.
        return out | {"failure": True}
    froms = [instruction for instruction in file.instructions if instruction.keyword == "FROM"]
    return out | {"stages": [widened(one.words[2].lower()) if len(one.words) == 3 else "" for one in froms]}


def _syntax(source: Source) -> str:
    from gate.syntax.dockerfile_directives import syntax_of

    return widened(syntax_of(source.text)[0])


def _node(instruction: Instruction) -> dict[str, Any]:
    return {
        "keyword": widened(instruction.spelled),
        "flags": [widened(flag) for flag in instruction.flags],
        "words": [widened(word) for word in instruction.words],
        "json": instruction.is_json,
        "line": instruction.line,
        "end_line": instruction.end_line,
        "heredocs": [
            {
                "name": widened(heredoc.name),
                "descriptor": heredoc.descriptor,
                "expand": heredoc.expand,
                "chomp": heredoc.chomp,
                "content": widened(heredoc.content),
            }
            for heredoc in instruction.heredocs
        ],
        "trigger": None if instruction.trigger is None else _trigger(instruction.trigger),
    }


def _trigger(instruction: Instruction) -> dict[str, Any]:
    """Show a trigger as BuildKit's parser leaves it, without lines and heredocs of its own."""
    return _node(instruction) | {"line": 0, "end_line": 0, "heredocs": []}


def image(data: bytes) -> dict[str, Any] | None:
    """Return what the last stage ships, None where the build is refused; None for what cannot be known."""
    source = Source("Dockerfile", data)
    try:
        found = recipe(source, id="Dockerfile")
    except InputError:
        return None
    is_known = not isinstance(found.base_name, Unknown)
    return {
        "user": _decided(found.user, "user", lambda user: "" if isinstance(found.user, Defaulted) else user.text),
        "working_directory": _decided(found.working_directory, "working_directory", str),
        "entrypoint": _decided(found.entrypoint, "entrypoint", list),
        "environment": _variables(found.environment) if is_known else None,
        "labels": _variables(found.labels) if is_known else None,
        "volumes": _volumes(found.volumes) if is_known else None,
        "resolved": _resolved(source),
    }


def _decided(setting: Setting[Any], name: str, shown: Any) -> Any:
    if isinstance(setting, Deferred):
        return INHERITED[name]
    if isinstance(setting, Stated | Defaulted):
        value = shown(setting.value)
        return [widened(word) for word in value] if isinstance(value, list) else widened(value)
    return None


def _variables(items: Items[Variable]) -> dict[str, str | None] | None:
    """Return the variables by name; None where a name is unknown, and in the place of an unknown value."""
    found: dict[str, str | None] = {}
    for member in items.members:
        if not isinstance(member, Stated):
            return None
        value = member.value.value
        found[widened(member.value.name)] = widened(value.value) if isinstance(value, Stated) else None
    return found


def _volumes(items: Items[str]) -> list[str] | None:
    paths = [widened(one.value) for one in items.members if isinstance(one, Stated)]
    return sorted(paths) if len(paths) == len(items.members) else None


def _resolved(source: Source) -> list[str] | None:
    """Return the images that the last stage needs, as BuildKit asks a registry for them; None for an unknown one."""
    stages = Stages(scan(source))
    stages.build()
    found = set()
    for number in stages.reachable():
        build = stages.built[number]
        if build.base.stage is None and not isinstance(build.base.image, Stated) and "scratch" not in repr(build.base):
            return None
        names = [base.image.value.text for base in (build.base, *build.copies) if isinstance(base.image, Stated)]
        found |= {_completed(name) for name in (*names, *(name for name, _ in build.mounted)) if name != "scratch"}
    return sorted(found)


def _completed(text: str) -> str:
    name = image_name.parse(text)
    if name is None:
        return text
    tag = f":{name.tag}" if name.tag else "" if name.digest else ":latest"
    return f"{name.repository}{tag}{'@' if name.digest else ''}{name.digest}"


def word(text: str, environment: dict[str, str], escape: str) -> str | None:
    """Return what a word expands to, None where it is refused."""
    try:
        found = expand(text, environment.get, escape)
    except WordError:
        return None
    return f"unresolved: {found.reason}" if isinstance(found, Unresolved) else widened(found)


def reference(text: str) -> str | None:
    """Return a reference in full, None for what is none."""
    name = image_name.parse(text)
    if name is None:
        return None
    return name.repository + (f":{name.tag}" if name.tag else "") + (f"@{name.digest}" if name.digest else "")
