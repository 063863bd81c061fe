"""What the steps of a pipeline build: images from recipes, and disk images from Packer templates.

Only the words of the commands are read; nothing is run. A command that may build something without saying what, such
as `make images`, is a build of nobody knows what.
"""

from __future__ import annotations

from gate.model.record import Record
from gate.syntax.shell_commands import split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal

    Makes = Literal["image", "machine"]

#: Characters of one script that are read.
MAX_SCRIPT = 64 * 1024

#: What pipelines call the folder that the repository is checked out to.
_ROOTS = (
    "${{ github.workspace }}",
    "${{github.workspace}}",
    "$GITHUB_WORKSPACE",
    "${GITHUB_WORKSPACE}",
    "$CI_PROJECT_DIR",
    "${CI_PROJECT_DIR}",
    "$(Build.SourcesDirectory)",
    "$(System.DefaultWorkingDirectory)",
    "$(Build.Repository.LocalPath)",
    "$WORKSPACE",
    "${WORKSPACE}",
    "$PWD",
    "${PWD}",
)

#: What makes a word one that only the pipeline itself can fill in.
_OPEN = ("$", "`", "{{", "<<", "*", "\0")

_ENGINES = frozenset({"docker", "podman", "nerdctl", "buildah"})

#: Flags of builds that take no word; every other flag without `=` takes the next one.
_SWITCHES = frozenset(
    {"--check", "--compress", "--debug", "--disable-content-trust", "--force-rm", "--layers", "--load"}
)
_SWITCHES |= {"--no-cache", "--pull", "--push", "--quiet", "--rm", "--squash", "--squash-all", "-D", "-q"}
_PACKER_SWITCHES = frozenset({"-force", "-debug", "-machine-readable", "-warn-on-undeclared-var"})

#: Programs that build whatever their own files say, and words that tell that they build images.
_OPAQUE = frozenset({"make", "gmake", "just", "task", "mage", "earthly", "skaffold", "bazel", "bazelisk", "dagger"})
_OPAQUE |= {"gradle", "gradlew", "mvn", "mvnw", "ko", "pack", "img", "nx", "melange", "apko", "npm", "yarn", "pnpm"}
_OPAQUE |= {"invoke", "tox", "nox", "rake", "ant", "ansible-playbook", "ssh"}
_TELLING = ("build", "container", "docker", "image", "packer", "publish", "push", "release", "template", "rebuild")
_RUNNERS = frozenset({"sudo", "time", "exec", "env", "command", "nice", "travis_retry", "retry", "then", "do", "!"})
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh"})


class Build(Record):
    """One build: `path` is the recipe's file, or the folder or file of a template, None where that is not known."""

    makes: Makes
    path: str | None


def of_script(text: str, folder: str | None) -> Iterator[Build]:
    """Yield what a script builds that runs in a folder of the repository, None for one that is not known."""
    for command in split(text[:MAX_SCRIPT]):
        words = command.words
        while words and (words[0] in _RUNNERS or _is_assignment(words[0])):
            words = words[1:]
        if words and words[0] == "cd":
            folder = joined(folder, words[1]) if len(words) > 1 else None
        elif words:
            yield from _of_command(words, folder)


def _of_command(words: Sequence[str], folder: str | None) -> Iterator[Build]:
    program = words[0].rpartition("/")[2]
    if program in _ENGINES or program == "docker-compose":
        yield from _of_engine(program, words[1:], folder)
    elif program in ("executor", "kaniko"):
        yield from _kaniko(words[1:], folder)
    elif program == "packer":
        if "build" in words[1:3]:
            operands = _operands(words[words.index("build") + 1 :], _PACKER_SWITCHES)
            yield Build("machine", joined(folder, operands[-1]) if operands else None)
    elif program in _SHELLS and "-c" in words[:-1]:
        yield from of_script(words[words.index("-c") + 1], folder)
    elif _may_build(program, words):
        yield Build("image", None)
        yield Build("machine", None)


def _may_build(program: str, words: Sequence[str]) -> bool:
    """Say whether a command that is not understood tells by its words that it builds images."""
    is_script = program.endswith((".sh", ".bash", ".py", ".ps1")) or words[0].startswith(("./", "../"))
    if not (is_script or program in _OPAQUE or program in _SHELLS):
        return False
    said = " ".join(words).lower()
    return any(word in said for word in _TELLING)


def _of_engine(program: str, words: Sequence[str], folder: str | None) -> Iterator[Build]:
    """Yield the build of a command of an engine: one of Compose or of a bake file builds what those list."""
    verbs = [word for word in words if not word.startswith("-")][:3]
    listed = program == "docker-compose" or verbs[:1] == ["compose"] or "bake" in verbs[:2]
    if listed and ("build" in words or "bake" in verbs or "--build" in words):
        yield Build("image", None)
        return
    verb = next((word for word in verbs[:2] if word in ("build", "bud", "b")), "")
    if listed or not verb or (verb == "b" and verbs[:1] != ["buildx"]):
        return
    rest = list(words[words.index(verb) + 1 :])
    operands = _operands(rest, _SWITCHES)
    here = "" if program in ("docker", "nerdctl") else "."
    yield from _recipe(_value(rest, ("-f", "--file")), operands[-1] if operands else here, folder)


def _kaniko(words: Sequence[str], folder: str | None) -> Iterator[Build]:
    context = _value(words, ("-c", "--context")).removeprefix("dir://")
    file = _value(words, ("-f", "--dockerfile")) or "Dockerfile"
    base = joined(folder, context or ".")
    yield Build("image", joined(base, file))


def _recipe(file: str, context: str, folder: str | None) -> Iterator[Build]:
    """Yield the build of a context, which may be another repository: that is no build of this one."""
    if not (file or context) or _is_elsewhere(context):
        return
    yield Build("image", joined(folder, file) if file else joined(joined(folder, context), "Dockerfile"))


def _is_elsewhere(context: str) -> bool:
    return context.startswith(("http://", "https://", "git://", "git@", "github.com/", "ssh://"))


def of_action(inputs: dict[str, str]) -> Iterator[Build]:
    """Yield what the inputs of an action that builds one image come to (docker/build-push-action and its like).

    The action's own context, where none is given, is the root of the repository.
    """
    context = inputs.get("context", "").strip() or "."
    for mark in ("{{defaultContext}}:", "{{ defaultContext }}:"):
        context = context.removeprefix(mark)
    if context.replace(" ", "") == "{{defaultContext}}":
        context = "."
    file = inputs.get("file", "") or inputs.get("dockerfile", "") or inputs.get("containerfiles", "")
    yield from _recipe(file.strip(), context, "")


def joined(folder: str | None, name: str) -> str | None:
    """Return a path relative to the root of the repository; None where a part is not known, or outside of it."""
    for root in _ROOTS:
        if name == root or name.startswith(f"{root}/"):
            folder, name = "", name[len(root) :].lstrip("/") or "."
    if folder is None or name.startswith(("/", "~", "-")) or any(mark in name for mark in _OPEN):
        return None
    parts = folder.split("/") if folder else []
    for part in name.split("/"):
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _operands(words: Sequence[str], switches: frozenset[str]) -> list[str]:
    """Return the words that are neither flags nor their values."""
    found, here = [], 0
    while here < len(words):
        word = words[here]
        if not word.startswith("-") or word == "-":
            found.append(word)
        elif "=" not in word and word not in switches:
            here += 1
        here += 1
    return found


def _value(words: Sequence[str], names: tuple[str, ...]) -> str:
    """Return the value of a flag, the last one given."""
    found = ""
    for here, word in enumerate(words):
        for name in names:
            if word == name and here + 1 < len(words):
                found = words[here + 1]
            elif word.startswith(f"{name}="):
                found = word[len(name) + 1 :]
    return found


def _is_assignment(word: str) -> bool:
    name, mark, _ = word.partition("=")
    return bool(mark) and name.isidentifier()
