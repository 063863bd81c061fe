"""What the steps of a build do, and what the image is that it ships."""

from __future__ import annotations

import pytest

from gate.model.evidence import Defaulted, Stated, Unknown, known
from tests.readers.dockerfile import image, step


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
