"""What the operating system's own installer updates, as its answer file says.

The boot command names the file below `http_directory`: a preseed, a kickstart, or the folder of an autoinstall.
"""

from __future__ import annotations

from gate.dialects.guest_commands import script
from gate.dialects.guest_updates import UPDATES
from gate.dialects.packer import as_text
from gate.dialects.packer_files import line_at, open_beside
from gate.model.evidence import Stated, Unknown
from gate.syntax.tree import Mapping, Opaque, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.dialects.packer import Keys, Recipe
    from gate.model.evidence import Setting
    from gate.model.source import Source, Sources

_PORT = ".HTTPPort"


def installer_updates(recipe: Recipe, sources: Sources) -> Setting[str] | None:
    """Return what the installer updates; None when no answer file is served, or it says nothing of updates."""
    keys = recipe.keys
    served = keys.node("http_directory")
    folder = as_text(served) if served is not None else None
    if served is not None and folder is None:
        return Unknown("the folder of the installer's answers is not known", keys.at_of("http_directory"))
    found: Setting[str] | None = None
    for name in _served(keys):
        source = _answers(folder, name, recipe, sources)
        said = _said(source) if source is not None else Unknown(f"`{name}` is not in sight", keys.at_of("boot_command"))
        found = said if found is None or isinstance(said, Stated) else found
    return found


def _served(keys: Keys) -> Iterator[str]:
    """Return the paths that the boot command asks Packer's own server for."""
    node = keys.node("boot_command")
    lines = node.items if isinstance(node, Sequence) else []
    for line in lines:
        text = as_text(line) or ""
        at = text.find(_PORT)
        path = text[at + len(_PORT) :].partition("}}")[2] if at >= 0 else ""
        for stop in ("<", " ", '"', "'", ";", "\\"):
            path = path.partition(stop)[0]
        if path.startswith("/"):
            yield path.strip("/")
        elif at >= 0:
            yield ""


def _answers(folder: str | None, name: str, recipe: Recipe, sources: Sources) -> Source | None:
    if folder is None:
        return None
    base = "/".join(part for part in (folder.rstrip("/"), name) if part)
    return open_beside(base, recipe.folder, sources) or open_beside(f"{base}/user-data", recipe.folder, sources)


def _said(source: Source) -> Setting[str] | None:
    """Read what one answer file says of updates, in its settings and in the commands it carries."""
    known = source.trees.get("answers")
    if not isinstance(known, tuple):
        said = [*_settings(source.text), *((deed.updates, deed.start) for deed in script(source.text).deeds)]
        known = max(said, key=lambda pair: UPDATES.index(pair[0]), default=("none", 0))
        source.trees["answers"] = known
    return None if known[0] == "none" else Stated(known[0], line_at(source, known[1]))


def _settings(text: str) -> Iterator[tuple[str, int]]:
    """Read the settings of the Debian installer, of cloud-init and of Ubuntu's installer."""
    offset = 0
    for line in text[: 1 << 18].split("\n"):
        words = line.split()
        if "pkgsel/upgrade" in words and words[-1] in ("full-upgrade", "safe-upgrade"):
            yield "full", offset
        elif words:
            yield _YAML.get(" ".join(words), "none"), offset
        offset += len(line) + 1


#: Lines of cloud-config: what they say by themselves, or by what their presence makes the default.
_YAML = {
    "package_upgrade: true": "full",
    "updates: all": "full",
    "updates: security": "security",
    "autoinstall:": "security",
}


def content_open(keys: Keys) -> str:
    """Say why answers that are made up in the template are not read; empty when there are none."""
    for name in ("http_content", "cd_content"):
        node = keys.node(name)
        if isinstance(node, Opaque):
            return node.reason
        if isinstance(node, Mapping) and any(as_text(value) is None for value in node.entries.values()):
            return "the installer's answers are rendered in the build"
    return ""


def answer_media(keys: Keys) -> dict[str, str]:
    """Return the files that the build puts on a floppy or a disc of its own: name in the guest and path."""
    found: dict[str, str] = {}
    for key in ("floppy_files", "cd_files"):
        node = keys.node(key)
        for item in node.items if isinstance(node, Sequence) else ():
            path = as_text(item)
            if path:
                found[path.replace("\\", "/").rpartition("/")[2].lower()] = path
    return found


def unattended_commands(text: str) -> Iterator[tuple[str, int]]:
    """Yield the command lines of an answer file of Windows with their places; what is commented out does not run.

    The file is searched and not parsed as XML: nothing else in it is of interest, and no entity can grow.
    """
    folded = text.lower()
    here = 0
    while (start := folded.find("<commandline>", here)) >= 0:
        comment = folded.rfind("<!--", 0, start)
        if comment >= 0 and (end := folded.find("-->", comment)) > start:
            here = end
            continue
        begin = text.index(">", start) + 1
        end = text.find("<", begin)
        here = end if end >= 0 else len(text)
        yield text[begin:here].replace("&quot;", '"').replace("&amp;", "&"), begin
