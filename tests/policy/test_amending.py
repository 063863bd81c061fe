"""An exception is added to a declaration, and every other byte stays."""

from __future__ import annotations

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.policy import Grant
from gate.model.record import replace
from gate.model.source import Source
from gate.policy.amending import new_file, with_exception
from gate.policy.declaration import load_declaration

FIELDS = {
    "rule": "ISO004",
    "subject": "a.yaml#Pod/b",
    "fingerprint": "0123456789012345",
    "reason": "it's: needed, # x",
    "owner": "platform team",
    "created": "2026-11-01",
    "expires": "2026-11-30",
}
ONE = "rule: ISO001, workload: a, reason: r, owner: o, created: 2026-11-01, expires: 2026-11-30"
LINES = "rule: ISO001\n{0}  workload: a\n{0}  owner: o\n{0}  created: 2026-11-01\n{0}  expires: 2026-11-30"

#: Declarations by what is particular about the way they are written.
WRITTEN = {
    "no list": "version: 1\n",
    "no list, no line end": "version: 1",
    "no list, comment at the end": "version: 1\n# the end\n",
    "no list, comment without a line end": "version: 1\n\n# the end",
    "no list, end of the document": "---\nversion: 1\n...\n",
    "no list, all in braces": "{version: 1}\n",
    "no list, braces and a comma": "---\n{version: 1,}  # short\n",
    "no list, a byte order mark": "\ufeffversion: 1\n",
    "no list, a text of lines at the end": "version: 1\nexclude:\n- paths: [a]\n  reason: |\n    one\n\n    two\n\n",
    "empty list in braces": "{version: 1, exceptions: []}\n",
    "empty list with a comment in it": "version: 1\nexceptions: [\n  # none yet\n]\n",
    "brackets": f"version: 1\nexceptions: [{{{ONE}}}]  # short\nworkloads: []\n",
    "brackets and a comma": f"version: 1\nexceptions: [{{{ONE}}},]\n",
    "brackets, a line each": f"version: 1\nexceptions: [\n  {{{ONE}}}, # one\n  {{{ONE}}} # two\n]\n",
    "brackets, a line each, commas": f"version: 1\nexceptions: [\n  {{{ONE}}}, # one\n  {{{ONE}}}, # two\n]\n",
    "brackets, closed in the last line": f"version: 1\nexceptions: [\n  {{{ONE}}},\n  {{{ONE}}}]\n",
    "a line each": f"version: 1\nexceptions:\n  # all of them\n  - {{{ONE}}} # one\n\n# next\nworkloads: []\n",
    "a line each, no line end": f"version: 1\nexceptions:\n- {{{ONE}}}",
    "an anchor": f"version: 1\nexceptions: &all\n- {{{ONE}}}\nworkloads: []\n",
    "lines": "version: 1\nexceptions:\n- " + LINES.format("") + "\n  reason: r  # why\nworkloads: []\n",
    "lines, indented": "version: 1\nexceptions:\n    - " + LINES.format("    ") + "\n      reason: r\n# end\n",
    "lines, a text of lines": "version: 1\nexceptions:\n- " + LINES.format("") + "\n  reason: |+\n    x\n\n\n# end\n",
    "lines, no line end": "version: 1\nexceptions:\n- " + LINES.format("") + "\n  reason: a\n    b",
    "lines, below the dash": "version: 1\nexceptions:\n-\n  " + LINES.format("") + "\n  reason: r\n",
    "malformed ones": "version: 1\nexceptions:\n- {rule: ISO001}\n- nothing\nworkloads: []\n",
}


def loaded(text: str) -> tuple[list[Grant], int]:
    """The exceptions of a declaration without their places, and how many are not taken."""
    declaration = load_declaration(Source(".gate.yaml", text.encode()))
    nowhere = load_declaration(Source("", b"version: 1\nexceptions: [{" + ONE.encode() + b"}]\n")).exceptions[0].at
    return [replace(grant, at=nowhere) for grant in declaration.exceptions], len(declaration.malformed)


def amended(text: str) -> str:
    return with_exception(Source(".gate.yaml", text.encode()), FIELDS)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("name", WRITTEN)
def test_one_is_added_and_all_else_stays(name: str, line_end: str) -> None:
    before = WRITTEN[name].replace("\n", line_end)
    after = amended(before)
    old, malformed = loaded(before)
    (new,) = loaded(new_file(FIELDS))[0]
    assert loaded(after) == ([*old, new], malformed)
    changes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    assert {kind for kind, *_ in changes} <= {"equal", "insert"}
    assert "\n" not in after.replace("\r\n", "") or "\r\n" not in before
    assert after.endswith("\n") == before.endswith("\n")


@pytest.mark.parametrize("rest", ["", "  # none yet", "\nworkloads: []", "   # none\n# next\nworkloads: []\n"])
def test_an_empty_list_becomes_one_of_lines(rest: str) -> None:
    after = amended(f"version: 1\nexceptions: []{rest}")
    first = rest.partition("\n")[0]
    assert after.startswith(f"version: 1\nexceptions:{first}\n- rule: ISO004\n  subject: ")
    assert after.endswith(rest.partition("\n")[2])
    assert len(loaded(after)[0]) == 1


def test_it_looks_like_its_neighbours() -> None:
    lines = amended(WRITTEN["a line each"]).splitlines()
    assert [line[:12] for line in lines if "ISO00" in line] == ["  - {rule: I"] * 2
    assert lines[4].startswith("  - {rule: ISO004")
    lines = amended(WRITTEN["lines, indented"]).splitlines()
    assert lines[8:10] == ["    - rule: ISO004", '      subject: "a.yaml#Pod/b"']
    lines = amended(WRITTEN["brackets, a line each"]).splitlines()
    assert lines[2].endswith(", # one")
    assert lines[3].endswith(", # two")
    assert lines[4].startswith("  {rule: ISO004")


#: Texts that YAML has other ideas about.
AWKWARD = ["yes", "No", "null", "~", "1.30", "0x1", "- a", "a: b", "a #b", "#a", "'", '"', "\\", "{a}", "[a", "a,b",
           "*a", "&a", "!a", "%a", "@a", "`a", "|", ">", "?", " a", "a ", "a\nb", "\t", "é", "\u2028", "\U0001f600",
           "2026-11-01", "a  b", "it's", "12e3", "---", "..."]  # fmt: skip


@given(st.sampled_from(AWKWARD) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_every_text_is_read_as_it_was_meant(reason: str) -> None:
    for before in ("version: 1\n", f"version: 1\nexceptions:\n- {{{ONE}}}\n"):
        text = with_exception(Source(".gate.yaml", before.encode()), {**FIELDS, "reason": reason})
        grants, malformed = loaded(text)
        assert (grants[-1].reason, malformed) == (reason, 0) if reason.strip(" \t\r\n") else malformed == 1
