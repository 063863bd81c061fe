"""YAML is read as kubectl and Compose read it, refused, or in doubt; and nothing that is written makes it raise."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.errors import UnrenderedError
from gate.model.source import Source
from gate.syntax.tree import Mapping, Node, Opaque, Scalar, Sequence
from gate.syntax.yaml import COMPOSE, KUBERNETES, Document, documents
from tests.truth.yaml import cases

CASES = cases()

#: What kubectl refuses where the library that decodes one document does not; UTF-16 is refused by the gate alone.
REFUSED = {
    "encoding-1-utf16le": "is not UTF-8 but UTF-16",
    "encoding-2-utf16be": "is not UTF-8 but UTF-16",
    "stream-3-multi-inline": "Kubernetes allows nothing but a comment after `---`",
    "stream-4-yaml-directive": "is not YAML: did not find expected <document start>",
}

#: Cases that are read as Kubernetes reads them and as others do not.
DOUBTED = {
    *("boolean-03-yes", "boolean-04-Yes", "boolean-05-on", "boolean-06-ON", "boolean-07-y", "boolean-08-Y"),
    *("boolean-15-bool-yes", "key-3-binary", "merge-6-alias-redefine", "odd-8-unknown-tag", "stream-2-multi-dots"),
    *("encoding-5-cr", "encoding-8-ls-comment", "encoding-9-cr-comment"),
    *("number-01-00", "number-02-0x0", "number-03-0o0", "number-04-0b0", "number-06-0", "number-07-0-0"),
    *("number-08-0-0", "number-10-0e0", "number-11-1e3", "number-12-010", "number-13-0x3E8", "number-14-1-000"),
    *("number-16-0", "number-17-0", "number-18-01000", "number-19-0o1750"),
}


def read(text: str | bytes, dialect: str = KUBERNETES) -> list[Document]:
    return documents(Source("a.yaml", text if isinstance(text, bytes) else text.encode()), dialect)


def only(text: str | bytes, dialect: str = KUBERNETES) -> Node:
    (document,) = read(text, dialect)
    assert document.error is None, document.error
    assert document.root is not None
    return document.root


def entries(text: str, dialect: str = KUBERNETES) -> dict[str, Node]:
    root = only(text, dialect)
    assert isinstance(root, Mapping)
    return root.entries


def value(node: Node | None) -> Any:
    if isinstance(node, Mapping):
        return {name: value(inner) for name, inner in node.entries.items()}
    if isinstance(node, Sequence):
        return [value(item) for item in node.items]
    if isinstance(node, Opaque):
        return Opaque
    return node.value if isinstance(node, Scalar) else None


def doubts(node: Node | None) -> list[str]:
    found = [node.doubt] if node is not None and node.doubt else []
    if isinstance(node, Mapping):
        found += [doubt for inner in (*node.keys.values(), *node.entries.values()) for doubt in doubts(inner)]
    if isinstance(node, Sequence):
        found += [doubt for item in node.items for doubt in doubts(item)]
    return found


def refusal(text: str | bytes, dialect: str = KUBERNETES) -> str:
    (document,) = read(text, dialect)
    assert document.root is None
    assert document.error is not None
    return document.error.cause


def slice_of(node: Node) -> str:
    return node.source.text[node.start : node.end]


# ------------------------------------------------------------------------------------------------ the real consumers


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_read_as_kubernetes_reads_it(name: str) -> None:
    case = CASES[name]
    found = read(case.data)
    error = found[0].error if found else None
    if case.refuses or name in REFUSED:
        assert error is not None
        assert error.cause == REFUSED.get(name, error.cause)
        assert error.at.path == "a.yaml"
    else:
        assert error is None
        assert value(found[0].root if found else None) == case.reads


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_in_doubt_where_consumers_differ(name: str) -> None:
    case = CASES[name]
    found = [doubt for document in read(case.data) for doubt in doubts(document.root)]
    readable = not case.refuses and name not in REFUSED
    assert bool(found) is (readable and (name in DOUBTED or bool(case.strict))), found


def test_there_are_all_the_cases() -> None:
    assert len(CASES) == 107
    assert REFUSED.keys() | DOUBTED <= CASES.keys()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: yes\nb: 0o17\nc: 010\nd: 1_000\n", {"a": "yes", "b": 15, "c": 8, "d": 1000}),
        ("a: ! 1\nb: ! '1'\n", {"a": 1, "b": "1"}),
        ("b: &b {p: 1, q: 2}\na: {p: 0, <<: *b}\n", {"b": {"p": 1, "q": 2}, "a": {"p": 0, "q": 2}}),
        ("a: {<<: [{p: 1}, {p: 2, q: 3}]}\n", {"a": {"p": 1, "q": 3}}),
        ("a: !reset null\nb: !override [1]\n", {"a": "null", "b": [1]}),
        ("a: .inf\n", {"a": float("inf")}),
        ("a: 9223372036854775808\n", {"a": 2**63}),
        ("a: |\n  x", {"a": "x"}),
    ],
)
def test_compose_reads(text: str, expected: object) -> None:
    assert value(only(text, COMPOSE)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2\n",
        "1: a\n",
        "~: a\n",
        "2001-01-01: a\n",
        "a: {<<: {}, <<: {}}\n",
        "{?privileged: true}\n",
        "a: &a?b root\n",
        "a: [\n",
        "? [a]\n: b\n",
    ],
)
def test_compose_refuses(text: str) -> None:
    assert refusal(text, COMPOSE)


def test_compose_reads_up_to_the_first_error() -> None:
    first, second = read("a: 1\n---\nb: [\n---\nc: 1\n", COMPOSE)
    assert value(first.root) == {"a": 1}
    assert second.error is not None


def test_an_anchor_outlives_its_document_in_compose_alone() -> None:
    text = "a: &a 1\n---\nb: *a\n"
    assert [value(document.root) for document in read(text, COMPOSE)] == [{"a": 1}, {"b": 1}]
    assert read(text)[1].error is not None


def test_tags_of_ones_own_are_kept() -> None:
    (document,) = read("a: !reset null\nb: !!str x\n", COMPOSE)
    assert isinstance(document.root, Mapping)
    assert document.tags == {document.root.entries["a"]: "!reset"}
    assert not doubts(document.root)


# ------------------------------------------------------------------------------------------------------- documents


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("---\na: 1\n--- # next\nb: 2\n---\n", [{"a": 1}, {"b": 2}]),
        ("a: |\n  ---\n  x\n", [{"a": "---\nx\n"}]),
        ("# only a comment\n---\na: 1\n", [None, {"a": 1}]),
        ("a: 1\r\n---\r\nb: 2\r\n", [{"a": 1}, {"b": 2}]),
        ('{"a": 1}{"b": 2}\n', [{"a": 1}, {"b": 2}]),
        ('{"a": 1}\n---\nb: 2\n', [{"a": 1}, {"b": 2}]),
        ("{a: 1}\n---\n{b: 2}\n", [{"a": 1}, {"b": 2}]),
        ('\t{a: "\\u00e9"}', [{"a": "é"}]),
        ('{"a": "\\ud83d\\ude00"}', [{"a": "\U0001f600"}]),
        ("a: |\n  x", [{"a": "x\n"}]),
    ],
)
def test_a_stream_is_cut_as_kubectl_cuts_it(text: str, expected: object) -> None:
    assert [value(document.root) for document in read(text)] == expected


def test_a_broken_document_hides_no_other() -> None:
    first, second, third = read(b"a: [\n---\nb: \xff\n---\nc: 1\n")
    assert first.error is not None
    assert first.error.at.line == 2
    assert second.error is not None
    assert second.error.cause == "is not UTF-8"
    assert second.error.at.line == 3
    assert value(third.root) == {"c": 1}


def test_text_after_the_end_is_in_doubt() -> None:
    for text in ("a: 1\n...\nb: 2\n", "{a: 1} b\n"):
        root = only(text)
        assert value(root) == {"a": 1}
        assert "ignored by Kubernetes" in root.doubt
    assert not only("a: 1\n...\n# nothing\n").doubt


def test_the_parse_is_shared() -> None:
    source = Source("a.yaml", b"a: yes\n")
    assert documents(source) is documents(source, KUBERNETES)
    assert value(documents(source, COMPOSE)[0].root) == {"a": "yes"}


@pytest.mark.parametrize("text", ["---\n" * 40_000, "--- #\n" * 40_000, "{}" * 40_000, "--- x\n" * 40_000])
@pytest.mark.parametrize("dialect", [KUBERNETES, COMPOSE])
def test_documents_are_bounded(text: str, dialect: str) -> None:
    assert len(read(text, dialect)) <= 10_001


# --------------------------------------------------------------------------------------------------------- scalars


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("08", 8),
        ("0X1f", 31),
        ("-0x1F", -31),
        ("0b101", 5),
        ("0_7", 7),
        ("1__0", 10),
        (".5_0", 0.5),
        ("._5", "._5"),
        ("1e400", "1e400"),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", float(2**63)),
        ("1.50", 1.5),
        ("1e21", 1e21),
        ("1e3", 1000),
        ("0x", "0x"),
        ("+", "+"),
        ("1.2.3", "1.2.3"),
        ("2001-01-01", "2001-01-01"),
        ("!!float 1", 1),
        ('!!int "0x10"', 16),
        ("!!str 1", "1"),
        ("!!timestamp 2001-1-1", "2001-1-1"),
        ("!!binary aGk=", "hi"),
        ("${{ x }}", "${{ x }}"),
    ],
)
def test_a_scalar_is_worth(text: str, expected: object) -> None:
    found = value(entries(f"a: {text}\n")["a"])
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    "text",
    [".inf", ".nan", "!!int x", "!!bool 1", "!!null x", "!!binary ??", "!!float 1e400", "!!timestamp 2001-13-01"],
)
def test_a_scalar_is_refused(text: str) -> None:
    assert refusal(f"a: {text}\n")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1", "1"),
        ("0x10", "16"),
        ("1.5", "1.5"),
        ("0.1", "0.1"),
        ("1e6", "1e+06"),
        ("1e-5", "1e-05"),
        ("1e300", ".inf"),
        ("100000.0", "100000"),
        ("16777217.5", "1.6777218e+07"),
        ("yes", "true"),
        ("N", "false"),
    ],
)
def test_a_key_becomes_a_string(text: str, name: str) -> None:
    root = only(f"{text}: x\n")
    assert isinstance(root, Mapping)
    assert list(root.entries) == [name]
    assert root.keys[name].doubt


def test_what_every_reader_reads_alike_is_not_in_doubt() -> None:
    text = "a: true\nb: 1\nc: -1.5\nd: ''\ne: ~\nf: 2026-11-01\ng: '010'\nh: v1.2\ni: 10:99\nj: !!str 010\nk: []\n"
    assert not doubts(only(text))


@pytest.mark.parametrize("text", ["22:22", "-1:30", "1e3", "0o7", "y", "Off", "!x y", "18446744073709551615"])
def test_what_readers_read_differently_is_in_doubt(text: str) -> None:
    assert entries(f"a: {text}\n")["a"].doubt


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
