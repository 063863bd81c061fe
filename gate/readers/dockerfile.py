"""Dockerfiles and Containerfiles, as recipes of images."""

from __future__ import annotations

from gate.dialects.build import recipe
from gate.model.errors import InputError, UnrenderedError
from gate.model.reader import Reader, Reading
from gate.syntax.dockerfile import scan
from gate.syntax.dockerfile_check import problem_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source, Sources

#: Ends of names that belong to other formats, whatever stands before them.
_OTHER_FORMATS = (
    *(".py", ".go", ".js", ".ts", ".rb", ".rs", ".java", ".c", ".h", ".sh", ".ps1", ".tf", ".hcl", ".lock", ".txt"),
    *(".md", ".rst", ".html", ".xml", ".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".snap", ".svg", ".png"),
)
#: `Dockerfile`, `api.dockerfile` and their like, which are recipes or broken ones whatever they hold.
_NAMES = frozenset({"dockerfile", "containerfile"})
_TEMPLATES = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".erb", ".mustache", ".in", ".gotmpl")
_MARKS = ("{{", "{%", "<%", "%%", "@@")


def claims(source: Source) -> bool:
    """Take what begins a build, and whatever is named like a Dockerfile and nothing else."""
    name = source.path.rpartition("/")[2].lower()
    words = name.replace("_", ".").replace("-", ".").split(".")
    if not _NAMES.isdisjoint(words) and not name.endswith(_OTHER_FORMATS):
        return True
    try:
        instructions = scan(source).instructions
    except InputError:
        return False
    first = next((one for one in instructions if one.keyword != "ARG"), None)
    return first is not None and first.keyword == "FROM" and not problem_of(first)


def read(source: Source, sources: Sources) -> Reading:
    """Return the image that the file is the recipe of."""
    try:
        return Reading(subjects=(recipe(source, id=source.path),))
    except InputError as error:
        return Reading(problems=(_unrendered(source, error),))


def _unrendered(source: Source, error: InputError) -> InputError:
    """Say of a template that it is one, instead of that it is a broken Dockerfile."""
    if not source.path.lower().endswith(_TEMPLATES) and not any(mark in source.text for mark in _MARKS):
        return error
    return UnrenderedError(
        f"is a template that would have to be rendered: {error.cause}",
        at=error.at,
        remedy="render it in the pipeline and judge the result",
    )


READER = Reader("dockerfile", ("docker",), claims, read)
