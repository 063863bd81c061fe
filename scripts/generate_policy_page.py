"""Fill the tables of docs/policy.md in from the shipped packs and the vocabularies that packs are checked with.

    python scripts/generate_policy_page.py [--check]

`--check` writes nothing and fails when the page is not what it should be.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from generate_policies import packs  # noqa: E402

from gate.model.policy import NEEDS  # noqa: E402
from gate.model.score import DIMENSIONS  # noqa: E402
from gate.model.sensitivity import CLASSES  # noqa: E402
from gate.policy.conditions import FIELDS, ONE_OF, OPERATORS, WORDS  # noqa: E402
from gate.policy.describe import demand, occasion, undeclared  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.model.policy import Policy, RequirementRule

PAGE = ROOT / "docs" / "policy.md"

SECTION = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(page: str) -> str:
    """Return the page with its generated sections filled in."""
    sections = {"needs": needs(), "fields": condition_fields(), "packs": shipped()}
    return SECTION.sub(lambda found: "\n".join([found[1], *sections[found[2]], "", found[3]]), page)


def table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield the lines of a table."""
    for row in (headings, ("---",) * len(headings), *rows):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def needs() -> list[str]:
    """Say what a requirement may need beside a level."""
    return list(table(("need", "meaning"), ((f"`{name}`", meaning) for name, meaning in NEEDS.items())))


def condition_fields() -> list[str]:
    """Say which fields there are, and how each is compared."""
    rows = (
        (
            f"`{field}`",
            code(OPERATORS.get(field, ONE_OF)),
            code(WORDS[field]),
        )
        for field in FIELDS
    )
    return list(table(("field", "comparisons", "values"), rows))


def shipped() -> list[str]:
    """Show the default pack in full, and of every other what it changes."""
    standard, *others = packs().values()
    lines = [f"## The pack `{standard.name}`", "", *settings(standard), "", *requirements(standard.requirements)]
    for pack in others:
        changed = [rule for rule in pack.requirements if rule not in standard.requirements]
        lines += ["", f"## The pack `{pack.name}`", "", *settings(pack), ""]
        lines += [f"Requirements that are not those of `{standard.name}`:", "", *requirements(changed)]
    return lines


def settings(policy: Policy) -> Iterator[str]:
    """Show everything but the requirements."""
    yield f"Workloads that nobody declared {undeclared(policy)}. Templates that nobody rendered: {policy.unrendered}."
    yield f"Package fixes are due by: {code(policy.remediation)}."
    yield f"Rules that always block: {code(policy.require) or 'none'}."
    yield f"Rules that no exception permits: {code(policy.never_excepted) or 'none'}."
    yield "Expected evidence: " + "; ".join(f"{stage}: {code(known)}" for stage, known in policy.evidence.items()) + "."
    yield ""
    rows = ((f"`{name}`", policy.classes[name], *minima(policy, name)) for name in CLASSES)
    scores = (dimension.replace("_", " ") for dimension in DIMENSIONS)
    yield from table(("class", "impact", *scores, "longest exception"), rows)


def minima(policy: Policy, name: str) -> Iterator[str]:
    """Show the thresholds of a class, and its longest exception."""
    for dimension in DIMENSIONS:
        found = policy.thresholds[name][dimension]
        yield f"{found.minimum} (undecided: {found.undecided})"
    yield f"{policy.longest_exception[name]} days"


def requirements(rules: Iterable[RequirementRule]) -> Iterator[str]:
    """Show requirements with their sources."""
    rows = ((rule.id, demand(rule), occasion(rule), code(rule.needs), rule.text, rule.source) for rule in rules)
    yield from table(("id", "what", "when", "needs", "why", "source"), rows)


def code(words: Iterable[str]) -> str:
    """List words as code."""
    return ", ".join(f"`{word}`" for word in words)


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` say whether it is what it should be."""
    page = PAGE.read_text(encoding="utf-8")
    text = filled(page)
    if "--check" in arguments and page != text:
        print(f"{PAGE.relative_to(ROOT)} is out of date: run scripts/generate_policy_page.py", file=sys.stderr)
        return 1
    if page != text:
        PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
