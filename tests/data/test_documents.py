"""Tables as a document: what is written is read again as it was, and what does not fit is refused with its place."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from gate.data import DATA_DATE
from gate.data.document import digest, document, given, text
from gate.data.form import Misfit
from gate.data.shelf import TABLES, Embedded
from gate.data.stamps import STAMPS
from gate.data.tables import Tables
from tests.scores.images import name

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "data.schema.json").read_text("utf-8"))
WRITTEN = text(document(Embedded(), "1.0.0"))

SMALL: dict[str, Any] = {
    "schema_version": "1",
    "data_date": "2026-11-01",
    "generated_by": "ours",
    "sources": [{"name": "ours", "licence": "none"}],
    "lifecycles": {
        "debian": {
            "title": "Debian",
            "cycles": [
                {"cycle": "14", "released": "2027-07-01"},
                {"cycle": "12", "released": "2023-06-10", "eol": "2026-07-11", "eoes": "2028-06-30"},
                {"cycle": "1", "eol": True},
            ],
        },
        "python": {"title": "Python", "cycles": [{"cycle": "3.9", "released": "2020-10-05", "eol": "2025-10-31"}]},
    },
    "codenames": {"debian": {"bookworm": "12", "forky": "14"}},
    "images": {"official": {"python": "python", "debian": "debian", "java": ""}, "others": {"quay.io/a/": "python"}},
    "tags": {
        "python": [
            ["3.9 3.9-bookworm", "2021-08-16", None, "2025-08-12", "debian 12"],
            ["latest", "2014-01-01", "2026-10-30", None, None],
        ]
    },
}


def small(**changes: Any) -> Any:
    return {**copy.deepcopy(SMALL), **changes}


def test_the_embedded_tables_survive_being_written() -> None:
    kept, embedded = given(json.loads(WRITTEN), "file"), Embedded()
    assert (kept.date, kept.sources, dict(kept.titles)) == (embedded.date, embedded.sources, embedded.titles)
    assert (kept.windowed, kept.codenames) == (embedded.windowed, embedded.codenames)
    assert (kept.official, kept.others) == (embedded.official, embedded.others)
    assert all([*kept.cycles(one).items()] == [*embedded.cycles(one).items()] for one in embedded.titles)
    assert all(kept.windows(one).split() == embedded.windows(one).split() for one in embedded.windowed)


def test_digests_are_those_of_what_is_written() -> None:
    """So that a report names the same tables alike, embedded or from a file."""
    assert given(json.loads(WRITTEN), "file").digests() == STAMPS
    assert {*STAMPS} == {*TABLES}


def test_a_digest_is_of_the_content_alone() -> None:
    shuffled = dict(reversed(SMALL["lifecycles"].items()))
    assert digest(shuffled) == digest(SMALL["lifecycles"])
    assert digest({**shuffled, "x": shuffled["debian"]}) != digest(shuffled)


def test_tables_of_a_file_answer_as_embedded_ones_do() -> None:
    tables = Tables(given(small(), "file"))
    assert tables.date == "2026-11-01"
    assert [one.title for one in tables.releases(name("python:3.9"))] == ["Debian 12", "Python 3.9"]
    window = tables.window("docker.io/library/python", "3.9-bookworm")
    assert window is not None
    assert (window.changed, window.system) == (None, ("debian", "12"))
    assert [tag for tag, _window in tables.current("docker.io/library/python")] == ["latest"]
    assert tables.product_of("quay.io/a/b") == "python"
    assert [one.cycle for one in tables.releases(name("debian:forky-slim"))] == ["14"]
    medium = tables.medium("debian-12.5.0-amd64-netinst.iso")
    assert medium is not None
    assert medium.security is not None
    assert tables.lifecycle("debian", "1.0") == tables.lifecycle("debian", "1")
    assert tables.releases(name("node:20")) == ()
    assert tables.verify() == []


def test_what_a_file_leaves_out_is_embedded_and_as_old() -> None:
    left = {key: value for key, value in small().items() if key not in ("tags", "images")}
    # The embedded names of images speak of products that this file does not have.
    with pytest.raises(Misfit, match="which has no lifecycle"):
        given(left, "file")
    left = {key: value for key, value in small().items() if key not in TABLES or key == "codenames"}
    kept = given(left, "file")
    assert kept.date == DATA_DATE
    assert kept.digests() == {**STAMPS, "codenames": digest(SMALL["codenames"])}
    assert len(Tables(kept).show()) == len(Tables().show())


@pytest.mark.parametrize(
    ("path", "value", "cause"),
    [
        ((), [], "is no mapping"),
        (("schema_version",), "2", "has schema_version 2, and not 1"),
        (("schema_version",), None, "has no schema_version"),
        (("data_date",), "2026-02-30", "is no day"),
        (("data_date",), 20261101, "is no day"),
        (("extra",), 1, "is no key of it"),
        (("generated_by",), "a\nb", "printable"),
        (("sources",), {}, "is no list"),
        (("sources", 0, "licence"), "", "does not say its name and its licence"),
        (("lifecycles", "De bian"), {}, "is not spelled"),
        (("lifecycles", "debian", "title"), None, "is no text"),
        (("lifecycles", "debian", "cycles", 0, "eol"), "soon", "is no day"),
        (("lifecycles", "debian", "cycles", 0, "released"), True, "is no day"),
        (("lifecycles", "debian", "cycles", 0, "eol"), "2027-06-30", "ends before it is released"),
        (("lifecycles", "debian", "cycles", 1, "eoes"), "2026-07-10", "ends before the regular one"),
        (("lifecycles", "debian", "cycles", 1, "cycle"), "14", "repeats the cycle 14"),
        (("lifecycles", "debian", "cycles", 0, "cycle"), "1=2", "is not spelled"),
        (("codenames", "debian", "bookworm"), "1 2", "is not spelled"),
        (("images", "official", "ruby"), "ruby", "names the product ruby, which has no lifecycle"),
        (("tags", "python", 0), ["3.9", "2021-08-16", None], "is no list of"),
        (("tags", "python", 0, 0), "3.9=1,2,3, 4", "is not spelled"),
        (("tags", "python", 0, 0), "3.9\n4", "is not spelled"),
        (("tags", "python", 0, 2), "2025-08-11", "neither or both"),
        (("tags", "python", 0, 3), None, "neither or both"),
        (("tags", "python", 0, 3), "2021-08-15", "ends before it begins"),
        (("tags", "python", 0, 4), "debian", "is not spelled"),
    ],
)
def test_what_does_not_fit_is_refused(path: tuple[str | int, ...], value: Any, cause: str) -> None:
    content = small()
    if not path:
        content = value
    else:
        inner = content
        for part in path[:-1]:
            inner = inner[part]
        inner[path[-1]] = value
    with pytest.raises(Misfit, match=cause):
        given(content, "file")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 5) | st.sampled_from(["", "12", "debian", "2026-11-01", "a b", "\n"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["debian", "cycle", "A"]), inner),
    max_leaves=5,
)


@generated(st.data(), JSON)
def test_the_schema_and_the_check_agree(data: st.DataObject, value: Any) -> None:
    """But for what a schema cannot say: the order of days, and what names something elsewhere."""
    content = small()
    inner: Any = content
    while True:
        key = data.draw(st.sampled_from([*inner]) if isinstance(inner, dict) else st.integers(0, len(inner) - 1))
        if not isinstance(inner[key], (dict, list)) or not inner[key] or data.draw(st.booleans()):
            break
        inner = inner[key]
    inner[key] = value
    fits = Draft202012Validator(SCHEMA, format_checker=FormatChecker()).is_valid(content)
    try:
        given(content, "file")
        cause = ""
    except Misfit as misfit:
        cause = misfit.cause
    elsewhere = ("ends before", "neither or both", "repeats the cycle", "which has no lifecycle")
    assert fits is (not cause or any(word in cause for word in elsewhere)), (cause, content)


@pytest.mark.slow
def test_the_schema_takes_what_is_written() -> None:
    assert Draft202012Validator(SCHEMA, format_checker=FormatChecker()).is_valid(json.loads(WRITTEN))
