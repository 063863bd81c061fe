"""Which line of a recipe an entry of a built image's history comes from.

Builders write every instruction into the history: BuildKit as it is, with the shell before a command and its own name
behind it; the classic builder and buildah as the command that a shell ran, or would have. Source: moby/buildkit
`frontend/dockerfile/dockerfile2llb`, moby `builder/dockerfile`; OCI image-spec 1.1 `config.md`, history.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.model.location import Location
    from gate.syntax.dockerfile import Instruction

#: Characters of one entry that are compared.
MAX_TEXT = 16 * 1024

#: Instructions that some builders leave out of the history.
_SILENT = frozenset({"ARG", "MAINTAINER"})

_KEYWORDS = frozenset(
    {"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD"}
) | frozenset({"RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"})

_NOT_RUN = "#(nop)"
_BUILDKIT = "# buildkit"


def places(entries: Sequence[str], instructions: Sequence[Instruction], start: Location) -> tuple[Location, ...] | None:
    """Return the place of every entry: the instruction that made it, or `start` for what the base brought.

    None where the history is not that of these instructions: each has to be there in order, and a command or a copied
    name has to be the same.
    """
    found = [start] * len(entries)
    here, sure = len(instructions) - 1, 0
    for index in reversed(range(len(entries))):
        answer = None
        while here >= 0 and answer is None:
            answer = _made_by(entries[index][:MAX_TEXT], instructions[here])
            if answer is None and instructions[here].keyword not in _SILENT:
                return None
            here -= answer is None
        if answer is None:
            break
        found[index] = instructions[here].at
        sure += answer
        here -= 1
    if not sure or any(one.keyword not in _SILENT for one in instructions[: here + 1]):
        return None
    return tuple(found)


def _made_by(entry: str, instruction: Instruction) -> bool | None:
    """Say whether an instruction made an entry: surely, perhaps (False), or not (None)."""
    keyword, rest = _parted(entry)
    if keyword != instruction.keyword:
        return None
    if keyword == "RUN":
        return _is_run(rest, instruction)
    if keyword in ("COPY", "ADD"):
        return _is_copied(rest, instruction)
    return False


def _parted(entry: str) -> tuple[str, str]:
    """Split an entry into the instruction's keyword and the rest."""
    text = " ".join(entry.split()).removesuffix(_BUILDKIT).strip()
    _, mark, behind = text.partition(_NOT_RUN)
    keyword, _, rest = (behind.strip() if mark else text).partition(" ")
    return (keyword, rest) if keyword in _KEYWORDS else ("RUN", text)


def _is_run(rest: str, instruction: Instruction) -> bool | None:
    """Compare a command, which stands behind its shell and the values of its arguments."""
    if instruction.heredocs:
        return False
    command = " ".join(" ".join(instruction.words).split())
    before = rest[: len(rest) - len(command)]
    return True if command and rest.endswith(command) and before[-1:] in ("", " ") else None


def _is_copied(rest: str, instruction: Instruction) -> bool | None:
    """Compare what is copied and whither; the classic builder keeps the sum of the files instead of their names."""
    _, mark, target = rest.partition(" in ")
    if mark and rest.startswith(("file:", "dir:", "multi:")):
        same = target.strip() == instruction.words[-1]
        return False if same or "$" in instruction.words[-1] else None
    said = [word for word in rest.split() if not word.startswith("--")]
    if any("$" in word for word in instruction.words) or instruction.heredocs:
        return False
    return True if said == list(instruction.words) else None
