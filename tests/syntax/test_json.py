"""JSON is read as `json.loads` reads it, with exact places, or refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.source import Source
from gate.syntax.document import Document
from gate.syntax.json import parse
from gate.syntax.tree import Mapping, Node, Scalar, Sequence


def read(text: str | bytes) -> Document:
    return parse(Source("a.json", text if isinstance(text, bytes) else text.encode()))


def root(text: str | bytes) -> Node:
    document = read(text)
    assert document.error is None
    assert document.root is not None
    return document.root


def refusal(text: str | bytes) -> str:
    document = read(text)
    assert document.root is None
    assert document.error is not None
    return document.error.cause


def value(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {name: value(inner) for name, inner in node.entries.items()}
    if isinstance(node, Sequence):
        return [value(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.value


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        " [ ] ",
        '{"a": [1, -2, {"b": null}], "c": {"d": [], "e": {}}, "f": true, "g": false}',
        '"\\u00e9\\ud83d\\ude00\\/\\n"',
        "[0, -0, 0.5, -1.5e3, 1E-7, 123456789012345678901234567890, 9007199254740993]",
        '{"a":{"a":{"a":[[[]]]}}}\r\n\t',
        "null",
    ],
)
def test_values_are_those_of_json(text: str) -> None:
    found, expected = value(root(text)), json.loads(text)
    assert found == expected
    assert repr(found) == repr(expected)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "a value is missing"),
        ("[1,]", "a value is missing"),
        ('{"a":1,}', "a key in double quotes is missing"),
        ("{a: 1}", "a key in double quotes is missing"),
        ('{"a" 1}', "a colon is missing"),
        ("[1 2]", "a comma or a closing bracket is missing"),
        ("[1}", "a comma or a closing bracket is missing"),
        ("[", "a value is missing"),
        ('{"a": [1', "a comma or a closing bracket is missing"),
        ('{"a": 1} {}', "something follows the end of the value"),
        ("NaN", "a value is missing"),
        ("-Infinity", "a value is missing"),
        ("1e999", "has a number that is too large for any reader"),
        ("9" * 400, "has a number that is too large for any reader"),
        ("01", "something follows the end of the value"),
        ("1.", "something follows the end of the value"),
        ('"a\nb"', "invalid control character at"),
        ('"\\x41"', "invalid \\escape"),
        ('"a', "unterminated string starting at"),
        ("'a'", "a value is missing"),
        ("// x\n{}", "a value is missing"),
        ("\ufeff{}", "begins with a byte order mark"),
        ("[" * 201 + "]" * 201, "is nested deeper than 200 levels"),
        ('{"a":' * 100_000, "is nested deeper than 200 levels"),
        ("[" + "1," * 260_000 + "1]", "has more than 250000 nodes"),
    ],
)
def test_what_is_no_json_is_refused(text: str, cause: str) -> None:
    assert refusal(text).removeprefix("is not JSON: ") == cause


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"\xff\xfe{\x00}\x00", "is not UTF-8 but UTF-16"),
        (b"\xfe\xff\x00{\x00}", "is not UTF-8 but UTF-16"),
        (b'{"a\xe9": 1}', "is not UTF-8"),
        (b'["\xed\xa0\x80"]', "is not UTF-8"),
        (b"\xff", "is not JSON: a value is missing"),
    ],
)
def test_an_encoding_is_refused(data: bytes, cause: str) -> None:
    assert refusal(data) == cause


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert value(root('"a\\ud800b"')) == "a\ufffdb"


def test_an_error_has_its_place() -> None:
    error = read('{"a": 1,\n "b" 2}').error
    assert error is not None
    assert (error.at.line, error.at.column) == (2, 6)


def test_the_last_of_two_keys_counts_in_doubt() -> None:
    found = root('{"a": 1, "b": 2, "a": 3}')
    assert isinstance(found, Mapping)
    assert value(found) == {"a": 3, "b": 2}
    assert "given twice" in found.entries["a"].doubt
    assert "given twice" in found.keys["a"].doubt
    assert not found.entries["b"].doubt


def test_places_are_exact() -> None:
    text = ' {"kéy" : [ 1.50 , "two" , {  } ] , "last":null } '
    found = root(text)
    assert isinstance(found, Mapping)
    items = found.entries["kéy"]
    assert isinstance(items, Sequence)
    nodes = [found, found.keys["kéy"], items, *items.items, found.entries["last"]]
    assert [text[node.start : node.end] for node in nodes] == [
        text.strip(),
        '"kéy"',
        '[ 1.50 , "two" , {  } ]',
        "1.50",
        '"two"',
        "{  }",
        "null",
    ]
    assert isinstance(items.items[0], Scalar)
    assert items.items[0].text == "1.50"


def test_the_parse_is_shared() -> None:
    source = Source("a.json", b"{}")
    assert parse(source) is parse(source)


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=8,
)


@given(VALUES, st.sampled_from([None, 0, 2]), st.booleans())
@settings(max_examples=100)
def test_a_round_trip(document: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    assert value(root(text)) == document


@given(st.one_of(st.binary(), st.text('{}[],:"\\ u0123eE.-+tfn\n', max_size=20).map(str.encode)))
@settings(max_examples=300)
def test_it_accepts_what_json_accepts_and_never_raises(data: bytes) -> None:
    document = read(data)
    try:
        expected = json.loads(data.decode(), parse_constant=_refuse)
    except ValueError:
        assert document.error is not None
    else:
        assert document.error is not None or value(root(data)) == expected


def _refuse(word: str) -> None:
    raise ValueError(word)
