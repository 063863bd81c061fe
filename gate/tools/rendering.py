"""What Helm and kustomize are started with: files of ours, no environment, no network and no other program to start.

They get a private folder with the files that the gate has read, and homes, caches and plugins in it that are empty.
Both are written in Go, whose HTTP client asks its proxy for every host but this one: here, one that nobody is.
"""

from __future__ import annotations

import os
import re
import signal
from contextlib import contextmanager

from gate.tools.process import Bounds, ProcessError, first_in_path, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType

    from gate.tools.process import Ended

#: Seconds that one rendering may take, and those that the question for a version may.
SECONDS = 60.0
PROBE_SECONDS = 20.0

#: Bytes that a rendering may print, and those of address space, of which Go reserves more than it uses.
MAX_RENDERED = 16 * 1024 * 1024
MAX_MEMORY = 4 * 1024 * 1024 * 1024

#: Where nothing answers.
NOWHERE = "http://127.0.0.1:0"

_VERSION = r"v(\d{1,5})\.(\d{1,5})\b"


class RenderError(Exception):
    """Nothing is rendered; `cause` is a clause whose subject is the program.

    `path` and `line` are where the program says that it stopped, relative to its folder, if it says so.
    """

    def __init__(self, cause: str, remedy: str, path: str = "", line: int = 0) -> None:
        """Say what happened, what to do, and where."""
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy
        self.path = path
        self.line = line


@contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM leave by way of everything that ends programs and removes folders, as Ctrl-C does.

    A program has a group of its own, so that whoever ends the gate does not end it. Where somebody has another use for
    the signal, or the thread is none that hears of it, nothing changes.
    """
    try:
        before = signal.getsignal(signal.SIGTERM)
        if before == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _leave)
    except ValueError:
        yield
        return
    try:
        yield
    finally:
        if before == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, before)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def program(name: str, root: str) -> str:
    """Return the absolute path of the first program of a name in PATH that is not below `root`; empty for none."""
    return first_in_path(name, root)


def version(said: bytes) -> tuple[int, ...]:
    """Return the first version in what a program says, major and minor; nothing where it says none."""
    found = re.search(_VERSION, said.decode("utf-8", "replace"))
    return tuple(map(int, found.groups())) if found is not None else ()


def write(folder: str, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files below a folder that nobody else writes to; their paths are relative and do not lead out of it."""
    for path, data in files:
        parts = path.split("/")
        if not all(parts) or {".", ".."} & {*parts} or not path.isprintable():
            raise ValueError(f"{path!r} is no path below a folder")
        full = os.path.join(folder, *parts)
        os.makedirs(os.path.dirname(full), mode=0o700, exist_ok=True)
        with open(full, "xb") as file:
            file.write(data)


def started(command: list[str], folder: str, seconds: float = 0) -> Ended:
    """Start a program in the folder `work` of a private one; raise RenderError where it has to be ended.

    `seconds` are those that it may take, where not those of a rendering.
    """
    inner = {name: os.path.join(folder, name) for name in ("work", "home", "temporary", "empty")}
    for place in inner.values():
        os.makedirs(place, mode=0o700, exist_ok=True)
    home, empty = inner["home"], inner["empty"]
    variables = {
        "PATH": empty,
        "HOME": home,
        "TMPDIR": inner["temporary"],
        "KUBECONFIG": os.devnull,
        **{f"XDG_{name}_HOME": os.path.join(home, name) for name in ("CACHE", "CONFIG", "DATA")},
        **{f"HELM_{name}_HOME": os.path.join(home, name) for name in ("CACHE", "CONFIG", "DATA")},
        "HELM_PLUGINS": empty,
        "KUSTOMIZE_PLUGIN_HOME": empty,
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), NOWHERE),
    }
    bounds = Bounds(seconds or SECONDS, said=MAX_RENDERED, memory=MAX_MEMORY)
    try:
        return run(command, inner["work"], variables, bounds)
    except ProcessError as error:
        remedy = "render less at once, or see what it does when you start it"
        raise RenderError(str(error), remedy) from None
