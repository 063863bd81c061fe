"""YAML is read as kubectl and Compose read it, refused, or in doubt."""

from __future__ import annotations

import pytest

from gate.model.source import Source
from gate.syntax.tree import Mapping
from gate.syntax.yaml import COMPOSE, KUBERNETES, documents
from tests.syntax.reading import doubts, entries, only, read, refusal, value
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
