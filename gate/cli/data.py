"""`gate data`: the dates that verdicts rest on, and how to renew them."""

from __future__ import annotations

import os

from gate.cli.outputs import show
from gate.model.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from gate.data.document import Given
    from gate.data.tables import Tables

#: What a folder of `--from` holds.
NAME = "boundary-gate-data.json"


def add_to(parser: ArgumentParser) -> None:
    """Describe the command."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, about in (("show", "what the tables say"), ("verify", "whether they are what was generated")):
        one = actions.add_parser(name, help=about, allow_abbrev=False)
        one.add_argument("--data", default="", metavar="FILE", help="a file of tables in place of the embedded ones")
        one.add_argument("--now", default="", metavar="DATE", help="the day to tell their age on (default: today, UTC)")
    export = actions.add_parser("export", help="write the tables to a file", allow_abbrev=False)
    export.add_argument("file", nargs="?", default="", metavar="FILE", help="where to (default: standard output)")
    export.add_argument("--data", default="", metavar="FILE", help="a file of tables in place of the embedded ones")
    update = actions.add_parser("update", help="put newer tables in place of the embedded ones", allow_abbrev=False)
    update.add_argument("--from", dest="origin", required=True, metavar="FILE|FOLDER|URL", help="where they are")
    update.add_argument("--sha256", required=True, metavar="HEX", help="the digest that the file has to have")
    update.add_argument("--to", default="", metavar="FILE", help="where to (default: what BOUNDARY_GATE_DATA names)")


def run(parsed: Namespace) -> int:
    """Run the command and return its exit status."""
    actions = {"show": _show, "verify": _verify, "export": _export, "update": _update}
    return actions[parsed.action](parsed)


def _tables(parsed: Namespace) -> Tables:
    from gate.pipeline.tables import TableSource

    return TableSource(parsed.data, "").tables()


def _show(parsed: Namespace) -> int:
    tables = _tables(parsed)
    shelf = tables.shelf
    _say(f"tables of {shelf.date}, {shelf.origin}")
    _age(tables, parsed)
    for name, digest in shelf.digests().items():
        _say(f"sha256 {digest}  {name}")
    for source in shelf.sources:
        _say("source " + "  ".join(part for part in source if part))
    _say("")
    for row in tables.show():
        _say("  ".join(row).rstrip())
    return 0


def _verify(parsed: Namespace) -> int:
    tables = _tables(parsed)
    problems = tables.verify()
    for problem in problems or ["the data tables are complete and consistent"]:
        _say(problem)
    _age(tables, parsed)
    return 1 if problems else 0


def _age(tables: Tables, parsed: Namespace) -> None:
    """Say what their age makes of them; that fails nothing."""
    from gate.cli.check import day
    from gate.freshness.staleness import notes

    for note in notes(tables.date, day(parsed.now)):
        _say(f"note: the tables {note}")


def _export(parsed: Namespace) -> int:
    from gate import __version__
    from gate.cli.outputs import emit
    from gate.data.document import document, text

    emit([(_target(parsed.file) if parsed.file else "", text(document(_tables(parsed).shelf, __version__)))])
    return 0


def _update(parsed: Namespace) -> int:
    """Take over a file that has the digest, once all of it was checked; otherwise what is there stays."""
    from gate.cli.outputs import emit
    from gate.model.source import Source
    from gate.pipeline.tables import VARIABLE
    from gate.pipeline.tables import parsed as parsed_tables
    from gate.policy.reference import check_digest

    target = parsed.to or os.environ.get(VARIABLE, "")
    if not target:
        remedy = f"add --to FILE, or set {VARIABLE}; a run takes it up with --data FILE or by that variable"
        raise UsageError("there is no place for the tables", remedy=remedy)
    target = _target(target)
    wanted = parsed.sha256.removeprefix("sha256:").lower()
    if len(wanted) != 64 or wanted.strip("0123456789abcdef"):
        raise UsageError("--sha256 is no digest", remedy="write the 64 hexadecimal digits that came with the file")
    data = _bytes(parsed.origin)
    check_digest(parsed.origin, data, wanted)
    tables = parsed_tables(Source(parsed.origin, data))
    emit([(target, data.decode("utf-8"))])
    _say(f"{target} has tables of {tables.date}: use it with --data {target}@sha256:{wanted}")
    for line in _losses(tables):
        _say(f"note: {line}")
    return 0


def _bytes(origin: str) -> bytes:
    """Read a file, or that of a folder; ask the network for an address and for nothing else."""
    from gate.pipeline.tables import MAX_DATA, opened

    if "://" not in origin:
        return opened(os.path.join(origin, NAME) if os.path.isdir(origin) else origin).data
    from gate.tools.download import DownloadError, fetched

    try:
        return fetched(origin, MAX_DATA)
    except DownloadError as error:
        raise UsageError(f"{origin} {error}", remedy="fetch it otherwise, and name the file") from None


def _target(path: str) -> str:
    if os.path.lexists(path) and not os.path.isfile(path):
        raise UsageError(f"{path} is no regular file", remedy="name a file")
    return path


def _losses(tables: Given) -> list[str]:
    """Say what the embedded tables know that newer ones do not."""
    from gate.data.shelf import Embedded

    embedded = Embedded()
    lost = sorted({*embedded.titles} - {*tables.titles}), sorted({*embedded.windowed} - {*tables.windowed})
    notes = [f"nothing is known any more of {', '.join(names)}" for names in lost if names]
    if tables.date < embedded.date:
        notes.append(f"the embedded tables are newer: of {embedded.date}")
    return notes


def _say(line: str) -> None:
    from gate.reporters.escape import visible

    show(f"{visible(line)}\n")
