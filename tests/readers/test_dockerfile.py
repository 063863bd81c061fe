"""A Dockerfile becomes one image: its stages, and what the last of them ships."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gate.dialects.build import inline
from gate.dialects.image_name import parse
from gate.model.errors import InputError, UnrenderedError
from gate.model.evidence import Defaulted, Deferred, Inapplicable, Stated, Unknown, known
from gate.model.image import Image
from gate.model.location import Location
from gate.model.source import Source
from gate.readers.dockerfile import READER
from tests.readers.kubernetes import Tree
from tests.truth.dockerfile import Case, cases

if TYPE_CHECKING:
    from gate.model.evidence import Setting
    from gate.model.image import Stage, Step
    from gate.model.reader import Reading
    from gate.model.workload import User

CASES = cases()


def read(text: str | bytes, path: str = "Dockerfile") -> Reading:
    source = Source(path, text if isinstance(text, bytes) else text.encode())
    assert READER.claims(source)
    return READER.read(source, Tree({}))


def image(text: str | bytes) -> Image:
    reading = read(text)
    assert reading.problems == ()
    (found,) = reading.subjects
    assert isinstance(found, Image)
    return found


def problem(text: str | bytes, path: str = "Dockerfile") -> InputError:
    reading = read(text, path)
    assert reading.subjects == ()
    (found,) = reading.problems
    return found


def user(text: str) -> Setting[User]:
    return image(text).user


def stages(text: str) -> dict[str, Stage]:
    return {stage.name: stage for stage in image(text).stages}


def step(text: str) -> Step:
    (found,) = image(f"FROM a\n{text}\n").stages[0].steps
    return found


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


# -------------------------------------------------------------------------------------------------------------- steps


def test_packages() -> None:
    found = step("RUN apt-get update \\\n && apt-get install -y curl=1 git")
    assert [(one.manager, one.action, one.packages, one.at.line) for one in found.packages] == [
        ("apt", "update", (), 2),
        ("apt", "install", ("curl=1", "git"), 3),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "RUN <<E\napk add x\nE",
        "RUN <<-E\n\tapk add x\n\tE",
        "RUN <<E\n#!/usr/bin/env -S bash -e\napk add x\nE",
        "RUN bash <<E\napk add x\nE",
        'RUN ["apk", "add", "x"]',
        'RUN ["/bin/sh", "-c", "apk add x"]',
        'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN apk add x',
    ],
)
def test_packages_are_found_in_every_form(text: str) -> None:
    assert [one.packages for one in step(text).packages] == [("x",)]


@pytest.mark.parametrize(
    "text",
    [
        "RUN cat <<E\napk add x\nE",
        "RUN <<E\n#!/usr/bin/python3\napk add x\nE",
        'SHELL ["powershell", "-Command"]\nRUN apk add x',
        "RUN echo 'apk add x'",
    ],
)
def test_text_that_no_shell_runs_installs_nothing(text: str) -> None:
    found = step(text)
    assert found.packages == ()
    assert found.keyword == "RUN"


def test_packages_in_a_heredoc_stand_on_their_line() -> None:
    (found,) = step("RUN <<E\ntrue\napk add x\nE").packages
    assert (found.at.line, found.at.column, found.at.end_column) == (4, 1, 10)


@pytest.mark.parametrize(
    ("text", "url", "tool", "verified", "piped"),
    [
        ("ADD https://h/x /x", "https://h/x", "ADD", False, False),
        ("ADD --checksum=sha256:" + "a" * 64 + " https://h/x /x", "https://h/x", "ADD", True, False),
        ("ADD https://h/r.git#main /x", "https://h/r.git#main", "ADD", False, False),
        ("ADD git@h:r.git#" + "a" * 40 + " /x", "git@h:r.git#" + "a" * 40, "ADD", True, False),
        ("RUN curl -f https://h/x | sh", "https://h/x", "curl", False, True),
        ("ENV V=1\nRUN wget https://h/$V", "https://h/1", "wget", False, False),
        ("RUN wget https://h/x && sha256sum --check s", "https://h/x", "wget", True, False),
    ],
)
def test_downloads(text: str, url: str, tool: str, *, verified: bool, piped: bool) -> None:
    (found,) = step(text).downloads
    assert (known(found.url), found.tool, known(found.verified), found.piped_to_shell) == (url, tool, verified, piped)


@pytest.mark.parametrize("text", ["RUN V=1; curl https://h/$V", "RUN curl https://h/$(x)", "ARG U\nADD $U /x"])
def test_a_url_that_cannot_be_known(text: str) -> None:
    (found,) = step(text).downloads
    assert isinstance(found.url, Unknown)


def test_an_add_of_local_files_is_no_step() -> None:
    assert image("FROM a\nADD x.tar /\n").stages[0].steps == ()


def test_mounts_security_and_network() -> None:
    found = step('RUN --security=insecure --network=host --mount=type=cache,dst=/c --mount="from=img:1,target=/i" x')
    assert [(one.kind, one.target, one.source_image) for one in found.mounts] == [
        ("cache", "/c", ""),
        ("bind", "/i", "img:1"),
    ]
    assert (known(found.security), known(found.network)) == ("insecure", "host")
    assert isinstance(step("RUN x").security, Defaulted)


# -------------------------------------------------------------------------------------------------------------- image


def test_labels_of_the_shipped_stage_and_its_ancestors_speak() -> None:
    found = image(
        "FROM a AS other\nLABEL gate.class=public\n"
        "FROM a AS b\nLABEL gate.class=restricted x=y\nARG R=pci\n"
        'FROM b\nLABEL gate.regulated="$R" gate.role=ci-builder\n'
    )
    assert [(one.axis, one.value, one.at.line) for one in found.statements] == [
        ("class", "restricted", 4),
        ("regulated", "pci", 7),
        ("role", "ci-builder", 7),
    ]


def test_a_label_that_is_overwritten_still_speaks() -> None:
    found = image("FROM a\nLABEL gate.class=restricted\nLABEL gate.class=public\n")
    assert [one.value for one in found.statements] == ["restricted", "public"]
    (label,) = found.labels.members
    assert isinstance(label, Stated)
    assert known(label.value.value) == "public"


def test_a_label_that_cannot_be_known_is_stated_as_written() -> None:
    assert [one.value for one in image("FROM a\nLABEL gate.class=$C\n").statements] == ["$C"]


def test_an_environment_is_open_where_the_base_may_add_to_it() -> None:
    found = image("FROM a\nENV A=1\n")
    assert not found.environment.complete
    assert found.environment.open_because
    assert image("FROM scratch\nENV A=1\n").environment.complete


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WORKDIR /a\nWORKDIR b/../c", "/a/c"),
        ("WORKDIR /a/../b", "/a/../b"),
        ("ENV D=/d\nWORKDIR $D", "/d"),
        ("WORKDIR a", "/a"),
    ],
)
def test_working_directory(text: str, expected: str) -> None:
    assert known(image(f"FROM scratch\n{text}\n").working_directory) == expected


def test_a_relative_working_directory_hangs_on_the_base() -> None:
    assert isinstance(image("FROM a\nWORKDIR b\n").working_directory, Unknown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ENTRYPOINT ["a", "b"]', ("a", "b")),
        ("ENTRYPOINT a b", ("/bin/sh", "-c", "a b")),
        ('SHELL ["x"]\nENTRYPOINT a', ("x", "a")),
        ("ENTRYPOINT []", ()),
    ],
)
def test_entrypoint(text: str, expected: tuple[str, ...]) -> None:
    assert known(image(f"FROM a\n{text}\n").entrypoint) == expected


def test_volumes() -> None:
    found = image('FROM a\nVOLUME /a /b\nVOLUME ["/c"]\n').volumes
    assert [known(one) for one in found.members] == ["/a", "/b", "/c"]


@pytest.mark.parametrize(
    "text",
    ["# syntax=x/y:1 z\nFROM a\n", "#!/x\n# syntax=x/y:1\nFROM a\n", "# check=skip=all\n# syntax=x/y:1\nFROM a\n"],
)
def test_the_frontend_that_a_file_asks_for(text: str) -> None:
    found = image(text).syntax
    assert isinstance(found, Stated)
    assert found.value == "x/y:1"
    assert "syntax" in text.split("\n")[found.at.line - 1]


def test_a_file_asks_for_no_frontend_behind_a_comment() -> None:
    assert isinstance(image("# c\n# syntax=x\nFROM a\n").syntax, Defaulted)


def test_references_name_the_images_that_are_not_built_here() -> None:
    found = image(
        "FROM a:1 AS b\nCOPY --from=c x y\nFROM b\nRUN --mount=from=d,target=/d x\nRUN --mount=from=b,target=/b x\n"
    )
    assert [(one.kind, one.name) for one in found.references] == [("image", "a:1"), ("image", "c"), ("image", "d")]


@pytest.mark.parametrize(
    ("hidden", "number"),
    [
        ("\r", "U+000D"),
        ("\u2028", "U+2028"),
        ("\x85", "U+0085"),
        ("\v", "U+000B"),
        ("\x1c", "U+001C"),
        ("\u202e", "U+202E"),
    ],
)
def test_a_hidden_line_or_direction_is_doubted(hidden: str, number: str) -> None:
    (found,) = image(f"FROM a\r\n# note{hidden}USER nobody\r\nUSER root\n").doubts
    assert number in found.text
    assert found.at.line == 2


def test_an_ordinary_file_is_not_doubted() -> None:
    assert image("FROM a\r\n# Größe\r\nUSER b\r\r\n").doubts == ()


# -------------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("text", ["RUN x\n", "# c\n", "", "x: y\n", "\ufffd"])
@pytest.mark.parametrize("path", ["Dockerfile", "a/Dockerfile.prod", "api.dockerfile", "Containerfile-x"])
def test_a_file_named_dockerfile_without_a_stage_is_a_problem(path: str, text: str) -> None:
    found = problem(text, path)
    assert found.at.path == path
    assert found.cause
    assert found.remedy


@pytest.mark.parametrize(
    ("path", "text", "claimed"),
    [
        ("build/recipe.txt", "ARG A\nFROM a\n", True),
        ("dockerfile.py", "from a import b\n", False),
        ("dockerfile.py", "import a\n", False),
        ("dockerfile.yaml", "a: b\n", False),
        ("recipe.txt", "FROM a\nRUN <<E\n", False),
    ],
)
def test_a_file_of_another_name_is_claimed_by_its_content(path: str, text: str, *, claimed: bool) -> None:
    assert READER.claims(Source(path, text.encode())) is claimed


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Dockerfile", "FROM {{ image }}\n"),
        ("Dockerfile.j2", "{% if x %}\nFROM a\n{% endif %}\n"),
        ("Dockerfile.template", "X\n"),
    ],
)
def test_a_template_is_named_as_one(path: str, text: str) -> None:
    assert isinstance(problem(text, path), UnrenderedError)


def test_a_dockerfile_inside_another_file_stands_at_its_node() -> None:
    at = Location("compose.yaml", 4, 1, 6, 1, 10, 40)
    found = inline("FROM a\nUSER x\nRUN <<E\napk add y\nE\n", id="compose.yaml#a", at=at)
    assert found.id == "compose.yaml#a"
    assert {found.at, found.user.at, found.stages[0].steps[0].packages[0].at} == {at}
    with pytest.raises(InputError) as caught:
        inline("FROM\n", id="x", at=at)
    assert caught.value.at == at


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alpine", ("docker.io/library/alpine", "", "")),
        ("a/b:1", ("docker.io/a/b", "1", "")),
        ("index.docker.io/a", ("docker.io/library/a", "", "")),
        ("localhost/a", ("localhost/a", "", "")),
        ("h:5000/a/b:1", ("h:5000/a/b", "1", "")),
        ("ghcr.io/a/b_c__d-e.f", ("ghcr.io/a/b_c__d-e.f", "", "")),
        ("[::1]:5/a", ("[::1]:5/a", "", "")),
        ("a:1@sha256:" + "0" * 64, ("docker.io/library/a", "1", "sha256:" + "0" * 64)),
    ],
)
def test_image_names(text: str, expected: tuple[str, str, str]) -> None:
    found = parse(text)
    assert found is not None
    assert (found.text, found.repository, found.tag, found.digest) == (text, *expected)


@pytest.mark.parametrize(
    "text",
    ["", "A", "a:", "a::1", "a@sha256:0", "a@x", "a//b", "/a", "a/", "a.-b", "-a", "0" * 64, "a b", "a:1:2", "a" * 300],
)
def test_names_of_no_image(text: str) -> None:
    assert parse(text) is None
