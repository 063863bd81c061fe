"""Files that reports go to: cleared before anything is read, and written in one step after everything is judged.

Whoever reads such a file without asking for the exit status must never find an older report there, half of one, or one
of a run that failed. A run that is killed leaves no report.
"""

from __future__ import annotations

import os
import sys

from gate.model.errors import InputError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gate.pipeline.options import Options

#: Endings that no report has and that declarations, policies, manifests and templates have.
INPUTS = (".yaml", ".yml", ".hcl")


def clear(files: Sequence[str], options: Options) -> None:
    """Remove what stands where reports will go; raise UsageError for what is no report or cannot be replaced."""
    if not files:
        return
    inputs = (*options.paths, *options.images, *options.reports, *options.vex)
    inputs = (*inputs, options.policy, options.declaration, options.baseline, options.trivy_database)
    inputs = (*inputs, *(named.partition("@sha256:")[0] for named in (options.trivy, options.data)))
    named = {os.path.abspath(path) for path in inputs}
    if len({os.path.abspath(file) for file in files}) < len(files):
        raise UsageError("two formats go to the same file", remedy="give each a file of its own")
    for file in files:
        objection = "it is under judgement" if os.path.abspath(file) in named else _objection(os.path.abspath(file))
        if objection:
            raise UsageError(f"no report can go to {file}: {objection}", remedy="name another file")
    for file in files:
        try:
            os.unlink(file)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise _unwritable(file, error) from None


def emit(texts: Iterable[tuple[str, str]]) -> None:
    """Write every text to its file, or to standard output where that is empty: all of them, or no file."""
    waiting: dict[str, str] = {}
    done: list[str] = []
    try:
        for file, text in texts:
            if file:
                waiting[_partial(file, text)] = file
            else:
                show(text)
        for partial, file in waiting.items():
            _replace(partial, file)
            done.append(file)
    except BaseException:
        for path in (*waiting, *done):
            _remove(path)
        raise


def show(text: str) -> None:
    """Write to standard output; raise UsageError where that takes nothing, but for a reader who went away."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(encoded(text))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        cause = f"standard output cannot be written: {(error.strerror or '').lower()}"
        raise UsageError(cause, remedy="send it somewhere else") from None


def encoded(text: str) -> bytes:
    """Return UTF-8, with what has no place in it spelled out."""
    return text.encode("utf-8", "backslashreplace")


def _partial(file: str, text: str) -> str:
    """Write a text beside the file that it is for, and return where."""
    partial = f"{file}.{os.getpid()}.partial"
    created = False
    try:
        with open(partial, "xb") as handle:
            created = True
            handle.write(encoded(text))
    except OSError as error:
        if created:
            _remove(partial)
        raise _unwritable(file, error) from None
    return partial


def _replace(partial: str, file: str) -> None:
    try:
        os.replace(partial, file)
    except OSError as error:
        raise _unwritable(file, error) from None


def _remove(path: str) -> None:
    from contextlib import suppress

    with suppress(OSError):
        os.unlink(path)


def _objection(path: str) -> str:
    """Say why no report may go to an absolute path; nothing where one may."""
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        return "there is no such folder"
    if _leaves_the_tree(folder):
        return "a link in the repository leads out of it"
    # What stands here is the system's own, even where it leads to a file at the moment: /dev/stdout, /dev/fd/3.
    real = f"{os.path.realpath(folder)}/"
    if real == "/dev/" or real.startswith(("/dev/fd/", "/proc/")):
        return "it is no regular file"
    if not os.path.lexists(path):
        return ""
    if os.path.exists(path) and not os.path.isfile(path):
        return "it is no regular file"
    return "it may be under judgement" if not os.path.islink(path) and _is_input(path) else ""


def _leaves_the_tree(folder: str) -> bool:
    """Say whether a folder of the repository is elsewhere, by a link that the repository holds."""
    from gate.pipeline.files import root_of

    root = root_of(".").rstrip("/") + "/"
    return f"{folder}/".startswith(root) and not f"{os.path.realpath(folder)}/".startswith(root)


def _is_input(path: str) -> bool:
    """Say whether a file is one that a run would read: by its ending, or because a reader claims what it holds."""
    from gate.pipeline.files import Files
    from gate.pipeline.reading import candidates_for, load

    folder, name = os.path.split(path)
    if name.lower().endswith(INPUTS):
        return True
    try:
        source = Files(os.path.realpath(folder)).open(name)
    except InputError:
        return False
    readers = dict.fromkeys([*candidates_for(name), "dockerfile"])
    return source is not None and any(load(reader).claims(source) for reader in readers)


def _unwritable(file: str, error: OSError) -> UsageError:
    return UsageError(f"{file} cannot be written: {(error.strerror or '').lower()}", remedy="name another")
