"""Every command but `check`."""

from __future__ import annotations

from gate.cli.data import add_to as add_data
from gate.cli.data import run as run_data
from gate.cli.excepting import add_to as add_except
from gate.cli.excepting import run as run_except
from gate.cli.help import CHECK, OVERVIEW
from gate.cli.outputs import show
from gate.model.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable

    from gate.cli.arguments import Parser

SCHEMAS = ("policy", "policy-tests", "declaration", "baseline", "report", "data")
COMMANDS = ("check", "except", "explain", "data", "policy", "schema")
USAGE = 2


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    if arguments[:1] == ["check"]:
        show(CHECK)
        return 0
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        show(OVERVIEW)
        return 0
    if arguments[0] not in COMMANDS:
        raise UsageError(f"there is no command {arguments[0]}", remedy=f"one of: {', '.join(COMMANDS)}")
    parser = _parser()
    try:
        parsed, others = parser.parse_known_args(arguments)
    except SystemExit:
        # Help was asked for, and shown.
        return 0
    if others:
        parser.refuse(parsed.command, others)
    commands = {"explain": _explain, "except": run_except, "data": run_data, "policy": _policy, "schema": _schema}
    return commands[parsed.command](parsed)


def _parser() -> Parser:
    from gate.cli.arguments import Parser

    parser = Parser(prog="gate", description="A security gate for CI.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    explain = commands.add_parser("explain", help="what a rule asks, why, and what to do", allow_abbrev=False)
    explain.add_argument(
        "name",
        nargs="?",
        default="",
        help="the id or name of a rule, requirement (R5), level (L4), fact, way out (`escapes`, E10), axis or score; "
        "without one, list all rules",
    )
    add_except(commands.add_parser("except", help="write an exception into the declaration", allow_abbrev=False))
    add_data(commands.add_parser("data", help="the dates the verdicts rest on", allow_abbrev=False))
    policy = commands.add_parser("policy", help="a policy pack with its sources", allow_abbrev=False)
    policy.add_argument("action", choices=("show", "lint", "test", "new"))
    policy.add_argument("name", nargs="?", default="", help="the name of a pack, a file, or a folder of tests")
    schema = commands.add_parser("schema", help="a JSON Schema", allow_abbrev=False)
    schema.add_argument("name", choices=SCHEMAS)
    return parser


def _explain(parsed: Namespace) -> int:
    from gate.pipeline.explaining import explanation
    from gate.pipeline.pages import listing

    _print(explanation(parsed.name) if parsed.name else listing())
    return 0


def _policy(parsed: Namespace) -> int:
    from gate.policy.shipped import DEFAULT

    actions = {"show": _shown, "lint": _linted, "test": _tested, "new": _started}
    if not parsed.name and parsed.action != "show":
        raise UsageError(f"`gate policy {parsed.action}` needs a name", remedy="`gate --help` says of what")
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

    show(starter(name))
    return 0


def _schema(parsed: Namespace) -> int:
    from gate.pipeline.pages import shipped_text

    text = shipped_text("schemas", f"{parsed.name}.schema.json")
    if text is None:
        raise UsageError(f"the schema {parsed.name} is not installed", remedy="install the package again")
    show(text)
    return 0


def _print(lines: Iterable[str]) -> None:
    show("".join(line.rstrip("\n") + "\n" for line in lines))
