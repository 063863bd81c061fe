"""The small grammars of Compose: short volumes, variables in a text, environment files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.dialects.compose_environment import variables
from gate.dialects.docker_options import short_volume
from gate.dialects.interpolation import GAP, Environment
from gate.model.source import Source

SET = {"A": ("value", ""), "E": ("", "")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/a", ("volume", "", "/a", False, "")),
        ("a", ("volume", "", "a", False, "")),
        ("name:/b", ("volume", "name", "/b", False, "")),
        ("name:/b:nocopy,ro", ("volume", "name", "/b", True, "")),
        ("./a:/b:ro", ("bind", "./a", "/b", True, "")),
        ("~/a:/b:rw,rshared", ("bind", "~/a", "/b", False, "rshared")),
        (".hidden:/b:slave,private", ("bind", ".hidden", "/b", False, "private")),
        ("/a:/b:ro,rw", ("bind", "/a", "/b", False, "")),
        ("/a:/b:readonly", ("bind", "/a", "/b", False, "")),
        ("C:\\a:D:\\b:ro", ("bind", "C:\\a", "D:\\b", True, "")),
        ("c:/a:/b", ("bind", "c:/a", "/b", False, "")),
        ("C:\\a", ("volume", "", "C:\\a", False, "")),
        ("z:/data", ("volume", "", "z:/data", False, "")),
        ("\\\\.\\pipe\\x:\\\\.\\pipe\\x", ("bind", "\\\\.\\pipe\\x", "\\\\.\\pipe\\x", False, "")),
        ("/a:/b/${X:-c:d}/e", ("bind", "/a", "/b/${X:-c:d}/e", False, "")),
    ],
)
def test_a_short_volume(text: str, expected: tuple[object, ...]) -> None:
    found = short_volume(text)
    assert found is not None
    assert (found.kind, found.source, found.target, found.read_only, found.propagation) == expected


@pytest.mark.parametrize("text", ["", "/::", "/a::ro", "/a:/b:", ":/b", "/a:/b:ro:x", "/a:${X"])
def test_what_is_no_volume(text: str) -> None:
    assert short_volume(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A ${A}", "value value"),
        ("$$A $$$A", "$A $value"),
        ("$ $1 a$ $-", "$ $1 a$ $-"),
        ("${U:-x}${E:-x}${E-x}", "xx"),
        ("${A:+x}${A+x}${E:+x}${E+x}", "xxx"),
        ("${U:-${A}/${V-b}}", "value/b"),
        ("${U:-a}/${V:-b}", "a/b"),
        ("${U:-{a}}", "{a}"),
        ("${U:-a\n${A}", None),
        ("${A?no}", "value"),
        ("${U--1}", "-1"),
        ("$\u017fx", None),
    ],
)
def test_variables_in_a_text(text: str, expected: str | None) -> None:
    found, reason = Environment(SET).interpolate(text)
    assert (None if reason else found) == expected


@pytest.mark.parametrize("text", ["$U", "${U}", "${U?no}", "${U:+x}", "${U+x}", "${U:-$V}", "${A:+$U}"])
def test_a_variable_that_nobody_sets_leaves_a_gap(text: str) -> None:
    found, reason = Environment(SET).interpolate(f"a/{text}:b")
    assert found == f"a/{GAP}:b"
    assert "is not set here" in reason


@pytest.mark.parametrize("text", ["${", "${}", "${A", "${A B}", "${1}", "${A.B}", "${A=b}"])
def test_a_variable_that_is_not_well_formed(text: str) -> None:
    assert "not well formed" in Environment(SET).interpolate(text)[1]


def test_no_default_counts_where_a_file_was_not_read() -> None:
    environment = Environment(SET, "its environment file .env is a link")
    assert environment.interpolate("${A}") == ("value", "")
    assert environment.interpolate("${U:-x}") == (GAP, "its environment file .env is a link")


def test_variables_that_grow_are_given_up() -> None:
    text = "A=xxxxxxxxxxxxxxxx\n" + "".join(f"{chr(66 + at)}=${chr(65 + at)}${chr(65 + at)}\n" for at in range(25))
    found, _ = variables(Source(".env", text.encode()), {})
    assert "more text than is looked at" in found["Z"][1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=b # c\nB=c#d\nC= #e\n", {"A": "b", "B": "c#d", "C": "#e"}),
        ("export A = b\nC: d\n", {"A": "b", "C": "d"}),
        ("A='b # c\nd'\nB=e\n", {"A": "b # c\nd", "B": "e"}),
        ('A="b\\nc\\"d\\$e\\0101"\n', {"A": 'b\nc"d$eA'}),
        ("A='b\\nc\\'d'\n", {"A": "b\\nc'd"}),
        ("A=b\nB=$A\nC='$A'\nD=\"${A:+set}\"\n", {"A": "b", "B": "b", "C": "$A", "D": "set"}),
        ("\ufeffA=b\r\nB=c\r\n", {"A": "b", "B": "c"}),
        ("A=b=c\nBARE\nB='d' # e\n", {"A": "b=c", "B": "d"}),
    ],
)
def test_an_environment_file(text: str, expected: dict[str, str]) -> None:
    found, problem = variables(Source(".env", text.encode()), {})
    assert problem is None
    assert found == {name: (value, "") for name, value in expected.items()}


def test_what_is_outside_comes_before_what_a_file_sets() -> None:
    found, _ = variables(Source(".env", b"A=inner\nB=$A\nOUT\n"), {"A": ("outer", ""), "OUT": ("x", "")})
    assert found == {"A": ("inner", ""), "B": ("outer", ""), "OUT": ("x", "")}


@pytest.mark.parametrize("text", ["A=x\nB C=d\n", "A=x\nB='d\n", "A=x\nB*=d\n", "A=x\nexport "])
def test_a_line_that_compose_refuses(text: str) -> None:
    found, problem = variables(Source(".env", text.encode()), {})
    assert found["A"] == ("x", "")
    assert problem is not None
    assert problem.at.line == 2


@given(st.text() | st.text("$A{}:-+?\n='\"\\ #"))
@settings(max_examples=500, derandomize=True, deadline=None)
def test_no_text_breaks_a_grammar(text: str) -> None:
    Environment(SET).interpolate(text)
    short_volume(text)
    variables(Source(".env", text.encode("utf-8", "surrogatepass")), {})
