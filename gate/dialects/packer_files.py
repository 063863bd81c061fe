"""The files that a Packer template names, where they lie in the tree that is scanned."""

from __future__ import annotations

from gate.model.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.location import Location
    from gate.model.source import Source, Sources

#: How the names of scripts that Windows runs end.
WINDOWS = (".ps1", ".psm1", ".bat", ".cmd")

_HERE = ("{{template_dir}}", "{{ template_dir }}")


def open_beside(path: str, folder: str, sources: Sources) -> Source | None:
    """Open a path that a template names: relative to its folder, to the root, or to a folder between them.

    Packer takes it relative to the working directory, which is one of these.
    """
    clean = path.replace("\\", "/")
    for spelling in _HERE:
        clean = clean.replace(spelling, ".")
    if clean.startswith("/") or "{{" in clean:
        return None
    here = folder
    while True:
        try:
            opened = sources.open(f"{here}/{clean}" if here else clean)
        except InputError:
            return None
        if opened is not None or not here:
            return opened
        here = here.rpartition("/")[0]


def line_at(source: Source, start: int) -> Location:
    """Return the line that holds an offset, from there on."""
    end = source.text.find("\n", start)
    return source.location(start, end if end >= 0 else len(source.text))
