"""What the steps of a build stage run, fetch and mount."""

from __future__ import annotations

from functools import partial

from gate.dialects.build_scripts import is_shell_fed, is_worth_reading, read_arguments, read_script
from gate.dialects.download_commands import SHELLS, is_commit
from gate.model.evidence import Defaulted, Stated, Unknown
from gate.model.image import Download, PackageStep, Step, StepMount
from gate.syntax.dockerfile_check import fields_of, flags, is_heredoc
from gate.syntax.shellword import Unresolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gate.dialects.build_scripts import Script
    from gate.dialects.build_variables import Scope
    from gate.model.evidence import Setting
    from gate.model.location import Location
    from gate.syntax.dockerfile import Instruction

    Place = Callable[[int, int], Location]

_REMOTE = ("http://", "https://", "git://", "git@", "ssh://")


def run_step(instruction: Instruction, scope: Scope, shell: tuple[str, ...]) -> Step:
    """Read a RUN."""
    at = instruction.at
    given = flags(instruction) if instruction.flags else {}
    packages: list[PackageStep] = []
    downloads: list[Download] = []
    for script, place in _scripts(instruction, shell):
        packages += [PackageStep(*found.use, place(found.start, found.end)) for found in script.packages]
        downloads += _downloads(script, place, scope)
    return Step(
        "RUN",
        at,
        _text(instruction),
        tuple(packages),
        tuple(downloads),
        tuple(_mount(text, scope, at) for text in given.get("mount", [])),
        Stated(given["security"][0], at) if "security" in given else Defaulted("sandbox", at),
        Stated(given["network"][0], at) if "network" in given else Defaulted("default", at),
    )


def _text(instruction: Instruction) -> str:
    bodies = "".join(f"\n{heredoc.content}{heredoc.name}" for heredoc in instruction.heredocs)
    return instruction.rest + bodies


def _scripts(instruction: Instruction, shell: tuple[str, ...]) -> Iterator[tuple[Script, Place]]:
    """Yield every script that a RUN hands to a shell, with how its offsets become places."""
    if not instruction.heredocs and not is_worth_reading(instruction.rest):
        return
    if instruction.is_json:
        yield read_arguments(instruction.words), partial(_same, instruction.at)
        return
    if shell and shell[0].rpartition("/")[2] not in SHELLS:
        return
    script = instruction.rest
    alone = bool(instruction.heredocs) and is_heredoc(script)
    if not alone:
        offset = instruction.rest_at
        yield read_script(script), lambda start, end: instruction.place(offset + start, offset + end)
        if not instruction.heredocs or not is_shell_fed(script):
            return
    for heredoc in instruction.heredocs[:1] if alone else instruction.heredocs:
        if not alone or _is_shell_script(heredoc.text):
            yield read_script(heredoc.text), partial(instruction.place_in, heredoc)


def _same(at: Location, _start: int, _end: int) -> Location:
    return at


def _is_shell_script(text: str) -> bool:
    """Say whether a document that is run is for a shell: it has no first line that names another program."""
    if not text.startswith("#!"):
        return True
    words = text.partition("\n")[0][2:].split()
    programs = [word.rpartition("/")[2] for word in words if not word.startswith("-")]
    program = programs[1] if programs[:1] == ["env"] and len(programs) > 1 else programs[0] if programs else ""
    return program in SHELLS


def _downloads(script: Script, place: Place, scope: Scope) -> Iterator[Download]:
    for fetch in script.fetches:
        at = place(fetch.start, fetch.end)
        verified: Setting[bool] = Stated(True, at) if fetch.is_checked else Defaulted(False, at)
        yield Download(_url(fetch.url, scope, at), fetch.tool, verified, fetch.is_run, at, fetch.url)


def _url(text: str, scope: Scope, at: Location) -> Setting[str]:
    """Read a URL in a script, whose variables the shell expands: those of the build count, others are unknown."""
    if "$" not in text and "`" not in text:
        return Stated(text, at)
    if "`" in text or "$(" in text:
        return Unknown("a command inside the script makes up the URL", at)
    value = scope.expand_quietly(text)
    return Unknown(value.reason, at) if isinstance(value, Unresolved) else Stated(value, at, scope.via())


def mounted_from(instruction: Instruction) -> list[str]:
    """Return the stages and images that a RUN mounts."""
    fields = [field for mount in flags(instruction).get("mount", []) for field in fields_of(mount)]
    return [value for name, _, value in (field.partition("=") for field in fields) if name.lower() == "from"]


def _mount(text: str, scope: Scope, at: Location) -> StepMount:
    """Read one `--mount`; its values may be variables, except where it mounts from."""
    found = {"type": "bind"}
    for field in fields_of(text):
        name, _, value = field.partition("=")
        name = name.lower()
        value = value if name == "from" else _shown(value, scope, at)
        found["target" if name in ("dst", "destination") else name] = value
    return StepMount(found["type"].lower(), found.get("target", ""), found.get("from", ""), at)


def _shown(text: str, scope: Scope, at: Location) -> str:
    value = scope.expand(text, at)
    return text if isinstance(value, Unresolved) else value


def expand_operands(instruction: Instruction, scope: Scope) -> None:
    """Raise InputError where a COPY or ADD has a word, or a document to expand, that stops the build."""
    for word in instruction.words:
        if not ("<<" in word and is_heredoc(word)):
            scope.expand(word, instruction)
    for heredoc in instruction.heredocs:
        if heredoc.expand and "$" in heredoc.content:
            scope.expand_document(heredoc.text, instruction)


def add_step(instruction: Instruction, scope: Scope) -> Step | None:
    """Read an ADD; None for one that fetches nothing from the network."""
    at = instruction.at
    checksum = flags(instruction).get("checksum", [""])[0] if instruction.flags else ""
    downloads = [
        download
        for word in instruction.words[:-1]
        if ("$" in word or ":" in word or ".git" in word)
        and (download := _added(word, checksum, scope, instruction)) is not None
    ]
    if not downloads:
        return None
    sandbox, network = Defaulted("sandbox", at), Defaulted("default", at)
    return Step("ADD", at, _text(instruction), (), tuple(downloads), (), sandbox, network)


def _added(word: str, checksum: str, scope: Scope, instruction: Instruction) -> Download | None:
    url = scope.setting(word, instruction.at)
    if isinstance(url, Stated):
        if not _is_remote(url.value):
            return None
        is_pinned = bool(checksum) or is_commit(url.value.partition("#")[2].partition(":")[0])
    elif not word.startswith("$") and not _is_remote(word):
        return None
    else:
        is_pinned = bool(checksum)
    at = instruction.at
    return Download(url, "ADD", Stated(True, at) if is_pinned else Defaulted(False, at), False, at, word)


def _is_remote(text: str) -> bool:
    """Say whether ADD fetches this: a URL, or a Git repository."""
    return text.startswith(_REMOTE) or text.partition("#")[0].endswith(".git")
