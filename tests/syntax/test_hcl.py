"""How HCL is read: structure, places, values, and what is refused as HashiCorp's parser refuses it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.source import Source
from gate.syntax.hcl import MAX_BYTES, Document, parse
from gate.syntax.hcl_scalars import Partial, reason_of
from gate.syntax.hcl_values import Evaluator
from gate.syntax.tree import Mapping, Node, Opaque, Scalar, Sequence

OPEN = object()


class Names:
    """A scope with a few names: `var.set` has a value, everything else is not known."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.evaluator = Evaluator(self)

    def resolve(self, root: str, name: str) -> Node | str:
        attribute = self.document.body.attributes.get(name)
        if root == "local" and attribute is not None:
            return self.evaluator.value(attribute)
        source = self.document.source
        return Scalar(source, 0, 0, "known", "known") if (root, name) == ("var", "set") else "nobody knows"


def document(text: str) -> Document:
    return parse(Source("a.hcl", text.encode()))


def value(expression: str, rest: str = "") -> Any:
    parsed = document(f"x = {expression}\n{rest}")
    assert parsed.error == ""
    return plain(Names(parsed).evaluator.value(parsed.body.attributes["x"]))


def plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(item) for key, item in node.items()} if isinstance(node, Mapping) else OPEN


# What expressions come to: each of these was compared with hashicorp/hcl.
VALUES = [
    ('"a"', "a"),
    ('"a\\n\\"\\u00e9"', 'a\n"é'),
    ('"$${x} %%{y} $ %"', "${x} %{y} $ %"),
    ("1", 1),
    ("2.5", 2.5),
    ("-3", -3),
    ("true", True),
    ("null", None),
    ('["a", 1]', ["a", 1]),
    ('{ a = 1, "b c" : 2, (var.set) = 3 }', {"a": 1, "b c": 2, "known": 3}),
    ('"a${var.set}b"', "aknownb"),
    ('"${1}"', 1),
    ('"x ${~ "y" ~} z"', "xyz"),
    ("1 + 2 * 3 - 4", 3),
    ("(1 + 2) * 3", 9),
    ("1 == 1 && !(2 > 3)", True),
    ('"1" == 1', False),
    ("null == null", True),
    ("false && var.unset", False),
    ("true || var.unset", True),
    ('true ? "a" : "b"', "a"),
    ("false ? 1 : true ? 2 : 3", 2),
    ('true ? 1 : "a"', "1"),
    ('var.unset ? "a" : "a"', "a"),
    ('{ a = { b = ["c"] } }.a.b[0]', "c"),
    ('["a", "b"][1]', "b"),
    ('lower("AbC")', "abc"),
    ('format("%s-%d%%", "a", 3)', "a-3%"),
    ('join(",", ["a"], ["b", "c"])', "a,b,c"),
    ('split(",", "a,b")', ["a", "b"]),
    ('concat(["a"], [], ["b"])', ["a", "b"]),
    ('coalesce(null, "", "b")', "b"),
    ('lookup({ a = 1 }, "b", 2)', 2),
    ("merge({ a = 1 }, { a = 2, b = 3 })", {"a": 2, "b": 3}),
    ('replace("a.b.c", ".", "-")', "a-b-c"),
    ('trimsuffix("a.iso", ".iso")', "a"),
    ('contains(["a"], "a")', True),
    ('title("a-b c")', "A-B C"),
    ('basename("a/b.iso")', "b.iso"),
    ('try(var.set, "b")', "known"),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_an_expression_has_its_value(expression: str, expected: object) -> None:
    found = value(expression)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    "expression",
    [
        "var.unset",
        "var.unset == null",
        'var.unset ? "a" : "b"',
        "true && var.unset",
        '"a ${var.unset}"',
        "lower(var.unset)",
        'join(",", ["a", var.unset])',
        'contains([var.unset], "a")',
        "timestamp()",
        'env("HOME")',
        'file("x")',
        'regex("a+", "a")',
        'unheard_of("a")',
        'try(var.unset, "a")',
        'try(lower([]), "a")',
        "[for x in [1] : x]",
        "data.a.b",
        "bare",
        '["a"][4]',
        "1 / 0",
        "9999999999999999999999999999999999999999999",
    ],
)
def test_what_cannot_be_known_stays_open(expression: str) -> None:
    assert value(expression) is OPEN


def test_a_collection_with_an_open_member_keeps_the_others() -> None:
    assert value('["a", var.unset]') == ["a", OPEN]
    assert value("{ a = 1, b = var.unset }") == {"a": 1, "b": OPEN}


def test_the_beginning_of_an_open_text_is_kept() -> None:
    parsed = document('x = "https://${var.mirror}/a.iso"\n')
    found = Names(parsed).evaluator.value(parsed.body.attributes["x"])
    assert isinstance(found, Partial)
    assert found.prefix == "https://"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<<EOT\n  a\n b\nEOT", "  a\n b\n"),
        ("<<-EOT\n    a\n      b\n  EOT", "a\n  b\n"),
        ("<<-EOT\n    a\n\n    b\nEOT", "a\n\nb\n"),
        ('<<-EOT\n    ${"a"} b\n      c\nEOT', "a b\n  c\n"),
        ("<<EOT\nEOT", ""),
        ("<<EOT\n$${a} \\n\nEOT", "${a} \\n\n"),
    ],
)
def test_a_heredoc_has_its_lines(text: str, expected: str) -> None:
    assert value(text) == expected


def test_blocks_have_types_labels_and_bodies() -> None:
    parsed = document('source "qemu" base {\n  a = 1\n  inner {}\n}\nsource "qemu" "b" { a = 2 }\n')
    first, second = parsed.body.of_type("source")
    assert (first.labels, second.labels) == (("qemu", "base"), ("qemu", "b"))
    assert [block.type for block in first.body.blocks] == ["inner"]
    assert list(second.body.attributes) == ["a"]


def test_places_count_characters() -> None:
    text = 'a = "é€😀"\nb = "x"\n'
    attribute = document(text).body.attributes["b"]
    assert text[attribute.at.start : attribute.at.end] == 'b = "x"'
    assert (attribute.at.line, attribute.at.column) == (2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "a = ",
        "a = 1 b = 2\n",
        "a = 1\na = 2\n",
        'a = "x\ny"\n',
        "a\n= 1\n",
        "a = 1 +\n2\n",
        "a = lower\n(1)\n",
        "a = { b = 1 c = 2 }\n",
        "a = { b = 1\n, c = 2 }\n",
        'a = "${}"\n',
        "block\n{\n}\n",
        "block { a = 1\n}\n",
        "block { a {} }\n",
        'block "${x}" {\n}\n',
        "a = <<EOT x\nEOT\n",
        "}\n",
        "a = 1\ufeff\n",
        "a = 1\0\n",
    ],
)
def test_what_packer_would_refuse_is_refused(text: str) -> None:
    parsed = document(text)
    assert parsed.error
    assert parsed.at is not None


@pytest.mark.parametrize(
    "text",
    [
        "a = [\n1,\n2,\n]\n",
        "a = {\n  b = 1\n  c = 2, d = 3\n}\n",
        "a = (1 +\n2)\n",
        "a = lower(\n  1\n)\n",
        "a = x ? (\n1\n) : 2\n",
        "# c\na = 1 // c\n/* c */ b = 2\n",
        "block { a = 1 }\n",
        "block {}",
        "",
    ],
)
def test_what_packer_takes_is_taken(text: str) -> None:
    assert document(text).error == ""


def test_bytes_that_are_no_text_are_refused() -> None:
    assert parse(Source("a.hcl", b"a = \xff\n")).error


# Bounds.


def test_a_file_over_the_limit_is_refused() -> None:
    assert "larger" in parse(Source("a.hcl", b" " * (MAX_BYTES + 1))).error


def test_deep_blocks_are_refused() -> None:
    assert document("a {\n" * 200 + "}\n" * 200).error


@pytest.mark.parametrize("text", ["(" * 5000 + "1" + ")" * 5000, "[" * 5000 + "]" * 5000, "!" * 5000 + "true"])
def test_deep_expressions_are_left_open(text: str) -> None:
    parsed = document(f"x = {text}\n")
    if not parsed.error:
        node = Names(parsed).evaluator.value(parsed.body.attributes["x"])
        while isinstance(node, Sequence):
            node = node.items[0]
        assert isinstance(node, Opaque)


def test_deep_templates_are_left_open() -> None:
    parsed = document('x = "' + '${"' * 500 + '"}' * 500 + '"\n')
    assert parsed.error or plain(Names(parsed).evaluator.value(parsed.body.attributes["x"])) is OPEN


def test_a_text_that_doubles_is_left_open() -> None:
    lines = ['a0 = "0123456789"', *(f'a{n} = "${{local.a{n - 1}}}${{local.a{n - 1}}}"' for n in range(1, 40))]
    assert value("local.a39", "\n".join(lines) + "\n") is OPEN


def test_a_list_that_doubles_is_left_open() -> None:
    lines = ["a0 = [1, 2]", *(f"a{n} = concat(local.a{n - 1}, local.a{n - 1})" for n in range(1, 40))]
    assert value("length(local.a39)", "\n".join(lines) + "\n") is OPEN


def test_a_value_that_refers_to_itself_is_left_open() -> None:
    assert value("local.a", "a = local.b\nb = local.a\n") is OPEN


_PIECES = st.sampled_from(
    [
        "a",
        "=",
        '"',
        "${",
        "}",
        "{",
        "\n",
        "<<E",
        "<<-E\n",
        "E\n",
        "[",
        "]",
        "(",
        ")",
        ",",
        "?",
        ":",
        "é",
        "\\",
        "%{if",
        "~",
    ]
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=30).map("".join) | st.text(max_size=40))
def test_anything_is_read_without_a_crash(text: str) -> None:
    parsed = parse(Source("a.hcl", text.encode("utf-8", "surrogatepass")))
    names = Names(parsed)
    if parsed.error:
        assert parsed.at is not None
        return
    for attribute in parsed.body.attributes.values():
        assert 0 <= attribute.at.start <= attribute.at.end <= len(text)
        names.evaluator.value(attribute)


def test_a_mark_of_the_byte_order_is_passed_over() -> None:
    (found,) = parse(Source("a.hcl", "\ufeffa = 1\n".encode())).body.attributes
    assert found == "a"


def test_a_value_in_many_places_is_looked_at_once() -> None:
    source = Source("a.hcl", b"")
    found: Node = Sequence(source, 0, 0, [])
    for _ in range(40):
        found = Sequence(source, 0, 0, [found, found])
    assert reason_of(found, Opaque(source, 0, 0, "nobody knows")) == "nobody knows"
    assert reason_of(Sequence(source, 0, 0, [found, Opaque(source, 0, 0, "why")])) == "why"
