"""The command line: finds the command, and turns whatever happens into an exit status.

0 pass (warnings included) · 1 fail · 2 usage or configuration error · 3 could not judge · 70 internal error · 130
interrupted · 141 whoever read the output went away. Only 0 is green.
"""

from __future__ import annotations

import gc
import os
import sys

from gate import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from gate.model.errors import UsageError

USAGE, COULD_NOT_JUDGE, INTERNAL = 2, 3, 70

#: What a shell reports of a program that SIGINT or SIGPIPE ends.
INTERRUPTED, UNREAD = 130, 141

#: New objects before the collector looks for cycles: a run makes few and ends soon, and a search visits every object.
NEW_OBJECTS = 100_000


def console() -> NoReturn:
    """Run the command line of this process, and leave its memory to the system: freeing it takes as long as judging."""
    gc.set_threshold(NEW_OBJECTS)
    if not sys.flags.isolated:
        from gate.cli.isolation import drop_foreign_folders

        drop_foreign_folders()
    if sys.stderr is None:
        # Nobody hears what went wrong; the exit status says it.
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - until the process ends
    status = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(status)


def main(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status."""
    from gate.model.errors import InputError, UsageError

    try:
        status = _command(list(arguments))
    except UsageError as error:
        _say(error)
        return USAGE
    except InputError as error:
        _say(error)
        return COULD_NOT_JUDGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return UNREAD
    except Exception as error:
        _confess(error)
        return INTERNAL
    return status


def _command(arguments: list[str]) -> int:
    if sys.stdout is None:
        from gate.model.errors import UsageError

        raise UsageError("standard output is closed", remedy="leave it open, or send it to /dev/null")
    first = arguments[0] if arguments else "--help"
    if first == "--version":
        from gate.cli.outputs import show

        show(f"boundary-gate {__version__}\n")
        return 0
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if first == "check" and not {"-h", "--help"} & set(options):
        from gate.cli.check import check

        return check(arguments[1:])
    from gate.cli.commands import run

    return run(arguments)


def _say(error: UsageError | Exception) -> None:
    """Name the place, the cause and the remedy, each on its line, with nothing that could drive a terminal."""
    from gate.reporters.escape import visible

    at = getattr(error, "at", None)
    remedy = getattr(error, "remedy", "")
    place = f"{visible(str(at))}: " if at is not None else ""
    sys.stderr.write(f"gate: {place}{visible(str(error))}\n")
    if remedy:
        sys.stderr.write(f"      {visible(remedy)}\n")


def _confess(error: Exception) -> None:
    """Report a defect of the gate itself, with what a maintainer needs and without any content of the input."""
    import traceback

    sys.stderr.write(f"gate: internal error in boundary-gate {__version__}: {type(error).__name__}\n")
    for frame in traceback.extract_tb(error.__traceback__)[-8:]:
        before, ours, name = frame.filename.rpartition("/gate/")
        place = f"gate/{name}" if ours else before.rpartition("/")[2] or name.rpartition("/")[2]
        sys.stderr.write(f"      {place}:{frame.lineno} in {frame.name}\n")
    sys.stderr.write("      this is a defect of the gate and no verdict on the input; please report these lines\n")
