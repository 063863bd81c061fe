"""Write docs/rules.md and the tables of docs/coverage.md from the rules' pages, and the blocks of README.md.

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

from gate.cli.main import main as gate  # noqa: E402
from gate.model.source import Source  # noqa: E402
from gate.pipeline.reading import load as reader  # noqa: E402
from gate.readers import READERS  # noqa: E402
from gate.rules.registry import RULES, load  # noqa: E402
from tests.rules.pages import examples  # noqa: E402

BLOCK = re.compile(r"(<!-- run: gate (?P<command>[^\n]*) -->\n```text\n).*?(```\n<!-- end -->)", re.DOTALL)
SECTION = re.compile(r"(<!-- generated: rules -->\n).*?(<!-- end -->)", re.DOTALL)

FAMILIES = {
    "ISO": "The boundary of workloads",
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
    """Return the coverage page with its table of rules and readers filled in."""
    text = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    return SECTION.sub(lambda found: found[1] + _proven() + found[2], text)


def _proven() -> str:
    lines = [f"| rule | {' | '.join(READERS)} |", "|---" * (len(READERS) + 1) + "|"]
    for rule_id, entry in sorted(RULES.items()):
        readers = _readers(ROOT / (entry.module.replace(".", "/") + ".md"), rule_id)
        lines.append(f"| {rule_id} | {' | '.join('proven' if name in readers else '' for name in READERS)} |")
    return "\n".join(lines) + "\n"


def _readers(page: Path, rule_id: str) -> set[str]:
    """Return the readers through which an example on a page finds something."""
    return {
        _reader(one.path, example.files[one.path])
        for example in examples(page)
        for one in example.expected
        if one.rule == rule_id
    }


def _reader(path: str, text: str) -> str:
    source = Source(path, text.encode())
    name = path.rpartition("/")[2]
    return next((one for one, matches in READERS.items() if matches(name) and reader(one).claims(source)), "")


def main(arguments: list[str]) -> int:
    """Write the files, or say which of them are stale."""
    wanted = {
        ROOT / "README.md": readme(),
        ROOT / "docs" / "rules.md": rules(),
        ROOT / "docs" / "coverage.md": coverage(),
    }
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{path.relative_to(ROOT)} is {'stale: run `make generate`' if '--check' in arguments else 'written'}")
        if "--check" not in arguments:
            path.write_text(wanted[path], encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
