# ruff: noqa: T201 - a program: it answers on its standard output
"""Asks libxlutil, which `xl` reads the configurations of guests with, what texts come to.

The library (Debian: libxenmisc4.17) may end the process that it is in, so that this file is run as a program: it reads
a JSON list of texts and answers with a JSON list of the values and numbers by key, null for a text that is refused.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

#: The library's name, as Debian 12 has it.
LIBRARY = "libxlutil.so.4.17"

#: A value as libxlutil has it: a string, or a list of values.
Value = Any

#: Values, and what counts of each that is asked for as a number (none where there is no number), by key.
Answer = dict[str, list[Any]] | None

_STRING, _LIST = 0, 1


def ask(texts: list[str], keys: Iterable[str]) -> list[Answer]:
    """Return the answers for some texts."""
    request = json.dumps([list(keys), texts])
    done = subprocess.run([sys.executable, __file__], input=request, capture_output=True, text=True, check=True)
    answers: list[Answer] = json.loads(done.stdout)
    return answers


def is_there() -> None:
    """End the program where the library is missing, and say what to install."""
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        raise SystemExit(f"there is no {LIBRARY}: install the package libxenmisc4.17") from None


class _Library:
    """The functions of libxlutil that are called."""

    def __init__(self) -> None:
        self.lib = ctypes.CDLL(LIBRARY)
        system = ctypes.CDLL(None)
        system.fopen.restype = ctypes.c_void_p
        self.report = ctypes.c_void_p(system.fopen(b"/dev/null", b"w"))
        for name in ("xlu_cfg_init", "xlu_cfg_get_listitem2"):
            getattr(self.lib, name).restype = ctypes.c_void_p

    def answer(self, text: str, keys: list[str]) -> Any:
        """Return what one text comes to."""
        data = text.encode("utf-8", "surrogateescape")
        config = ctypes.c_void_p(self.lib.xlu_cfg_init(self.report, b"text"))
        refused = self.lib.xlu_cfg_readdata(config, data, len(data))
        found = None if refused else {key: self.setting(config, key.encode()) for key in keys}
        self.lib.xlu_cfg_destroy(config)
        return (
            found and {key: value for key, value in found.items() if value is not None} if found is not None else None
        )

    def setting(self, config: Any, key: bytes) -> list[Any] | None:
        """Return a value and its number; None for a key that is not set."""
        string, number = ctypes.c_char_p(), ctypes.c_long()
        status = self.lib.xlu_cfg_get_string(config, key, ctypes.byref(string), 1)
        if status == 0:
            known = self.lib.xlu_cfg_get_long(config, key, ctypes.byref(number), 1) == 0
            return [_text(string.value), number.value if known else None]
        items, count = ctypes.c_void_p(), ctypes.c_int()
        if self.lib.xlu_cfg_get_list(config, key, ctypes.byref(items), ctypes.byref(count), 1):
            return None
        return [self.items(config, items), None]

    def items(self, config: Any, items: Any) -> list[Value]:
        """Return the values of a list."""
        found: list[Value] = []
        while (item := self.lib.xlu_cfg_get_listitem2(items, len(found))) is not None:
            value = ctypes.c_void_p(item)
            if self.lib.xlu_cfg_value_type(value) == _LIST:
                inner = ctypes.c_void_p()
                self.lib.xlu_cfg_value_get_list(config, value, ctypes.byref(inner), 1)
                found.append(self.items(config, inner))
            else:
                string = ctypes.c_char_p()
                self.lib.xlu_cfg_value_get_string(config, value, ctypes.byref(string), 1)
                found.append(_text(string.value))
        return found


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "surrogateescape")


def main() -> None:
    """Answer one request."""
    keys, texts = json.load(sys.stdin)
    library = _Library()
    print(json.dumps([library.answer(text, keys) for text in texts]))


if __name__ == "__main__":
    main()
