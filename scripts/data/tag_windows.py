"""Makes `gate/data/windows/`: when each tag of an official image was built, and whether it still is.

Only tags that stand in the library files of docker-library/official-images are rebuilt, so the day a tag left its file
is the day after which nobody rebuilt it. Dates and tag names are facts; they are re-expressed in this project's own
schema.
"""

from __future__ import annotations

import pathlib
import subprocess

from gate.data.images import DISTRIBUTIONS
from gate.data.images import OFFICIAL as PRODUCT_OF
from gate.data.tag import distribution, tokens, version
from gate.model.days import days

from .codenames import CODENAMES
from .products import OFFICIAL
from .stackbrew import Stanza, stanzas
from .writing import HEAD, write

TARGET = pathlib.Path("gate/data/windows")


class Tag:
    """What the history of a library file says about one tag."""

    def __init__(self, day: int) -> None:
        """Start on the day the tag appeared."""
        self.first = day
        self.changed = day
        self.gone: int | None = None
        self.source: object = None
        self.system = ""


History = dict[str, Tag]


def generate(repository: str) -> tuple[str, ...]:
    """Write one module for each repository that is kept; return their names."""
    histories: dict[str, History] = {}
    for day, name, text in versions(repository):
        record(histories.setdefault(name, {}), day, text, PRODUCT_OF.get(name, ""))
    rebuild_with_base(histories)
    for stale in TARGET.glob("*.py"):
        stale.unlink()
    write(TARGET / "__init__.py", f'"""When tags of official images were built, one module a repository. {HEAD}"""\n')
    kept = tuple(name for name in sorted(histories) if name in OFFICIAL and histories[name])
    for name in kept:
        write(TARGET / f"{module(name)}.py", rendered(name, histories[name]))
    return kept


def module(name: str) -> str:
    """Name the module of a repository."""
    return "w_" + name.replace("-", "_").replace(".", "_")


def versions(repository: str) -> list[tuple[int, str, str]]:
    """Read every version of every library file on the main line, oldest first; a deleted file is an empty one."""
    git = ["git", f"--git-dir={repository}"]
    options = ["--first-parent", "--reverse", "-m", "--raw", "--no-abbrev", "--no-renames", "--format=C %cI", "HEAD"]
    log = run([*git, "log", *options, "--", "library/"], b"").decode()
    changes: list[tuple[int, str, str]] = []
    day = 0
    for line in log.splitlines():
        if line.startswith("C "):
            day = max(day, days(line[2:12]))
        elif line.startswith(":"):
            fields, path = line.split("\t")
            changes.append((day, path.removeprefix("library/"), fields.split()[3]))
    texts = blobs(git, {blob for _day, _name, blob in changes if blob.strip("0")})
    return [(day, name, texts.get(blob, "")) for day, name, blob in changes if "/" not in name]


def blobs(git: list[str], wanted: set[str]) -> dict[str, str]:
    """Read many blobs at once."""
    names = sorted(wanted)
    data = run([*git, "cat-file", "--batch"], "\n".join(names).encode())
    texts, at = {}, 0
    for name in names:
        end = data.index(b"\n", at)
        size = int(data[at:end].split()[2])
        texts[name] = data[end + 1 : end + 1 + size].decode(errors="replace")
        at = end + size + 2
    return texts


def run(command: list[str], given: bytes) -> bytes:
    """Run a command and return what it prints."""
    return subprocess.run(command, input=given, check=True, capture_output=True).stdout


def record(history: History, day: int, text: str, product: str) -> None:
    """Add one version of a library file to the history of its tags."""
    present: dict[str, Stanza] = {}
    for stanza in stanzas(text):
        for tag in stanza.tags:
            present.setdefault(tag, stanza)
    for tag, known in history.items():
        if tag not in present and known.gone is None:
            known.gone = day
    for tag, stanza in present.items():
        known = history.setdefault(tag, Tag(day))
        if known.source != stanza.source:
            known.changed, known.source = day, stanza.source
        known.gone = None
        known.system = system(stanza, product) or known.system


def system(stanza: Stanza, product: str) -> str:
    """Name the distribution that the tags of a stanza agree on, such as `debian 12`; nothing when they do not."""
    found = {named for tag in stanza.tags for named in distribution(tokens(tag)) if named[1]}
    if not found and product in DISTRIBUTIONS:
        found = {(product, release) for tag in stanza.tags if len(release := version(tag)) in range(1, 9)}
        found = set(sorted(found, key=lambda named: len(named[1]))[-1:])
    return " ".join(found.pop()) if len(found) == 1 else ""


def rebuild_with_base(histories: dict[str, History]) -> None:
    """Count a change of the base as a change: official images are rebuilt when their base is."""
    for history in histories.values():
        for tag in history.values():
            product, _, cycle = tag.system.partition(" ")
            base = histories.get(BASES.get(product, ""), {}).get(CODENAMES.get((product, cycle), cycle))
            if base is not None and base.gone is None:
                tag.changed = max(tag.changed, base.changed)


#: The official image that a distribution ships as.
BASES = {"debian": "debian", "ubuntu": "ubuntu", "alpine-linux": "alpine", "oracle-linux": "oraclelinux"}


def rendered(name: str, history: History) -> str:
    """Render one repository: a line for each window, with the tags that share it."""
    lines: dict[str, list[str]] = {}
    for tag, known in history.items():
        changed = known.changed if known.gone is None else ""
        gone = "" if known.gone is None else known.gone
        lines.setdefault(f"={known.first},{changed},{gone},{known.system}", []).append(tag)
    body = "".join(f" {' '.join(sorted(tags))} {window}\n" for window, tags in sorted(lines.items()))
    return f'"""Windows of the official image {name}. {HEAD}"""\n\nWINDOWS = """\\\n{body}"""\n'
