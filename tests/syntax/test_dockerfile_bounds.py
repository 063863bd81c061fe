"""Large and hostile Dockerfiles cost what their size costs, or are refused."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from gate.dialects.build import recipe
from gate.model.errors import InputError
from gate.model.evidence import Stated, Unknown
from gate.model.source import Source
from gate.syntax.dockerfile import MAX_INSTRUCTIONS, MAX_LINE, scan
from gate.syntax.shellword import MAX_NESTING, Unresolved, WordError, expand

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from gate.model.image import Image


def _nothing(_name: str) -> None:
    return None


def build(text: str) -> Image:
    return recipe(Source("Dockerfile", text.encode()), id="Dockerfile")


def calls(function: Callable[[], object]) -> int:
    """Count the calls that a function makes, of Python functions and of built-in ones."""
    count = 0

    def tick(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(tick)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


SHAPES: dict[str, Callable[[int], str]] = {
    "instructions": lambda size: "FROM a\n" + "ENV A=b\n" * size,
    "continuations": lambda size: "FROM a\nRUN " + "x \\\n" * size + "y\n",
    "comments-in-a-continuation": lambda size: "FROM a\nRUN x \\\n" + "# c\n" * size + "y\n",
    "heredocs": lambda size: "FROM a\n" + "RUN <<E\nx\nE\n" * size,
    "heredocs-of-one-line": lambda size: "FROM a\nRUN " + "<<E " * size + "\n" + "E\n" * size,
    "labels": lambda size: "FROM a\nLABEL " + "a='b c' " * size + "\n",
    "stages": lambda size: "".join(f"FROM scratch AS s{number}\n" for number in range(size)),
    "chained-stages": lambda size: "FROM a AS s\n" + "FROM s AS s\n" * size,
    "commands": lambda size: "FROM a\nRUN " + "apt-get install -y x && \\\n" * size + "true\n",
    "open-substitutions": lambda size: "FROM a\nRUN curl " + "$(x " * size + "\n",
    "copies": lambda size: "FROM a AS s\nFROM b\n" + "COPY --from=s x y\n" * size,
    "triggers": lambda size: "FROM a AS s\n" + "ONBUILD ENV x=y\n" * size + "FROM s\n",
    "mounts": lambda size: "FROM a\n" + "RUN --mount=type=cache,target=/x curl http://h/x\n" * size,
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_twice_the_size_is_about_twice_the_work(shape: Callable[[int], str]) -> None:
    small, large = (calls(lambda size=size: build(shape(size))) for size in (100, 200))  # type: ignore[misc]
    assert large < 2.6 * small


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN " + "x \\\n" * 200_000 + "y\n",
        "FROM a\n" + "ENV A=b\n" * 50_000,
        "FROM a\nRUN echo "
        + "".join("<<E " + "\\\n" * (number % 50 == 49) for number in range(20_000))
        + "\n"
        + "E\n" * 20_000,
        "FROM a\n# escape=" + " " * 60_000 + "x\nUSER b\n",
        "# escape=" + " " * 60_000 + "x\nFROM a\n",
        "FROM a\nRUN " + "(" * 60_000 + "\n",
        "FROM a\nRUN curl " + "'" * 60_000 + "\n",
        "FROM a\nRUN curl " + " " * 60_000 + "'\n",
        "FROM a\nRUN curl " + "a" * 60_000 + "'\n",
        "FROM a\nRUN curl " + "a# " * 20_000 + "'\n",
        "FROM a\nRUN curl " + "a | sh " * 9_000 + "\n",
        "FROM a\nRUN curl " + "\\ " * 30_000 + "\n",
        "FROM a\nRUN curl " + "$(" * 30_000 + "\n",
        "FROM a\nRUN curl " + "${" * 30_000 + "\n",
        "FROM a\nRUN curl " + '"$(' * 20_000 + "\n",
        "FROM a\nRUN curl " + "sh -c '" * 9_000 + "\n",
        "FROM a\nRUN <<E\n" + "cat <<F; curl x\n" * 20_000 + "E\n",
        "FROM a\nRUN <<E\n" + "curl x |\n" * 20_000 + "E\n",
        "FROM a\nRUN <<E\n" + "|\n" * 30_000 + "curl\nE\n",
        "FROM a\nRUN curl " + "`" * 60_001 + "\n",
        "FROM a\nRUN apt " + "\\" * 60_001 + "x\n",
        "FROM a\nLABEL " + '"' * 60_000 + "\n",
        "FROM " + "a" * 60_000 + "\n",
        "FROM " + "a." * 30_000 + "\n",
        "FROM a\nHEALTHCHECK --interval=" + "1" * 60_000 + " CMD x\n",
        "FROM a\nCMD " + "[" * 60_000 + "]" * 5_000 + "\n",
        "FROM a\n" + "ONBUILD " * 5_000 + "RUN x\n",
    ],
    ids=lambda text: str(text[:24]),
)
def test_size_alone_is_survived(text: str) -> None:
    with suppress(InputError):
        build(text)


def test_a_line_at_the_limit_is_read_and_a_longer_one_refused() -> None:
    head = b"FROM a\nUSER "
    assert scan(Source("Dockerfile", head + b"u" * (MAX_LINE - 5))).instructions[1].words == ("u" * (MAX_LINE - 5),)
    with pytest.raises(InputError, match="line of more than"):
        scan(Source("Dockerfile", head + b"u" * (MAX_LINE - 4)))
    with pytest.raises(InputError, match="line of more than"):
        scan(Source("Dockerfile", head + "é".encode() * (MAX_LINE // 2)))


def test_too_many_instructions_are_refused() -> None:
    with pytest.raises(InputError, match="instructions"):
        scan(Source("Dockerfile", b"FROM a\n" + b"CMD x\n" * MAX_INSTRUCTIONS))


def test_doubling_arguments_become_unknown() -> None:
    lines = ["ARG A0=xxxxxxxxxxxxxxxx", *(f"ARG A{at + 1}=$A{at}$A{at}" for at in range(60)), "FROM $A60", "USER $A60"]
    (base,) = (stage.base for stage in build("\n".join(lines)).stages)
    assert isinstance(base.image, Unknown)
    assert "65535" in base.image.reason


def test_many_large_values_in_one_word_become_unknown() -> None:
    found = expand("$A" * 30_000, {"A": "x" * 60_000}.get)
    assert isinstance(found, Unresolved)


def test_deep_expansions_are_refused() -> None:
    nested = "${a:-" * (MAX_NESTING + 1) + "}" * (MAX_NESTING + 1)
    with pytest.raises(WordError, match="nests"):
        expand(nested, _nothing)
    assert expand("${a:-" * 50 + "x" + "}" * 50, _nothing) == "x"


def test_patterns_do_not_explode() -> None:
    with pytest.raises(WordError, match="too long"):
        expand("${a#" + "*a" * 2_000 + "b}", {"a": "a" * 60_000}.get)
    assert expand("${a#" + "*a" * 20 + "b}", {"a": "a" * 60_000}.get) == "a" * 60_000


def test_stages_that_take_over_too_much_are_refused() -> None:
    variables = "".join(f"ENV A{number}=x\n" for number in range(3_000))
    with pytest.raises(InputError, match="take over too much"):
        build(f"FROM scratch AS s\n{variables}" + "FROM s AS s\n" * 900)


def test_too_many_stages_are_refused() -> None:
    with pytest.raises(InputError, match="stages"):
        build("FROM a\n" * 1_001)


def test_a_small_file_is_not_refused_by_any_bound() -> None:
    user = build("FROM a AS b\nARG U=x\nFROM b\nUSER ${U:-y}\n").user
    assert isinstance(user, Stated)
