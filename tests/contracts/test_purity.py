"""Judging is a function of its arguments; files, the clock and other processes belong to few modules, named here.

import-linter sees modules. It does not see `open`, `__import__` or a clock reached through a module that is allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contracts.code import PACKAGE, modules, uses

if TYPE_CHECKING:
    from collections.abc import Iterator

PURE = ("model", "boundary", "freshness", "rules", "scores", "judge.py", "needs.py", "requirement.py", "verdict.py")

#: Floors that read from the trees and tables they are given.
READING = ("syntax", "dialects", "readers", "linking", "advice", "reporters", "policy", "data")

#: The modules that may load others by name, each for its own table.
LOADERS = {"model/loading.py", "data/checks.py", "data/shelf.py"}

#: Builtins that reach out of the process or run text.
BUILTINS = frozenset("open __import__ __builtins__ __loader__ eval exec compile input breakpoint print".split())

#: Modules whose every use reaches out of the process, by the part of the name before the first dot.
OUTSIDE = frozenset(
    "asyncio builtins ctypes fcntl glob http importlib io locale mmap multiprocessing nt os pathlib pkgutil platform "
    "posix random runpy secrets select shutil signal site socket ssl subprocess tempfile threading time urllib uuid "
    "webbrowser _io _posixsubprocess _socket _thread".split()
)

#: A part of such a module that only spells.
SPELLING = "urllib.parse"

#: What reaches out in modules that are harmless otherwise.
MEMBERS = frozenset(
    "datetime.date.today datetime.datetime.now datetime.datetime.today datetime.datetime.utcnow sys.argv sys.exit "
    "sys.path sys.stdin sys.stdout sys.stderr sys.modules".split()
)


def reaches_out(source: str) -> Iterator[str]:
    """Say what in the source does not depend on its arguments alone."""
    for name, line in uses(source):
        module, _, member = name.partition(".")
        outside = member in BUILTINS if module == "builtins" and member else module in OUTSIDE
        if (outside and not name.startswith(SPELLING)) or name in MEMBERS:
            yield f"line {line}: {name}"


@pytest.mark.parametrize("floor", [*PURE, *READING])
def test_it_reaches_for_nothing(floor: str) -> None:
    files = {file.relative_to(PACKAGE).as_posix(): file for file in modules(floor)}
    found = {name: list(reaches_out(file.read_text(encoding="utf-8"))) for name, file in files.items()}
    assert {name: words for name, words in found.items() if words and name not in LOADERS} == {}


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("open('x')", "builtins.open"),
        ("f = open", "builtins.open"),
        ("import builtins", "builtins"),
        ("__import__('os')", "builtins.__import__"),
        ("import os", "os"),
        ("import os.path as p", "os.path"),
        ("from os import path", "os.path"),
        ("def f():\n    from time import time", "time.time"),
        ("import datetime as d\nd.datetime.now()", "datetime.datetime.now"),
        ("from datetime import date\ndate.today()", "datetime.date.today"),
        ("import posix", "posix"),
        ("eval('1')", "builtins.eval"),
        ("exec('1')", "builtins.exec"),
        ("import subprocess", "subprocess"),
        ("import socket", "socket"),
        ("from sys import modules", "sys.modules"),
        ("import sys\nsys.stdin.read()", "sys.stdin"),
        ("import urllib.request", "urllib.request"),
        ("x = [open(y) for y in z]", "builtins.open"),
        ("if not TYPE_CHECKING:\n    import os", "os"),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    import os", "os"),
    ],
)
def test_it_would_be_seen(source: str, seen: str) -> None:
    assert next(words.rpartition(" ")[2] for words in reaches_out(source)) == seen


@pytest.mark.parametrize(
    "source",
    [
        "if TYPE_CHECKING:\n    from pathlib import Path",
        "from datetime import date\ndate(2026, 1, 1)",
        "files.open('x')",
        "def f(open_: int) -> None: ...",
        "x = 'import os'",
        "import re\nre.compile('x')",
        "from urllib.parse import quote\nquote('x')",
        "def f(socket):\n    return socket.at",
    ],
)
def test_it_is_not_seen_where_it_is_not(source: str) -> None:
    assert list(reaches_out(source)) == []


def test_processes_and_sockets_belong_to_tools() -> None:
    closed = {"subprocess", "socket", "multiprocessing", "asyncio", "ctypes", "ssl", "http", "urllib.request", "pty"}
    called = {f"os.{name}" for name in ("system", "popen", "fork", "execv", "execve", "posix_spawn", "startfile")}
    for file in modules():
        if not file.is_relative_to(PACKAGE / "tools"):
            used = {use.name for use in uses(file.read_text(encoding="utf-8"))}
            roots = {name.partition(".")[0] for name in used}
            assert not closed & (used | roots), file
            assert not called & used, file
