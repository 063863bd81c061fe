"""Which line of a template brought which line of the output, and what is said where nobody knows."""

from __future__ import annotations

import re

import pytest

from gate.dialects.chart_output import Marks, TemplatePlaces, alike, sections
from gate.model.source import Source
from gate.syntax.go_template import actions, marked
from gate.syntax.rendered import Fixed, Rendered

TEMPLATE = """\
{{- if .Values.on }}
kind: Pod
metadata:
  name: {{ .Values.name }}
spec:
  {{- with .Values.security }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- /* a comment
  of two lines */}}
  containers: []
{{- end }}
"""

#: What Helm makes of the marked template, as it trims: the marks of the blocks come to the end of the line before.
PRINTED = """\
---
# Source: web/templates/a.yaml
#M1
kind: Pod #M2
metadata: #M3
  name: web #M4
spec: #M5 #M6
  securityContext: #M7
    runAsUser: 0
    privileged: true #M8 #M9 #M11
  containers: [] #M12 #M13
"""


def spans(template: str, printed: str) -> list[object]:
    """The spans of a rendering with marks, written `#M1` here, below the two lines of its heading."""
    marks = Marks("gate-token")
    marks.marked("web/templates/a.yaml", template)
    text = re.sub(r"#M(\d+)", r"#gate-token:0:\1", printed)
    plain = re.sub(r" ?#M\d+", "", printed)
    (found,) = marks.spans(sections(re.sub(r"yaml\n\n", "yaml\n", plain)), sections(text))
    return [*found[2:]]


def test_a_line_comes_from_the_line_of_the_next_mark() -> None:
    found = spans(TEMPLATE, PRINTED)
    assert found[:5] == [(2, 2), (3, 3), (4, 4), (5, 5), (7, 7)]
    assert found[5:7] == [(8, 8), (8, 8)]
    assert found[7] == (12, 12)


def test_a_line_that_marks_changed_is_not_known() -> None:
    marks = Marks("gate-token")
    marks.marked("a", "kind: Pod\nsum: {{ sum }}\n")
    plain = sections("---\n# Source: a\nkind: Pod\nsum: 1\n")
    other = sections("---\n# Source: a\nkind: Pod #gate-token:0:1\nsum: 2 #gate-token:0:2\n")
    assert marks.spans(plain, other)[0][2:4] == [(1, 1), None]


def test_a_mark_of_another_template_proves_nothing() -> None:
    marks = Marks("gate-token")
    for name in ("a", "b"):
        marks.marked(name, "kind: Pod\n")
    plain, other = (sections(f"---\n# Source: a\nkind: Pod{mark}\n") for mark in ("", " #gate-token:1:1"))
    assert marks.spans(plain, other)[0][2] is None


def test_sections_that_differ_prove_nothing() -> None:
    marks = Marks("gate-token")
    marks.marked("a", "kind: Pod\n")
    plain = sections("---\n# Source: a\nkind: Pod\n---\n# Source: b\nkind: Pod\n")
    other = sections("---\n# Source: a\nkind: Pod #gate-token:0:1\n")
    assert all(span is None for of_section in marks.spans(plain, other) for span in of_section)


@pytest.mark.parametrize(
    ("template", "lines"),
    [
        ("a: 1\nb: 2\n", {1, 2}),
        ("a: 1\n---\nb: 2", {1, 3}),
        ("{{- if a -}}\nb: 2\n{{ end }}\n", {2, 3}),
        ("{{ if a -}}\n\n  {{ b }}\n", {3}),
        ('{{ define "x" }}\na: 1\n{{ if b }}c{{ end }}\n{{ end }}\nd: 1\n', {4, 5}),
        ("{{/* a\n}} b */}}\nc: 1\n", {2, 3}),
        ('{{ printf "}}\\"\n" }}\nb: `\n', {2, 3}),
        ("{{ `}}\n` }}\n", {2}),
        ("a: {{ unclosed\nb: 1\n", set()),
    ],
)
def test_marks_stand_where_text_stays(template: str, lines: set[int]) -> None:
    text, found = marked(template, lambda number: f"<{number}>")
    assert found == lines
    assert re.sub(r"<\d+>", "", text) == template


def test_a_mark_comes_before_a_carriage_return() -> None:
    assert marked("a: 1\r\n", lambda _number: "<>")[0] == "a: 1<>\r\n"


def test_actions_end_where_they_end() -> None:
    text = '{{ "a}}b" }}{{/* }} */}}{{ end -}}'
    assert [text[one.start : one.end] for one in actions(text)] == ['{{ "a}}b" }}', "{{/* }} */}}", "{{ end -}}"]
    assert [one.trims for one in actions(text)] == [False, False, True]


def place(template: str, section: str, known: list[object], offset: int) -> str:
    """The place, as `line:column-line`, of what begins at an offset of a section."""
    source = Source("web/templates/a.yaml", template.encode())
    (cut,) = sections(f"---\n# Source: x\n{section}")
    places = TemplatePlaces(source, [cut], [[None, None, *known]])  # type: ignore[list-item]
    text = "\n".join(cut.lines)
    at = Rendered(source.path, text.encode(), "helm", range(1, 99), places).location(offset + 16, offset + 17)
    return f"{at.line}:{at.column}-{at.end_line}"


def test_what_is_not_known_stands_at_what_is_around_it() -> None:
    template = "spec:\n  security: {{ x }}\n"
    section = "spec:\n  security:\n    a: 1\n    b: 2\n"
    assert place(template, section, [(1, 1), (2, 2), None, None, None], section.index("b: 2")) == "2:3-2"
    assert place(template, section, [(1, 1), None, None, None, None], section.index("b: 2")) == "1:1-1"
    assert place(template, section, [None] * 5, section.index("b: 2")) == "1:1-1"


def test_of_several_lines_the_one_that_says_the_same_counts() -> None:
    template = "a:\n{{- b -}}\n  c: 1\n"
    assert place(template, "a:\n  c: 1\n", [(1, 1), (2, 3), None], 3) == "3:3-3"
    assert place(template, "a:\n  d: 1\n", [(1, 1), (2, 3), None], 3) == "2:1-3"


def test_for_want_of_marks_words_that_stand_once_are_known() -> None:
    source = Source("a", b"kind: Pod\nname: a\nname: a\nhost: true\n")
    (cut,) = sections("---\n# Source: a\nkind: Pod\nname: a\nhost: true\nmore: 1")
    assert alike(source, cut)[2:] == [(1, 1), None, (4, 4), None]


def test_no_place_is_behind_the_end_of_its_file() -> None:
    at = Rendered("a", b"x: 1\n", "helm", [7], Fixed(Source("b", b"y").location(0, 1))).location(5, 5)
    assert (at.path, at.line, at.rendered) == ("b", 1, "line 7 of helm")


def test_what_stands_before_the_first_heading_has_no_name() -> None:
    assert [one.name for one in sections("x: 1\n---\n# Source: a\ny: 1\n")] == ["", "a"]
    assert sections("\n\n") == []
    assert [one.first for one in sections("---\n# Source: a\ny\n---\n# Source: b\n")] == [1, 4]
