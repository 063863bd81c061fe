# ruff: noqa: T201 - a program: it answers on its standard output
"""Asks VMware's own dictionary reader, which open-vm-tools has in a library, what the lines of a file are.

Run as a program it reads a JSON list of texts and answers with a JSON list of the entries of each, in their order.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys

#: The library's name, as Debian's open-vm-tools has it.
LIBRARY = "libvmtools.so.0"

#: Names and values in the order of the file; a line that is no entry is not there.
Answer = list[tuple[str, str]]

_END = 1


def ask(texts: list[str]) -> list[Answer]:
    """Return the entries of some texts."""
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    return [[(name, value) for name, value in answer] for answer in json.loads(done.stdout)]


def is_there() -> None:
    """End the program where the library is missing, and say what to install."""
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        raise SystemExit(f"there is no {LIBRARY}: install the package open-vm-tools") from None


def _entries(text: str) -> Answer:
    """Return the entries of one text, read from memory as from a file."""
    library, system = ctypes.CDLL(LIBRARY), ctypes.CDLL(None)
    system.fmemopen.restype = ctypes.c_void_p
    system.fmemopen.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p]
    data = text.encode("utf-8", "surrogateescape")
    stream = ctypes.c_void_p(system.fmemopen(data, len(data), b"r"))
    if data:
        library.DictLL_ReadUTF8BOM(stream)
    found: Answer = []
    line, name, value = (ctypes.c_char_p() for _ in range(3))
    while data and library.DictLL_ReadLine(stream, *map(ctypes.byref, (line, name, value))) != _END:
        if line.value is None:
            break
        if name.value is not None:
            found.append((_text(name.value), _text(value.value)))
    return found


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "surrogateescape")


if __name__ == "__main__":
    print(json.dumps([_entries(text) for text in json.load(sys.stdin)]))
