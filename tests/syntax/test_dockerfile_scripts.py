"""The scripts of build steps are split without being run, and what they install and fetch is read off."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.dialects.build_scripts import read_arguments, read_script
from gate.syntax.shell_commands import split


def commands(script: str) -> list[list[str]]:
    return [command.words for command in split(script)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a b; c && d || e | f & g", [["a", "b"], ["c"], ["d"], ["e"], ["f"], ["g"]]),
        ("a 'b c' \"d $e\" f\\ g", [["a", "b c", "d $e", "f g"]]),
        ("a # b\nc#d", [["a"], ["c#d"]]),
        ("a > b 2>&1 < c >>d &>e f", [["a", "f"]]),
        ("a 2 >b", [["a", "2"]]),
        ("(a; b)", [["a"], ["b"]]),
        ("a \\\n b", [["a", "b"]]),
        ("a $(b $(c)) `d`", [["a", "$(b $(c))", "`d`"]]),
        ('a "$(b "c)")"', [["a", '$(b "c)")']]),
        ("a ${b:-c d} $((1 + 2))", [["a", "${b:-c d}", "$((1 + 2))"]]),
        ("a <(b) >(c)", [["a", "<(b)", ">(c)"]]),
        ("a <<E\nb\nE\nc", [["a"], ["c"]]),
        ("a <<-'E'\n\tb; c\n\tE\nd", [["a"], ["d"]]),
        ("a <<< b c", [["a", "c"]]),
        ("a ''", [["a", ""]]),
        ("'a", [["a"]]),
        ("a $", [["a", "$"]]),
        ("a\xa0b \x1c c", [["a\xa0b", "\x1c", "c"]]),
        ("a #b c", [["a"]]),
    ],
)
def test_commands(script: str, expected: list[list[str]]) -> None:
    assert commands(script) == expected


def test_commands_of_a_pipeline_belong_together() -> None:
    found = split("a | b |\n c; d\ne || f")
    assert [command.pipeline for command in found] == [0, 0, 0, 1, 2, 3]


def test_a_command_knows_where_it_stands() -> None:
    script = "x && apt-get  install 'y' ; z"
    found = split(script)[1]
    assert script[found.start : found.end] == "apt-get  install 'y'"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            "apt-get update && apt-get install -y --no-install-recommends a b=1",
            [("apt", "update", ""), ("apt", "install", "a b=1")],
        ),
        ("apt-get -o X=1 -qq install -t sid a", [("apt", "install", "a")]),
        ("DEBIAN_FRONTEND=noninteractive sudo -u root apt dist-upgrade", [("apt", "upgrade", "")]),
        ("rm -rf /var/lib/apt/lists/* /tmp/x", [("apt", "clean", "/var/lib/apt/lists/*")]),
        ("apk add --no-cache --virtual .x a && apk del .x", [("apk", "install", "a"), ("apk", "remove", ".x")]),
        ("apk -U upgrade", [("apk", "upgrade", "")]),
        ("yum -y update; dnf clean all", [("yum", "upgrade", ""), ("dnf", "clean", "all")]),
        ("microdnf install a --setopt x=y", [("microdnf", "install", "a")]),
        ("zypper -n in a && zypper dup", [("zypper", "install", "a"), ("zypper", "upgrade", "")]),
        ("pip3.12 install -U -r r.txt a==1", [("pip", "install", "-r r.txt a==1")]),
        ("/usr/bin/python3 -m pip install a", [("pip", "install", "a")]),
        ("uv pip install a", [("pip", "install", "a")]),
        ("npm ci; npm i -g a", [("npm", "install", ""), ("npm", "install", "a")]),
        ("gem install a -v 1", [("gem", "install", "a")]),
        ("pacman -Syu --noconfirm", [("pacman", "upgrade", "")]),
        ("pacman -S a && pacman -Scc", [("pacman", "install", "a"), ("pacman", "clean", "")]),
        ("set -e; if true; then apt-get update; fi", [("apt", "update", "")]),
        ("for a in 1 2; do apt-get update && break; done", [("apt", "update", "")]),
        ("bash -lc 'apt-get update && su x -c \"apk update\"'", [("apt", "update", ""), ("apk", "update", "")]),
        ("echo a | xargs -r apt-get install -y b", [("apt", "install", "b")]),
        ("echo apt-get install a", []),
        ("# apt-get install a", []),
        ("cat <<E\napt-get install a\nE", []),
        ("apt-get install $(cat list)", [("apt", "install", "$(cat list)")]),
        ("apt-get --version; apt moo", []),
        ("pip config set a b", []),
    ],
)
def test_packages(script: str, expected: list[tuple[str, str, str]]) -> None:
    found = [found.use for found in read_script(script).packages]
    assert [(manager, action, " ".join(packages)) for manager, action, packages in found] == expected


def fetches(script: str) -> list[tuple[str, str, bool, bool]]:
    return [(fetch.tool, fetch.url, fetch.is_checked, fetch.is_run) for fetch in read_script(script).fetches]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("curl -fsSL https://h/x -o x", [("curl", "https://h/x", False, False)]),
        ("wget h.example/x", [("wget", "h.example/x", False, False)]),
        ("curl $URL", [("curl", "$URL", False, False)]),
        ("curl https://h/x | sh", [("curl", "https://h/x", False, True)]),
        ("curl https://h/x | tee y | sudo -E bash -s -- z", [("curl", "https://h/x", False, True)]),
        ("wget -qO- https://h/x | python3 -", [("wget", "https://h/x", False, True)]),
        ("bash <(curl https://h/x)", [("curl", "https://h/x", False, True)]),
        ('sh -c "$(curl https://h/x)"', [("curl", "https://h/x", False, True)]),
        ('eval "$(wget -qO- https://h/x)"', [("wget", "https://h/x", False, True)]),
        ("`curl https://h/x`", [("curl", "https://h/x", False, True)]),
        ("curl https://h/x | tar xz", [("curl", "https://h/x", False, False)]),
        ("curl https://h/x | python3 -c 'import sys'", [("curl", "https://h/x", False, False)]),
        ("curl https://h/x; cat y | sh", [("curl", "https://h/x", False, False)]),
        (
            'bash -c "wget $(curl https://h/x)"',
            [("wget", "$(curl https://h/x)", False, False), ("curl", "https://h/x", False, False)],
        ),
        ("curl -o x https://h/x && echo 'a x' | sha256sum -c -", [("curl", "https://h/x", True, False)]),
        ("curl https://h/x | sh; sha256sum -c y", [("curl", "https://h/x", False, True)]),
        ("curl -O https://h/x && sha256sum x", [("curl", "https://h/x", False, False)]),
        ("wget https://h/x && gpg --batch --verify x.asc x", [("wget", "https://h/x", True, False)]),
        ("git clone --depth 1 https://h/r.git d", [("git", "https://h/r.git", False, False)]),
        (f"git clone https://h/r && git -C r checkout {'a' * 40}", [("git", "https://h/r", True, False)]),
        ("curl http://localhost:8080/health", []),
        ("apt-get install -y curl", []),
    ],
)
def test_downloads(script: str, expected: list[tuple[str, str, bool, bool]]) -> None:
    assert sorted(fetches(script)) == sorted(expected)


def test_a_command_without_a_shell_is_read_by_its_words() -> None:
    assert [found.use for found in read_arguments(("apt-get", "install", "a b")).packages] == [
        ("apt", "install", ("a b",))
    ]
    assert [found.use for found in read_arguments(("/bin/sh", "-c", "apk update; x")).packages] == [
        ("apk", "update", ())
    ]


_PIECES = (
    "apt-get install ",
    "curl ",
    "https://h",
    "|",
    "sh",
    "$(",
    ")",
    "`",
    "'",
    '"',
    "\\",
    "\n",
    "<<E",
    "E",
    "<(",
    "${",
    "}",
    "#",
    " ",
    "&&",
    "2>",
)


@given(st.lists(st.sampled_from(_PIECES), max_size=30).map("".join))
@settings(derandomize=True, max_examples=400)
def test_any_script_is_read(script: str) -> None:
    for fetch in read_script(script).fetches:
        assert 0 <= fetch.start <= fetch.end <= len(script)
