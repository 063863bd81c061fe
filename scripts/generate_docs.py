"""Write docs/rules.md, docs/controls.md, the tables of docs/coverage.md and docs/data.md, and the blocks of README.md.

    python scripts/generate_docs.py [--check]

`--check` writes nothing and fails when a file is not what it should be. A block of the README is the output of the
command that its comment names.
"""

from __future__ import annotations

import re
import sys
from contextlib import redirect_stdout
from io import BytesIO, TextIOWrapper
from os import chdir
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from control_table import controls  # noqa: E402
from date_disagreements import table as disagreements  # noqa: E402
from reader_coverage import cells, keys, reasons, shown, unknown  # noqa: E402

from gate.cli.main import main as gate  # noqa: E402
from gate.readers import READERS  # noqa: E402
from gate.rules.registry import RULES, load  # noqa: E402

BLOCK = re.compile(r"(<!-- run: gate (?P<command>[^\n]*) -->\n```text\n).*?(```\n<!-- end -->)", re.DOTALL)
SECTION = re.compile(r"(<!-- generated: (?:rules|dates) -->\n).*?(<!-- end -->)", re.DOTALL)

FAMILIES = {
    "ISO": "The boundary of workloads",
    "VM": "The boundary of virtual machines",
    "AGE": "The age of images",
    "PKG": "How packages get into images",
    "TPL": "Machine templates",
    "DCL": "Declarations and exceptions",
}


def readme() -> str:
    """Return the README with its blocks run again."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return BLOCK.sub(lambda found: found[1] + _output(found["command"].split()) + found[3], text)


def _output(arguments: list[str]) -> str:
    chdir(ROOT)
    captured = TextIOWrapper(BytesIO(), encoding="utf-8")
    with redirect_stdout(captured):
        status = gate(arguments)
    if status not in (0, 1):
        sys.exit(f"gate {' '.join(arguments)} ended with {status}; nothing is written")
    captured.flush()
    captured.seek(0)
    return captured.read()


def rules() -> str:
    """Return the index of all rules."""
    lines = [
        "# Rules",
        "",
        "Every rule has a page, which `gate explain ID` shows: what it is, why it matters, sources,",
    ]
    lines += ["and examples that the tests judge.", ""]
    for family, title in FAMILIES.items():
        lines += [f"## {title}", "", "| rule | name | severity | what it finds |", "|---|---|---|---|"]
        for rule_id in sorted(one for one in RULES if one.startswith(family)):
            rule = load(rule_id)
            page = f"../{RULES[rule_id].module.replace('.', '/')}.md"
            lines.append(f"| {rule.id} | [{rule.name}]({page}) | {rule.severity} | {rule.title} |")
        lines.append("")
    return "\n".join(lines)


def coverage() -> str:
    """Return the coverage page with its tables of rules, readers, reasons and keys filled in."""
    text = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    return SECTION.sub(lambda found: found[1] + _tables() + found[2], text)


def data() -> str:
    """Return the page about the tables with what other sources say otherwise filled in."""
    text = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    return SECTION.sub(lambda found: found[1] + disagreements() + found[2], text)


def _tables() -> str:
    table, open_cells = cells(), unknown()
    counts = ", ".join(f"{name} {count}" for name, count in open_cells.items() if count)
    lines = [
        f"Unknown: {sum(open_cells.values())} of {len(table) * len(READERS)}{f' ({counts})' if counts else ''}.",
        "",
        f"| rule | {' | '.join(READERS)} |",
        "|---" * (len(READERS) + 1) + "|",
        *(f"| {rule} | {' | '.join(shown(cell) for cell in row.values())} |" for rule, row in table.items()),
        "",
        "| | why the format cannot express it |",
        "|---|---|",
        *(f"| {number} | {reason} |" for number, reason in enumerate(reasons(), 1)),
        "",
        "| reader | keys that an example proves | keys that no example shows |",
        "|---|---|---|",
        *(f"| {name} | {_spelt(proven)} | {_spelt(missing)} |" for name, (proven, missing) in keys().items()),
    ]
    return "\n".join(lines) + "\n"


def _spelt(found: list[tuple[str, str]]) -> str:
    return ", ".join(f"`{key.rstrip(':= ')}` {rule}" for rule, key in found)


def main(arguments: list[str]) -> int:
    """Write the files, or say which of them are stale."""
    wanted = {
        ROOT / "README.md": readme(),
        ROOT / "docs" / "rules.md": rules(),
        ROOT / "docs" / "controls.md": controls(),
        ROOT / "docs" / "coverage.md": coverage(),
        ROOT / "docs" / "data.md": data(),
    }
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} is {'stale: run `make generate`' if '--check' in arguments else 'written'}")
        if "--check" not in arguments:
            path.write_text(wanted[path], encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
