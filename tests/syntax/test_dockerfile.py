"""The scanner gives what BuildKit's parser gives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.errors import InputError
from gate.model.source import Source
from gate.syntax.dockerfile import Instruction, scan
from gate.syntax.dockerfile_check import check
from tests.truth.dockerfile import Case, cases

CASES = cases()


def instructions(text: str | bytes) -> list[Instruction]:
    data = text if isinstance(text, bytes) else text.encode()
    return scan(Source("Dockerfile", data)).instructions


def words(text: str) -> tuple[str, ...]:
    (found,) = instructions(text)
    return found.words


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_instructions_are_those_of_buildkit(case: Case) -> None:
    source = Source("Dockerfile", case.data)
    if case.escape is None:
        with pytest.raises(InputError):
            scan(source)
        return
    try:
        file = scan(source)
    except InputError:
        assert case.error is not None
        assert case.instructions == []
        return
    spelled = [one.spelled.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for one in file.instructions]
    assert spelled == case.instructions
    assert file.escape == case.escape
    assert file.syntax == (case.syntax or "")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_buildkit_refuses_is_refused(case: Case) -> None:
    def accepted() -> bool:
        try:
            check(scan(Source("Dockerfile", case.data)))
        except InputError:
            return False
        return True

    assert accepted() is (case.error is None)


def test_a_place_goes_through_continuations_to_the_source() -> None:
    source = Source("Dockerfile", b"FROM a\nUSER \\\n\n  # c\n  root  \n")
    user = scan(source).instructions[1]
    place = user.operand_at
    assert source.text[place.start : place.end] == "root"
    assert (place.line, place.column, place.end_line) == (5, 3, 5)
    assert (user.at.line, user.at.end_line) == (2, 5)


def test_a_place_counts_a_byte_order_mark() -> None:
    source = Source("Dockerfile", "\ufeffFROM a\n".encode())
    (found,) = scan(source).instructions
    assert source.text[found.operand_at.start : found.operand_at.end] == "a"


def test_lines_cover_heredocs() -> None:
    found = instructions("FROM a\nRUN <<E\nx\ny\nE\nUSER b\n")
    assert [(one.line, one.end_line) for one in found] == [(1, 1), (2, 5), (6, 6)]


def test_a_heredoc_keeps_its_content() -> None:
    (_, run) = instructions("FROM a\nRUN <<-'E' <<F 3<<G\n\tx\n\tE\ny\r\nF\nG\n")
    assert [(one.name, one.content, one.text, one.expand, one.descriptor) for one in run.heredocs] == [
        ("E", "\tx\n", "x\n", False, 0),
        ("F", "y\r\n", "y\r\n", True, 0),
        ("G", "", "", True, 3),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CMD a b", ("a b",)),
        ('CMD ["a", "b"]', ("a", "b")),
        ('CMD [ "a" , "b\\n" ]', ("a", "b\n")),
        ("CMD []", ()),
        ("CMD ['a']", ("['a']",)),
        ('CMD ["a",]', ('["a",]',)),
        ('CMD ["a"] b', ('["a"] b',)),
        ('CMD ["\\ud800"]', ("\ufffd",)),
        ("CMD [NaN]", ("[NaN]",)),
        ("CMD [1e999]", ("[1e999]",)),
        ("RUN [ -f x ]", ("[ -f x ]",)),
        ('ENV a=b c=\'d e\' f="g\\"h"', ("a", "b", "=", "c", "'d e'", "=", "f", '"g\\"h"', "=")),
        ("ENV a b c", ("a", "b c", "")),
        ("ARG a b=c", ("a", "b=c")),
        ("VOLUME a  b", ("a", "b")),
        ("USER  a b ", ("a b",)),
        ("HEALTHCHECK CMD a b", ("CMD", "a b")),
        ('HEALTHCHECK CMD ["a"]', ("CMD", "a")),
        ("WOR\u212aDIR /x", ("/x",)),
    ],
)
def test_words(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize("text", ['CMD ["a", 1]', "RUN [1]", "ENV a", "LABEL a=b c", "VOLUME [{}]"])
def test_words_that_stop_the_parser(text: str) -> None:
    with pytest.raises(InputError) as caught:
        instructions(f"FROM a\n{text}\n")
    assert caught.value.at.line == 2
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("COPY --from=a --chown='b c' x y", ("--from=a", "--chown=b c")),
        ("COPY -- --from=a x", ()),
        ("COPY --from=\\a x", ("--from=a",)),
        ("COPY x --from=a", ()),
        ("RUN --mount=type=cache,target=/x \\\n --network=none y", ("--mount=type=cache,target=/x", "--network=none")),
    ],
)
def test_flags(text: str, flags: tuple[str, ...]) -> None:
    (found,) = instructions(text)
    assert found.flags == flags


def test_a_trigger_is_read_like_any_instruction() -> None:
    (found,) = instructions('ONBUILD RUN --network=none ["a"]')
    assert found.trigger is not None
    assert (found.trigger.keyword, found.trigger.flags, found.trigger.words) == ("RUN", ("--network=none",), ("a",))
    assert found.trigger.is_json


@pytest.mark.parametrize(
    "text",
    [
        "RUN --unknown x",
        "FROM a b",
        "FROM a AS 1",
        "COPY x",
        "COPY x <<E\nE",
        "COPY --from=a --from=b x y",
        "COPY --link=maybe x y",
        "ADD --checksum x y",
        "ONBUILD FROM a",
        "ONBUILD ONBUILD RUN x",
        "SHELL /bin/sh -c",
        "HEALTHCHECK NONE x",
        "HEALTHCHECK --interval=1 CMD x",
        "HEALTHCHECK --retries=-1 CMD x",
        "HEALTHCHECK x",
        "RUN --network=bridge x",
        "RUN --security=none x",
        "RUN --mount=from=$x x",
        "ARG =x",
        "EXPOSE",
        "VOLUME ['']\nVOLUME [\" \"]",
        "MAKE x",
    ],
)
def test_what_an_instruction_may_not_be(text: str) -> None:
    with pytest.raises(InputError) as caught:
        check(scan(Source("Dockerfile", f"FROM a\n{text}\n".encode())))
    assert caught.value.at.line >= 2


def test_an_instruction_before_the_first_stage_is_refused() -> None:
    with pytest.raises(InputError, match="before the first FROM"):
        check(scan(Source("Dockerfile", b"RUN x\nFROM a\n")))


@given(st.binary(max_size=300))
@settings(derandomize=True, max_examples=300)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    _read(data)


_PIECES = (
    *("FROM a", "RUN ", "COPY ", "ENV ", "ONBUILD ", "LABEL a=", "HEALTHCHECK ", "CMD ", "USER ", "# escape=`", "# c"),
    *(
        "\n",
        "\n",
        "\\\n",
        "`\n",
        "\r\n",
        " ",
        "\t",
        "<<E",
        "<<-'E'",
        "\nE\n",
        "--x=y ",
        "[",
        '"',
        "'",
        "$",
        "${",
        "}",
        "]",
    ),
    *("\ufeff", "\u2028", "\x85", "\x00", "\\", "a=b", '["a"]', ":-", "\xe9"),
)


@given(st.lists(st.sampled_from(_PIECES), max_size=30))
@settings(derandomize=True, max_examples=500)
def test_any_pieces_are_read_or_refused(pieces: list[str]) -> None:
    _read("".join(pieces).encode())


def _read(data: bytes) -> None:
    source = Source("Dockerfile", data)
    try:
        file = scan(source)
        check(file)
    except InputError:
        return
    for instruction in file.instructions:
        assert 0 <= instruction.at.start <= instruction.at.end <= len(source.text)
        assert instruction.line <= instruction.end_line
