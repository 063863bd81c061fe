"""Every command but `check`."""

from __future__ import annotations

import sys

from gate.cli.data import add_to as add_data
from gate.cli.data import run as run_data
from gate.cli.help import CHECK, OVERVIEW
from gate.model.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable

SCHEMAS = ("policy", "policy-tests", "declaration", "baseline", "report", "data")
COMMANDS = ("check", "except", "explain", "data", "policy", "schema")
USAGE = 2


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    if arguments[:1] == ["check"]:
        sys.stdout.write(CHECK)
        return 0
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        sys.stdout.write(OVERVIEW)
        return 0
    if arguments[0] not in COMMANDS:
        raise UsageError(f"there is no command {arguments[0]}", remedy=f"one of: {', '.join(COMMANDS)}")
    try:
        parsed = _parser().parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    commands = {"explain": _explain, "except": _except, "data": run_data, "policy": _policy, "schema": _schema}
    return commands[parsed.command](parsed)


def _parser() -> ArgumentParser:
    from argparse import ArgumentParser

    parser = ArgumentParser(prog="gate", description="A security gate for CI.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    explain = commands.add_parser("explain", help="what a rule asks, why, and what to do", allow_abbrev=False)
    explain.add_argument(
        "rule", nargs="?", default="", help="a rule's id or name, `escapes` or one of them; without one, list all rules"
    )
    _except_parser(commands.add_parser("except", help="write an exception into the declaration", allow_abbrev=False))
    add_data(commands.add_parser("data", help="the dates the verdicts rest on", allow_abbrev=False))
    policy = commands.add_parser("policy", help="a policy pack with its sources", allow_abbrev=False)
    policy.add_argument("action", choices=("show", "lint", "test", "new"))
    policy.add_argument("name", nargs="?", default="", help="the name of a pack, a file, or a folder of tests")
    schema = commands.add_parser("schema", help="a JSON Schema", allow_abbrev=False)
    schema.add_argument("name", choices=SCHEMAS)
    return parser


def _except_parser(parser: ArgumentParser) -> None:
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
    parser.add_argument("--declaration", default="", metavar="FILE", help="the declaration (default: the nearest)")
    parser.add_argument("--policy", default="", metavar="PACK|FILE", help="the policy that bounds it, as for check")
    parser.add_argument("--image", action="append", default=[], metavar="TAR|LAYOUT", help="an image, as for check")
    for scanner in ("trivy", "grype"):
        parser.add_argument(f"--{scanner}-report", action="append", default=[], metavar="FILE", help="as for check")
    parser.add_argument("--now", default="", metavar="DATE", help="the day of its creation (default: today, UTC)")
    parser.add_argument("--dry-run", action="store_true", help="only print what would change")


def _except(parsed: Namespace) -> int:
    from gate.cli.check import day
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
            day(parsed.now),
            parsed.days or 0,
            day(parsed.expires) if parsed.expires else "",
            parsed.fingerprint,
            parsed.ticket,
            parsed.declaration,
            parsed.policy,
            tuple(parsed.image),
            tuple(parsed.trivy_report),
            tuple(parsed.grype_report),
        )
    )
    if not parsed.dry_run:
        write(made)
    _print(visible(line) for line in diff(made))
    _print(f"note: {visible(note)}" for note in made.notes)
    return 0


def _explain(parsed: Namespace) -> int:
    from gate.pipeline.escape_page import escape_page
    from gate.pipeline.pages import explained, listing

    table = list(escape_page(parsed.rule.strip()))
    _print(table or ([explained(parsed.rule)] if parsed.rule else listing()))
    return 0


def _policy(parsed: Namespace) -> int:
    from gate.policy.shipped import DEFAULT

    actions = {"show": _shown, "lint": _linted, "test": _tested, "new": _started}
    if not parsed.name and parsed.action != "show":
        raise UsageError(f"gate policy {parsed.action} needs a name", remedy="`gate --help` says of what")
    return actions[parsed.action](parsed.name or DEFAULT)


def _shown(name: str) -> int:
    from gate.pipeline.packs import pack
    from gate.policy.describe import describe

    _print(describe(pack(name)))
    return 0


def _linted(name: str) -> int:
    from gate.pipeline.packs import doubts

    problems = doubts(name)
    _print(
        f"{problem.at or name}: {problem.severity}: {problem.cause}"
        + (f" ({problem.remedy})" if problem.remedy else "")
        for problem in problems
    )
    return USAGE if any(problem.severity == "error" for problem in problems) else 0


def _tested(path: str) -> int:
    from gate.pipeline.policy_cases import outcomes
    from gate.reporters.escape import visible

    found = list(outcomes(path))
    failed = [outcome for outcome in found if outcome.wrong]
    for outcome in failed:
        _print([f"{visible(str(outcome.at))}: failed: {visible(outcome.name)}: {visible('; '.join(outcome.wrong))}"])
    _print([f"{len(found)} {'case' if len(found) == 1 else 'cases'}, {len(failed)} failed"])
    return 1 if failed else 0


def _started(name: str) -> int:
    from gate.policy.starter import starter

    sys.stdout.write(starter(name))
    return 0


def _schema(parsed: Namespace) -> int:
    from gate.pipeline.pages import shipped_text

    text = shipped_text("schemas", f"{parsed.name}.schema.json")
    if text is None:
        raise UsageError(f"the schema {parsed.name} is not installed", remedy="install the package again")
    sys.stdout.write(text)
    return 0


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(line.rstrip("\n") + "\n")
