"""Nothing that is written makes YAML raise, cost much, or pass for a template; and every node knows its place."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.errors import UnrenderedError
from gate.model.source import Source
from gate.syntax.tree import Mapping, Opaque, Sequence
from gate.syntax.yaml import COMPOSE, KUBERNETES, documents
from tests.syntax.reading import doubts, entries, only, read, refusal, slice_of, value
from tests.truth.yaml import cases

CASES = cases()

# ------------------------------------------------------------------------------------------------ merging and aliases


def test_merging_is_in_doubt_only_where_it_overrides() -> None:
    root = entries("x: &x {p: 1}\na: {<<: *x, p: 2}\nb: {p: 2, <<: *x}\nc: {q: 2, <<: *x}\n")
    assert [value(root[name]) for name in "abc"] == [{"p": 2}, {"p": 1}, {"q": 2, "p": 1}]
    assert [bool(doubts(root[name])) for name in "abc"] == [True, True, False]
    assert "`<<` overrides" in root["b"].doubt


def test_a_quoted_merge_key_is_a_string() -> None:
    assert value(only('"<<": {a: 1}\n')) == {"<<": {"a": 1}}


@pytest.mark.parametrize("text", ["a: {<<: 1}\n", "a: {<<: [1]}\n", "x: &x [{}]\na: {<<: *x}\n", "a: &a {<<: *a}\n"])
def test_merging_is_refused(text: str) -> None:
    if "&x" in text:
        assert value(only(text)) == {"x": [{}], "a": {}}
    else:
        assert refusal(text)


def test_an_alias_is_the_node_of_its_anchor() -> None:
    root = entries("a: &a {x: 1}\nb: *a\n")
    assert root["a"] is root["b"]


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 9)
)
MERGES = "a0: &a0 {k: v}\n" + "".join(
    f"a{level}: &a{level} {{<<: [*a{level - 1}], k{level}: v}}\n" for level in range(1, 1000)
)


@pytest.mark.parametrize("text", [LAUGHS, MERGES, f"a: &a [{'x, ' * 5000}]\nb: [{'*a, ' * 99}]\n"])
@pytest.mark.parametrize("dialect", [KUBERNETES, COMPOSE])
def test_a_bomb_is_refused(text: str, dialect: str) -> None:
    assert "multiply" in refusal(text, dialect)


def test_bombs_are_counted_over_all_documents() -> None:
    entry = ", ".join(f"k{number}: v" for number in range(50))
    text = f"a: &a {{{entry}}}\nb: [{'{<<: *a}, ' * 100}]\n---\n" * 60
    assert [document.error is None for document in read(text)][::59] == [True, False]


def test_nodes_are_counted_over_all_documents() -> None:
    for text in (f"[{'a, ' * 50_000}\n---\n" * 8, f'{{"a": [{"1, " * 50_000} 1]}}' * 8):
        last = read(text)[-1].error
        assert last is not None
        assert "nodes" in last.cause


def test_hidden_characters_are_in_doubt() -> None:
    for character in ("\x85", "\u2028", "\u202e", "\u2066", "\r"):
        assert "to people" in only(f"# x{character}#\na: 1\n").doubt
        assert "to people" in only(f"# x{character}#\na: 1\n", COMPOSE).doubt


def test_ordinary_reuse_is_no_bomb() -> None:
    common = "x: &x {" + ", ".join(f"k{number}: v" for number in range(40)) + "}\n"
    assert len(entries(common + "".join(f"s{number}: {{<<: *x, own: 1}}\n" for number in range(30)))) == 31


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        "{" * 50_000,
        "- " * 50_000,
        "? " * 50_000,
        "".join(" " * depth + "a:\n" for depth in range(300)),
        "a: " + "[" * 201 + "]" * 201,
    ],
)
@pytest.mark.parametrize("dialect", [KUBERNETES, COMPOSE])
def test_depth_is_bounded(text: str, dialect: str) -> None:
    assert refusal(text, dialect)


def test_depth_that_people_use_is_allowed() -> None:
    assert isinstance(only("[" * 200 + "]" * 200), Sequence)


@pytest.mark.parametrize("text", ["[" + "a," * 260_000 + "]", "a: [" + "[]," * 260_000 + "]", "- a\n---\n" * 9_000])
def test_nodes_are_bounded(text: str) -> None:
    last = read(text)[-1]
    assert last.error is None or "nodes" in last.error.cause
    assert (last.error is None) is text.startswith("- ")


# ------------------------------------------------------------------------------------------------------- templates


@pytest.mark.parametrize(
    "text",
    [
        "replicas: {{ .Values.replicas }}\n",
        "{{- if .Values.enabled }}\napiVersion: v1\n{{- end }}\n",
        'metadata:\n  labels:\n    {{- include "x.labels" . | nindent 4 }}\n',
        "spec:\n  a: 1\n  {{- with .Values.b }}\n  b: {{ . }}\n  {{- end }}\n",
        "{% if x %}\na: 1\n{% endif %}\n",
        "a: {{ `x` }}\n",
        "- {{ x }}\n",
        'a: b\nname: "{{ include "x" . }}-test"\n',
        "- '{{ if eq .x 'y' }}z{{ end }}'\n",
    ],
)
@pytest.mark.parametrize("dialect", [KUBERNETES, COMPOSE])
def test_a_template_is_said_to_be_one(text: str, dialect: str) -> None:
    error = read(text, dialect)[0].error
    assert isinstance(error, UnrenderedError)
    assert error.remedy


@pytest.mark.parametrize(
    "text",
    [
        "a: [\n# {{ x }}\n",
        "a: '{{ x }}'\na: {b: c:}\nd: [\n",
        "m: {name:, x: '{{ x }}'}\n",
        "a: !t{{ x }}\n",
        f"{'[' * 300} # {{{{ x }}}}\n",
        f"a: &a [{'x, ' * 5000}]\nb: [{'*a, ' * 99}] # {{{{ x }}}}\n",
    ],
)
def test_an_expression_excuses_nothing_else(text: str) -> None:
    (document,) = read(text)
    assert document.error is not None
    assert not isinstance(document.error, UnrenderedError)


def test_a_value_with_an_expression_is_opaque() -> None:
    root = entries("a: '{{ x }}'\nb: x-{{ y }}\nc: ${{ z }}\nd: ['{% e %}']\n")
    assert [value(root[name]) for name in "abcd"] == [Opaque, Opaque, "${{ z }}", [Opaque]]


def test_a_key_with_an_expression_is_read_as_it_stands() -> None:
    root = only("'{{ x }}': 1\nprivileged: true\n")
    assert value(root) == {"{{ x }}": 1, "privileged": True}
    assert root.doubt


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("a: 1 # {{ if x }}\n", True),
        ("#{{- range .Values.x }}\na: 1\n", True),
        ("a: 1\n# {% if x %}\n", True),
        ("a: #@ data.values.a\n", True),
        ("# see {{ .Values.x }}\na: 1\n", False),
        ("a: |\n  # {{ if x }}\nb: '#@ x'\n", False),
        ("a: |\n  # {{ if x }}\nb: 1 # {{ end }}\n", True),
    ],
)
def test_a_comment_that_a_template_engine_acts_upon_is_a_doubt(text: str, *, doubted: bool) -> None:
    assert bool(only(text).doubt) is doubted


# -------------------------------------------------------------------------------------------------------- positions


@pytest.mark.parametrize("prefix", ["", "\ufeff", "é: '\U0001f600'\r\n", "# \x85\u2028", "a: 1\n---\n"])
def test_offsets_are_those_of_the_text(prefix: str) -> None:
    root = read(f"{prefix}key: [one, 'two', {{x: \"thr\\u0065e\"}}]\nlast: |\n  text")[-1].root
    assert isinstance(root, Mapping)
    items = root.entries["key"]
    assert isinstance(items, Sequence)
    assert [slice_of(item) for item in items.items] == ["one", "'two'", '{x: "thr\\u0065e"}']
    assert slice_of(items) == "[one, 'two', {x: \"thr\\u0065e\"}]"
    assert slice_of(root.keys["key"]) == "key"
    assert slice_of(root.entries["last"]) == "|\n  text"
    assert root.end == len(root.source.text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [\nc: 2\n", 2),
        ("a: 1\nb: *c\n", 2),
        ("a:\n  ? [x]\n  : y\n", 2),
        ("a: b\n\x00\n", 2),
        ("é\n\tx: [}\n", 2),
    ],
)
def test_an_error_has_its_place(text: str, line: int) -> None:
    error = read(text)[0].error
    assert error is not None
    assert error.at.line == line


@pytest.mark.parametrize(
    "data", [b"a: \xe9\n", b"a: \xed\xa0\x80\n", b"\xff\xfea\x00", b"\xfe\xff\x00a", b"a: 1\n\xef\xbb\xbfb: 2\n"]
)
@pytest.mark.parametrize("dialect", [KUBERNETES, COMPOSE])
def test_an_encoding_is_refused(data: bytes, dialect: str) -> None:
    assert refusal(data, dialect)


@pytest.mark.parametrize("name", ["merge-1-merge-override", "encoding-0-bom", "stream-6-bad-doc-last", "odd-2-laughs"])
def test_libyaml_can_be_absent(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [(value(document.root), document.error is None) for document in read(CASES[name].data)]
    monkeypatch.setitem(sys.modules, "yaml.cyaml", None)
    found = read(CASES[name].data)
    assert [(value(document.root), document.error is None) for document in found] == expected
    assert refusal(b"a: \xff\n") == "is not UTF-8"


# ------------------------------------------------------------------------------------------------------- properties

MARKS = st.sampled_from(
    [
        *(
            "a",
            "b: ",
            ": ",
            "\n",
            "\n  ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            ", ",
            '"',
            "'",
            "|",
            ">",
            "&a ",
            "*a",
            "!t ",
            "!!int ",
        ),
        *(
            "#",
            "? ",
            "---\n",
            "...\n",
            "\t",
            "<<: ",
            "~",
            "1",
            "{{",
            "}}",
            "{%",
            "%",
            "\r",
            "é",
            "\\",
            ".inf",
            "\ufeff",
        ),
        *("\x85", "\x00"),
    ]
)


@given(st.one_of(st.binary(), st.lists(MARKS).map(lambda marks: "".join(marks).encode())))
@settings(max_examples=400)
def test_nothing_raises(data: bytes) -> None:
    for dialect in (KUBERNETES, COMPOSE):
        source = Source("a.yaml", data)
        for document in documents(source, dialect):
            assert document.root is None or document.error is None
            where = document.error.at if document.error is not None else document.at
            assert 0 <= where.start <= where.end <= len(source.text) + 1


WHOLE = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text("aé\U0001f600 :,[]}'\"\\-?&*!|>@`~=.<0123456789yn\n\t/", max_size=8)
SCALARS = st.one_of(st.none(), st.booleans(), WHOLE, st.floats(allow_nan=False, allow_infinity=False), TEXT)
VALUES = st.recursive(SCALARS, lambda inner: st.one_of(st.lists(inner), st.dictionaries(TEXT, inner)), max_leaves=8)


@given(st.dictionaries(TEXT, VALUES))
@settings(max_examples=60)
def test_json_is_read_as_json(document: dict[str, object]) -> None:
    text = json.dumps(document)
    found = read(text)[0]
    assert found.error is None
    assert value(found.root) == json.loads(text)
    assert value(read(f"# as YAML\n{json.dumps(document, ensure_ascii=False)}")[0].root) == json.loads(text)
