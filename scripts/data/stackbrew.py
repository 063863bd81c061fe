"""Reads the library files of docker-library/official-images, in today's form and in the one before 2016."""

from __future__ import annotations


class Stanza:
    """One build: its tags, and what it is built from."""

    def __init__(self, tags: tuple[str, ...], source: object) -> None:
        """Take the tags, and what tells one build from another."""
        self.tags = tags
        self.source = source


def stanzas(text: str) -> list[Stanza]:
    """Read a library file; Linux builds come first, because a tag shared with Windows is one of them for most users."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    if any(line.startswith(("Tags:", "Maintainers:", "GitRepo:")) for line in lines):
        found = _fields(lines)
    else:
        found = [_old(line) for line in lines if ":" in line]
    return sorted(found, key=lambda stanza: any("windows" in tag or "nano" in tag for tag in stanza.tags))


def _fields(lines: list[str]) -> list[Stanza]:
    common: dict[str, str] = {}
    found = []
    for block in _blocks(lines):
        fields = {**common, **block}
        if "Tags" not in block and "SharedTags" not in block:
            common = fields
            continue
        tags = [tag.strip() for key in ("Tags", "SharedTags") for tag in block.get(key, "").split(",")]
        found.append(Stanza(tuple(tag for tag in tags if tag), _source(fields)))
    return found


def _blocks(lines: list[str]) -> list[dict[str, str]]:
    """Split into blocks of fields at blank lines, joining continued lines."""
    blocks: list[dict[str, str]] = [{}]
    key = ""
    for line in lines:
        if not line.strip():
            blocks.append({})
        elif line[0].isspace() and key in blocks[-1]:
            blocks[-1][key] += " " + line.strip()
        elif ":" in line:
            key, _, value = line.partition(":")
            blocks[-1][key] = value.strip()
    return [block for block in blocks if block]


def _source(fields: dict[str, str]) -> object:
    """Say what amd64 is built from, or everything where it is not built."""
    if "amd64" not in fields.get("Architectures", "amd64"):
        return tuple(sorted((key, value) for key, value in fields.items() if "Git" in key or "Directory" in key))
    return tuple(fields.get(f"amd64-{key}", fields.get(key, "")) for key in ("GitRepo", "GitCommit", "Directory"))


def _old(line: str) -> Stanza:
    tag, *source = line.replace(":", " ", 1).split()
    return Stanza((tag,), tuple(source))
