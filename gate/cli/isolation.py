"""Keeps modules of other folders out of this process, as far as a running program can.

`python -I` does it before any code runs; the hook and the Action start that way. The entry script is started by the
interpreter's own rules: whatever PYTHONPATH holds under a name that the interpreter or the script itself loads first
(`sitecustomize`, `re`, `gate`) has run by the time that this module does.
"""

from __future__ import annotations

import os
import sys

from gate.model.errors import UsageError

#: Variables of the interpreter that bring no code in and move nothing (docs.python.org: using/cmdline), and those of
#: the official images, which it does not read.
HARMLESS = frozenset(
    {
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONFAULTHANDLER",
        "PYTHONHASHSEED",
        "PYTHONIOENCODING",
        "PYTHONUNBUFFERED",
        "PYTHONUTF8",
        "PYTHON_SHA256",
        "PYTHON_VERSION",
    }
)

#: Folders that were on the path when the program started and are no longer.
_dropped: list[str] = []


def drop_foreign_folders() -> None:
    """Take the current folder, and those that variables name, off the path for modules; the gate's own stays."""
    own = os.path.dirname(os.path.dirname(os.path.dirname(_absolute(__file__))))
    named = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    foreign = {_absolute(entry) for entry in ("", *named)} - {own}
    base = os.environ.get("PYTHONUSERBASE")
    below = f"{_absolute(base)}{os.sep}" if base else "\0"
    _dropped[:] = [
        entry for entry in sys.path if _absolute(entry) in foreign or (entry.startswith(below) and entry != own)
    ]
    sys.path[:] = [entry for entry in sys.path if entry not in _dropped]


def _absolute(path: str) -> str:
    """Return the absolute path as the interpreter makes it; where the current folder is gone, the path as it is."""
    try:
        return os.path.abspath(path)
    except OSError:
        return path


def refuse_unless_isolated() -> None:
    """Raise UsageError where code of the caller's folder or environment may have run before the gate's own."""
    if sys.flags.isolated:
        return
    set_ = sorted(name for name in os.environ if name.startswith("PYTHON") and name not in HARMLESS)
    causes = [f"{name} is set" for name in set_] + [f"{folder or '.'} was searched for modules" for folder in _dropped]
    if causes:
        raise UsageError(
            f"code that is not the gate's may have run already: {causes[0]}",
            remedy="start it as `python -I -m gate check`",
        )
