"""Every command but `check`."""

from __future__ import annotations

import sys

from gate.cli.help import CHECK, OVERVIEW
from gate.model.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable

SCHEMAS = ("policy", "declaration", "baseline", "report")
USAGE = 2


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    if arguments[:1] == ["check"]:
        sys.stdout.write(CHECK)
        return 0
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        sys.stdout.write(OVERVIEW)
        return 0
    try:
        parsed = _parser().parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    commands = {"explain": _explain, "data": _data, "policy": _policy, "schema": _schema}
    return commands[parsed.command](parsed)


def _parser() -> ArgumentParser:
    from argparse import ArgumentParser

    parser = ArgumentParser(prog="gate", description="A security gate for CI.", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    explain = commands.add_parser("explain", help="what a rule asks, why, and what to do", allow_abbrev=False)
    explain.add_argument("rule", nargs="?", default="", help="a rule's id or name; without one, list all rules")
    data = commands.add_parser("data", help="the dates the verdicts rest on", allow_abbrev=False)
    data.add_argument("action", choices=("show", "verify"))
    policy = commands.add_parser("policy", help="a policy pack with its sources", allow_abbrev=False)
    policy.add_argument("action", choices=("show", "lint"))
    policy.add_argument("name", nargs="?", default="standard", help="the name of a pack, or a file")
    schema = commands.add_parser("schema", help="a JSON Schema", allow_abbrev=False)
    schema.add_argument("name", choices=SCHEMAS)
    return parser


def _explain(parsed: Namespace) -> int:
    from gate.pipeline.pages import explained, listing

    _print(listing() if not parsed.rule else [explained(parsed.rule)])
    return 0


def _data(parsed: Namespace) -> int:
    from gate.data.tables import Tables

    tables = Tables()
    if parsed.action == "show":
        _print("  ".join(row) for row in tables.show())
        return 0
    problems = list(tables.verify())
    _print(problems or ["the data tables are complete and consistent"])
    return 1 if problems else 0


def _policy(parsed: Namespace) -> int:
    from gate.pipeline.packs import doubts, pack
    from gate.policy.describe import describe

    if parsed.action == "show":
        _print(describe(pack(parsed.name)))
        return 0
    problems = doubts(parsed.name)
    _print(
        f"{problem.at or parsed.name}: {problem.severity}: {problem.cause}"
        + (f" ({problem.remedy})" if problem.remedy else "")
        for problem in problems
    )
    return USAGE if any(problem.severity == "error" for problem in problems) else 0


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
