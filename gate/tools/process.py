"""Runs programs of others: no shell, no inherited environment, and an end to time and output.

A program gets its argument list, the variables it is given and nothing else, a folder of the caller's choice, a few
bytes of standard input or none, and a process group of its own, all of which is ended with it. What it writes is read
as it comes, and more than was agreed on ends it too.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress

from gate.model.record import Record

#: Seconds between two looks at a program, and those it has to end by itself once it is told to.
TICK = 0.05
GRACE = 2.0

#: Bytes of standard output, and of standard error, that a program may write.
MAX_SAID = 1024 * 1024

#: Bytes that every pipe takes at once, whether or not somebody reads (POSIX `_POSIX_PIPE_BUF`).
MAX_TOLD = 512

_PIECE = 65_536


class ProcessError(Exception):
    """A program that could not be started or had to be ended; the text is a clause that says what happened."""


class Ended(Record):
    """How a program ended: its exit status, negative for the number of the signal that ended it, and what it said."""

    status: int
    out: bytes
    err: bytes

    @property
    def how(self) -> str:
        """A clause for people."""
        if self.status >= 0:
            return f"ended with exit status {self.status}"
        try:
            return f"was ended by {signal.Signals(-self.status).name}"
        except ValueError:
            return f"was ended by signal {-self.status}"


class Bounds(Record):
    """How long a program may take, in seconds, and how many bytes the file `output` may grow to, if it writes one.

    `said` are the bytes of either of its outputs, and `memory` those of its address space, where the system has that
    bound; 0 is none.
    """

    seconds: float
    output: str = ""
    most: int = 0
    said: int = MAX_SAID
    memory: int = 0


def first_in_path(name: str, tree: str) -> str:
    """Return the absolute path of the first program of a name in PATH and outside of a tree; empty where none is."""
    tree = os.path.realpath(tree)
    for place in places(tree):
        found = os.path.realpath(os.path.join(place, name))
        if not is_below(found, tree) and os.path.isfile(found) and os.access(found, os.X_OK):
            return found
    return ""


def places(tree: str) -> list[str]:
    """Return the folders of PATH that are absolute and outside of a tree."""
    tree = os.path.realpath(tree)
    named = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return [one for one in named if os.path.isabs(one) and not is_below(one, tree)]


def is_below(path: str, tree: str) -> bool:
    """Say whether a path is a folder, or below it."""
    return path == tree or path.startswith(tree.rstrip(os.sep) + os.sep)


def run(command: list[str], folder: str, variables: dict[str, str], bounds: Bounds, told: bytes = b"") -> Ended:
    """Run a program to its end; raise ProcessError where it cannot be started, takes too long or writes too much.

    `told` is what it reads, fewer bytes than a pipe holds.
    """
    assert len(told) <= MAX_TOLD
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=variables,
            stdin=subprocess.PIPE if told else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or "it is no program"
        raise ProcessError(f"cannot be started: {reason.lower()}") from None
    try:
        if bounds.memory:
            _confine(process.pid, bounds.memory)
        if process.stdin is not None:
            with suppress(OSError):  # it may have ended without listening
                process.stdin.write(told)
                process.stdin.close()
        return _Watched(process, bounds).ended()
    finally:
        _end(process)


def _confine(process: int, memory: int) -> None:
    """Bound the address space of a program that runs; only Linux can."""
    import resource

    limit = getattr(resource, "prlimit", None)
    if limit is not None:
        with suppress(OSError):  # it may have ended already
            limit(process, resource.RLIMIT_AS, (memory, memory))


class _Watched:
    """A program that runs."""

    __slots__ = ("_bounds", "_process", "_said", "_selector")

    def __init__(self, process: subprocess.Popen[bytes], bounds: Bounds) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        self._bounds = bounds
        self._said = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray()}
        self._selector = selectors.DefaultSelector()
        for handle in self._said:
            os.set_blocking(handle, False)
            self._selector.register(handle, selectors.EVENT_READ)

    def ended(self) -> Ended:
        """Wait for the end, and for no other process that has kept a pipe open."""
        end = time.monotonic() + self._bounds.seconds
        with self._selector:
            while self._process.poll() is None:
                if time.monotonic() >= end:
                    raise ProcessError(f"took longer than {self._bounds.seconds:g} seconds")
                self._look()
            self._drain()
        self._measure()
        out, err = self._said.values()
        return Ended(self._process.returncode, bytes(out), bytes(err))

    def _look(self) -> None:
        if self._selector.get_map():
            for key, _events in self._selector.select(TICK):
                self._read(key.fd)
        else:
            time.sleep(TICK)
        self._measure()

    def _drain(self) -> None:
        """Read what is left in the pipes; what somebody goes on writing is over the bound at last."""
        while ready := self._selector.get_map() and self._selector.select(0):
            for key, _events in ready:
                self._read(key.fd)

    def _read(self, handle: int) -> None:
        try:
            piece = os.read(handle, _PIECE)
        except BlockingIOError:
            return
        if not piece:
            self._selector.unregister(handle)
        self._said[handle] += piece
        if len(self._said[handle]) > self._bounds.said:
            raise ProcessError(f"said more than {self._bounds.said} bytes")

    def _measure(self) -> None:
        bounds = self._bounds
        try:
            size = os.lstat(bounds.output).st_size if bounds.output else 0
        except FileNotFoundError:
            return
        if size > bounds.most:
            raise ProcessError(f"wrote more than {bounds.most} bytes")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End whatever is left of the group: politely where its leader still runs, then for good."""
    if process.poll() is None:
        _signal(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
    _signal(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with suppress(OSError):  # what it was told may still wait there
                pipe.close()


def _signal(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # nobody is left in it
        os.killpg(group, number)
