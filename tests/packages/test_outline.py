"""Places in large JSON documents are those that a parser would find."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.errors import InputError
from gate.model.source import Source
from gate.syntax.json_outline import Outline

if TYPE_CHECKING:
    from gate.syntax.json_outline import Wanted

WANTED: Wanted = {"list": {"*": {"inner": {"*": None}}}, "map": {"one": None}}

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=10,
)


def regions(text: str) -> dict[tuple[str | int, ...], Any]:
    source = Source("x.json", text.encode("utf-8", "surrogatepass"))
    found = Outline(source, WANTED).regions
    return {path: json.loads(source.text[start:end]) for path, (start, end) in found.items()}


@given(
    st.lists(
        st.dictionaries(st.sampled_from(("inner", "other")), st.lists(VALUES, max_size=3), max_size=2), max_size=3
    ),
    st.dictionaries(st.sampled_from(("one", "two")), VALUES),
    st.sampled_from((None, 1, 4)),
    st.booleans(),
)
def test_every_region_is_the_value(members: Any, mapping: Any, indent: int | None, ascii_only: bool) -> None:
    document = {"first": [1, {"list": []}], "list": members, "map": mapping}
    found = regions(json.dumps(document, indent=indent, ensure_ascii=ascii_only))
    assert found[()] == document
    assert found["list",] == members
    for number, member in enumerate(members):
        assert found["list", number] == member
        for index, value in enumerate(member.get("inner", ())):
            assert found["list", number, "inner", index] == value
    assert found.get(("map", "one")) == mapping.get("one")


def test_what_is_of_another_kind_is_stepped_over() -> None:
    assert regions('{"list": 7, "map": [1]}') == {(): {"list": 7, "map": [1]}, ("list",): 7, ("map",): [1]}
    assert regions("[1]") == {(): [1]}


def test_the_nearest_part_stands_for_what_was_not_looked_for() -> None:
    outline = Outline(Source("x.json", b'{\n"list": [\n{"other": 1}]}'), WANTED)
    assert outline.at("list", 0, "other").line == 3
    assert outline.at("list", 7).line == 2
    assert outline.at("nothing").line == 1


@given(st.text(alphabet='{}[]",:0123456789.eE+-truefalsn \\u"', max_size=40))
def test_it_takes_what_the_parser_takes(text: str) -> None:
    try:
        json.loads(text, parse_constant=lambda _word: pytest.fail("a constant"))
    except ValueError:
        with pytest.raises(InputError):
            regions(text)
    else:
        assert _taken(text)


def _taken(text: str) -> bool:
    """Say whether a text is taken; of what the parser takes, only a key given twice is not."""
    try:
        regions(text)
    except InputError as error:
        return "is given twice" in error.cause
    return True
