"""A Dockerfile becomes one image: whose user it runs as, and which stages it is built from."""

from __future__ import annotations

import pytest

from gate.model.evidence import Defaulted, Deferred, Inapplicable, Stated, Unknown, known
from gate.model.image import Image
from tests.readers.dockerfile import image, problem, read, stages, user
from tests.truth.dockerfile import Case, cases

CASES = cases()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_effective_user_is_that_of_buildkit(case: Case) -> None:
    reading = read(case.data)
    if case.error is not None:
        assert reading.subjects == ()
        assert reading.problems[0].at.path == "Dockerfile"
        assert reading.problems[0].cause
        return
    (found,) = reading.subjects
    assert isinstance(found, Image)
    if case.user is None:
        assert isinstance(found.user, Defaulted)
        assert found.user.value.is_root
    else:
        assert isinstance(found.user, Stated)
        assert found.user.value.text == case.user


# --------------------------------------------------------------------------------------------------------------- user


@pytest.mark.parametrize(
    ("text", "expected", "is_root"),
    [
        ("USER root", "root", True),
        ("USER 0", "0", True),
        ("USER 00:1", "00:1", True),
        ("USER +0", "+0", True),
        ("USER -0", "-0", True),
        ("USER 1000:0", "1000:0", False),
        ("ENV U=\nUSER $U", "", True),
        ("USER a\nUSER b", "b", False),
        ("ARG U=a\nUSER ${U}", "a", False),
        ("ENV U=a\nARG V=$U\nUSER $V", "a", False),
        ("ENV A=b\nENV A=c B=$A\nUSER $B", "b", False),
        ("USER ${U:-root}", "root", True),
        ("USER ${U:-0}", "0", True),
        ("USER \ufeffroot", "root", True),
        ("user nobody", "nobody", False),
    ],
)
def test_a_stated_user(text: str, expected: str, *, is_root: bool) -> None:
    found = user(f"FROM a\n{text}\n")
    assert isinstance(found, Stated)
    assert (found.value.text, found.value.is_root) == (expected, is_root)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ARG U\nUSER $U", "the build argument U has no default"),
        ("USER $U", "the base image may set U"),
        ("USER ${U:-nobody}", "the base image may set U"),
        ("ARG U\nUSER ${U:-root}", "the build argument U has no default"),
        ("ARG TARGETARCH\nUSER u$TARGETARCH", "the platform or target of the build decides TARGETARCH"),
        ("ARG V\nENV U=$V\nUSER $U", "the build argument V has no default"),
        ("ARG V\nENV $V=x\nUSER $U", "the build argument V has no default U"),
    ],
)
def test_a_user_that_cannot_be_known(text: str, reason: str) -> None:
    found = user(f"FROM a\n{text}\n")
    assert isinstance(found, Unknown)
    assert found.reason == reason
    assert found.at.path == "Dockerfile"


def test_a_variable_that_nobody_sets_is_empty_where_there_is_no_base_image() -> None:
    found = user("FROM scratch\nUSER ${U:-nobody}\n")
    assert isinstance(found, Stated)
    assert found.value.text == "nobody"


def test_the_base_image_decides_a_user_that_is_not_stated() -> None:
    found = user("FROM a:1\nRUN x\n")
    assert isinstance(found, Deferred)
    assert found.to == "image.user"
    assert (found.at.line, found.at.column, found.at.end_column) == (1, 6, 9)


def test_scratch_runs_as_root() -> None:
    found = user("FROM scratch\nCOPY x /\n")
    assert isinstance(found, Defaulted)
    assert found.value.is_root


def test_a_user_is_found_where_it_stands() -> None:
    found = user("ARG A=x\nFROM a\nARG A\nUSER  $A \n")
    assert isinstance(found, Stated)
    assert (found.at.line, found.at.column, found.at.end_column) == (4, 7, 9)
    assert [place.line for place in found.via] == [1]


# ------------------------------------------------------------------------------------------------------------- stages


def test_every_stage_has_its_own_user() -> None:
    found = stages("FROM a AS base\nUSER app\nFROM base AS Test\nUSER root\nFROM base AS prod\nFROM scratch AS lint\n")
    shown = {name: getattr(known(stage.user), "text", None) for name, stage in found.items()}
    assert shown == {"base": "app", "test": "root", "prod": "app", "lint": "root"}


def test_the_target_is_the_last_stage() -> None:
    found = image("FROM a AS b\nUSER x\nFROM c\n")
    assert (found.target, len(found.stages)) == (1, 2)
    assert found.user == found.stages[1].user


def test_a_stage_starts_from_an_image_a_stage_or_nothing() -> None:
    first, second, third, fourth = (stage.base for stage in image("FROM a AS b\nFROM b\nFROM scratch\nFROM c\n").stages)
    assert isinstance(first.image, Stated)
    assert first.image.value.repository == "docker.io/library/a"
    assert (second.stage, isinstance(second.image, Inapplicable)) == (0, True)
    assert (third.stage, isinstance(third.image, Inapplicable)) == (None, True)
    assert isinstance(fourth.image, Stated)


def test_a_name_means_the_latest_stage_that_has_it() -> None:
    found = image("FROM a AS b\nUSER x\nFROM c AS b\nUSER y\nFROM b\n")
    assert found.stages[2].base.stage == 1
    assert getattr(known(found.user), "text", "") == "y"


def test_a_stage_name_in_capitals_is_an_image_that_cannot_exist() -> None:
    assert "names no image" in problem("FROM a AS b\nFROM B\n").cause


@pytest.mark.parametrize(
    ("text", "image_text", "stage"),
    [
        ("COPY --from=b x y", None, 0),
        ("COPY --from=B x y", None, 0),
        ("COPY --from=0 x y", None, 0),
        ("COPY --from=nginx:1 x y", "nginx:1", None),
    ],
)
def test_copies(text: str, image_text: str | None, stage: int | None) -> None:
    found = image(f"FROM a AS b\nFROM c\n{text}\n")
    (copy,) = found.stages[1].copies
    assert (getattr(known(copy.image), "text", None), copy.stage) == (image_text, stage)
    assert copy.at.line == 3


def test_a_plain_copy_takes_nothing_from_another_image() -> None:
    assert image("FROM a\nCOPY x y\n").stages[0].copies == ()


@pytest.mark.parametrize(
    "text",
    [
        "FROM a AS b\nCOPY --from=b x y\n",
        "FROM a AS x\nCOPY --from=1 x y\nFROM b\nFROM x\n",
        "FROM a AS b\nCOPY --from=c x y\nFROM b AS c\n",
        "FROM a\nCOPY --from=7 x y\n",
        "FROM a\nCOPY --from=$x x y\n",
        "FROM a\nCOPY --from=A/ x y\n",
        "FROM a\nUSER ${x\n",
        "FROM a\nUSER ${x:?must be set}\n".replace("FROM a", "FROM scratch"),
        'FROM a\nENV x="y\n',
        "FROM $x\n",
        "FROM A\n",
        "FROM a AS b\nONBUILD COPY --from=$x y z\nFROM b\n",
        "FROM a\nVOLUME ''\n",
    ],
)
def test_what_stops_the_build_is_a_problem(text: str) -> None:
    found = problem(text)
    assert found.at.line >= 1
    assert found.remedy


def test_a_stage_that_is_not_shipped_may_be_broken() -> None:
    assert isinstance(user("FROM a AS b\nENV x='\nFROM c\n"), Deferred)


def test_an_argument_without_a_default_leaves_the_base_unknown() -> None:
    found = image("ARG BASE\nFROM ${BASE}\nUSER x\n")
    base = found.stages[0].base
    assert isinstance(base.image, Unknown)
    assert base.image.reason == "the build argument BASE has no default"
    assert (base.at.line, base.at.column) == (2, 6)
    assert isinstance(found.base_name, Unknown)
    assert getattr(known(found.user), "text", "") == "x"


@pytest.mark.parametrize("text", ["ARG V=\nFROM a:${V}\n", "ARG B=\nFROM $B\n", "ARG T=1!\nFROM a:$T\n"])
def test_arguments_that_the_build_has_to_set_leave_the_base_unknown(text: str) -> None:
    base = image(text).stages[0].base.image
    assert isinstance(base, Unknown)
    assert base.reason.endswith(" is no image: the build has to set its arguments")


def test_nobody_can_be_asked_for_the_user_of_an_unknown_base() -> None:
    found = user("ARG BASE\nFROM $BASE\n")
    assert isinstance(found, Unknown)
    assert found.reason == "the build argument BASE has no default"


def test_an_argument_with_a_default_is_its_default_and_says_where_from() -> None:
    found = image("ARG V=3\nARG BASE=alpine:$V\nFROM ${BASE:-x} AS b\nFROM b\n").base_name
    assert isinstance(found, Stated)
    assert (found.value.text, found.value.tag) == ("alpine:3", "3")
    assert [place.line for place in found.via] == [2]


def test_arguments_before_a_stage_reach_into_it_only_when_declared() -> None:
    assert getattr(known(user("ARG U=x\nFROM scratch\nUSER a$U\n")), "text", "") == "a"
    assert getattr(known(user("ARG U=x\nFROM scratch\nARG U\nUSER a$U\n")), "text", "") == "ax"


def test_an_environment_carries_over_and_wins_over_arguments() -> None:
    text = "FROM scratch AS b\nENV A=env\nARG A=arg B=arg\nFROM b\nUSER $A-$B\n"
    assert getattr(known(user(text)), "text", "") == "env-arg"


def test_triggers_run_in_the_stages_that_start_from_theirs() -> None:
    found = stages(
        "FROM a AS b\nUSER x\nONBUILD USER root\nONBUILD RUN apk update\n"
        "FROM b AS c\nFROM c AS d\nUSER y\nFROM c AS e\n"
    )
    shown = {name: getattr(known(stage.user), "text", None) for name, stage in found.items()}
    assert shown == {"b": "x", "c": "root", "d": "y", "e": "root"}
    assert [len(stage.steps) for stage in found.values()] == [0, 1, 0, 0]
    assert found["c"].user.at.line == 3


def test_a_trigger_of_the_shipped_stage_changes_nothing_in_it() -> None:
    assert getattr(known(user("FROM a\nUSER x\nONBUILD USER root\n")), "text", "") == "x"
