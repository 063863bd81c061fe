"""What kind of script a file is, by its name and its first line."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gate.model.source import Source

_SHELL = re.compile(rb"#![^\n]{0,80}\b(?:ba|da|a|k|z)?sh\b")

#: How files end that may be pipelines.
PIPELINES = (".yaml", ".yml")

_MAKEFILES = ("makefile", "gnumakefile")


def is_script(source: Source) -> bool:
    """Say whether a file is a script for a shell."""
    named = source.path.lower().endswith((".sh", ".bash", ".zsh", ".ksh"))
    return bool(_SHELL.match(source.data)) or (named and not source.data.startswith(b"#!"))


def is_makefile(name: str) -> bool:
    """Match `Makefile`, `GNUmakefile`, `Makefile.ci`, `common.mk`."""
    return name.endswith(".mk") or name.partition(".")[0] in _MAKEFILES
