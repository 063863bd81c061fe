"""The expander answers as BuildKit's does; what a variable decides is unknown where the variable is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.syntax.shellword import Unresolved, WordError, expand

VALUES = {"a": "xyxxyz", "e": "", "p": "docker.io/library/x:1", "s": "a b", "d": "$1", "star": "a*b"}

TABLE = {
    "plain": "plain",
    "$a": "xyxxyz",
    "${a}": "xyxxyz",
    "$a.b": "xyxxyz.b",
    "$ab": "",
    "${a}b": "xyxxyzb",
    "$": "$",
    "a$": "a$",
    "$$": "",
    "$1": "",
    "$.": "$.",
    "'$a'": "$a",
    '"$a"': "xyxxyz",
    '"\\$a"': "$a",
    "\\$a": "$a",
    "\\a": "a",
    "a\\": "a",
    '"a\\b"': "a\\b",
    '"a\\"b"': 'a"b',
    "'a\"b'": 'a"b',
    "a'b'\"c\"": "abc",
    "${u}": "",
    "${u:-x}": "x",
    "${u-x}": "x",
    "${e:-x}": "x",
    "${e-x}": "",
    "${a:-x}": "xyxxyz",
    "${u:+x}": "",
    "${e:+x}": "",
    "${e+x}": "x",
    "${a:+x}": "x",
    "${a+x}": "x",
    "${a:?x}": "xyxxyz",
    "${e?x}": "",
    "${u:-${a}}": "xyxxyz",
    "${u:-${e:-y}}": "y",
    "${u:-'b c'}": "b c",
    "${u:-$s}": "a b",
    "${a#x}": "yxxyz",
    "${a#*y}": "xxyz",
    "${a##*y}": "z",
    "${a%z}": "xyxxy",
    "${a%y*}": "xyxx",
    "${a%%y*}": "x",
    "${a#?}": "yxxyz",
    "${a%%?}": "xyxxy",
    "${a#q}": "xyxxyz",
    "${p##*/}": "x:1",
    "${p%%/*}": "docker.io",
    "${p%:*}": "docker.io/library/x",
    "${a/x/_}": "_yxxyz",
    "${a//x/_}": "_y__yz",
    "${a//x/}": "yyz",
    "${a/x*x/_}": "_yz",
    "${p//\\//_}": "docker.io_library_x:1",
    "${star//\\*/x}": "axb",
    "${u//x/y}": "",
    "${a//x/$d}": "yyz",
    "${a/x/$d}": "$1yxxyz",
    "\ufeff$a": "xyxxyz",
    "a<b": "a<b",
}

REFUSED = (
    "${",
    "${a",
    "${}",
    "${:x}",
    "${{a}}",
    "${a:}",
    "${a:x}",
    "${a^x}",
    "${a:#x}",
    "${u:?}",
    "${u?x}",
    "${e:?x}",
    "${a/x}",
    "${a#\\x}",
    "'a",
    '"a',
)


@pytest.mark.parametrize(("word", "expected"), TABLE.items())
def test_a_word_expands_as_in_buildkit(word: str, expected: str) -> None:
    assert expand(word, VALUES.get) == expected


@pytest.mark.parametrize("word", REFUSED)
def test_a_word_is_refused_as_in_buildkit(word: str) -> None:
    with pytest.raises(WordError):
        expand(word, VALUES.get)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("`$a", "$a"), ("\\$a", "\\xyxxyz"), ('"`$a"', "$a"), ("a\\b", "a\\b"), ("c:\\$a", "c:\\xyxxyz")],
)
def test_the_escape_character_of_the_file_counts(word: str, expected: str) -> None:
    assert expand(word, VALUES.get, "`") == expected


def test_a_byte_that_is_no_character_is_replaced_as_go_replaces_it() -> None:
    assert expand("'a\udcff'", VALUES.get) == "a\ufffd"


def _unknown(name: str) -> str | Unresolved | None:
    return Unresolved("nobody knows") if name == "x" else VALUES.get(name)


@pytest.mark.parametrize(
    "word",
    [
        "$x",
        "a${x}",
        "'b'$x",
        "${x:-a}",
        "${x+a}",
        "${x:?a}",
        "${x#a}",
        "${x//a/b}",
        "${u:-$x}",
        "${a+$x}",
        "${a#$x}",
        "${a/y/$x}",
    ],
)
def test_what_an_unknown_variable_decides_is_unknown(word: str) -> None:
    found = expand(word, _unknown)
    assert isinstance(found, Unresolved)
    assert found.reason == "nobody knows"


@pytest.mark.parametrize(
    ("word", "expected"), [("${a:-$x}", "xyxxyz"), ("${u:+$x}", ""), ("${u+$x}", ""), ("${a:?$x}", "xyxxyz")]
)
def test_what_an_unknown_variable_does_not_decide_is_known(word: str, expected: str) -> None:
    assert expand(word, _unknown) == expected


_PIECES = (
    "$",
    "${",
    "}",
    "a",
    "u",
    "x",
    ":-",
    "+",
    "?",
    "#",
    "%",
    "/",
    "'",
    '"',
    "\\",
    "*",
    " ",
    "<<",
    "\ufeff",
    "é",
    "\udcff",
)


@given(st.lists(st.sampled_from(_PIECES), max_size=20).map("".join), st.sampled_from("\\`"))
@settings(derandomize=True, max_examples=500)
def test_any_word_expands_or_is_refused(word: str, escape: str) -> None:
    try:
        found = expand(word, _unknown, escape)
    except WordError:
        return
    assert isinstance(found, str | Unresolved)
