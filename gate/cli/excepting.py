"""`gate except`: what it takes, and what of that is judged as `gate check` would."""

from __future__ import annotations

from gate.cli.check import FLAGS, VALUED, day, options
from gate.cli.outputs import show
from gate.model.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from gate.pipeline.options import Options

#: Options of `gate check` that say what a report shows of a verdict, or whose side it takes, and not what is judged.
NOT_JUDGED = frozenset(
    {"--format", "--trusted-ref", "--against", "--baseline", "--write-baseline", "--verbose", "--now"}
)


def add_to(parser: ArgumentParser) -> None:
    """Describe the command."""
    parser.add_argument("what", metavar="RULE|CVE", help="a rule's id or name, or a vulnerability's id")
    parser.add_argument("whom", metavar="SUBJECT|WORKLOAD", help="a subject's id as reports print it, or a name")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why it is needed")
    parser.add_argument("--owner", required=True, metavar="WHO", help="who answers for it")
    last = parser.add_mutually_exclusive_group()
    last.add_argument(
        "--days", type=int, metavar="N", help="how long it lasts (default: 30, or what the policy allows)"
    )
    last.add_argument("--expires", default="", metavar="DATE", help="the last day it holds, in UTC")
    parser.add_argument("--fingerprint", default="", metavar="HEX", help="permit this one finding alone")
    parser.add_argument("--ticket", default="", metavar="T", help="where it is tracked")
    parser.add_argument("--now", default="", metavar="DATE", help="the day of its creation (default: today, UTC)")
    parser.add_argument("--dry-run", action="store_true", help="only print what would change")
    judged = parser.add_argument_group("as for `gate check`, whose report it answers")
    for name, value in VALUED.items():
        if name not in NOT_JUDGED:
            judged.add_argument(name, action="append", metavar=value)
    for name in sorted(FLAGS - NOT_JUDGED):
        judged.add_argument(name, action="store_true")


def run(parsed: Namespace) -> int:
    """Write the exception, or print it, and return the exit status."""
    from gate.pipeline.excepting import Request, amendment, diff, write
    from gate.reporters.escape import visible

    if parsed.days is not None and parsed.days < 1:
        raise UsageError(f"--days {parsed.days} is over before it begins", remedy="name at least one day")
    made = amendment(
        Request(
            parsed.what,
            parsed.whom,
            parsed.reason,
            parsed.owner,
            _judged(parsed),
            parsed.days or 0,
            day(parsed.expires) if parsed.expires else "",
            parsed.fingerprint,
            parsed.ticket,
        )
    )
    if not parsed.dry_run:
        write(made)
    show("".join(f"{visible(line)}\n" for line in (*diff(made), *(f"note: {note}" for note in made.notes))))
    return 0


def _judged(parsed: Namespace) -> Options:
    """Return what is judged, as `gate check` would be told."""
    said = {name: getattr(parsed, name[2:].replace("-", "_")) for name in (*VALUED, *FLAGS) if name not in NOT_JUDGED}
    values = {name: list(value) for name, value in said.items() if isinstance(value, list)}
    if parsed.now:
        values["--now"] = [parsed.now]
    return options([], values, {name for name, value in said.items() if value is True})
